"""The laws of resources share what they ask: at most 68 requests for each resource at depth standard."""

from __future__ import annotations

from collections import Counter

import pytest

from contracts.config import deployment as deployments
from contracts.core.verdicts import BLOCKED, BROKEN
from contracts.engine import replay_driver
from contracts.engine.run import Run
from contracts.evidence import reader
from contracts.gate.sandbox import Sandbox
from contracts.plan.plan import make

MOST = 68


def run(contract, sandbox, folder, wanted=lambda _: True):
    plan = make(contract, deployments.load(sandbox.deployment), "standard")
    made = Run(plan, folder)
    made.start([item.id for item in plan.items if item.rule.family == "state" and wanted(item)])
    made.wait()
    return plan, made


def told(verdicts):
    return {
        each.item.id: (each.verdict, each.expected, each.actual)
        for each in verdicts
        if each.item.rule.family == "state"
    }


def judged_again(plan, folder):
    recorded = reader.read(folder / "evidence.ndjson", plan.contract)
    offline = make(plan.contract, deployments.recorded(recorded.header), recorded.header["depth"])
    return replay_driver.verdicts(offline, recorded)


def test_a_conforming_deployment_is_asked_little_and_blamed_for_nothing(contract, sandbox, tmp_path):
    plan, made = run(contract, sandbox, tmp_path)
    assert [each.item.id for each in made.verdicts if each.verdict in {BROKEN, BLOCKED}] == []
    recorded = reader.read(tmp_path / "evidence.ndjson", contract)
    lines = {line.id: line for line in plan.items}
    asked = Counter()
    for exchange in recorded.exchanges.values():
        line = lines.get(recorded.conversations[exchange.conversation].line)
        if line and line.rule.family == "state":
            asked[contract.resource_of(line.operation).name] += 1
    assert len(asked) == 9  # seven that can be made, and two lists of what belongs to one of them
    assert {name: count for name, count in asked.items() if count > MOST} == {}
    assert told(judged_again(plan, tmp_path)) == told(made.verdicts)


@pytest.mark.parametrize(
    ("fault", "law"),
    [
        ("deletion-takes-the-next-with-it", "state/any-order-of-steps-agrees-with-a-model"),
        ("concurrent-creations-make-two", "state/of-equal-creations-at-once-one-is-made"),
        ("conflicting-update-half-applied", "state/a-refused-change-changes-nothing"),
    ],
)
def test_what_is_broken_is_broken_again_when_it_is_judged_offline(contract, tmp_path, fault, law):
    sandbox = Sandbox([fault], ["--limits", "off"])
    try:
        plan, made = run(contract, sandbox, tmp_path, lambda line: line.rule.id == law)
    finally:
        sandbox.stop()
    assert [each.item.rule.id for each in made.verdicts if each.verdict == BROKEN] == [law]
    assert told(judged_again(plan, tmp_path)) == told(made.verdicts)
