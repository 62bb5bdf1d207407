"""A run of many plan items: a large document, and answers to all of its operations, most good and some not."""

from __future__ import annotations

import json
from pathlib import Path

from contracts.config import deployment as deployments
from contracts.core.exchange import Exchange, Request, Response
from contracts.evidence.header import header
from contracts.evidence.recorder import Recorder
from contracts.plan.plan import Plan, make
from contracts.plan.planning import contract_of
from contracts.request.url import target
from specs.contract import Operation
from tests.bench import large_documents

BEGAN = 1_790_000_000.0
THING = {"id": "t1", "name": "A thing", "size": 1, "colour": "red", "since": None}
BODIES = {"GET": THING, "POST": THING, "PATCH": THING, "DELETE": None}


def broad_run(folder: Path, *, operations: int, exchanges: int) -> int:
    """Write such a record; gives how many items its plan has."""
    (folder / "large.json").write_text(json.dumps(large_documents.document(operations)), "utf-8")
    (folder / "deployment.toml").write_text(large_documents.DEPLOYMENT, "utf-8")
    deployment = deployments.load(folder / "deployment.toml")
    contract = contract_of(deployment, str(folder / "large.json"))
    plan = make(contract, deployment, "quick")
    recorder = Recorder(folder / "evidence.ndjson")
    recorder.write("header", **header(plan, 1, BEGAN))
    for number in range(exchanges):
        operation = contract.operations[number % len(contract.operations)]
        recorder.exchange(_exchange(plan, operation, number + 1), deployment.base_url)
    recorder.write("footer", requests=exchanges, finished=BEGAN + exchanges, ended="complete")
    recorder.close()
    return len(plan.items)


def _exchange(plan: Plan, operation: Operation, number: int) -> Exchange:
    """One answer in twenty lacks what the document promises."""
    name = plan.deployment.principals[0].name
    body = json.dumps(THING) if operation.body else None
    request = Request(operation, target(operation, {"thingId": f"t{number}"}), (), body, name)
    shown = {"items": [THING], "total": 1} if operation.paging else BODIES[operation.method]
    shown = {"odd": number} if number % 20 == 0 else shown
    text = "" if shown is None else json.dumps(shown)
    status = {"POST": 201, "DELETE": 204}.get(operation.method, 200)
    headers = (("Content-Type", "application/json"), ("Content-Length", str(len(text))))
    response = Response(status, headers if text else (), text, len(text))
    return Exchange(number, request, response, None, BEGAN + number, BEGAN + number + 0.1)
