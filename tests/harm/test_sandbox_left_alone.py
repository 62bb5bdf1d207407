"""On the sandbox with neither `allow` nor `disposable`: nothing it was seeded with is changed, and nothing is left."""

from __future__ import annotations

import httpx

from contracts.core.verdicts import BLOCKED, BROKEN, UPHELD
from contracts.engine.run import Run
from contracts.gate.sandbox import Sandbox
from contracts.plan.planning import planned
from contracts.request.credentials import sign
from contracts.request.url import target

WHOLE = 1000
"""Items of a page that holds every list of the sandbox."""


def shown(plan):
    """Every list whose place is known, and what hangs on its items, as everybody of the deployment file sees it."""
    told, found = plan.deployment, {}
    for principal in (each for each in told.principals if not each.provisioned):
        for operation in (each for each in plan.contract.operations if each.paging):
            values = {name: told.value(principal.tenant, name) for name in operation.path_parameters}
            headers = [(name, told.vault.reveal(value)) for name, value in sign(operation, principal)[0]]
            if headers and all(values.values()):
                size = operation.paging.size
                url = told.base_url + target(operation, values, [(size.name, str(WHOLE))] if size else [])
                answer = httpx.get(url, headers=headers)
                found[principal.name, operation.key] = (
                    answer.json() if answer.status_code == 200 else answer.status_code
                )
    return found


def test_what_was_there_stays_as_it_was_and_nothing_is_left(tmp_path):
    sandbox = Sandbox(arguments=["--limits", "off", "--not-disposable"])
    try:
        plan = planned(sandbox.deployment)
        before = shown(plan)
        assert any(isinstance(each, dict) and each["data"] for each in before.values())
        run = Run(plan, tmp_path / "run")
        run.start([item.id for item in plan.items])
        run.wait()
        assert shown(plan) == before
    finally:
        sandbox.stop()
    assert run.left_behind == []
    assert [each.item.id for each in run.verdicts if each.verdict in (BROKEN, BLOCKED)] == []
    assert sum(each.verdict == UPHELD for each in run.verdicts) > len(plan.items) / 2
