"""Cases from Schemathesis: what its coverage phase would send, as plain data that our own scheduler can rank and send.

Schemathesis knows how to break a schema; whether a case really breaks it is decided here once more, because some of its
cases cannot be told from valid ones on the wire (a number as text, an empty value), and a false alarm costs more than a
missed case.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from typing import Any

import attrs
import jsonschema_rs

from contracts.strategies.bodies import Change, changes
from specs.contract import Contract, Operation, Parameter

_LOCK = threading.Lock()  # its generation is not safe in several threads
_SKIPPED = {"object_unexpected_properties", "unsupported_method", "duplicate_parameter"}
_URL = re.compile(r"^([a-z][a-z0-9+.-]*)://[^/?#\s]*", re.IGNORECASE)
_EXACT = 2**53


@attrs.frozen
class Case:
    """One request that differs from a plain valid one in one place.

    `place` is "query", "path", "header", "body" (the value set there; `name` is the place in the body, "" the whole of
    it), "gone" (a member left out), "raw" (a body as it stands), "media" (a right body by a wrong type) or "odd" (a
    right one, oddly written).
    """

    place: str
    name: str
    what: str
    valid: bool
    value: Any

    @property
    def where(self) -> str:
        place = dict.fromkeys(("gone", "raw", "media", "odd"), "body").get(self.place, self.place)
        return re.sub(r"/\d+(?=/|$)", "/*", f"{place} {self.name}".strip())

    def written(self) -> dict[str, Any]:
        return attrs.asdict(self)


@cache
def cases(contract: Contract, operation: Operation) -> tuple[Case, ...]:
    """All coverage cases of an operation that the document itself calls valid or invalid, without repetitions."""
    with _LOCK:
        found = list(_converted(contract, operation))
    return _once(found)


def _once(found: Iterable[Case]) -> tuple[Case, ...]:
    """Each case once, where it stands first."""
    unique: dict[str, Case] = {}
    for each in found:
        unique.setdefault(json.dumps([each.place, each.name, each.value], sort_keys=True), each)
    return tuple(unique.values())


@lru_cache(maxsize=4)
def _schema(contract: Contract) -> Any:
    import schemathesis

    return schemathesis.openapi.from_dict(contract.document.raw)


def _generated(contract: Contract, operation: Operation) -> Iterator[Any]:
    from schemathesis.generation import GenerationMode

    schema = _schema(contract)
    target = schema[operation.path][operation.method]
    modes = [GenerationMode.POSITIVE, GenerationMode.NEGATIVE]
    config = schema.config.generation_for(operation=target, phase="coverage")
    yield from schema.iter_coverage_cases(target, generation_modes=modes, generation_config=config)


def _converted(contract: Contract, operation: Operation) -> Iterator[Case]:
    for generated in _generated(contract, operation):
        told = generated.meta.phase.data
        scenario = told.scenario.value
        place = getattr(told.parameter_location, "value", None)
        if scenario in _SKIPPED or generated.method.upper() != operation.method:
            continue
        if place == "query" and told.parameter:
            yield from _query(contract, operation, told.parameter, generated, told.description)
        elif place == "path" and told.parameter:
            yield from _path(contract, operation, told.parameter, generated, told.description)
        elif place == "body" and operation.body and "json" in operation.body.media_type:
            yield from _body(contract, operation, generated, told)


def _query(contract: Contract, operation: Operation, name: str, generated: Any, what: str) -> Iterator[Case]:
    parameter = operation.parameter(name, "query")
    value = (generated.query or {}).get(name)
    if parameter is None or value is None or isinstance(value, dict):
        return
    texts = [str(each) for each in value] if isinstance(value, list) else [str(value)]
    if len(texts) != 1 and not _is_array(contract, parameter):
        return
    text = texts[0] if len(texts) == 1 else ",".join(texts)
    verdict = fits(contract, parameter, text)
    if verdict is not None:
        yield Case("query", name, what, verdict, text)


def _path(contract: Contract, operation: Operation, name: str, generated: Any, what: str) -> Iterator[Case]:
    parameter = operation.parameter(name, "path")
    text = str((generated.path_parameters or {}).get(name, ""))
    if parameter and text and "%" not in text and fits(contract, parameter, text) is False:
        yield Case("path", name, what, False, text)


def _body(contract: Contract, operation: Operation, generated: Any, told: Any) -> Iterator[Case]:
    from schemathesis.core import NotSet

    if isinstance(generated.body, NotSet):
        return
    try:
        value = json.loads(json.dumps(_harmless(generated.body), allow_nan=False))
    except (TypeError, ValueError):
        return
    assert operation.body is not None
    valid = validator(contract, operation).is_valid(value)
    location = told.location or ""
    place = re.sub(r"^/properties/([^/]+).*", r"\1", location) if location.startswith("/properties/") else ""
    yield Case("body", place, told.description, valid, value)


def _harmless(value: Any) -> Any:
    """No generated address may lead out of the deployment: every host becomes one reserved for examples."""
    if isinstance(value, dict):
        return {key: _harmless(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_harmless(each) for each in value]
    return _URL.sub(r"\1://example.com", value) if isinstance(value, str) else value


@cache
def validator(contract: Contract, operation: Operation) -> jsonschema_rs.Validator:
    """A validator of an operation's request body, formats included."""
    assert operation.body is not None
    schema = contract.json_schema(operation.body.schema, direction="request")
    return jsonschema_rs.Draft202012Validator(schema, validate_formats=True)


