"""Other APIs than ours: their conforming servers are blamed for nothing, and their faults are found."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from contracts import checks
from contracts.core.verdicts import BLOCKED, BROKEN, UPHELD
from contracts.engine.replay_driver import verdicts
from contracts.evidence.reader import read
from contracts.request.permission import why_not
from specs.lint.lint import examine
from tests.others.judging import NAMES, faults, judged, server, together, told, variations
from tests.others.serving import DOCUMENTS


@pytest.mark.parametrize("name", NAMES)
def test_a_conforming_server_is_blamed_for_nothing(tmp_path, name):
    run = judged(tmp_path, name, depth="quick" if together(name) else "standard")
    assert [told(each) for each in run.verdicts if each.verdict in (BROKEN, BLOCKED)] == []
    upheld = sum(each.verdict == UPHELD for each in run.verdicts)
    assert upheld > len(run.plan.contract.operations) * 8
    assert all(each.endswith("no way to remove") for each in run.left_behind)
    text = (tmp_path / "run" / "evidence.ndjson").read_text()
    assert [secret for *_, secret in getattr(server(name), "principals", ()) if secret in text] == []
    recorded = read(tmp_path / "run" / "evidence.ndjson", run.plan.contract)
    assert {each.item.id: each.verdict for each in verdicts(run.plan, recorded)} == {
        each.item.id: each.verdict for each in run.verdicts
    }


VARIED = [(name, each) for name in NAMES for each in variations(name)]


@pytest.mark.parametrize(("name", "variation"), VARIED, ids=[f"{name}-{each}" for name, each in VARIED])
def test_a_variation_is_blamed_for_nothing(tmp_path, name, variation):
    run = judged(tmp_path, name, variation)
    assert [told(each) for each in run.verdicts if each.verdict in (BROKEN, BLOCKED)] == []


CASES = [(name, fault, rule) for name in NAMES for fault, rule in faults(name).items()]


@pytest.mark.parametrize(("name", "fault", "rule"), CASES, ids=[f"{name}-{fault}" for name, fault, _ in CASES])
def test_a_fault_is_found(tmp_path, name, fault, rule):
    broken = _of_all(name) if together(name) else _broken(tmp_path, name, fault, rule)
    assert any(each.startswith(rule) for each in broken), broken


@cache
def _of_all(name):
    """What all faults of a large document break together; each is in a part of its own."""
    with TemporaryDirectory() as folder:
        run = judged(Path(folder), name, *faults(name))
    return [f"{each.item.id}" for each in run.verdicts if each.verdict == BROKEN]


def _broken(folder, name, fault, rule):
    """What a fault breaks at the least depth; where a check is to find it, everything is asked for it to hear."""
    law = "" if any(each.startswith(rule) for each in checks.load()) else rule
    runs = (judged(folder, name, fault, depth=depth, law=law) for depth in ("quick", "standard"))
    return next(filter(None, ([each.item.rule.id for each in _of(run, BROKEN)] for run in runs)), [])


def _of(run, verdict):
    return [each for each in run.verdicts if each.verdict == verdict]


@pytest.mark.parametrize("name", NAMES)
def test_the_documents_have_no_defects(name):
    assert examine(str(DOCUMENTS / f"{name}.yaml")).defects == ()


@pytest.mark.parametrize("name", ["projects", "parcels", "stock", "fleet"])
def test_what_is_not_disposable_is_judged_but_for_what_is_not_to_be_touched(tmp_path, name):
    """What a run may not ask there is what the plan says, and undeclared methods; no other law is lost to that."""
    free = judged(tmp_path / "free", name)
    careful = judged(tmp_path / "careful", name, disposable=False)
    plan = careful.plan
    acting = {
        each for each in plan.contract.operations if why_not(plan.contract, plan.deployment, each, "acme") is not None
    }
    upheld = {each.item.id for each in _of(free, UPHELD)}
    lost = [each for each in careful.verdicts if each.item.id in upheld and each.verdict != UPHELD]
    unexpected = [told(each) for each in lost if each.item.operation not in acting and not _tries_anything(each)]
    assert unexpected == []
    assert careful.left_behind == []
    recorded = verdicts(plan, read(tmp_path / "careful" / "run" / "evidence.ndjson", plan.contract))
    assert {each.item.id: each.verdict for each in recorded} == {
        each.item.id: each.verdict for each in careful.verdicts
    }


def _tries_anything(verdict):
    """Whether a law asks by methods that nobody declares, or puts something at an address that nothing can have."""
    odd_addresses = ("input/an-impossible-id-is-refused", "credentials/the-credential-comes-before-the-parameters")
    return verdict.item.rule.id.startswith("protocol/") or verdict.item.rule.id in odd_addresses
