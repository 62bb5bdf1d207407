"""What the sandbox's faults cannot show at depth quick or standard: other servers, variations, and depth deep.

The document of the sandbox has no cursors, no If-Match and no idempotency keys, so the laws about them are broken by
faults of the servers that the other tests stand on. A law that only observes is seen to observe something else.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from contracts.config import deployment as deployments
from contracts.core.verdicts import BROKEN, OBSERVED
from contracts.engine.run import Run
from contracts.gate.sandbox import Sandbox
from contracts.judging.judge import Verdict
from contracts.plan.plan import make
from specs.contract import Contract
from tests.contracts.laws.pagination.judging import judged as in_a_shop
from tests.hostile.judging import QUICK
from tests.hostile.judging import judged as hostile
from tests.others.judging import judged as elsewhere
from tests.power.rows import ELSEWHERE, VARIED

SHOP = f"{ELSEWHERE}contracts/laws/pagination"
LISTS = {
    "cursor": ("cursor-loops", "damaged-cursor-500", "foreign-cursor"),
    "page-size-links": ("link-elsewhere", "link-forgets-filter", "link-on-last", "previous-is-self"),
    "token": ("total-wrong",),
}
"""Faults of the bookshops of `tests/contracts/laws/pagination`, by dialect."""
OTHERS = {
    "archive": ("location-leads-nowhere",),
    "atlas": ("length-of-another-body", "older-than-it-may-be"),
    "parcels": ("more-left-than-there-is", "put-half"),
    "payments": ("key-ignored",),
    "projects": ("if-match-ignored",),
    "stock": ("depot-of-no-kind",),
}
"""Faults of the servers of `tests/others`."""
HOSTILE = {"garbage": (), "flaky": (QUICK, '[gate]\nflaky = "1%"')}
"""Modes of the hostile server, with what else stands in the deployment file."""
VARIATIONS = {
    "foreign-thing-403": "credentials/refusals-do-not-tell-what-exists",
    "old-access-token-dies": "tokens/the-access-token-of-before",
    "reuse-revokes-the-family": "tokens/the-family-of-a-reused-token",
}
"""Variations of the sandbox, and how the names of the laws begin that observe something else there."""
DEEP = {"null-accepted": "input/no-wrong-body-is-accepted"}
"""Faults of the sandbox, and a law that is asked at depth deep only."""


def rows(contract: Contract) -> Iterator[tuple[str, list[str]]]:
    """All of these rows, one after the other; those of `DEEP` bear the name of their fault and add to its row."""
    for dialect, faults in LISTS.items():
        for fault in faults:
            with tempfile.TemporaryDirectory() as folder:
                yield f"{SHOP} {dialect} {fault}", _broken(in_a_shop(Path(folder), dialect, fault).verdicts)
    for name, faults in OTHERS.items():
        for fault in faults:
            with tempfile.TemporaryDirectory() as folder:
                run = elsewhere(Path(folder), name, fault, depth="standard")
            yield f"{ELSEWHERE}others {name} {fault}", _broken(run.verdicts)
    for mode, tables in HOSTILE.items():
        with tempfile.TemporaryDirectory() as folder:
            yield (
                f"{ELSEWHERE}hostile {mode}",
                _broken(hostile(mode, Path(folder), *tables, everywhere=bool(tables)).run.verdicts),
            )
    for variation, law in VARIATIONS.items():
        usual, varied = (_of_law(contract, law, "standard", more) for more in ([], ["--variation", variation]))
        yield VARIED + variation, sorted(_told(varied) - _told(usual))
    for fault, law in DEEP.items():
        yield fault, _broken(_of_law(contract, law, "deep", ["--fault", fault]))


def _broken(verdicts: Sequence[Verdict]) -> list[str]:
    """What is broken, as "law operation"."""
    return sorted({f"{each.item.rule.id} {each.item.operation.key}" for each in verdicts if each.verdict == BROKEN})


def _told(verdicts: Sequence[Verdict]) -> set[str]:
    """What was seen, as "law operation: verdict, what was observed"."""
    return {
        f"{each.item.rule.id} {each.item.operation.key}: {each.reason or each.verdict}"
        for each in verdicts
        if each.verdict in {OBSERVED, "upheld"}
    }


def _of_law(contract: Contract, law: str, depth: str, arguments: Sequence[str]) -> Sequence[Verdict]:
    """What the laws whose names begin so say of a sandbox with these arguments."""
    sandbox = Sandbox(arguments=["--limits", "off", *arguments])
    try:
        with tempfile.TemporaryDirectory() as folder:
            plan = make(contract, deployments.load(sandbox.deployment), depth)
            run = Run(plan, Path(folder), 0)
            run.start([each.id for each in plan.items if each.rule.id.startswith(law)])
            run.wait()
            return [each for each in run.verdicts if each.item.rule.id.startswith(law)]
    finally:
        sandbox.stop()
