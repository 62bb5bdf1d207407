"""Every law of load is proven: each is broken by a fault of a busy sandbox, in a few runs with several faults each."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from load.scenarios.limits import laws as limits
from load.scenarios.mixed import laws as mixed
from load.scenarios.tokens import laws as tokens
from tests.power import load_matrix
from tests.power.summary import place

LAWS = {*limits.LAWS, *mixed.LAWS, *tokens.LAWS}
PROVEN = load_matrix.proven(LAWS)


@pytest.mark.parametrize("name", load_matrix.TOGETHER)
def test_laws_of_load_notice_the_faults(name: str, record_property: Callable[[str, object], None]) -> None:
    arguments, faults = load_matrix.TOGETHER[name]
    broken: set[str] = set()
    for _ in range(3):  # on a machine that is busy with other things a run may not be quick enough to tell
        found, _ = load_matrix.row(faults, arguments)
        broken |= {line.partition(" ")[0] for line in found}
        if not PROVEN[name] - broken:
            break
    missed = dict.fromkeys(sorted(PROVEN[name] - broken), "not broken")
    record_property("proof", [f"{name} of load", "", sorted(PROVEN[name] & broken), missed])
    if missed:
        told = f"do not notice {', '.join(faults)}"
        pytest.fail("\n".join(f"{law} ({place(law)}) {told}" for law in missed), pytrace=False)


def test_every_law_of_load_is_proven_by_one_of_these_runs() -> None:
    assert LAWS - set().union(*PROVEN.values()) == set()
