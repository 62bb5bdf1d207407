"""Checks on headers: the declared ones, and the grammar every header has by HTTP itself."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache, lru_cache
from typing import Any

import jsonschema_rs

from contracts.checks import check
from contracts.checks.helpers import described, has_no_body, response, sure
from contracts.core import json_text
from contracts.core.conversation import Broken
from contracts.core.exchange import Exchange, is_whole
from contracts.core.http_date import epoch
from contracts.core.structured_fields import Kind
from contracts.core.structured_fields import parsed as structured
from specs.contract import Contract, Header, Operation
from specs.contract.rate_headers import taken_apart

CLOCK = 120.0
"""Seconds by which a Date may differ from ours: a suite's own clock is not beyond doubt."""

ADDRESSES = frozenset({"location", "content-location", "referer"})
"""Headers that may hold a relative reference by HTTP itself, whatever a document calls an address."""


def _declares_headers(operation: Operation, _: Contract) -> bool:
    return any(each.headers for each in operation.answers)


@check(family="headers", kinds=("header",), concerns=_declares_headers)
def declared_headers_are_there(exchange: Exchange, contract: Contract) -> bool:
    """Every header the document requires on a response is there, and each declared one fits its schema."""
    answer = described(exchange)
    declared = answer.headers if answer and sure(exchange) else ()
    given = [(header, response(exchange).header(header.name)) for header in declared]
    missing = [header.name for header, value in given if value is None and header.required]
    odd = [found for header, value in given if value is not None and (found := _mistyped(contract, header, value))]
    if missing:
        raise Broken(f"{_listed(missing)} on a {exchange.status}", _instead(exchange, missing), others=odd)
    if odd:
        raise Broken(*odd[0], others=odd[1:])
    return any(value is not None for _, value in given)


def _instead(exchange: Exchange, missing: Sequence[str]) -> str:
    """What was sent in place of headers that are missing: one that means the same by another name is worth telling."""
    there = [name for name, _ in response(exchange).headers]
    found = dict.fromkeys(near for name in missing for near in there if _means(near, name) and near not in missing)
    none = f"no such header{'s' * (len(missing) > 1)}"
    return f"{none}, but {_listed(list(found))}" if found else none


def _means(sent: str, promised: str) -> bool:
    """Whether one name says what another does: with more in front or behind, or of a near family of rate headers."""
    one, other = taken_apart(sent), taken_apart(promised)
    alike = one is not None and other is not None and one.role == other.role
    return alike or _letters(promised.lower().removeprefix("x-")) in _letters(sent)


def _listed(names: Sequence[str]) -> str:
    return f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else names[0]


def _letters(name: str) -> str:
    return re.sub(r"[^a-z]", "", name.lower())


def _mistyped(contract: Contract, header: Header, value: str) -> tuple[str, str] | None:
    """What a header should have been, and what it is; None where it fits its schema."""
    if _validator(contract, header).is_valid(_read(header.schema, value)):
        return None
    return f"{header.name}: {_wanted(header.schema)}", repr(value)


def _wanted(schema: dict[str, Any]) -> str:
    """What the schema of a header wants, in a few words."""
    if pattern := schema.get("pattern"):
        return f"fitting {pattern}"
    told = str(schema.get("type", "a value of its schema"))
    return f"{told} of format {schema['format']}" if "format" in schema else told


@cache
def _validator(contract: Contract, header: Header) -> jsonschema_rs.Validator:
    schema = contract.json_schema(header.schema)
    if header.name.lower() in ADDRESSES and schema.get("format") in {"uri", "url"}:
        schema = {**schema, "format": "uri-reference"}
    return jsonschema_rs.Draft202012Validator(schema, validate_formats=True)


def _read(schema: dict[str, Any], value: str) -> Any:
    """A header's text as the type of its schema, or as it is.

    An object may be written as JSON, as frameworks do whose documents have such headers.
    """
    if schema.get("type") in {"object", "array"} and not isinstance(told := json_text.read(value), ValueError):
        return told
    if schema.get("type") == "integer" and is_whole(re.sub(r"^[+-]", "", value)):
        return int(value)
    if schema.get("type") == "number" and re.fullmatch(r"[+-]?\d+(\.\d+)?", value):
        return float(value)
    return value == "true" if schema.get("type") == "boolean" and value in {"true", "false"} else value


_TOKEN = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_TEXT = r'(?:"(?:[^"\\]|\\.)*")'
_DAY = r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4}"
_DATE = rf"{_DAY} \d\d:\d\d:\d\d GMT"
_COMMA = r"\s*,\s*"
_DIRECTIVE = rf"{_TOKEN}(=({_TOKEN}|{_TEXT}))?"
_TAG = r'(?:W/)?"[\x21\x23-\x7e\x80-\xff]*"'
GRAMMAR: dict[str, tuple[str, re.Pattern[str]]] = {
    name: (words, re.compile(pattern))
    for name, words, pattern in (
        ("age", "a number of seconds", r"\d+"),
        ("allow", "methods, separated by commas", rf"({_TOKEN})?({_COMMA}({_TOKEN})?)*"),
        ("cache-control", "directives, separated by commas", rf"({_DIRECTIVE})?({_COMMA}({_DIRECTIVE})?)*"),
        ("content-length", "a number of bytes", r"\d+"),
        ("content-type", "a media type", rf"{_TOKEN}/{_TOKEN}(\s*;\s*({_TOKEN}=({_TOKEN}|{_TEXT}))?)*"),
        ("date", "an HTTP date", _DATE),
        ("etag", 'an entity tag, such as "abc"', _TAG),
        ("last-modified", "an HTTP date", _DATE),
        ("location", "an address", r"\S+"),
        ("retry-after", "seconds or an HTTP date", rf"\d+|{_DATE}"),
        ("vary", "names of headers, or *", rf"({_TOKEN})?({_COMMA}({_TOKEN})?)*"),
        ("www-authenticate", "a challenge", rf"{_TOKEN}([ ,].*)?"),
    )
}  # fmt: skip
STRUCTURED: dict[str, tuple[str, Kind]] = {"priority": ("a dictionary, such as u=3, i", "dictionary")}
SINGLE = frozenset(
    ("age", "content-length", "content-type", "date", "etag", "expires", "last-modified", "location", "retry-after")
)


