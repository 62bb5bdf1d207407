"""What is wrong to send to an operation: the cases of this suite's own and Schemathesis's, the most telling first."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import zip_longest
from typing import Any

from contracts.core.forms import UNFINISHED
from contracts.strategies.bodies import ANOTHER_CASE, Change, changes
from contracts.strategies.schemathesis_cases import Case, cases, fits, once, one_fits, validator
from specs.contract import Contract, Operation, Parameter
from specs.contract.leniency import takes_any_case, takes_other_values
from specs.contract.operations import is_form
from specs.contract.schema_queries import members, required, rule_of

MALFORMED = "malformed JSON"
RAW = (
    (MALFORMED, UNFINISHED),
    ("an array", "[]"),
    ("an empty body", ""),
    ("null", "null"),
    ("a text behind the JSON", "{} x"),
    ("a text", '"text"'),
    ("no JSON at all", "name=value"),
    ("a comma too many", '{"a": 1,}'),
    ("single quotes", "{'a': 1}"),
    ("not a number", '{"a": NaN}'),
)
"""Bodies that are no object, or nothing at all, by what they are."""


def example(operation: Operation) -> dict[str, Any]:
    """The document's richest example of a body; {} where it has none."""
    found = [each for each in operation.body.examples if isinstance(each, dict)] if operation.body else []
    return max(found, key=lambda each: len(str(each)), default={})


@cache
def wrong_bodies(contract: Contract, operation: Operation) -> tuple[Case, ...]:
    """Ways to break the body of an operation: the most telling of each place first, Schemathesis's own at the end."""
    if operation.body is not None and is_form(operation.body.media_type):
        return tuple(_wrong_forms(contract, operation))
    if operation.body is None or "json" not in operation.body.media_type:
        return ()
    schema = contract.json_schema(operation.body.schema, direction="request")
    found = [_as_case(each) for each in changes(schema, example(operation))]
    lenient = {name for name, each in members(schema, schema).items() if takes_other_values(_told(each.schema))}
    narrowed = (_narrowed(each) for each in cases(contract, operation))
    found += [each for each in narrowed if each is not None and each.name not in lenient]
    return (*_unreadable(contract, operation), *once(found))


def _wrong_forms(contract: Contract, operation: Operation) -> Iterator[Case]:
    """Ways to break a form, whose values are all texts: a member that is missing, or a text that it may not be."""
    assert operation.body is not None
    schema = contract.json_schema(operation.body.schema, direction="request")
    right = example(operation)
    needed = required(schema, schema)
    for name, rule in contract.body_rules(operation).items():
        if name in needed and name in right:
            yield Case("gone", name, "missing", False, None)
        for what, text in _texts(rule) if rule.get("type") in FORMED else ():
            if one_fits(rule, text) is False:
                yield Case("body", name, what, False, text)


FORMED = ("string", "integer", "number", "boolean")
"""Types of members that a form carries as one text."""


def _as_case(change: Change) -> Case:
    return Case("gone" if change.drop else "body", change.where, change.what, False, change.value)


def _narrowed(case: Case) -> Case | None:
    """Schemathesis's whole body as one member of a right body."""
    if case.place != "body" or case.valid:
        return None
    if not isinstance(case.value, dict):
        return case if not case.name else None
    if not case.name:
        return None
    kind = "body" if case.name in case.value else "gone"
    what = case.what.removeprefix(f"{case.name}: ").lower()
    return Case(kind, case.name, what, False, case.value.get(case.name))


def _unreadable(contract: Contract, operation: Operation) -> list[Case]:
    """Bodies that cannot be read, or not as what they say they are.

    An empty body, and one of another type, may be taken for an empty object, so they are wrong only where that is.
    """
    allowed = validator(contract, operation)
    lenient = allowed.is_valid({}) or (operation.body is not None and not operation.body.required)
    found = [Case("media", "", "text/plain", False, "text/plain")] if not lenient else []
    for what, text in RAW:
        try:
            wrong = not allowed.is_valid(json.loads(text)) and "NaN" not in text
        except ValueError:
            wrong = bool(text) or not lenient
        if wrong or "NaN" in text:
            found.append(Case("raw", "", what, False, text))
    return found


@cache
def wrong_queries(contract: Contract, operation: Operation) -> tuple[Case, ...]:
    """Query values the document forbids, for each parameter the most telling first."""
    taken = {each.name for each in operation.parameters if takes_other_values(_prose(contract, each))}
    found = [each for each in cases(contract, operation) if each.place == "query" and not each.valid]
    own = [
        Case("query", name, what, False, text)
        for parameter in operation.parameters
        for name, what, text in (*_telling(contract, parameter), *_inside(contract, parameter))
    ]
    return once(each for each in (*own, *found) if each.name not in taken)


def _prose(contract: Contract, parameter: Parameter) -> str:
    """What the document says of a parameter, in its own place or with its schema."""
    return f"{parameter.description} {_told(contract.json_schema(parameter.schema))}"


def _told(schema: Mapping[str, Any]) -> str:
    return str(schema.get("description", ""))


def _inside(contract: Contract, parameter: Parameter) -> Iterator[tuple[str, str, str]]:
    """Texts that break a member of a query parameter that is an object, written as `name[member]`."""
    if parameter.location != "query" or parameter.style != "deepObject":
        return
    schema = contract.json_schema(parameter.schema)
    for key, member in members(schema, schema).items():
        rule = {**rule_of(schema, member.schema), "$defs": schema.get("$defs", {})}
        for what, text in _texts(rule):
            if rule.get("type") in FORMED and one_fits(rule, text) is False:
                yield f"{parameter.name}[{key}]", what, text


