"""Brings a document that is spread over several files together, so that all its references are local.

Every file that is referred to is put under `x-files` by the name it is referred to with, and references lead there.
Only files beside a document (or below the same address) are followed, never an address of somebody else.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

from attrs import Factory, define

from specs.source.pointers import SpecError, escape
from specs.source.reading import fetch, read_strictly

HOLDER = "x-files"
_MOST = 200  # files; a document of more is taken for one that never ends


def bundled(raw: Any, at: str) -> Any:
    """Give a document with the files it refers to inside; itself where it refers to none. `at`: its path or address.

    Raises SpecError for a file that cannot be read, and for an address outside of the document's own place.
    """
    bundler = _Bundler(at)
    whole = bundler.local(raw, at)
    if not bundler.files or not isinstance(whole, dict):
        return raw
    return {**whole, HOLDER: {bundler.names[place]: content for place, content in bundler.files.items()}}


@define
class _Bundler:
    root: str
    files: dict[str, Any] = Factory(dict)
    names: dict[str, str] = Factory(dict)

    def local(self, node: Any, at: str) -> Any:
        """Give a part of the file `at` with local references only."""
        if isinstance(node, list):
            return [self.local(each, at) for each in node]
        if not isinstance(node, dict):
            return node
        return {key: self._value(key, value, at) for key, value in node.items()}

    def _value(self, key: str, value: Any, at: str) -> Any:
        if key == "$ref" and isinstance(value, str):
            return self._reference(value, at)
        return self.local(value, at)

    def _reference(self, reference: str, at: str) -> str:
        file, _, pointer = reference.partition("#")
        place = self._place(file, at, reference) if file else at
        if place == self.root:
            return f"#{pointer}"
        self._take(place, reference)
        return f"#/{HOLDER}/{escape(self.names[place])}{pointer}"

    def _place(self, file: str, at: str, reference: str) -> str:
        if urlsplit(file).scheme not in ("", "file"):
            raise SpecError(f"the reference {reference} leads out of the document; bundle the files first")
        if at.startswith(("http://", "https://")):
            found = urljoin(at, file)
            if urlsplit(found)[:2] != urlsplit(at)[:2]:
                raise SpecError(f"the reference {reference} leads to another server; bundle the files first")
            return found
        return str((Path(at).parent / file).resolve())

    def _take(self, place: str, reference: str) -> None:
        """Read a file once, also where files refer to each other."""
        if place in self.names:
            return
        if len(self.names) >= _MOST:
            raise SpecError(f"the reference {reference} is to the file number {_MOST}: this seems to have no end")
        self.names[place] = self._name(place)
        try:
            content = read_strictly(fetch(place))
        except SpecError as error:
            raise SpecError(f"the reference {reference} cannot be followed: {error}") from None
        self.files[place] = None
        self.files[place] = self.local(content, place)

    def _name(self, place: str) -> str:
        last = place.rstrip("/").rpartition("/")[2] or "file"
        name, count = last, 1
        while name in self.names.values():
            count += 1
            name = f"{count}-{last}"
        return name
