"""Ways in which answers and undeclared methods go wrong."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from tests.foreign.planting import remembered
from tests.foreign.service import Ask, Does, RefusedError, Service
from tests.foreign.store import Row
from tests.foreign.wire import Answer, CutError

Works = Callable[[Does, Service, Ask], Awaitable[Any]]
Spoils = Callable[[Service, Ask, Answer], None]


# -- answers ----------------------------------------------------------------------------------------------------------


def rows_of(answer: Answer) -> list[Row]:
    """The objects of a success."""
    data = answer.body.get("data") if isinstance(answer.body, dict) else None
    found = data if isinstance(data, list) else [data]
    return [row for row in found if isinstance(row, dict)]


def on(statuses: range, spoils: Spoils) -> Spoils:
    """Only for some statuses."""

    def does(service: Service, ask: Ask, answer: Answer) -> None:
        if answer.status in statuses:
            spoils(service, ask, answer)

    return does


SUCCESS, ERROR = range(200, 300), range(400, 600)


def member(name: str, changes: Callable[[Any], Any]) -> Spoils:
    """A member of a success is something else."""

    def spoils(_: Service, __: Ask, answer: Answer) -> None:
        for row in rows_of(answer):
            if name in row:
                row[name] = changes(row[name])

    return on(SUCCESS, spoils)


def lost(name: str) -> Spoils:
    """A member of a success is missing."""

    def spoils(_: Service, __: Ask, answer: Answer) -> None:
        for row in rows_of(answer):
            row.pop(name, None)

    return on(SUCCESS, spoils)


def added(**members: Any) -> Spoils:
    """A success has members that it should not."""

    def spoils(_: Service, __: Ask, answer: Answer) -> None:
        for row in rows_of(answer):
            row.update(members)

    return on(SUCCESS, spoils)


def status(old: int, new: int) -> Spoils:
    """One status is another."""

    def spoils(_: Service, __: Ask, answer: Answer) -> None:
        answer.status = new

    return on(range(old, old + 1), spoils)


def header(name: str, value: str | None, statuses: range = SUCCESS) -> Spoils:
    """A header is another, or missing."""
    return on(statuses, lambda _, __, answer: answer.header(name, value))


def kind(value: str, statuses: range = SUCCESS) -> Spoils:
    """The media type is another."""

    def spoils(_: Service, __: Ask, answer: Answer) -> None:
        answer.kind = value

    return on(statuses, spoils)


def error(of: int, /, **members: Any) -> Spoils:
    """An error has other members."""

    def spoils(_: Service, __: Ask, answer: Answer) -> None:
        answer.body.update(members)

    return on(range(of, of + 1), spoils)


def echoing(_: Service, ask: Ask, answer: Answer) -> None:
    """An error repeats what was sent in secret."""
    for name in ("serviceAccountKey", "refreshToken", "secret"):
        if name in ask.body and answer.status >= 400:
            answer.body["message"] = f"{name} {ask.body[name]} is not right."


def remaining(changes: Callable[[Service, int], int]) -> Spoils:
    """What remains of the limit is told wrongly."""

    def spoils(service: Service, _: Ask, answer: Answer) -> None:
        for name, value in answer.headers:
            if name == "X-RateLimit-Remaining":
                answer.header(name, str(max(0, changes(service, int(value)))))

    return spoils


def of_all(service: Service, _: int) -> int:
    memory = remembered(service)
    memory["remaining"] = memory.get("remaining", 61) - 1
    left: int = memory["remaining"]
    return left


# -- methods ----------------------------------------------------------------------------------------------------------


def taken(stray: str, method: str) -> Callable[[str], str]:
    """An undeclared method is carried out as another."""
    return lambda asked: method if asked == stray else asked


def failing(stray: str) -> Callable[[str], str]:
    """An undeclared method is answered 500."""

    def does(asked: str) -> str:
        if asked == stray:
            raise RefusedError(500, "Not foreseen.")
        return asked

    return does


def cut(stray: str) -> Callable[[str], str]:
    """An undeclared method ends the connection."""

    def does(asked: str) -> str:
        if asked == stray:
            raise CutError
        return asked

    return does
