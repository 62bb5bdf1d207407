"""Cases from Schemathesis: what its coverage phase would send, as plain data that our own scheduler can rank and send.

Schemathesis knows how to break a schema; whether a case really breaks it is decided here once more, because some of its
cases cannot be distinguished from valid ones on the wire (a number as text, an empty value), and a false alarm costs
more than a missed case.
"""

from __future__ import annotations

import contextlib
import json
import re
import threading
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from itertools import islice
from typing import Any

import attrs
import jsonschema_rs

from contracts.core.same import Same
from contracts.strategies import case_store
from specs.contract import Contract, Operation, Parameter

_LOCK = threading.Lock()  # its generation is not safe in several threads
_SKIPPED = {"object_unexpected_properties", "unsupported_method", "duplicate_parameter"}
_URL = re.compile(r"^([a-z][a-z0-9+.-]*)://[^/?#\s]*", re.IGNORECASE)
_EXACT = 2**53


MOST = 1000
"""Coverage cases of one operation that are looked at."""


@attrs.frozen
class Case:
    """One request that differs from a plain valid one in one place.

    `place` is "query", "path", "header", "body" (the value set there; `name` is the place in the body, "" the whole of
    it), "gone" (a member left out), "raw" (a body as it is) or "media" (a right body by a wrong type).
    """

    place: str
    name: str
    what: str
    valid: bool
    value: Any

    @property
    def where(self) -> str:
        place = dict.fromkeys(("gone", "raw", "media"), "body").get(self.place, self.place)
        return re.sub(r"/\d+(?=/|$)", "/*", f"{place} {self.name}".strip())

    def written(self) -> dict[str, Any]:
        return attrs.asdict(self)


@cache
def cases(contract: Contract, operation: Operation) -> tuple[Case, ...]:
    """All coverage cases of an operation that the document itself calls valid or invalid, without repetitions."""
    if operation.unusable:
        return ()
    with contextlib.suppress(TypeError):  # written by something else
        if (known := case_store.read(contract, operation)) is not None:
            return tuple(Case(**each) for each in known)
    found, whole = _made(contract, operation)
    made = once(found)
    if whole:
        case_store.write(contract, operation, [each.written() for each in made])
    return made


def _made(contract: Contract, operation: Operation) -> tuple[list[Case], bool]:
    """The cases, and whether they are all: what Schemathesis cannot read of the document yields no more of them."""
    found: list[Case] = []
    with _LOCK, contextlib.suppress(Exception):
        found.extend(_converted(contract, operation))
        return found, True
    return found, False


def once(found: Iterable[Case]) -> tuple[Case, ...]:
    """Each case once, where it comes first."""
    unique: dict[str, Case] = {}
    for each in found:
        unique.setdefault(json.dumps([each.place, each.name, each.value], sort_keys=True), each)
    return tuple(unique.values())


@lru_cache(maxsize=4)
def schemathesis_of(contract: Contract) -> Any:
    """The document as Schemathesis reads it."""
    import schemathesis

    return schemathesis.openapi.from_dict(contract.document.raw)


def _generated(contract: Contract, operation: Operation) -> Iterator[Any]:
    from schemathesis.generation import GenerationMode

    schema = schemathesis_of(contract)
    target = schema[operation.path][operation.method]
    modes = [GenerationMode.POSITIVE, GenerationMode.NEGATIVE]
    config = schema.config.generation_for(operation=target, phase="coverage")
    every = schema.iter_coverage_cases(target, generation_modes=modes, generation_config=config)
    yield from islice(every, MOST)  # schemas that contain each other have thousands, of which a run asks for a few


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
    if parameter is None or value is None or isinstance(value, dict) or parameter.style == "deepObject":
        return
    texts = [str(each) for each in value] if isinstance(value, list) else [str(value)]
    if len(texts) != 1 and not _is_array(contract, parameter):
        return
    text = texts[0] if len(texts) == 1 else parameter.separator.join(texts)
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


@lru_cache(maxsize=8192)  # the same values are asked about again and again
def fits(contract: Contract, parameter: Parameter, text: str) -> bool | None:
    """Whether a text on the wire is a valid value of a parameter; None where that could be argued about.

    Arguable: an empty text, a number with a fraction or beyond exactness, a date without a time.
    """
    schema = contract.json_schema(parameter.schema)
    if text == "" or text != text.strip() or not text.isprintable():
        return None
    if parameter.style == "json":
        return _as_json(schema, text)
    if schema.get("type") == "array":
        inner = _of_items(Same(schema))
        return _all(one_fits(inner, each) for each in text.split(parameter.separator))
    return one_fits(schema, text)


@lru_cache(maxsize=1024)
def _of_items(schema: Same[dict[str, Any]]) -> dict[str, Any]:
    return {**schema.it.get("items", {}), "$defs": schema.it.get("$defs", {})}


@lru_cache(maxsize=1024)
def _validator_of(schema: Same[dict[str, Any]]) -> jsonschema_rs.Validator:
    return jsonschema_rs.Draft202012Validator(schema.it, validate_formats=True)


def _as_json(schema: dict[str, Any], text: str) -> bool:
    try:
        return jsonschema_rs.is_valid(schema, json.loads(text))
    except ValueError:
        return False


def _all(judged: Iterable[bool | None]) -> bool | None:
    results = list(judged)
    return False if False in results else None if None in results else True


def one_fits(schema: dict[str, Any], text: str) -> bool | None:
    """Whether one text is a valid value of a schema; None where that could be argued about."""
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
    return _validator_of(Same(schema)).is_valid(text)
