"""Every fault breaks something on the wire, alone, and says truthfully where."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from sandbox.document import DEFAULT
from sandbox.faults import FAMILIES, FAULTS
from sandbox.limiter import METERS
from sandbox.planted.planting import PLANTED
from tests.sandbox.scenes import SCENES
from tests.sandbox.wire import Wire, document, path_of

POWER = Path(__file__).resolve().parents[1] / "power"
MATRICES = (POWER / "matrix.json", POWER / "load_matrix.json")
each_fault = pytest.mark.parametrize("name", sorted(FAULTS.switches))


def seen(name: str, *faults: str, **options: Any) -> str:
    """What the scene of a fault shows, with some faults on. The scenes of limits need limits."""
    limits = FAULTS.switches[name].family == "limits"
    with Wire(strict=False, limits=limits, faults=faults, **options) as wire:
        return repr(SCENES[name](wire))


def test_every_fault_has_a_scene_a_tour_or_a_row_in_the_matrix_of_laws() -> None:
    rows = [row for each in MATRICES for row in json.loads(each.read_text("utf-8")).items()]
    shown = {name for name, found in rows if found}
    assert SCENES.keys() <= FAULTS.switches.keys()
    toured = {fault.name for fault in PLANTED}
    assert set(FAULTS.switches) - SCENES.keys() - toured <= shown


@pytest.mark.parametrize("name", sorted(SCENES))
def test_a_fault_changes_what_its_scene_shows_and_nothing_else_does(name: str) -> None:
    assert seen(name) == seen(name)
    assert seen(name, name) != seen(name)


@pytest.mark.parametrize("window", METERS)
@pytest.mark.parametrize("name", sorted(name for name, fault in FAULTS.switches.items() if fault.needs == "limits"))
def test_faults_of_limits_show_with_every_algorithm(name: str, window: str) -> None:
    assert seen(name, name, window=window) != seen(name, window=window)


@each_fault
def test_a_fault_has_a_family_a_sentence_and_a_reach(name: str) -> None:
    fault = FAULTS.switches[name]
    assert fault.family in FAMILIES
    assert fault.text.endswith(".")
    assert fault.operations(document())
    assert fault.needs in {"", "limits", "time-scale", "depth", "load"}


@each_fault
def test_a_sandbox_with_a_fault_starts_and_still_serves(name: str) -> None:
    with Wire(strict=False, limits=False, faults=(name,)) as wire:
        path = path_of(wire.acme, "/v2/organizations/{orgId}/attributes/{attributeId}/options")
        assert wire.data("GET", path, wire.acme.admin)


def test_all_faults_together_do_not_keep_it_from_starting() -> None:
    with Wire(strict=False, limits=False, faults=tuple(FAULTS.switches)) as wire:
        assert wire.ask("GET", wire.acme.bookings, wire.acme.admin)


def test_the_document_is_only_read_as_data() -> None:
    for path in DEFAULT.parents[1].joinpath("sandbox").rglob("*.py"):
        lines = path.read_text("utf-8").splitlines()
        imported = [item for item in lines if item.startswith(("from ", "import "))]
        assert not [
            line for line in imported if line.split()[1].split(".")[0] in {"specs", "contracts", "load", "reports"}
        ]
