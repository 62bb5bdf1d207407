"""Checks on the status and the content type of an answer, and on its being JSON at all."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

from contracts.checks import check
from contracts.checks.helpers import (
    asked_as_declared,
    declared,
    described,
    has_no_body,
    media_type,
    response,
    routed,
    sure,
)
from contracts.core import tags
from contracts.core.conversation import Broken
from contracts.core.exchange import Exchange
from contracts.core.failures import plain
from contracts.core.fingerprint import once_a_text
from contracts.request.url import path_values
from specs.contract import Contract, Rule

_BYTES = re.compile("[\udc80-\udcff]")
"""How recorded text has bytes that are no UTF-8."""


_HALF = re.compile(r"\\u[dD][89a-fA-F][0-9a-fA-F]{2}")
"""An escape for half of a character beyond the first 65,536; two in the right order are one."""
OURS = re.compile(tags.RUN + r"-\d")
"""How the names begin that conversations make up: what they put into a text may come back as it was."""


def _of_the_owner(exchanges: Sequence[Exchange]) -> None:
    """Undeclared 404s to somebody who is granted the operation there, or where nobody is.

    To all others they say that what belongs to another tenant is not shown; a document that states so allows that.
    """
    granted = {(_tenant(each), each.request.principal) for each in exchanges if each.ok}
    places = {place for place, _ in granted}
    for each in exchanges:
        foreign = _tenant(each) in places and (_tenant(each), each.request.principal) not in granted
        if _may_be_foreign(each) and not foreign:
            raise Broken(_declared_statuses(each), each.summary(), [each])


def _tenant(exchange: Exchange) -> str:
    """The value of the first path parameter, which names the tenant where anything does."""
    values = path_values(exchange.operation, exchange.request.target)
    return values.get(next(iter(exchange.operation.path_parameters), ""), "")


def _may_be_foreign(exchange: Exchange) -> bool:
    """Whether a 404 that is not declared may stand for the 403 that is."""
    operation = exchange.operation
    unsaid = asked_as_declared(exchange) and exchange.status == 404 and declared(exchange) is None
    return unsaid and bool(exchange.request.principal) and any(each.status == "403" for each in operation.answers)


def _declared_statuses(exchange: Exchange) -> str:
    return f"one of {', '.join(each.status for each in exchange.operation.answers)}"


@check(family="status", kinds=("status",), together=_of_the_owner)
def status_is_declared(exchange: Exchange, contract: Contract) -> bool:
    """Every response has a status that the document declares for the operation.

    Ranges ("4XX") and the default count as declared. A 5xx is left to `status/no-server-error`. Undeclared methods are
    not judged here, nor is a 409 for a refresh that lost against another one, nor a 415 for a type of body that is not
    declared, nor a 429 of a limiter that the document does not speak of, nor a refusal by an operation of which the
    document tells successes only: it says nothing of its errors. Where the document states that another tenant is
    refused with 403 or 404, a 404 stands for a declared 403 to whoever is granted nothing at that tenant's address.
    """
    if exchange.status == 409 and contract.tokens and exchange.operation is contract.tokens.refresh:
        return False
    if not asked_as_declared(exchange) or exchange.status >= 500 or (exchange.status == 304 and _conditional(exchange)):
        return False
    if exchange.status >= 400 and not any(exchange.operation.refuses(each) for each in exchange.operation.answers):
        return False
    if exchange.status == 415 and _of_undeclared_type(exchange):
        return False
    if exchange.status == 429 and declared(exchange) is None:
        return False  # a limiter in front refuses whichever operation comes next: no matter of this one
    if _may_be_foreign(exchange) and Rule.FOREIGN_IS_403_OR_404 in contract.rules:
        return False
    if declared(exchange) is None:
        raise Broken(_declared_statuses(exchange), exchange.summary())
    return True


PASSING = {502, 503, 504}
"""A gateway in front of a server answers so during a restart: that it comes and goes is no defect."""
OFTEN = 0.1
"""The share of an operation's requests that may meet a server error which does not come again."""


