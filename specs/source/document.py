"""Loads an OpenAPI document: a file, an address, or one of the suite's own."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from attrs import field, frozen

from specs.source import overlay
from specs.source.bundle import bundled
from specs.source.pointers import SpecError, resolve
from specs.source.reading import Text, fetch, read_strictly

__all__ = ["Document", "SpecError", "as_document", "load", "resolve"]


@frozen
class Document:
    """An OpenAPI document as it was read, overlays applied.

    `digest` is the SHA-256 of its canonical JSON: equal for a JSON and a YAML file that say the same.
    """

    name: str
    location: str
    raw: dict[str, Any] = field(repr=False, eq=False)
    digest: str
    title: str
    version: str
    openapi: str


def load(source: str | Path, overlays: Sequence[str | Path] = ()) -> Document:
    """Load a document by the name of a file in specs/ ("calcom-v2"), by path or by http(s) address.

    Raises SpecError for anything that is not a whole, unambiguous OpenAPI 3 document.
    """
    text = fetch(source)
    raw = _bundled(read_strictly(text), text)
    for item in overlays:
        change = fetch(item)
        raw = overlay.apply(_mapping(raw, text.location), read_strictly(change), change.location)
    return as_document(raw, name=text.name, location=text.location)


def _bundled(raw: Any, text: Text) -> Any:
    try:
        return bundled(raw, text.place)
    except SpecError as error:
        raise SpecError(f"{text.location}: {error}") from None
    except RecursionError:
        raise SpecError(f"{text.location}: nested too deeply") from None


def as_document(raw: Any, *, name: str = "document", location: str = "") -> Document:
    """Make a Document of parsed JSON. Raises SpecError where that is not OpenAPI 3."""
    where = location or name
    tree = _mapping(raw, where)
    openapi = str(tree.get("openapi", ""))
    if "swagger" in tree:
        raise SpecError(f"{where}: this is Swagger {tree['swagger']}; convert it to OpenAPI 3 first")
    if not openapi.startswith("3."):
        raise SpecError(f"{where}: no OpenAPI 3 document (its key `openapi` says {openapi or 'nothing'})")
    if not isinstance(tree.get("paths", {}), dict):
        raise SpecError(f"{where}: #/paths has to be an object")
    info = tree.get("info")
    info = info if isinstance(info, dict) else {}
    title, version = str(info.get("title", name)), str(info.get("version", ""))
    return Document(name, where, tree, _digest(tree, where), title, version, openapi)


def _mapping(raw: Any, where: str) -> dict[str, Any]:
    if isinstance(raw, dict):
        return raw
    raise SpecError(f"{where}: not an OpenAPI document (an object was expected, not {type(raw).__name__})")


def _digest(raw: dict[str, Any], where: str) -> str:
    try:
        canonical = json.dumps(raw, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    except (RecursionError, ValueError, TypeError):
        raise SpecError(f"{where}: nested too deeply, or not JSON") from None
    return hashlib.sha256(canonical.encode()).hexdigest()
