"""What checks read from an exchange, and which exchanges say nothing about a promise. No checks are defined here."""

from __future__ import annotations

import re

from contracts.core.exchange import Exchange, Response
from contracts.request.url import path_values
from contracts.strategies.schemathesis_cases import fits
from specs.contract import Answer, Contract

HIDDEN = re.compile(r"\$\{?[A-Z][A-Z0-9]*_[A-Z0-9_]+")
"""What recorded text has in place of a secret."""


def response(exchange: Exchange) -> Response:
    """The answer; the judge hands over answered exchanges only."""
    assert exchange.response is not None
    return exchange.response


def asked_as_declared(exchange: Exchange) -> bool:
    """An undeclared method or path is answered outside of what the operation declares."""
    return exchange.request.verb == exchange.operation.method


def declared(exchange: Exchange) -> Answer | None:
    """What the document declares for this answer, if it was asked as declared."""
    return exchange.operation.answer(exchange.status) if asked_as_declared(exchange) else None


def usable(answer: Answer) -> None:
    """Raises ValueError where a defect of the document keeps what an answer carries from being judged."""
    if answer.unusable:
        raise ValueError(answer.unusable)


def routed(exchange: Exchange, contract: Contract) -> bool:
    """Whether the operation itself has answered, as far as can be seen.

    Some servers in front refuse zero bytes and hidden slashes unasked; and where a value in the path is none that the
    document allows there, many routers know no such path, unless one shape is stated for all errors.
    """
    path = exchange.request.target.partition("?")[0].upper()
    if any(code in path for code in ("%00", "%2F", "%5C")):
        return False
    return exchange.status != 404 or contract.errors_alike or not _names_nothing(exchange, contract)


def _names_nothing(exchange: Exchange, contract: Contract) -> bool:
    """Whether a value in the path breaks the schema of its parameter."""
    operation = exchange.operation
    values = path_values(operation, exchange.request.target)
    stated = ((operation.parameter(name, "path"), value) for name, value in values.items())
    return any(each is not None and fits(contract, each, value) is False for each, value in stated)


def described(exchange: Exchange) -> Answer | None:
    """What the document says of this very answer: a default that stands alone speaks of success, not of errors."""
    answer = declared(exchange)
    lone = answer is not None and answer.status.lower() == "default" and not exchange.operation.refuses(answer)
    return None if lone and not exchange.ok else answer


def sure(exchange: Exchange) -> bool:
    """A 5xx may be a lock or a deploy, so the first one says nothing; it is sent again before anyone is blamed."""
    return exchange.status < 500 or (exchange.retry_status or 0) >= 500


def has_no_body(exchange: Exchange) -> bool:
    """Answers that HTTP gives no body, whatever their headers say."""
    return exchange.request.verb == "HEAD" or exchange.status in {204, 205, 304} or exchange.status < 200


def media_type(answer: Response) -> str:
    """The media type alone, in lower case; "" where there is none."""
    return (answer.header("Content-Type") or "").partition(";")[0].strip().lower()
