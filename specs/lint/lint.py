"""Finds fault with an OpenAPI document, a cut or duplicated one included. No deployment is ever blamed for it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from attrs import evolve, frozen

from specs.lint import consistency, examples, structure
from specs.lint.tolerant_view import RULES, Rule, View
from specs.source.bundle import bundled
from specs.source.document import as_document
from specs.source.pointers import SpecError
from specs.source.reading import fetch, read
from specs.source.recovery import Flaw, Place, Reading
from specs.source.swagger import is_swagger

__all__ = ["TITLES", "Defect", "Examination", "as_json", "examine", "examine_text", "find"]

# Importing these has registered their rules; findings are shown in this order.
_MODULES = [module.__name__ for module in (structure, examples, consistency)]
RULES.sort(key=lambda rule: (rule.severity, _MODULES.index(rule.find.__module__)))
_TEXT = {
    "truncated": "The text is cut off",
    "malformed": "The text is unreadable from some place on",
    "duplicate-key": "Keys that stand twice in one object",
    "unusable-contract": "What cannot be understood as a contract",
}
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
    unjudged: tuple[tuple[str, str], ...] = ()

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
    try:
        whole = bundled(reading.raw, text.place, len(text.data))
    except RecursionError:
        raise SpecError(f"{text.location}: nested too deeply") from None
    return examine_text(evolve(reading, raw=whole.raw), text.location, whole.unread)


def examine_text(reading: Reading, location: str, unread: dict[str, str] | None = None) -> Examination:
    """Find the defects of a document that was read. Raises SpecError for what is no document of OpenAPI or Swagger.

    `unread`: why which references to other files could not be followed.
    """
    raw = reading.raw
    known = isinstance(raw, dict) and (str(raw.get("openapi", "")).startswith("3.") or is_swagger(raw))
    if not known:
        flaw = f" ({reading.flaws[0].message})" if reading.flaws else ""
        raise SpecError(f"{location}: no OpenAPI 3 document{flaw}")
    try:
        document = as_document(raw, name="document", location="document", unread=unread)
    except SpecError as error:
        return _beyond_reading(reading, location, str(error))
    view = View(document.raw, reading, document)
    cut = next((flaw.place for flaw in reading.flaws if flaw.code in ("truncated", "malformed")), None)
    title = document.title if document.title != document.name else ""
    paths = {site.path for site in view.sites}
    return Examination(
        location, title, document.openapi, len(view.sites), len(paths), cut, find(view), document.unjudged
    )


def _beyond_reading(reading: Reading, location: str, message: str) -> Examination:
    """The one defect of a document in which no operation can be found."""
    text = message.removeprefix("document: ")
    pointer = "#/paths" if text.startswith("#/paths") else "#"
    place = reading.place(pointer)
    defect = Defect("unusable-contract", pointer, place.line if place else None, text)
    found = (*(_of_text(flaw) for flaw in reading.flaws), defect)
    return Examination(location, "", str(reading.raw.get("openapi", "2.0")), 0, 0, None, found)


def find(view: View) -> tuple[Defect, ...]:
    """Apply every rule to a document."""
    found = [_of_text(flaw) for flaw in view.reading.flaws]
    for rule in RULES:
        placed = [_placed(view, rule, pointer, message) for pointer, message in rule.find(view)]
        found += sorted(placed, key=lambda defect: defect.line or 0)
    if view.reading.complete:
        found += _unusable(view)
    return tuple(sorted(found, key=lambda defect: defect.severity))


def _of_text(flaw: Flaw) -> Defect:
    return Defect(flaw.code, flaw.pointer, flaw.place.line, flaw.message, "defect", flaw.place.column)


_UNUSABLE = Rule("unusable-contract", "defect", _TEXT["unusable-contract"], lambda _: iter(()))


def _placed(view: View, rule: Rule, pointer: str, message: str) -> Defect:
    pointer = pointer if rule.as_written else view.document.origin(pointer)
    place = view.reading.place(pointer)
    line, column = (place.line, place.column) if place is not None else (None, None)
    return Defect(rule.code, pointer, line, message, rule.severity, column)


def _unusable(view: View) -> Iterator[Defect]:
    """Say what keeps a document from being understood."""
    if view.misunderstood is not None:
        text = view.misunderstood.removeprefix("document: ")
        pointer, _, message = text.partition(": ") if text.startswith("#") else ("#", "", text)
        yield _placed(view, _UNUSABLE, pointer, message)


def as_json(examination: Examination) -> dict[str, Any]:
    """Give an examination as plain data."""
    return {
        "document": examination.location,
        "title": examination.title,
        "openapi": examination.openapi,
        "operations": examination.operations,
        "paths": examination.paths,
        "cut": None if examination.cut is None else {"line": examination.cut.line, "column": examination.cut.column},
        "unjudged": [{"pointer": pointer, "what": what} for pointer, what in examination.unjudged],
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