@check(family="protocol", kinds=("header",), asserts=())
def headers_are_well_formed(exchange: Exchange, _: Contract) -> bool:
    """The headers HTTP itself defines have the form HTTP gives them (RFC 9110, 9111, 9218).

    Date, Last-Modified, ETag, Age, Allow, Vary, Location, Retry-After, Cache-Control, Content-Type, Content-Length,
    WWW-Authenticate and Priority are read; headers HTTP does not define are not judged here. Expires is not: its bad
    values have a meaning of their own. A list may be empty, and have empty places.
    """
    for name, value in response(exchange).headers:
        if words := _malformed(name.lower(), value.strip()):
            raise Broken(f"{name}: {words}", repr(value[:80]))
    return True


@lru_cache(maxsize=4096)
def _malformed(name: str, value: str) -> str | None:
    """What a header should have been; None where its form is right or HTTP gives it none."""
    if name in STRUCTURED:
        words, kind = STRUCTURED[name]
        return words if structured(value, kind) is None else None
    words, grammar = GRAMMAR.get(name, ("", None))
    return words if grammar and not grammar.fullmatch(value) else None


@check(family="protocol", kinds=("header",), asserts=())
def no_header_contradicts_another(exchange: Exchange, _: Contract) -> bool:
    """No header that has a single value comes twice with different values."""
    seen: dict[str, str] = {}
    for name, value in response(exchange).headers:
        key = name.lower()
        if (key in SINGLE or key.startswith(("x-ratelimit-", "x-rate-limit-"))) and seen.setdefault(
            key, value
        ) != value:
            raise Broken(f"one {name}", f"{seen[key]!r} and {value!r}")
        if key in SINGLE and key not in _DATED and "," in value and not _TAGGED.match(value) and key != "location":
            raise Broken(f"one {name}", repr(value[:80]))
    return True


_DATED = {"date", "expires", "last-modified", "retry-after", "content-type"}
_TAGGED = re.compile(r'(W/)?"')


@check(family="protocol", kinds=("header",), asserts=())
def a_body_is_as_long_as_told(exchange: Exchange, _: Contract) -> bool:
    """Content-Length is the length of the body; responses that have no body in HTTP announce none.

    Not judged: encoded bodies (their length counts before decoding), HEAD and 304, whose length is that of the body
    they stand for, and answers with a Transfer-Encoding, which must not have a Content-Length as well.
    """
    got = response(exchange)
    length = got.header("Content-Length")
    if exchange.status == 204 and ((length or "0") != "0" or got.length):
        raise Broken("no body on a 204", f"Content-Length {length}" if length else f"{got.length} bytes")
    if exchange.status == 204 and length is not None:  # RFC 9110, 8.6
        raise Broken("no Content-Length on a 204", f"Content-Length {length}")
    if length is None or not is_whole(length) or got.header("Content-Encoding") or has_no_body(exchange):
        return False
    if got.header("Transfer-Encoding"):
        raise Broken("Content-Length or Transfer-Encoding", "both")
    if int(length) != got.length:
        raise Broken(f"Content-Length: {got.length}, as many as came", length)
    return True


@check(family="protocol", kinds=("header",), asserts=(), timed=True)
def the_date_is_now(exchange: Exchange, _: Contract) -> bool:
    """The Date of a response is the time it was made: two minutes of difference are allowed."""
    value = response(exchange).header("Date")
    if value is None or response(exchange).header("Age"):
        return False
    try:
        date = epoch(value)
    except ValueError:
        return False  # its form is judged elsewhere
    if not exchange.sent - CLOCK <= date <= exchange.received + CLOCK:
        raise Broken("a Date that is now", f"{value}, {date - exchange.received:+.0f} s away")
    return True


@check(family="protocol", kinds=("status", "header"), asserts=(), of="errors")
def a_refused_method_names_the_others(exchange: Exchange, contract: Contract) -> bool:
    """A 405 says in Allow which methods there are, and the refused one is not among them.

    Of a method that the document does not declare, Allow names all those it does.
    """
    if exchange.status != 405:
        return False
    allow = response(exchange).header("Allow")
    if allow is None:
        raise Broken("Allow on a 405", "no such header")
    named = {each.strip().upper() for each in allow.split(",")}
    if exchange.request.verb in named:
        raise Broken(f"Allow without {exchange.request.verb}, which was refused", allow)
    there = {each.method for each in contract.operations if each.path == exchange.operation.path}
    if exchange.request.verb not in there and (missing := there - named):
        raise Broken(f"Allow with {', '.join(sorted(missing))}", repr(allow))
    return True
