"""Ways in which queries, bodies and ids are mistaken."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from tests.foreign import rules
from tests.foreign.planting import Entering, Path
from tests.foreign.service import Ask, Does, Operation, RefusedError, Service
from tests.foreign.store import Row
from tests.foreign.wire import Call


def query(name: str, reads: Callable[[Operation, str], str | None]) -> Callable[..., Ask]:
    """A parameter is read as something else; None as if it had not been sent."""

    def does(enters: Entering, _: Service, call: Call, found: Operation, path: Path) -> Ask:
        ask = enters(call, found, path)
        read = [(each, reads(found, text) if each == name else text) for each, text in call.query]
        call.query = [(each, text) for each, text in read if text is not None]
        return ask

    return does


def valid(found: Operation, name: str, text: str) -> bool:
    """Whether a value of a parameter is as declared."""
    try:
        found.query[name](text)
    except ValueError:
        return False
    return True


def dropped(name: str) -> Callable[..., Ask]:
    """What is not valid is left out."""
    return query(name, lambda found, text: text if valid(found, name, text) else None)


def first_checked(name: str) -> Callable[..., Ask]:
    """Of several values only the first is validated."""

    def reads(found: Operation, text: str) -> str:
        first, *others = text.split(",")
        return ",".join([first, *(each for each in others if valid(found, name, each))])

    return query(name, reads)


def first_used(name: str) -> Callable[..., Ask]:
    """Of several values only the first is used."""
    return query(name, lambda _, text: text.partition(",")[0])


def last_used(name: str) -> Callable[..., Ask]:
    """Of several values only the last is used."""
    return query(name, lambda _, text: text.rpartition(",")[2])


def also(name: str, value: str, more: str) -> Callable[..., Ask]:
    """One value lets another one through as well."""
    return query(name, lambda _, text: f"{text},{more}" if value in text.split(",") else text)


def instead(name: str, other: str) -> Callable[..., Ask]:
    """One parameter is taken for another."""

    def does(enters: Entering, _: Service, call: Call, found: Operation, path: Path) -> Ask:
        ask = enters(call, found, path)
        call.query = [(other if each == name else each, text) for each, text in call.query]
        return ask

    return does


def cut(name: str, low: int, high: int) -> Callable[..., Ask]:
    """A number out of range is taken for the nearest that is in it."""

    def reads(_: Operation, text: str) -> str:
        value = rules.whole(text)
        return text if value is None else str(min(high, max(low, value)))

    return query(name, reads)


def failing_query(name: str, test: Callable[[str], bool]) -> Callable[..., Ask]:
    """A value that passes the test is answered 500."""

    def reads(_: Operation, text: str) -> str:
        if test(text):
            raise RefusedError(500, "Not foreseen.")
        return text

    return query(name, reads)


def body(changes: Callable[[Any], Any]) -> Callable[..., Ask]:
    """A body is read as another."""

    def does(enters: Entering, _: Service, call: Call, found: Operation, path: Path) -> Ask:
        ask = enters(call, found, path)
        try:
            sent = rules.parsed(call.body)
        except ValueError:
            sent = None
        read = changes(sent)
        call.body = call.body if read is sent else json.dumps(read).encode()
        return ask

    return does


def member(name: str, changes: Callable[[Any], Any]) -> Callable[..., Ask]:
    """A member of a body is read as something else."""
    return body(lambda sent: sent | {name: changes(sent[name])} if isinstance(sent, dict) and name in sent else sent)


def first_of(*known: Any) -> Callable[[Any], Any]:
    """Whatever is none of these is taken for the first."""
    return lambda value: value if isinstance(value, str | int) and value in known else known[0]


def missing(name: str, value: Any) -> Callable[..., Ask]:
    """A member that is needed has a default."""
    return body(lambda sent: {name: value} | sent if isinstance(sent, dict) else sent)


def failing(test: Callable[[Any], bool]) -> Callable[..., Ask]:
    """A body that passes the test is answered 500."""

    def changes(sent: Any) -> Any:
        if test(sent):
            raise RefusedError(500, "Not foreseen.")
        return sent

    return body(changes)


def refusing(test: Callable[[Row], bool]) -> Callable[..., Any]:
    """A valid body that passes the test is refused."""

    async def does(works: Does, service: Service, ask: Ask) -> Any:
        if test(ask.body):
            raise RefusedError(400, "Not so.")
        return await works(service, ask)

    return does


def any_media(enters: Entering, _: Service, call: Call, found: Operation, path: Path) -> Ask:
    """JSON is taken whatever it is called."""
    ask = enters(call, found, path)
    call.headers = [each for each in call.headers if each[0].lower() != "content-type"]
    call.headers.append(("Content-Type", "application/json"))
    return ask


def failing_id(name: str, test: Callable[[str], bool]) -> Callable[..., Ask]:
    """An id that passes the test is answered 500."""

    def does(enters: Entering, _: Service, call: Call, found: Operation, path: Path) -> Ask:
        ask = enters(call, found, path)
        if test(path[name]):
            raise RefusedError(500, "Not foreseen.")
        return ask

    return does


def text(value: Any) -> Any:
    return str(value) if isinstance(value, int | float) else value


def number(value: Any) -> Any:
    return int(value) if isinstance(value, str) and value.isdigit() else value


def truth(value: Any) -> Any:
    return {"true": True, "false": False}.get(value, value) if isinstance(value, str) else value
