"""Faults of the exchange itself: an answer that was right is spoilt on its way out."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from attrs import frozen

from sandbox.answers import Answer
from sandbox.document import Operation
from sandbox.faults import fault
from sandbox.switches import SCOPES, Switch


@frozen
class Asked:
    """What the answer is to. `operation` is None where the document declares none for the method."""

    operation: Operation | None
    method: str
    headers: Mapping[str, str]


Spoiler = Callable[[Answer, Asked], None]
SPOILERS: dict[Switch, Spoiler] = {}


def spoils(name: str, *, scope: str | tuple[str, ...], text: str) -> Callable[[Spoiler], Spoiler]:
    """Declare a fault that changes finished answers of the operations in its scope."""

    def register(spoiler: Spoiler) -> Spoiler:
        SPOILERS[fault(name, family="exchange", scope=scope, text=text)] = spoiler
        return spoiler

    return register


def spoilt(answer: Answer, asked: Asked, faults: frozenset[Switch]) -> Answer:
    """The answer as the faults that are on leave it."""
    for switch in faults:
        if switch in SPOILERS and _within(switch, asked.operation):
            SPOILERS[switch](answer, asked)
    return answer


def _within(switch: Switch, operation: Operation | None) -> bool:
    if isinstance(switch.scope, str):
        return operation is None or switch.scope == "every operation" or SCOPES[switch.scope](operation)
    return operation is not None and operation.operation_id in switch.scope


def put(answer: Answer, name: str, value: str) -> None:
    """Set one header in place of what it was."""
    answer.headers[:] = [*((key, old) for key, old in answer.headers if key != name), (name, value)]


def good(answer: Answer) -> bool:
    """Whether it is a success."""
    return 200 <= answer.status < 300


def content(answer: Answer) -> Any:
    """What its body says."""
    return json.loads(answer.body)


def write(answer: Answer, said: Any) -> None:
    """Let its body say something else."""
    answer.body = json.dumps(said, separators=(",", ":")).encode()


def in_data(answer: Answer, change: Callable[[dict[str, Any]], None]) -> None:
    """Change the object of a success, or every item of its list."""
    said = content(answer)
    data = said.get("data")
    for each in data if isinstance(data, list) else [data]:
        if isinstance(each, dict):
            change(each)
    write(answer, said)
