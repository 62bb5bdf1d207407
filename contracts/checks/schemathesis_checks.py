"""Schemathesis's own checks of answers, on the recorded exchanges: a second opinion, by code that is not ours.

Nothing is sent for them. Only those are used that judge an answer by itself; those about generated data are not, since
our laws of input send its cases and decide by the schema alone which of them are wrong.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from types import SimpleNamespace
from typing import Any

from contracts.checks import CHECKS, check
from contracts.checks.helpers import (
    HIDDEN,
    asked_as_declared,
    declared,
    described,
    has_no_body,
    media_type,
    response,
    routed,
    sure,
)
from contracts.checks.status_and_type import OURS
from contracts.config.http import MIB
from contracts.core.conversation import Broken
from contracts.core.exchange import Exchange, Response
from contracts.strategies import schemathesis_cases
from specs.contract import Contract, Operation
from specs.contract.operations import is_json

_REMEMBERED = 4096
_LARGE = MIB
"""Bytes of an answer above which one opinion is enough: its code reads the body once more, into memory of its own."""
_MANY = 16 * 1024
"""Bytes of an answer above which ours are asked first: its code makes a finding of every item that is wrong."""


@check(family="schemathesis", kinds=("schema", "status", "header"))
def schemathesis_finds_nothing_more(exchange: Exchange, contract: Contract) -> bool:
    """Schemathesis's own checks of a response find nothing that ours do not find.

    Its checks of status, content type, headers and body judge every distinct answer. What another check of this suite
    finds as well is one finding, and reported there. Not held against a deployment: the first of two server errors,
    answers to undeclared methods, statuses that have no body whatever a default declares, statuses that the checks of
    this suite allow, and texts of our own that come back. A body of more than a mebibyte is not judged by its checks.
    """
    if has_no_body(exchange) or not (asked_as_declared(exchange) and sure(exchange) and routed(exchange, contract)):
        return False
    if response(exchange).length > _LARGE:
        return False
    answer = declared(exchange)
    if answer != described(exchange) or (answer is not None and answer.unusable):
        return False
    if response(exchange).length > _MANY and _found_by_ours(exchange, contract):
        return False
    found = _objection(contract, exchange.operation, response(exchange))
    if found is None:
        return True
    name, words = found
    body = response(exchange).body
    if name == "response_schema_conformance" and HIDDEN.search(body):
        return False  # it sees the placeholder of a secret, which need not look like one
    if name == "response_schema_conformance" and not is_json(media_type(response(exchange))):
        return False  # it parses YAML and XML, whose schema is as a rule that of the text
    if name == "status_code_conformance" or OURS.search(body) or _found_by_ours(exchange, contract):
        return False
    raise Broken(f"nothing for Schemathesis's {name} to object to", words)


_FLEETING = {"date", "x-request-id", "x-ratelimit-remaining", "x-ratelimit-reset", "content-length"}
"""Headers that differ with every answer: of answers that differ in nothing else one is judged, until it is bad."""
_known: dict[Any, tuple[str, str] | None] = {}
_good: set[Any] = set()
"""Statuses with the headers that the checks read: of an answer with these nothing but the body is left to judge."""


def _objection(contract: Contract, operation: Operation, answer: Response) -> tuple[str, str] | None:
    """The first of its checks that objects to an answer, and its words; every distinct good answer is judged once.

    What was bad about one answer may be one of the headers in which others differ: so each of those is judged itself.
    """
    pairs = ((name.lower(), value) for name, value in answer.headers)
    headers = tuple((name, "" if name in _FLEETING else value) for name, value in pairs)
    key = contract, operation.key, answer.status, headers, answer.fingerprint
    if key not in _known:
        if len(_known) > _REMEMBERED:
            _known.clear()
        _known[key] = _new_objection(contract, operation, answer)
    elif _known[key] is not None:
        return _judged(contract, operation, answer, _judges())
    return _known[key]


def _new_objection(contract: Contract, operation: Operation, answer: Response) -> tuple[str, str] | None:
    read = _headers_read(operation)
    head = contract, operation.key, answer.status, tuple(each for each in answer.headers if each[0].lower() in read)
    *_, of_body = _judges()
    if head in _good:
        return _judged(contract, operation, answer, [of_body])
    found = _judged(contract, operation, answer, _judges())
    if found is None or found[0] == of_body.__name__:
        if len(_good) > _REMEMBERED:
            _good.clear()
        _good.add(head)
    return found


@cache
def _headers_read(operation: Operation) -> frozenset[str]:
    """The headers of which its checks say anything."""
    return frozenset(("content-type", *(each.name.lower() for one in operation.answers for each in one.headers)))


def _found_by_ours(exchange: Exchange, contract: Contract) -> bool:
    for each in CHECKS.values():
        if each.family != "schemathesis":
            try:
                each.judge(exchange, contract)
            except Broken:
                return True
    return False


def _judged(
    contract: Contract, operation: Operation, answer: Response, judges: Sequence[Any]
) -> tuple[str, str] | None:
    from schemathesis.core.failures import Failure, FailureGroup

    case = _case(contract, operation)
    if case is None:
        return None
    converted = _told(answer)
    for judge in judges:
        if judge.__name__ == "response_headers_conformance" and _has_structured_headers(operation):
            continue
        try:
            judge(None, converted, case)
        except FailureGroup as group:
            return judge.__name__, _words(group.exceptions[0])
        except Failure as failure:
            return judge.__name__, _words(failure)
        except Exception:
            continue
    return None


@cache
def _has_structured_headers(operation: Operation) -> bool:
    """Whether a header is an object or an array: such are written as JSON too, which Schemathesis does not read."""
    told = (header.schema.get("type") for each in operation.answers for header in each.headers)
    return any(kind in ("object", "array") for kind in told)


def _words(failure: Any) -> str:
    first = str(failure.message).partition("\n\n")[0].replace("\n", " ")
    return f"{failure.title}: {first}"[:200]


@cache
def _judges() -> tuple[Any, ...]:
    from schemathesis.specs.openapi import checks

    return (
        checks.status_code_conformance,
        checks.content_type_conformance,
        checks.response_headers_conformance,
        checks.response_schema_conformance,
    )


@cache
def _case(contract: Contract, operation: Operation) -> Any:
    """A case of its own for an operation; None where it cannot read the document."""
    try:
        return schemathesis_cases.schemathesis_of(contract)[operation.path][operation.method].Case()
    except Exception:
        return None


_ASKED: Any = SimpleNamespace(method="GET", url="")
"""Of the request its checks of an answer read nothing, but they want one to be there."""


def _told(answer: Response) -> Any:
    """The answer as Schemathesis holds answers."""
    from schemathesis.core.transport import Response as Theirs

    headers: dict[str, list[str]] = {}
    for name, value in answer.headers:
        headers.setdefault(name.lower(), []).append(value)
    body = answer.body.encode("utf-8", "surrogateescape")
    return Theirs(answer.status, headers, body, _ASKED, 0.0, verify=True)