def _at_times(exchanges: Sequence[Exchange]) -> None:
    """Server errors that come and go, too often for chance: to several requests, with a success in between."""
    asked = [each for each in exchanges if asked_as_declared(each)]
    failed = [each for each in asked if each.status >= 500 and each.status not in PASSING and not sure(each)]
    between = failed and any(failed[0].received < each.sent < failed[-1].sent for each in asked if each.ok)
    if between and len(failed) > OFTEN * len(asked):
        rate = f"{failed[0].summary()} to {len(failed)} of {len(asked)} requests, though not when they were repeated"
        raise Broken("an answer below 500", rate, failed)


@check(family="status", kinds=("status",), asserts=(), together=_at_times)
def no_server_error(exchange: Exchange, _: Contract) -> bool:
    """No request makes the server fail: a 5xx that comes again when the request is sent again is a defect.

    So is one that comes now and then: to several requests of one operation and more than a tenth of them, with a
    success in between. What came once and not again, or what a gateway says in a deploy, is reported by
    `status/answers-are-reliable`.
    """
    if not sure(exchange) or (exchange.status >= 500 and not asked_as_declared(exchange)):
        return False
    if exchange.status in PASSING:
        return False  # a gateway says so, about whichever operation comes next
    if exchange.status >= 500:
        raise Broken(f"an answer below 500{_far_fetched(exchange)}", f"{exchange.summary()}, twice")
    return True


_DEEP = 100
"""Brackets in a row that no client sends."""
_FAR_FETCHED = {
    "to a body nested deeply": re.compile(rf"(?:[\[{{]\s*(?:\"[^\"]*\"\s*:\s*)?){{{_DEEP}}}"),
    "to half of a surrogate pair": re.compile(r"(?<!\\)\\ud[89ab][0-9a-f]{2}(?!\\ud[c-f])", re.IGNORECASE),
    "to a number out of range": re.compile(r"[:,\[]\s*(?:9223372036854775808|\d{20,}|\d+e\d{3,})\s*[,\]}]"),
}
"""What no client sends, in the body of a request."""
_BEYOND = re.compile(r"=(?:9223372036854775808|\d{20,})(?:&|$)")


def _far_fetched(exchange: Exchange) -> str:
    """What of a request no client sends, as it follows upon an expectation; "" where it is an ordinary one."""
    body = exchange.request.body or ""
    found = next((f" {what}" for what, shape in _FAR_FETCHED.items() if shape.search(body)), "")
    beyond = _BEYOND.search(exchange.request.target) or _far_page(exchange)
    return found or (" to a number out of range" if beyond else "")


def _far_page(exchange: Exchange) -> bool:
    """Whether it asks for a page that is so far on that the server has to count beyond 64 bits to get there."""
    paging = exchange.operation.paging
    if paging is None or paging.position is None:
        return False
    named = rf'[?&"]{re.escape(paging.position.name)}"?\s*[=:]\s*\d{{17,}}(?!\d)'
    return re.search(named, f"{exchange.request.target} {exchange.request.body or ''}") is not None


@check(family="status", kinds=("status",), asserts=())
def status_fits_the_question(exchange: Exchange, _: Contract) -> bool:
    """A status fits its request: reading and deleting create nothing, and 304 answers conditional requests alone.

    201 answers only methods that can create, 206 only a request for a range, 304 only a conditional request; 1xx and
    407 answer none. Statuses that the document itself declares for the operation are not doubted.
    """
    answer = declared(exchange)
    if not asked_as_declared(exchange) or (answer and answer.status == str(exchange.status)):
        return answer is not None
    method, asked = exchange.request.verb, {name.lower() for name, _ in exchange.request.headers}
    wrong = (
        (exchange.status == 201 and method in {"GET", "DELETE"})
        or (exchange.status == 206 and "range" not in asked)
        or (exchange.status == 304 and not (_conditional(exchange) and method == "GET"))
        or exchange.status < 200
        or exchange.status == 407
    )
    if wrong:
        raise Broken(f"a status that can answer {method}", exchange.summary())
    return True