def _telling(contract: Contract, parameter: Parameter) -> Iterator[tuple[str, str, str]]:
    """Texts that break a query parameter where implementations tend to be lenient."""
    if parameter.location != "query" or parameter.style == "deepObject":
        return
    schema = contract.json_schema(parameter.schema)
    inner = schema.get("items", {}) if schema.get("type") == "array" else schema
    texts = list(_texts(inner))
    if inner is not schema and (good := _right(contract, parameter, inner)):
        texts.insert(1, ("one wrong item among right ones", "~no~"))
        # What looks at the first of several values alone lets a wrong one behind it through.
        texts = [(what, f"{good}{parameter.separator}{text}") for what, text in texts]
    for what, text in texts:
        if what == ANOTHER_CASE and takes_any_case(_prose(contract, parameter)):
            continue
        if fits(contract, parameter, text) is False:
            yield parameter.name, what, text


def _right(contract: Contract, parameter: Parameter, inner: dict[str, Any]) -> str:
    """A text that is right as one of several values; "" where none is known."""
    shown = parameter.example if isinstance(parameter.example, str) else ""
    usual = {"email": "somebody@example.com", "uuid": "00000000-0000-4000-8000-000000000000"}
    plain = "1" if inner.get("type") in {"number", "integer"} else usual.get(str(inner.get("format")), "")
    tried = (*inner.get("enum", ()), shown.partition(parameter.separator or ",")[0], plain)
    return next((str(each) for each in tried if str(each) and fits(contract, parameter, str(each)) is True), "")


def _texts(schema: dict[str, Any]) -> Iterator[tuple[str, str]]:
    if isinstance(schema.get("maximum"), int | float):
        yield "above the maximum", str(int(schema["maximum"]) + 1)
    if isinstance(schema.get("minimum"), int | float):
        yield "below the minimum", str(int(schema["minimum"]) - 1)
    if choices := [each for each in schema.get("enum", ()) if isinstance(each, str)]:
        yield "not in the enumeration", f"{choices[0]}_x"
        if choices[0].swapcase() != choices[0]:
            yield ANOTHER_CASE, choices[0].swapcase()
    yield (
        "of another kind",
        {"email": "two@@example.com", "date-time": "yesterday"}.get(str(schema.get("format")), "AAA"),
    )
    if schema.get("format") == "date-time":
        yield "no day of the calendar", "2026-02-30T10:00:00+00:00"
    if isinstance(schema.get("maximum"), int | float):
        yield "far above the maximum", str(int(schema["maximum"]) * 1000)
    if isinstance(schema.get("minimum"), int | float) and schema["minimum"] > 0:
        yield "negative", "-1"
    if schema.get("type") in {"number", "integer"}:
        yield "a number with something after it", "5x"
    if schema.get("type") == "integer":
        yield "a fraction", "1.5"


def by_turns(found: Iterable[Case]) -> list[Case]:
    """The cases of places that can be wrong in the same ways, with another way first at each of them."""
    places: dict[str, list[Case]] = {}
    for case in found:
        places.setdefault(case.where, []).append(case)
    met: dict[tuple[str, ...], int] = {}
    turned: list[Case] = []
    for group in places.values():
        ways = [next(each for each in group if each.what == what) for what in dict.fromkeys(e.what for e in group)]
        kind = tuple(each.what for each in ways)
        start = met[kind] = met.get(kind, -1) + 1
        first = ways[start % len(ways)]
        turned += [first, *(each for each in group if each is not first)]
    return turned


def spread(found: Iterable[Case], per_place: int, most: int, seed: int = 0) -> list[Case]:
    """So many cases, in so many ways per place: the first of every place before the second of any.

    Where there are too many, another seed leaves out others.
    """
    places: dict[str, list[Case]] = {}
    for case in found:
        places.setdefault(f"{case.place} {case.where}", []).append(case)
    columns = _ranked(varied(group)[:per_place] for group in places.values())
    start = seed * most % len(columns) if columns else 0
    rows = zip_longest(*columns[start:], *columns[:start])
    return [case for row in rows for case in row if case is not None][:most]


def _ranked(columns: Iterable[list[Case]]) -> list[list[Case]]:
    """Limits, forms and closed sets first; then, by turns, what is needed and what is taken for another type.

    A number taken for a text is forgotten least often, so it comes last.
    """
    ranks: dict[int, list[list[Case]]] = {0: [], 1: [], 2: [], 3: []}
    for column in columns:
        ranks[_rank(column[0])].append(column)
    turns = [column for pair in zip_longest(ranks[1], ranks[2]) for column in pair if column is not None]
    return [*ranks[0], *turns, *ranks[3]]


def _rank(case: Case) -> int:
    if case.place == "gone":
        return 1
    if not case.what.lower().endswith("wrong type"):
        return 0
    return 2 if isinstance(case.value, str) else 3


def varied(group: Sequence[Case]) -> list[Case]:
    """Each way of being wrong once, then each once more."""
    by_way: dict[str, list[Case]] = {}
    for case in group:
        by_way.setdefault(case.what.lower().replace("incorrect", "wrong"), []).append(case)
    return [case for row in zip_longest(*by_way.values()) for case in row if case is not None]
