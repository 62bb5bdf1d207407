"""Checks on status, content type and body of an answer."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import jsonschema_rs
from jsonschema import Draft202012Validator, FormatChecker

from contracts.checks import check
from contracts.exchange import Exchange, Response
from contracts.law import Broken
from specs.contract import Answer, Contract, Operation


def _response(exchange: Exchange) -> Response:
    assert exchange.response is not None  # the judge hands over answered exchanges only
    return exchange.response


def _asked_as_declared(exchange: Exchange) -> bool:
    """An undeclared method or path is answered outside of what the operation declares."""
    return exchange.request.verb == exchange.operation.method


def _declared(exchange: Exchange) -> Answer | None:
    return exchange.operation.answer(exchange.status) if _asked_as_declared(exchange) else None


@check(family="status", kinds=("status",))
def status_is_declared(exchange: Exchange, _: Contract) -> bool:
    """Every answer has a status that the document declares for the operation.

    A 5xx is left to `status/no-server-error`. Undeclared methods are not judged here.
    """
    if not _asked_as_declared(exchange) or exchange.status >= 500:
        return False
    if _declared(exchange) is None:
        raise Broken(f"one of {', '.join(each.status for each in exchange.operation.answers)}", exchange.says())
    return True


@check(family="status", kinds=("status",))
def no_server_error(exchange: Exchange, _: Contract) -> bool:
    """No request makes the server fail: a 5xx that comes again when the request is sent again is a defect."""
    if exchange.status >= 500:
        if exchange.because is None or exchange.because < 500:
            return False
        raise Broken("an answer below 500", f"{exchange.says()}, twice")
    return True


@check(family="schema", kinds=("status",))
def content_type_is_declared(exchange: Exchange, _: Contract) -> bool:
    """An answer has the media type the document declares for its status."""
    declared, response = _declared(exchange), _response(exchange)
    if declared is None or not declared.media_types:
        return False
    told = (response.header("Content-Type") or "none").partition(";")[0].strip().lower()
    if told not in {each.lower() for each in declared.media_types}:
        raise Broken(" or ".join(declared.media_types), told)
    return True


@check(family="schema", kinds=("schema",))
def body_is_json(exchange: Exchange, _: Contract) -> bool:
    """A JSON answer is strict JSON: parsable, without NaN or Infinity, no member twice in one object."""
    response = _response(exchange)
    if "json" not in (response.header("Content-Type") or "").lower() or exchange.request.verb == "HEAD":
        return False
    try:
        json.loads(response.body, parse_constant=_no_constant, object_pairs_hook=_no_double)
    except (ValueError, RecursionError) as error:
        raise Broken("strict JSON", str(error)[:120]) from None
    return True


def _no_constant(name: str) -> None:
    raise ValueError(f"the literal {name}")


def _no_double(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(f"the member {next(name for name in names if names.count(name) > 1)!r} twice")
    return found


@check(family="schema", kinds=("schema",))
def body_fits_its_schema(exchange: Exchange, contract: Contract) -> bool:
    """The body of a success answer is what the document's schema says, formats included."""
    declared = _declared(exchange)
    if declared is None or declared.schema is None or not exchange.ok:
        return False
    _fits(_response(exchange), *_validators(contract, exchange.operation, declared.status))
    return True


@check(family="errors", kinds=("error", "status"))
def error_fits_its_schema(exchange: Exchange, contract: Contract) -> bool:
    """Every error answer is JSON of the one shape the document gives errors."""
    if exchange.status < 400 or exchange.request.verb == "HEAD":
        return False
    declared = _declared(exchange)
    status = declared.status if declared and declared.schema is not None else ""
    if not status and contract.error_schema is None:
        return False
    _fits(_response(exchange), *_validators(contract, exchange.operation, status))
    return True


def _fits(response: Response, fast: jsonschema_rs.Validator, slow: Draft202012Validator) -> None:
    try:
        body = json.loads(response.body)
    except (ValueError, RecursionError):
        told = (response.header("Content-Type") or "no content type").partition(";")[0]
        raise Broken("a JSON body", f"{told}: {response.body[:60]!r}") from None
    if fast.is_valid(body):
        return
    errors = sorted(slow.iter_errors(body), key=lambda error: len(error.absolute_path))
    if errors:
        place = "".join(f"/{step}" for step in errors[0].absolute_path) or "the body"
        raise Broken(f"a body that fits the schema at {place}", _short(errors[0].message))


def _short(text: str) -> str:
    return text if len(text) <= 160 else f"{text[:80]} … {text[-70:]}"


@cache
def _validators(
    contract: Contract, operation: Operation, status: str
) -> tuple[jsonschema_rs.Validator, Draft202012Validator]:
    """A fast validator to decide and a slow one to explain; "" is the document's common error schema."""
    answer = next((each for each in operation.answers if each.status == status), None)
    schema = contract.json_schema((answer.schema if answer else contract.error_schema) or {})
    slow = Draft202012Validator(schema, format_checker=FormatChecker())
    return jsonschema_rs.Draft202012Validator(schema, validate_formats=True), slow
