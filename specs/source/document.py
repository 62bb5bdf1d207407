"""Loads an OpenAPI document: a file, an address, or one of the suite's own."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from attrs import evolve, field, frozen

from specs.source import overlay
from specs.source.bounds import MOST_DEPTH, most_depth
from specs.source.bundle import Bundle, bundled, copied
from specs.source.mending import Fault, mended
from specs.source.pointers import SpecError, resolve
from specs.source.reading import Text, fetch, read_strictly
from specs.source.swagger import Converted, converted, is_swagger
from specs.source.unjudged import unjudged

__all__ = ["Document", "Fault", "SpecError", "as_document", "load", "resolve"]


@frozen
class Document:
    """An OpenAPI document as it was read, overlays applied, and without what cannot be read (see `faults`).

    `raw` is OpenAPI 3 also where the document is Swagger 2.0. `digest` is the SHA-256 of its canonical JSON: equal for
    a JSON and a YAML file that say the same. `unjudged` names what the suite does not judge: (pointer, what).
    """

    name: str
    location: str
    raw: dict[str, Any] = field(repr=False, eq=False)
    digest: str
    title: str
    version: str
    openapi: str
    faults: tuple[Fault, ...] = ()
    unjudged: tuple[tuple[str, str], ...] = ()
    removed: frozenset[str] = frozenset()
    """The keys of operations that an overlay has taken out: they are never called, not even as undeclared methods."""
    schemas: tuple[tuple[dict[str, Any], str], ...] = field(default=(), repr=False, eq=False)
    """Every schema of the document with its pointer, references not followed."""
    _unusable: dict[int, str] = field(factory=dict, repr=False, eq=False)
    _converted: Converted | None = field(default=None, repr=False, eq=False)

    def why_unusable(self, part: Any) -> str | None:
        """Say why a part of `raw` (an operation, a parameter, an answer …) cannot be used; None for a sound one."""
        return self._unusable.get(id(part))

    def origin(self, pointer: str) -> str:
        """Give a pointer into the document as its owner wrote it."""
        return pointer if self._converted is None else self._converted.origin(pointer)


def load(source: str | Path, overlays: Sequence[str | Path] = ()) -> Document:
    """Load a document by the name of a file in specs/ ("calcom-v2"), by path or by http(s) address.

    Raises SpecError for anything that is not a whole, unambiguous document of OpenAPI 3 or Swagger 2.0.
    """
    text = fetch(source)
    whole = _bundled(read_strictly(text), text)
    raw, declared = whole.raw, _keys(whole.raw)
    for item in overlays:
        change = fetch(item)
        raw = overlay.apply(_mapping(raw, text.location), read_strictly(change), change.location)
    document = as_document(raw, name=text.name, location=text.location, unread=whole.unread)
    return evolve(document, removed=declared - _keys(raw))


def _keys(raw: Any) -> frozenset[str]:
    """The keys of all operations, as far as there are any."""
    paths = raw.get("paths") if isinstance(raw, dict) else None
    found = [(path, item) for path, item in paths.items() if isinstance(item, dict)] if isinstance(paths, dict) else []
    return frozenset(f"{method.upper()} {path}" for path, item in found for method in item)


def _bundled(raw: Any, text: Text) -> Bundle:
    try:
        return bundled(raw, text.place, len(text.data))
    except SpecError as error:
        raise SpecError(f"{text.location}: {error}") from None
    except RecursionError:
        raise SpecError(f"{text.location}: nested too deeply") from None


def as_document(
    raw: Any, *, name: str = "document", location: str = "", unread: dict[str, str] | None = None
) -> Document:
    """Make a Document of parsed JSON, which is left alone. Raises SpecError where that is no OpenAPI.

    `unread`: why which references to other files could not be followed.
    """
    where = location or name
    tree = _mapping(raw, where)
    _check_depth(tree, where)
    digest = _digest(tree, where)
    old = converted(tree) if is_swagger(tree) else None
    version = str(tree.get("openapi", "")) if old is None else f"2.0 (Swagger, read as {old.raw['openapi']})"
    tree = copied(tree if old is None else old.raw)
    if not str(tree.get("openapi", "")).startswith("3."):
        says = tree.get("openapi") or (f"nothing, and `swagger` {tree['swagger']}" if "swagger" in tree else "nothing")
        raise SpecError(f"{where}: no OpenAPI 3 document (its key `openapi` says {says})")
    if not isinstance(tree.get("paths", {}), dict):
        raise SpecError(f"{where}: #/paths has to be an object")
    info = tree.get("info")
    info = info if isinstance(info, dict) else {}
    found = unjudged(tree)
    whole = mended(tree, unread)
    return Document(
        name=name,
        location=where,
        raw=tree,
        digest=digest,
        title=str(info.get("title", name)),
        version=str(info.get("version", "")),
        openapi=version,
        faults=whole.faults,
        unjudged=found,
        schemas=whole.schemas,
        unusable=whole.unusable,
        converted=old,
    )


def _mapping(raw: Any, where: str) -> dict[str, Any]:
    if isinstance(raw, dict):
        return raw
    raise SpecError(f"{where}: not an OpenAPI document (an object was expected, not {type(raw).__name__})")


def _check_depth(raw: dict[str, Any], where: str) -> None:
    """Refuse what is nested so deeply that no API description can be meant."""
    level: list[Any] = [raw]
    for _ in range(most := most_depth()):
        level = [each for node in level for each in _inside(node) if isinstance(each, dict | list)]
        if not level:
            return
    raise SpecError(f"{where}: nested too deeply: more than {most} levels ({MOST_DEPTH} sets the bound)")


def _inside(node: Any) -> Any:
    return node.values() if isinstance(node, dict) else node


def _digest(raw: dict[str, Any], where: str) -> str:
    try:
        canonical = json.dumps(raw, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    except (RecursionError, ValueError, TypeError):
        raise SpecError(f"{where}: nested too deeply, or not JSON") from None
    return hashlib.sha256(canonical.encode()).hexdigest()