def _is_array(contract: Contract, parameter: Parameter) -> bool:
    return contract.json_schema(parameter.schema).get("type") == "array"


def fits(contract: Contract, parameter: Parameter, text: str) -> bool | None:
    """Whether a text on the wire is a valid value of a parameter; None where that could be argued about.

    Arguable: an empty text, a number with a fraction or beyond exactness, a date without a time.
    """
    schema = contract.json_schema(parameter.schema)
    if text == "" or text != text.strip() or not text.isprintable():
        return None
    if schema.get("type") == "array":
        inner = {**schema.get("items", {}), "$defs": schema.get("$defs", {})}
        return _all(_one(inner, each) for each in text.split(","))
    return _one(schema, text)


def _all(judged: Iterable[bool | None]) -> bool | None:
    results = list(judged)
    return False if False in results else None if None in results else True


def _one(schema: dict[str, Any], text: str) -> bool | None:
    kind = schema.get("type")
    if kind in {"number", "integer"}:
        if not re.fullmatch(r"-?\d+", text):
            return None if re.fullmatch(r"[-+]?[\d.]+([eE][-+]?\d+)?", text) or not text else False
        if abs(int(text)) > _EXACT:
            return None
        return jsonschema_rs.is_valid(schema, int(text))
    if kind == "boolean":
        return text in {"true", "false"}
    if schema.get("format") == "date-time" and re.match(r"\d{4}-\d\d-\d\d", text):
        return True if re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", text) else None
    return jsonschema_rs.Draft202012Validator(schema, validate_formats=True).is_valid(text)


RAW = (
    ("malformed JSON", '{"unfinished": '),
    ("an empty body", ""),
    ("an array", "[]"),
    ("a text", '"text"'),
    ("null", "null"),
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
    if operation.body is None or "json" not in operation.body.media_type:
        return ()
    schema = contract.json_schema(operation.body.schema, direction="request")
    told = [_as_case(each) for each in changes(schema, example(operation))]
    told += [converted for each in cases(contract, operation) if (converted := _narrowed(each)) is not None]
    return (*_unreadable(contract, operation), *_once(told))


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
    found = [each for each in cases(contract, operation) if each.place == "query" and not each.valid]
    own = [
        Case("query", p.name, what, False, text) for p in operation.parameters for what, text in _telling(contract, p)
    ]
    return _once([*own, *found])


def _paging_first(operation: Operation) -> list[Parameter]:
    """The parameters every list has come before those of one list alone."""
    paging = operation.paging
    names = {each.name for each in (paging.size, paging.position) if each} if paging else set()
    return sorted(operation.parameters, key=lambda each: each.name not in names)


def _telling(contract: Contract, parameter: Parameter) -> Iterator[tuple[str, str]]:
    """Texts that break a query parameter where implementations tend to be lenient."""
    if parameter.location != "query":
        return
    schema = contract.json_schema(parameter.schema)
    inner = schema.get("items", {}) if schema.get("type") == "array" else schema
    for what, text in _texts(inner):
        if fits(contract, parameter, text) is False:
            yield what, text
    good = inner.get("enum") or ([parameter.example] if isinstance(parameter.example, str) else [])
    if inner is not schema and good and fits(contract, parameter, f"{good[0]},~no~") is False:
        yield "one wrong item among right ones", f"{good[0]},~no~"


def _texts(schema: dict[str, Any]) -> Iterator[tuple[str, str]]:
    if isinstance(schema.get("maximum"), int | float):
        yield "above the maximum", str(int(schema["maximum"]) + 1)
    if isinstance(schema.get("minimum"), int | float):
        yield "below the minimum", str(int(schema["minimum"]) - 1)
    if told := [each for each in schema.get("enum", ()) if isinstance(each, str)]:
        yield "not in the enumeration", f"{told[0]}_x"
        if told[0].swapcase() != told[0]:
            yield "another case than in the enumeration", told[0].swapcase()
    yield "of another kind", {"email": "no-address", "date-time": "yesterday"}.get(str(schema.get("format")), "AAA")
    if schema.get("format") == "date-time":
        yield "no day of the calendar", "2026-02-30T10:00:00+00:00"
    if isinstance(schema.get("maximum"), int | float):
        yield "far above the maximum", str(int(schema["maximum"]) * 1000)
    if schema.get("type") in {"number", "integer"}:
        yield "a number with something after it", "5x"
