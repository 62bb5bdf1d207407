"""Fetches the text of a document and reads it as JSON or YAML, with the place of every key."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path
from typing import Any

from attrs import frozen

from specs.source import kept
from specs.source.bounds import MOST_BYTES, most_bytes
from specs.source.pointers import SpecError
from specs.source.recovery import Reading, recover

HERE = Path(__file__).parents[1]
SUFFIXES = (".yaml", ".yml", ".json")
_PATIENCE = 30.0  # seconds
_SOURCES = ("specs/source/reading.py", "specs/source/yaml_text.py")  # they decide what is read of a text
_SECRET = re.compile(r"token|key|secret|passw|auth|sig|credential", re.IGNORECASE)


@frozen
class Text:
    """The bytes of a document, what it is called, and the whole path or address it was read from."""

    name: str
    location: str
    data: bytes
    place: str = ""

    @property
    def is_json(self) -> bool:
        """Tell JSON from YAML by the first character."""
        return self.data.lstrip()[:1] in (b"{", b"[", b"")


def fetch(source: str | Path) -> Text:
    """Get a document: the name of a file in specs/, a path, or an http(s) address. Raises SpecError."""
    given = str(source)
    if given.startswith(("http://", "https://")):
        if "@" in given.partition("://")[2].partition("/")[0]:
            raise SpecError("a document: an address without user and password is needed")
        shown = shown_address(given)
        return Text(_stem(given.split("?")[0]), shown, _utf8(_download(given), shown), given)
    path = _find(given)
    try:
        return Text(_stem(path.name), _shown(path), _utf8(_bytes(path), given), str(path.resolve()))
    except OSError as error:
        raise SpecError(f"{given}: cannot be read: {error.strerror or error}") from None


def shown_address(address: str) -> str:
    """An address as files and messages have it: without a query that may hold a secret."""
    before, _, query = address.partition("?")
    return before if _SECRET.search(query) else address


def _bytes(path: Path) -> bytes:
    with path.open("rb") as file:
        return _bounded(file.read(most_bytes() + 1), str(path))


def _bounded(data: bytes, given: str) -> bytes:
    if len(data) > (most := most_bytes()):
        raise SpecError(f"{given}: more than {most} bytes, which is no API description ({MOST_BYTES} sets the bound)")
    return data


def _find(given: str) -> Path:
    if not given:
        raise SpecError("no document is named")
    if "/" not in given and "\\" not in given and not Path(given).suffix:
        for suffix in SUFFIXES:
            if (named := HERE / f"{given}{suffix}").is_file():
                return named
    if _is_there(path := Path(given)):
        return path
    own = ", ".join(sorted(file.stem for file in HERE.iterdir() if file.suffix in SUFFIXES))
    raise SpecError(f"{given}: there is no such file, and none of that name in specs/ (which has: {own or 'none'})")


def _is_there(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):  # a name that is too long, or none
        return False


def _shown(path: Path) -> str:
    """Give a path relative to the working directory if it is below it."""
    try:
        return str(path.resolve().relative_to(Path.cwd()))
    except ValueError:
        return str(path)


def _stem(name: str) -> str:
    return name.rstrip("/").rpartition("/")[2].split(".")[0] or name


def _download(address: str) -> bytes:
    import urllib.request  # only here: it takes long to load

    shown = shown_address(address)
    try:
        with urllib.request.urlopen(address, timeout=_PATIENCE) as answer:
            data: bytes = answer.read(most_bytes() + 1)
    except (OSError, ValueError) as error:
        raise SpecError(f"{shown}: cannot be fetched: {getattr(error, 'reason', error)}") from None
    return _bounded(data, shown)


def _utf8(data: bytes, given: str) -> bytes:
    """Bring other Unicode encodings to UTF-8, without a byte order mark."""
    encoding = json.detect_encoding(data)
    if encoding == "utf-8":
        return data
    try:
        return data.decode(encoding).encode()
    except UnicodeError:
        raise SpecError(f"{given}: the text is not {encoding}") from None


def read(text: Text) -> Reading:
    """Read a document as far as it goes, with places and flaws. Raises SpecError where nothing can be read."""
    if text.is_json:
        return recover(text.data)
    from specs.source.yaml_text import read_yaml  # only here: it takes long to load, and what was read is kept

    return read_yaml(text.data, text.location)


def read_strictly(text: Text) -> Any:
    """Read a document that has to be whole and unambiguous. Raises SpecError naming the line at fault."""
    if not text.is_json:
        return _known_yaml(text)
    try:
        return json.loads(text.data, object_pairs_hook=_unique, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        return _whole(text)  # where the place of the fault is known


def _known_yaml(text: Text) -> Any:
    """What was read of the same text before, or now."""
    depends = kept.makers(("pyyaml",), _SOURCES), hashlib.sha256(text.data).hexdigest()
    if (known := kept.read("documents", *depends)) is not None:
        return known
    raw = _whole(text)
    kept.write(raw, "documents", *depends)
    return raw


def _whole(text: Text) -> Any:
    reading = read(text)
    for flaw in reading.flaws:
        where = f"{text.location}: line {flaw.place.line}"
        raise SpecError(f"{where}: {flaw.message}; `python -m specs check` lists every defect")
    return reading.raw


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise ValueError("a key stands twice")
    return value


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")
