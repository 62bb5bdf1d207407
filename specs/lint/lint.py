"""Finds fault with an OpenAPI document, a cut or duplicated one included. No deployment is ever blamed for it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from attrs import evolve, frozen

from specs.contract.contract import build
from specs.lint import consistency, examples, structure
from specs.lint.tolerant_view import RULES, View
from specs.source.bundle import bundled
from specs.source.document import as_document
from specs.source.pointers import SpecError
from specs.source.reading import fetch, read
from specs.source.recovery import Flaw, Place, Reading

__all__ = ["TITLES", "Defect", "Examination", "as_json", "examine", "examine_text", "find"]

# Importing these has registered their rules; findings are told in this order.
_MODULES = [module.__name__ for module in (structure, examples, consistency)]
RULES.sort(key=lambda rule: (rule.severity, _MODULES.index(rule.find.__module__)))
_TEXT = {
    "truncated": "The text is cut off",
    "malformed": "The text is unreadable from some place on",
    "duplicate-key": "Keys that stand twice in one object",
    "unusable-contract": "What cannot be understood as a contract",
}
# A build that fails for one of these reasons has nothing new to say.
_TOLD = ("dangling-reference", "external-reference", "undefined-security-scheme", "invalid-openapi")
TITLES = {**_TEXT, **{rule.code: rule.title for rule in RULES}}


@frozen
class Defect:
    """One thing wrong at one place. `severity`: "defect" (wrong or contradictory) or "remark" (legal, worth a look)."""

    code: str
    pointer: str
    line: int | None
    message: str
    severity: str = "defect"
    column: int | None = None


@frozen
class Examination:
    """A document's defects, defects first, and how much of it could be read."""

    location: str
    title: str
    openapi: str
    operations: int
    paths: int
    cut: Place | None
    found: tuple[Defect, ...]

    @property
    def defects(self) -> tuple[Defect, ...]:
        """Give what is wrong."""
        return tuple(defect for defect in self.found if defect.severity == "defect")

    @property
    def remarks(self) -> tuple[Defect, ...]:
        """Give what is only worth a look."""
        return tuple(defect for defect in self.found if defect.severity == "remark")


def examine(source: str | Path) -> Examination:
    """Find the defects of a document by name, path or address. Raises SpecError where nothing can be made of it."""
    text = fetch(source)
    reading = read(text)
    with suppress(SpecError, RecursionError):  # what cannot be followed is told by a rule
        reading = evolve(reading, raw=bundled(reading.raw, text.place))
    return examine_text(reading, text.location)


def examine_text(reading: Reading, location: str) -> Examination:
    """Find the defects of a document that was read. Raises SpecError for what is no OpenAPI 3 document."""
    raw = reading.raw
    if isinstance(raw, dict) and "swagger" in raw:
        raise SpecError(f"{location}: this is Swagger {raw['swagger']}; convert it to OpenAPI 3 first")
    if not isinstance(raw, dict) or not str(raw.get("openapi", "")).startswith("3."):
        flaw = f" ({reading.flaws[0].message})" if reading.flaws else ""
        raise SpecError(f"{location}: no OpenAPI 3 document{flaw}")
    view = View(raw, reading)
    cut = next((flaw.place for flaw in reading.flaws if flaw.code in ("truncated", "malformed")), None)
    info = raw.get("info")
    title = str(info.get("title", "")) if isinstance(info, dict) else ""
    paths = {site.path for site in view.sites}
    return Examination(location, title, str(raw["openapi"]), len(view.sites), len(paths), cut, find(view))


def find(view: View) -> tuple[Defect, ...]:
    """Apply every rule to a document."""
    found = [_of_text(flaw) for flaw in view.reading.flaws]
    for rule in RULES:
        placed = [_placed(view, rule.code, pointer, message, rule.severity) for pointer, message in rule.find(view)]
        found += sorted(placed, key=lambda defect: defect.line or 0)
    codes = {defect.code for defect in found}
    if view.reading.complete and not codes & set(_TOLD):
        found += _unusable(view)
    return tuple(sorted(found, key=lambda defect: defect.severity))


def _of_text(flaw: Flaw) -> Defect:
    return Defect(flaw.code, flaw.pointer, flaw.place.line, flaw.message, "defect", flaw.place.column)


def _placed(view: View, code: str, pointer: str, message: str, severity: str) -> Defect:
    place = view.reading.place(pointer)
    line, column = (place.line, place.column) if place is not None else (None, None)
    return Defect(code, pointer, line, message, severity, column)


def _unusable(view: View) -> Iterator[Defect]:
    """Say what keeps a document from being understood, if the rules have not said so."""
    try:
        build(as_document(view.raw, name="document", location="document"))
    except SpecError as error:
        told = str(error).removeprefix("document: ")
        pointer, _, message = told.partition(": ") if told.startswith("#") else ("#", "", told)
        yield _placed(view, "unusable-contract", pointer, message, "defect")


def as_json(examination: Examination) -> dict[str, Any]:
    """Give an examination as plain data."""
    return {
        "document": examination.location,
        "title": examination.title,
        "openapi": examination.openapi,
        "operations": examination.operations,
        "paths": examination.paths,
        "cut": None if examination.cut is None else {"line": examination.cut.line, "column": examination.cut.column},
        "found": [
            {
                "code": defect.code,
                "severity": defect.severity,
                "pointer": defect.pointer,
                "line": defect.line,
                "column": defect.column,
                "message": defect.message,
            }
            for defect in examination.found
        ],
    }
