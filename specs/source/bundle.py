"""Brings a document that is spread over several files together, so that all its references are local.

Every file that is referred to is put under `x-files` by the name it is referred to with, and references lead there.
Only files beside a document (or below the same address) are followed, never an address of somebody else. A reference
is what stands where OpenAPI has references (see `specs.source.grammar`); what cannot be followed is left as it is.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit

from attrs import Factory, define, frozen

from specs.source.bounds import most_bytes
from specs.source.grammar import REFERABLE, Kind, parts
from specs.source.pointers import SpecError, escape, look_up
from specs.source.reading import fetch, read_strictly

HOLDER = "x-files"


@frozen
class Bundle:
    """A document with its files inside, and why which references could not be followed."""

    raw: Any
    unread: dict[str, str]


def bundled(raw: Any, at: str, size: int = 0) -> Bundle:
    """Give a document with the files it refers to inside; itself where it refers to none.

    `at`: its path or address; `size`: its bytes. Raises SpecError for files that are too large together.
    """
    if not isinstance(raw, dict):
        return Bundle(raw, {})
    bundler = _Bundler(at, most_bytes() - size)
    whole = copied(raw)
    bundler.follow(whole)
    if not bundler.files:
        return Bundle(raw, bundler.unread)
    return Bundle({**whole, HOLDER: {bundler.names[at]: it for at, it in bundler.files.items()}}, bundler.unread)


def copied(node: Any) -> Any:
    """Copy plain data."""
    if isinstance(node, dict):
        return {key: copied(value) for key, value in node.items()}
    return [copied(value) for value in node] if isinstance(node, list) else node


@define
class _Bundler:
    root: str
    left: int  # bytes that may still be read
    files: dict[str, Any] = Factory(dict)
    names: dict[str, str] = Factory(dict)
    unread: dict[str, str] = Factory(dict)
    taken: set[str] = Factory(set)

    def follow(self, whole: dict[str, Any]) -> None:
        """Make the references of a document local, and those of all files they lead to."""
        waiting: list[tuple[Any, Kind, str]] = [(whole, "document", self.root)]
        seen: set[int] = set()
        while waiting:
            node, kind, at = waiting.pop()
            if id(node) in seen:
                continue
            seen.add(id(node))
            if kind in REFERABLE and isinstance(node.get("$ref"), str):
                place = self._local(node, at)
                target = look_up(whole if place == self.root else self.files.get(place), _inside(node["$ref"]))
                waiting += [(target, kind, place)] if isinstance(target, dict) else []
            if kind == "schema":
                self._map(node, at)
            waiting += [(child, inner, at) for child, _, inner in parts(node, "", kind)]

    def _map(self, node: dict[str, Any], at: str) -> None:
        """Make the references local by which a discriminator names schemas."""
        stated = node.get("discriminator")
        mapping = stated.get("mapping") if isinstance(stated, dict) else None
        if not isinstance(mapping, dict):
            return
        for value, target in mapping.items():
            if isinstance(target, str) and ("#" in target or "/" in target or "." in target):
                holder = {"$ref": target}
                self._local(holder, at)
                mapping[value] = holder["$ref"]

    def _local(self, node: dict[str, Any], at: str) -> str:
        """Make one reference local, if it can be followed; give the file it leads to."""
        reference: str = node["$ref"]
        file, _, pointer = reference.partition("#")
        try:
            place = self._place(file, at, reference) if file else at
            if place != self.root:
                self._take(place)
                pointer = f"/{HOLDER}/{escape(self.names[place])}{pointer}"
        except SpecError as error:
            self.unread[reference] = str(error)
            return at
        node["$ref"] = f"#{pointer}"
        return place

    def _place(self, file: str, at: str, reference: str) -> str:
        if "\0" in file:
            raise SpecError("it holds a zero byte")
        if urlsplit(file).scheme not in ("", "file"):
            raise SpecError(f"the reference {reference} leads out of the document; bundle the files first")
        if at.startswith(("http://", "https://")):
            found = urljoin(at, file)
            if urlsplit(found)[:2] != urlsplit(at)[:2]:
                raise SpecError(f"the reference {reference} leads to another server; bundle the files first")
            return found
        return _beside(at, file)

    def _take(self, place: str) -> None:
        """Read a file once, also where files refer to each other."""
        if place not in self.taken:
            self.taken.add(place)
            text = fetch(place)
            self.left -= len(text.data)
            if self.left < 0:
                raise SpecError("the document's files are too large together")
            self.files[place] = read_strictly(text)
            self.names[place] = self._name(place)
        if place not in self.files:
            raise SpecError(f"{place}: it cannot be read")

    def _name(self, place: str) -> str:
        last = place.rstrip("/").rpartition("/")[2] or "file"
        name, count = last, 1
        while name in self.names.values():
            count += 1
            name = f"{count}-{last}"
        return name


def _beside(at: str, file: str) -> str:
    """Give the path of a file beside another; written with percent signs if that is what is there."""
    try:
        plain = (Path(at).parent / file).resolve()
        return str(plain if plain.exists() else (Path(at).parent / unquote(file)).resolve())
    except (OSError, ValueError) as error:
        raise SpecError(f"{file[:80]}: is no file: {error}") from None


def _inside(reference: str) -> str:
    """Give the pointer of a local reference, in the file it leads to."""
    steps = unquote(reference).removeprefix("#")
    if steps.startswith(f"/{HOLDER}/"):
        return "#/" + "/".join(steps.split("/")[3:]) if steps.count("/") > 2 else "#"
    return f"#{steps}"
