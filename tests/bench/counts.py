"""What work is done, counted: numbers that are the same on every machine, however busy it is.

    python -m tests.bench.counts [--write]

Compared are those of counts.json; the tests allow a tenth more.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any
from unittest.mock import patch

import jsonschema_rs

from contracts.core.exchange import Exchange, Request, Response
from contracts.judging.checks import Judged, check_verdicts
from contracts.plan.plan import Plan
from contracts.plan.planning import planned
from contracts.strategies import case_store, schemathesis_cases
from specs.contract import build
from specs.source.document import load
from tests.hostile.judging import judged
from tests.hostile.notes import KEYS, Asked, Notes, files

FILE = Path(__file__).with_name("counts.json")
ROUNDS = 40
"""How often the fixed conversation is repeated."""
KEY, USER = next(iter(KEYS.items()))


def counted() -> dict[str, int]:
    """All numbers."""
    with (
        tempfile.TemporaryDirectory() as name,
        patch.object(case_store, "read", return_value=None),
        patch.object(case_store, "write"),
    ):
        folder = Path(name)
        plan = planned(files(folder, "http://127.0.0.1:9"))
        exchanges = conversation(plan)
        check_verdicts(plan, {1: exchanges[1]})  # what is imported late is imported now
        with counting_validators() as validators, counting_calls() as calls:
            known: Judged = {}
            check_verdicts(plan, exchanges, None, known)
        with counting_calls() as again:
            check_verdicts(plan, exchanges, None, known)
        return {
            "requests of a run": judged("well", folder / "run").run.recorder.requests,
            "cases made": cases_made(),
            "validators built to judge": validators[0],
            "calls to judge": calls[0],
            "calls to judge the same again": again[0],
        }


def conversation(plan: Plan) -> dict[int, Exchange]:
    """The same requests always, with their answers."""
    notes, found = Notes(), {}
    for _ in range(ROUNDS):
        for method, path, body in (
            ("GET", "/notes", None), ("POST", "/notes", {"text": "one"}), ("POST", "/notes", {"text": 1}),
            ("GET", "/notes/nothing", None), ("GET", "/status", None), ("GET", "/notes/n1x", None),
        ):  # fmt: skip
            found[len(found) + 1] = _exchange(plan, notes, len(found) + 1, method, path, body)
    return found


def _exchange(plan: Plan, notes: Notes, seq: int, method: str, path: str, body: Any) -> Exchange:
    text = None if body is None else json.dumps(body)
    plain = {"content-type": "application/json"} if text else {}
    status, _, answer = notes.answer(Asked(method, path, {"x-key": KEY, **plain}, (text or "").encode()))
    operation = next(
        each
        for each in plan.contract.operations
        if each.method == method and each.path == ("/notes/{noteId}" if path.count("/") == 2 else path)
    )
    request = Request(operation, path, tuple(plain.items()), text, USER)
    shown = json.dumps(answer)
    return Exchange(
        seq, request, Response(status, (("Content-Type", "application/json"),), shown, len(shown)), None, seq, seq + 0.1
    )


def cases_made() -> int:
    """The coverage cases of the project's own document, made anew."""
    contract = build(load("calcom-v2"))
    return sum(len(schemathesis_cases.cases(contract, each)) for each in contract.operations[:8])


@contextmanager
def counting_validators() -> Iterator[list[int]]:
    """How many validators are built meanwhile."""
    count, make = [0], jsonschema_rs.Draft202012Validator

    def made(*arguments: Any, **options: Any) -> Any:
        count[0] += 1
        return make(*arguments, **options)

    with patch.object(jsonschema_rs, "Draft202012Validator", made):
        yield count


@contextmanager
def counting_calls() -> Iterator[list[int]]:
    """How many functions are called meanwhile."""
    count = [0]

    def seen(_: FrameType, event: str, __: Any) -> None:
        count[0] += event == "call"

    sys.setprofile(seen)
    try:
        yield count
    finally:
        sys.setprofile(None)


if __name__ == "__main__":
    made = counted()
    print(json.dumps(made, indent=1))
    if "--write" in sys.argv:
        FILE.write_text(json.dumps(made, indent=1) + "\n")
