"""Which lists are looked at: both tenants' from depth standard on, and a nested one that is long enough."""

from __future__ import annotations

import attrs
import pytest

from contracts.config import deployment as deployments
from contracts.core.verdicts import BROKEN, NOT_OBSERVABLE
from contracts.engine.preflight import ENOUGH as FILLED
from contracts.engine.run import Run
from contracts.evidence import reader
from contracts.plan.plan import make
from contracts.request.api import RequestFactory
from contracts.steps.lists.parents import ENOUGH, path_with_enough_items
from tests.others.judging import judged

WALK = "pagination/every-walk-gives-the-same-items"
ASSIGNED = "GET /v2/organizations/{orgId}/attributes/{attributeId}/options/assigned"


def lines(contract, sandbox, depth):
    plan = make(contract, deployments.load(sandbox.deployment), depth)
    return plan, [item for item in plan.items if item.rule.id == WALK]


@pytest.mark.parametrize(("depth", "tenants"), [("quick", 1), ("standard", 2)])
def test_a_law_for_every_tenant_is_asked_as_each_from_standard_on(contract, sandbox, depth, tenants):
    _, found = lines(contract, sandbox, depth)
    asked = {}
    for line in found:
        asked.setdefault(line.operation.key, []).append(line)
    assert {len({line.principal.tenant for line in each}) for each in asked.values()} == {tenants}
    assert all([line.depth for line in each] == [None, "quick"][:tenants] for each in asked.values())


class Parents:
    """Answers the questions of a law that looks for a place: a list of parents, and the list below each."""

    def __init__(self, contract, lengths):
        self.lengths = dict(lengths)
        self.parents = contract.operation("OrganizationsAttributesController_getOrganizationAttributes")
        self.asked = []

    def heard(self, steps):
        answer = None
        try:
            while True:
                request = steps.send(answer)
                self.asked.append(request.target)
                answer = Answer(self.items(request))
        except StopIteration as stop:
            return stop.value

    def items(self, request):
        if request.operation is self.parents:
            return [{"id": name} for name in self.lengths]
        return [{"id": str(number)} for number in range(self.lengths[request.target.split("/")[5]])]


@attrs.frozen
class Answer:
    items: list
    status: int = 200


@pytest.mark.parametrize(
    ("lengths", "chosen", "asked"),
    [
        ({"a": 1, "b": ENOUGH, "c": 99}, "b", 3),
        ({"a": 1, "b": 3, "c": 2}, "b", 4),
        ({"a": 1}, "a", 2),
    ],
)
def test_the_first_parent_with_enough_below_it_is_chosen(contract, sandbox, lengths, chosen, asked):
    plan, _ = lines(contract, sandbox, "quick")
    operation = contract.operation(ASSIGNED)
    principal = next(each for each in plan.deployment.principals if each.role == "admin")
    parents = Parents(contract, lengths)
    values = parents.heard(path_with_enough_items(RequestFactory(contract, plan.deployment, operation, principal, "t")))
    assert values["attributeId"] == chosen
    assert len(parents.asked) == asked


def test_nested_lists_of_the_sandbox_show_something(contract, sandbox, tmp_path):
    plan, found = lines(contract, sandbox, "quick")
    run = Run(plan, tmp_path)
    run.start([line.id for line in found])
    run.wait()
    verdicts = {each.verdict for each in run.verdicts if each.item.rule.id == WALK}
    assert not verdicts & {BROKEN, NOT_OBSERVABLE}


def test_a_nested_list_is_filled_once_and_in_one_place(tmp_path):
    run = judged(tmp_path, "projects")
    recorded = reader.read(run.out / "evidence.ndjson", run.plan.contract)
    asked = [
        each for each in recorded.exchanges.values() if recorded.conversations[each.conversation].line == "prepare"
    ]
    tasks = [each for each in asked if each.operation.path.endswith("/tasks")]
    (target,) = {each.request.target.partition("?")[0] for each in tasks if each.request.verb == "POST"}
    before = next(each for each in tasks if each.request.target.startswith(target))
    assert len(before.items) + sum(each.request.verb == "POST" for each in tasks) == FILLED
