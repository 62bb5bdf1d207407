"""How a list is paged: which parameters say so, and what they count.

A name alone decides nothing where the document says more: a text that comes from an answer is a cursor whatever it is
called, a number beside such a text is bookkeeping, and what counts from 1 says so in its default, minimum or prose.
"""

from __future__ import annotations

import re

from specs.contract.model import Asked, Dialect, Parameter, Schema
from specs.contract.page_info import Wording
from specs.contract.schema_queries import follow, types
from specs.contract.vocabulary import AFTER, POSITIONS, SIZES, TOKENS, UNSURE, fold

_FROM_AN_ANSWER = re.compile(
    r"\b(cursor|token|opaque|bookmark|continu\w*|returned (by|in|from|with)"
    r"|previous (response|request|page|call|result)|next[ _]?(page|cursor|token|offset)|last (response|seen|item|id)"
    r"|provided by)\b",
    re.IGNORECASE,
)
_COUNTED = re.compile(
    r"\b(page number|number of (the )?page|page index|page to (return|retrieve|fetch|get)|which page"
    r"|number of \w+ to skip|(zero|one|0|1)[- ]?(based|indexed))\b",
    re.IGNORECASE,
)
_FROM_ONE = re.compile(
    r"\b(1|one)[- ]?(based|indexed)\b|\bfirst (page|item|result|record|one)( number| index)? is (number )?(1|one)\b"
    r"|\b(start|begin|count)(s|ing)? (at|from|with) (1|one)\b|\bdefaults? (to|is|:)? ?1\b",
    re.IGNORECASE,
)
_FROM_ZERO = re.compile(
    r"\b(0|zero)[- ]?(based|indexed)\b|\bfirst (page|item|result|record|one)( number| index)? is (number )?(0|zero)\b"
    r"|\b(start|begin|count)(s|ing)? (at|from|with) (0|zero)\b|\bdefaults? (to|is|:)? ?0\b",
    re.IGNORECASE,
)
_AN_ID = re.compile(r"\b(given|start(ing)?|last|next) u?id\b|\bu?id to (start|read|continue)\b", re.IGNORECASE)
_NUMBERS = {"integer", "number"}


def asked(
    raw: Schema, parameters: tuple[Parameter, ...], words: Wording, *, told: bool = False, scim: bool = False
) -> Asked:
    """Find the page parameters and the dialect they speak.

    `told`: the answer tells that it is a page, so that a date may be a position, and a position that means other things
    too needs no page size beside it. `scim`: it is one of SCIM, whose items count from 1 (RFC 7644, section 3.4.2.4).
    """
    query = {fold(item.name): item for item in parameters if item.location == "query"}
    position, dialect = _position(raw, query, words, told=told)
    folded = [fold(words.size)] if words.size else [name for name in SIZES if name in query]
    size = next(
        (each for name in folded if (each := query.get(name)) and each is not position and _is_size(raw, each)), None
    )
    unsure = position is not None and fold(position.name) in UNSURE and not words.position
    if size is None and unsure and not told:
        return Asked()
    first = _first(position, dialect, unsaid=1 if scim else 0) if words.first is None else words.first
    return Asked(size, position, dialect, first)


def _is_size(raw: Schema, parameter: Parameter) -> bool:
    """Tell a page size from a truth such as "count the items as well"."""
    return "boolean" not in types(raw, parameter.schema)


def _position(
    raw: Schema, query: dict[str, Parameter], words: Wording, *, told: bool
) -> tuple[Parameter | None, Dialect | None]:
    if words.position is not None and (stated := query.get(fold(words.position))) is not None:
        return stated, words.dialect or _named(fold(words.position)) or "offset"
    found = [
        (name, dialect)
        for listed, names in POSITIONS.items()
        for name in names
        if name in query
        and (dialect := _dialect(raw, query[name], listed, told=told))
        and words.dialect in (None, dialect)
    ]
    found.sort(key=lambda each: each[0] not in TOKENS)  # the answer's own token, whatever stands beside it
    sure = [each for each in found if each[0] not in UNSURE] or found
    if not sure and {"first", "max"} <= query.keys() and _NUMBERS & types(raw, query["first"].schema):
        return query["first"], "offset"  # of so many at most
    return (query[sure[0][0]], sure[0][1]) if sure else (None, None)


def _dialect(raw: Schema, parameter: Parameter, listed: Dialect, *, told: bool) -> Dialect | None:
    """Say what a position of a usual name counts, as the document describes it; None for a filter of that name."""
    schema = follow(raw, parameter.schema)
    kinds = types(raw, schema)
    dated = str(schema.get("format", "")).startswith(("date", "time"))
    if (dated and not (told and fold(parameter.name) in AFTER)) or kinds & {"boolean", "array", "object"}:
        return None
    prose = _prose(parameter, schema)
    if listed == "cursor" or (fold(parameter.name) in UNSURE and _AN_ID.search(prose)):
        return "cursor"
    if not kinds or (kinds & _NUMBERS and "string" not in kinds) or _is_numeric(parameter, schema):
        return listed
    if _FROM_AN_ANSWER.search(prose) or _AN_ID.search(prose):
        return "cursor"
    if listed == "offset" and fold(parameter.name) in UNSURE:
        return "cursor" if told else None  # a text, where the answer has one to go on with
    return listed


def _is_numeric(parameter: Parameter, schema: Schema) -> bool:
    shown = [parameter.example, schema.get("default"), schema.get("example")]
    if any(str(each).isdigit() for each in shown if each is not None):
        return True
    return _COUNTED.search(_prose(parameter, schema)) is not None


def _prose(parameter: Parameter, schema: Schema) -> str:
    return f"{parameter.description} {schema.get('description', '')}"


def _named(name: str) -> Dialect | None:
    return next((dialect for dialect, names in POSITIONS.items() if name in names), None)


def _first(position: Parameter | None, dialect: Dialect | None, unsaid: int) -> int:
    """Say what the first item or page is numbered: by default, minimum or prose, else pages from 1, items `unsaid`."""
    if position is None or dialect == "cursor":
        return 0
    firsts = (position.schema.get(key) for key in ("default", "minimum"))
    stated = next((int(each) for each in firsts if isinstance(each, int) and each in (0, 1)), None)
    if stated is not None:
        return stated
    prose = _prose(position, position.schema)
    if _FROM_ONE.search(prose) or _FROM_ZERO.search(prose):
        return 0 if _FROM_ZERO.search(prose) else 1
    return 1 if dialect == "page" else unsaid
