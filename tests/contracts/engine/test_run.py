"""A run asks, records and judges; what it recorded, judged again offline, gives the same verdicts."""

from __future__ import annotations

import json

import pytest

from contracts.config import deployment as deployments
from contracts.core.verdicts import BLOCKED, BROKEN, NOT_ASKED, UPHELD
from contracts.engine import replay_driver
from contracts.engine.attempts import Attempts
from contracts.engine.run import Run
from contracts.evidence import reader
from contracts.evidence.header import header
from contracts.gate.sandbox import Sandbox
from contracts.judging.outputs import verdicts_json, write
from contracts.plan.plan import make


def run(contract, sandbox, folder, chosen, depth="quick"):
    plan = make(contract, deployments.load(sandbox.deployment), depth)
    made = Run(plan, folder)
    made.start([item.id for item in plan.items if chosen(item)])
    made.wait()
    return plan, made


def told(verdicts):
    return {each.item.id: (each.verdict, each.expected, each.actual, each.reason, each.count) for each in verdicts}


def broken(verdicts):
    return {each.item.id for each in verdicts if each.verdict == BROKEN}


def judged_again(plan, folder):
    recorded = reader.read(folder / "evidence.ndjson", plan.contract)
    offline = make(plan.contract, deployments.recorded(recorded.header), recorded.header["depth"])
    return replay_driver.verdicts(offline, recorded)


def test_a_fault_free_deployment_is_blamed_for_nothing_and_nothing_is_left(contract, sandbox, tmp_path):
    plan, made = run(contract, sandbox, tmp_path, lambda line: True)
    assert [each.item.id for each in made.verdicts if each.verdict == BROKEN] == []
    assert sum(each.verdict == UPHELD for each in made.verdicts) > len(plan.items) / 2
    assert made.ended == "complete"
    assert [left for left in made.left_behind if "no way to remove" not in left] == []
    assert told(judged_again(plan, tmp_path)) == told(made.verdicts)


@pytest.mark.parametrize(
    ("fault", "law", "operation"),
    [
        ("pages-overlap", "pagination/", ""),
        ("foreign-write-applied", "credentials/another-tenant-is-refused", ""),
        ("refresh-token-reusable", "tokens/a-spent-refresh-token-is-refused", ""),
        ("unicode-name-500", "", "attributes"),
    ],
)
def test_a_broken_promise_is_named_and_replays_to_the_same_verdict(contract, tmp_path, fault, law, operation):
    def concerned(item):
        return item.rule.id.startswith(law) and operation in item.operation.key

    sandbox = Sandbox([fault], ["--limits", "off"])
    try:
        plan, made = run(contract, sandbox, tmp_path, concerned)
    finally:
        sandbox.stop()
    broken = [each for each in made.verdicts if each.verdict == BROKEN]
    assert any(each.item.rule.id.startswith(law) and operation in each.item.operation.key for each in broken)
    assert all(each.expected and each.actual and each.reproduce for each in broken)
    assert told(judged_again(plan, tmp_path)) == told(made.verdicts)


@pytest.mark.parametrize("bound", [{"max_requests": 150}, {"max_seconds": 2.0}])
def test_a_bounded_run_stops_cleanly_and_says_what_it_did_not_ask(contract, sandbox, tmp_path, bound):
    plan = make(contract, deployments.load(sandbox.deployment))
    made = Run(plan, tmp_path, **bound)
    made.start([item.id for item in plan.items])
    made.wait()
    verdicts = [each.verdict for each in made.verdicts]
    assert made.ended == "interrupted"
    assert made.recorder.requests <= bound.get("max_requests", made.recorder.requests)
    assert BROKEN not in verdicts
    assert UPHELD in verdicts
    assert NOT_ASKED in verdicts
    assert [left for left in made.left_behind if "no way to remove" not in left] == []


@pytest.mark.parametrize("most", [130, 300])
def test_a_run_cut_short_replays_to_the_verdicts_it_gave(contract, tmp_path, most):
    sandbox = Sandbox(["pages-overlap"], ["--limits", "off"])
    try:
        plan = make(contract, deployments.load(sandbox.deployment), "standard")
        made = Run(plan, tmp_path, seed=5, max_requests=most)
        made.start([item.id for item in plan.items if item.rule.family in {"pagination", "state"}])
        made.wait()
    finally:
        sandbox.stop()
    assert made.ended == "interrupted"
    assert told(judged_again(plan, tmp_path)) == told(made.verdicts)
    path, found = tmp_path / "evidence.ndjson", broken(made.verdicts)
    lines = path.read_text().splitlines()
    for part in (0.9, 0.6, 0.3):  # as a crash would have left it
        path.write_text("\n".join(lines[: int(len(lines) * part)]) + '\n{"type": "exch')
        assert broken(judged_again(plan, tmp_path)) <= found


def test_a_record_that_a_crash_cut_short_is_still_judged(contract, sandbox, tmp_path):
    plan, made = run(contract, sandbox, tmp_path, lambda line: line.rule.family == "pagination")
    path = tmp_path / "evidence.ndjson"
    lines = path.read_text().splitlines()
    path.write_text("\n".join(lines[: len(lines) // 2]) + '\n{"type": "exch')
    again = judged_again(plan, tmp_path)
    assert [each for each in again if each.verdict == BROKEN] == []
    assert 0 < sum(each.verdict == UPHELD for each in again) < sum(each.verdict == UPHELD for each in made.verdicts)


def test_verdicts_are_written_with_the_run_they_belong_to(contract, sandbox, tmp_path):
    plan, made = run(contract, sandbox, tmp_path, lambda line: line.rule.family == "caching")
    content = verdicts_json(
        plan, header(plan, 0, made.started), made.verdicts, requests=1, finished=2.0, ended=made.ended
    )
    write(tmp_path, content)
    written = json.loads((tmp_path / "verdicts.json").read_text())
    assert written["run"]["document"]["digest"] == contract.document.digest
    assert sum(written["totals"].values()) == len(plan.items) == len(written["verdicts"])
    assert set(written["promises"]) == {promise.pointer for promise in plan.promises}


def test_what_no_law_foresaw_ends_its_own_items_and_not_the_run(contract, sandbox, tmp_path, monkeypatch):
    """The cases of a law are made before anything is asked: what that trips over is told of the law alone."""
    wrong, right = "pagination/an-impossible-page-is-refused", "status/refusals-are-declared"

    def puzzled(self, item, law):
        raise TypeError("unhashable")

    monkeypatch.setattr(Attempts, "_inputs", puzzled)
    _, made = run(contract, sandbox, tmp_path, lambda item: item.rule.id in {wrong, right})
    found = {each.item.rule.id: each for each in made.verdicts}
    assert found[wrong].verdict == BLOCKED
    assert "unhashable" in found[wrong].reason


def test_an_error_of_the_run_itself_is_told_as_it_was_however_often(contract, sandbox, tmp_path, monkeypatch):
    async def trips(*_):
        raise TypeError("no such thing")

    monkeypatch.setattr("contracts.engine.run.prepare", trips)
    _, made = run(contract, sandbox, tmp_path, lambda item: item.rule.family == "pagination")
    depths = []
    for _ in range(3):
        with pytest.raises(TypeError) as raised:
            made.verdict("any")
        depths.append(len(raised.traceback))
    assert len(set(depths)) == 1
