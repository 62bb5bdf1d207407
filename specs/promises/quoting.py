"""The document's own words for a promise, and the line where they stand."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from http import HTTPStatus
from typing import Any

from attrs import frozen

from specs.contract.contract import Contract
from specs.promises.promise import Promise
from specs.source.document import Document
from specs.source.pointers import MISSING, SpecError, escape, is_reference, join, split, step_into, target_of
from specs.source.reading import fetch, read

LONGEST = 320
"""Characters of a description that are quoted at most."""
_LABEL = re.compile(
    r"(an? |the )?(successful|success|ok|default|unexpected|validation|generic|unknown|no)?[ -]?"
    r"(response|operation|request|error|description|content|result)?( error)?s?[.!]?",
    re.IGNORECASE,
)
"""Descriptions that only fill a place which must not be empty: nothing is promised by them."""
_PHRASES = {each.phrase.casefold() for each in HTTPStatus}
_HOPS = 20  # references that lead to references; more lead in circles
_OPERATION = 3  # steps of a pointer to an operation: paths, its path, its method


@frozen
class Quote:
    """What the document says in its own words, and where: "specs/calcom-v2.yaml:716", without a line if unknown."""

    text: str
    place: str


def quote(contract: Contract, promise: Promise) -> Quote | None:
    """The figure a promise is about, or the description nearest to it. None where the document has no words for it."""
    document = contract.document
    starts = [promise.pointer]
    if promise.kind == "credential":
        starts = [f"#/components/securitySchemes/{escape(name)}" for name in promise.name.split(" and ")]
    if promise.operation:
        operation = contract.operation(promise.operation)
        starts += [each.pointer for each in operation.parameters if each.name == promise.name]
        starts.append(operation.pointer)
    found = _figure(document.raw, promise) or next(
        filter(None, (_nearest(document.raw, each) for each in starts)), None
    )
    return Quote(found[0], _place(document, found[1])) if found else None


def _figure(raw: dict[str, Any], promise: Promise) -> tuple[str, str] | None:
    """A number or a word that says it all, such as `maximum: 1000`; roles of members and operations do not."""
    steps = split(promise.pointer)
    if ("x-contract" in steps and promise.operation and promise.kind != "limit") or steps[-1:] == ["name"]:
        return None
    node, here = list(_walk(raw, promise.pointer))[-1]
    if isinstance(node, str | int | float):
        return f"{steps[-1]}: {node}", here
    if isinstance(node, dict) and promise.kind == "limit" and all(isinstance(v, str | int) for v in node.values()):
        return ", ".join(f"{name}: {value}" for name, value in node.items()), here
    return None


def _nearest(raw: dict[str, Any], pointer: str) -> tuple[str, str] | None:
    """The description nearest to a pointer, not above its operation or component."""
    for node, here in reversed(list(_walk(raw, pointer))[_OPERATION - 1 :]):
        text = node.get("description") if isinstance(node, dict) else None
        if isinstance(text, str) and _says_something(text.strip()):
            return _cut(text), join(here, "description")
    return None


def _says_something(text: str) -> bool:
    """Whether a description is more than a label, such as the phrase of its status."""
    return text.rstrip(".!").casefold() not in _PHRASES and not _LABEL.fullmatch(text)


def _walk(raw: dict[str, Any], pointer: str) -> Iterator[tuple[Any, str]]:
    """Every node on the way to a pointer, references followed, and where it really is."""
    node: Any = raw
    here = "#"
    for step in split(pointer):
        node, here = step_into(node, step), join(here, step)
        hops = 0
        while is_reference(node) and (hops := hops + 1) < _HOPS:
            here = str(node["$ref"])
            node = _target(raw, here)
        yield node, here


def _target(raw: dict[str, Any], reference: str) -> Any:
    try:
        return target_of(raw, reference)
    except SpecError:
        return MISSING


def _cut(text: str) -> str:
    paragraph = " ".join(text.strip().split("\n\n")[0].split())
    return paragraph if len(paragraph) <= LONGEST else paragraph[:LONGEST].rpartition(" ")[0] + " …"


def _place(document: Document, pointer: str) -> str:
    line = _lines(document.location).get(pointer)
    return f"{document.location}:{line}" if line else document.location


@lru_cache(maxsize=4)
def _lines(location: str) -> dict[str, int]:
    """The line of every key of a document on disk; none where it cannot be read again, or is somewhere else."""
    if location.startswith(("http://", "https://")):
        return {}
    try:
        return {pointer: place.line for pointer, place in read(fetch(location)).marks.items()}
    except SpecError:
        return {}