def _of_undeclared_type(exchange: Exchange) -> bool:
    """Whether a request came with a type of body that the document does not offer."""
    sent = next((value for name, value in exchange.request.headers if name.lower() == "content-type"), "")
    declared_type = exchange.operation.body.media_type if exchange.operation.body else ""
    return not _covers(declared_type.lower(), sent.partition(";")[0].strip().lower())


def _conditional(exchange: Exchange) -> bool:
    return any(name.lower() in {"if-none-match", "if-modified-since"} for name, _ in exchange.request.headers)


@check(family="schema", kinds=("status",), asserts=("schema", "error"))
def content_type_is_declared(exchange: Exchange, contract: Contract) -> bool:
    """A response has the media type the document declares for its status; JSON is sent as UTF-8.

    Where the document declares no content for an answer, any type will do.
    """
    answer, got = described(exchange), response(exchange)
    if (
        answer is None
        or not answer.media_types
        or has_no_body(exchange)
        or (exchange.status // 100 == 3 and not got.body)  # who is sent elsewhere reads nothing here
        or not (sure(exchange) and routed(exchange, contract))
    ):
        return False
    sent_type = media_type(got) or "none"
    if not any(_covers(each.lower(), sent_type) for each in answer.media_types):
        raise Broken(" or ".join(answer.media_types), sent_type)
    charset = re.search(r"charset\s*=\s*\"?([\w-]+)", got.header("Content-Type") or "", re.IGNORECASE)
    if "json" in sent_type and charset and charset[1].lower() not in {"utf-8", "utf8", "us-ascii"}:
        raise Broken(f"{sent_type} in UTF-8", f"charset={charset[1]}")
    return True


def _covers(declared_type: str, sent_type: str) -> bool:
    plain = declared_type.partition(";")[0].strip()
    return plain in {sent_type, "*/*"} or (plain.endswith("/*") and sent_type.startswith(plain[:-1]))


@check(family="schema", kinds=("schema",))
def body_is_json(exchange: Exchange, _: Contract) -> bool:
    """A JSON response is strict JSON: UTF-8, parsable, without NaN or Infinity, no member twice in one object.

    Nor does a text end in the middle of a character; where the suite itself has sent such a text, it may come back.
    """
    got = response(exchange)
    if "json" not in media_type(got) or has_no_body(exchange) or not sure(exchange):
        return False
    if not got.body and (told := declared(exchange)) is not None and not told.media_types:
        return False  # the document says that nothing comes, and a client reads nothing
    if problem := _problem(got.body):
        raise Broken("strict JSON", problem)
    return True


@once_a_text
def _problem(text: str) -> str | None:
    """What keeps a text from being strict JSON."""
    if _BYTES.search(text):
        return "bytes that are no UTF-8"
    if text.startswith("\ufeff"):
        return "a byte order mark before it"
    if _HALF.search(text) and not OURS.search(text):
        try:
            json.dumps(json.loads(text), ensure_ascii=False).encode("utf-8")
        except (UnicodeEncodeError, ValueError, RecursionError) as error:
            if isinstance(error, UnicodeEncodeError):
                return "half of a character, which no text of UTF-8 can hold"
    try:
        json.loads(text, parse_constant=_no_constant, object_pairs_hook=_no_double)
    except (ValueError, RecursionError) as error:
        return _told(error) if text.strip() else "an empty body"
    return None


def _told(error: Exception) -> str:
    unforeseen = isinstance(error, RecursionError) or "int_max_str_digits" in str(error)
    return plain(error) if unforeseen else str(error)[:120]


def _no_constant(name: str) -> None:
    raise ValueError(f"the literal {name}")


def _no_double(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(f"the member {next(name for name in names if names.count(name) > 1)!r} twice")
    return found
