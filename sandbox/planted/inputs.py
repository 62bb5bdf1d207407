"""Queries, bodies and ids that one operation takes too easily, or not at all."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

from sandbox.planted.planting import Arriving, Change
from sandbox.refusals import RefusalError, failure
from sandbox.validation import query_values

Pairs = list[tuple[str, str]]
Rewritten = Callable[[Arriving, str], str | None]


# -- queries ----------------------------------------------------------------------------------------------------------


def query(name: str, rewrite: Rewritten) -> Change:
    """A parameter is read as something else; None is as if it had not been sent."""

    def change(request: Arriving) -> None:
        pairs = parse_qsl(request.query_string.decode("latin-1"), keep_blank_values=True)
        read = [(each, rewrite(request, text) if each == name else text) for each, text in pairs]
        kept = [(each, text) for each, text in read if text is not None]
        request.query_string = urlencode(kept, quote_via=quote).encode()

    return change


def valid(request: Arriving, name: str, text: str) -> bool:
    """Whether a value of a parameter is as declared."""
    sent = f"{quote(name)}={quote(text)}".encode()
    try:
        query_values(request.operation, sent, frozenset(), frozenset())
    except RefusalError:
        return False
    return True


def dropped(name: str) -> Change:
    """What is not valid is as if it had not been sent."""
    return query(name, lambda request, text: text if valid(request, name, text) else None)


def first_checked(name: str) -> Change:
    """Of several values only the first is validated; others that are not valid are left out."""

    def rewrite(request: Arriving, text: str) -> str:
        first, *others = text.split(",")
        return ",".join([first, *(each for each in others if valid(request, name, each))])

    return query(name, rewrite)


def first_used(name: str) -> Change:
    """Of several values only the first counts."""
    return query(name, lambda _, text: text.partition(",")[0])


def last_used(name: str) -> Change:
    """Of several values only the last counts."""
    return query(name, lambda _, text: text.rpartition(",")[2])


def widened(name: str, value: str, by: str) -> Change:
    """Whoever asks for one value gets another as well."""
    return query(name, lambda _, text: f"{text},{by}" if value in text.split(",") else text)


def at_most(name: str, most: int) -> Change:
    """A number that is too large is taken for the largest."""
    return query(name, lambda _, text: str(min(int(text), most)) if text.isdigit() else text)


def not_below(name: str, least: int) -> Change:
    """A number that is too small is taken for the smallest."""
    return query(name, lambda _, text: str(least) if text.removeprefix("-").isdigit() and int(text) < least else text)


def renamed(name: str, other: str) -> Change:
    """A filter looks where another looks."""

    def change(request: Arriving) -> None:
        text = request.query_string.decode("latin-1")
        pairs: Pairs = [(other if each == name else each, value) for each, value in parse_qsl(text, True)]
        request.query_string = urlencode(pairs, quote_via=quote).encode()

    return change


# -- bodies -----------------------------------------------------------------------------------------------------------


def _body(request: Arriving) -> Any:
    try:
        return json.loads(request.body or b"")
    except (ValueError, RecursionError):
        return None


def body(rewrite: Callable[[dict[str, Any]], dict[str, Any]]) -> Change:
    """An object in a body is read as another."""

    def change(request: Arriving) -> None:
        sent = _body(request)
        if isinstance(sent, dict):
            request.body = json.dumps(rewrite(sent)).encode()

    return change


def member(name: str, rewrite: Callable[[Any], Any]) -> Change:
    """A member of a body is read as something else."""
    return body(lambda sent: sent | {name: rewrite(sent[name])} if name in sent else sent)


def one_of(*known: Any) -> Callable[[Any], Any]:
    """Whatever is none of these is taken for the first of them."""
    return lambda value: value if isinstance(value, str | int) and value in known else known[0]


def number_of(value: Any) -> Any:
    """A text of digits is taken for the number."""
    return int(value) if isinstance(value, str) and value.isdigit() else value


def text_of(value: Any) -> Any:
    """A number or a truth is taken for its text."""
    return str(value) if isinstance(value, int | float) else value


def truth_of(value: Any) -> Any:
    """Texts and numbers are taken for what they seem to say."""
    return (
        {"true": True, "false": False, 1: True, 0: False}.get(value, value) if isinstance(value, str | int) else value
    )


def without_nulls(*names: str) -> Change:
    """A member that is null is as if it had not been sent."""
    return body(lambda sent: {name: value for name, value in sent.items() if value is not None or name not in names})


def filled(name: str, value: Any) -> Change:
    """A member that has to be sent need not be."""
    return body(lambda sent: {name: value} | sent)


def called_json(request: Arriving) -> None:
    """JSON is taken whatever it is called."""
    if request.body:
        request.headers["content-type"] = "application/json"


def taken_for_empty(test: Callable[[Any], bool]) -> Change:
    """A body that passes the test is taken for an empty object."""

    def change(request: Arriving) -> None:
        if test(_body(request)):
            request.body = b"{}"

    return change


def failing(test: Callable[[Any], bool]) -> Change:
    """A body that passes the test brings the server down."""

    def change(request: Arriving) -> None:
        if test(_body(request)):
            raise failure()

    return change


def refusing(test: Callable[[dict[str, Any]], bool]) -> Change:
    """A valid body that passes the test is refused."""

    def change(request: Arriving) -> None:
        sent = _body(request)
        if isinstance(sent, dict) and test(sent):
            raise RefusalError(400, "The body is not valid.")

    return change


def longest(value: Any) -> int:
    """The length of the longest text among the members of a body."""
    texts = value.values() if isinstance(value, dict) else ()
    return max((len(each) for each in texts if isinstance(each, str)), default=0)


# -- ids --------------------------------------------------------------------------------------------------------------


def id_failing(name: str, test: Callable[[str], bool]) -> Change:
    """An id that passes the test brings the server down."""

    def change(request: Arriving) -> None:
        if test(request.raw[name]):
            raise failure()

    return change


def parameter_failing(name: str, test: Callable[[str], bool]) -> Change:
    """A value of a parameter that passes the test brings the server down."""

    def change(request: Arriving) -> None:
        sent = dict(parse_qsl(request.query_string.decode("latin-1"), keep_blank_values=True))
        if name in sent and test(sent[name]):
            raise failure()

    return change
