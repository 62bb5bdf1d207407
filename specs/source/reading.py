"""Fetches the text of a document and reads it as JSON or YAML, with the place of every key."""

from __future__ import annotations

import json
import re
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from attrs import Factory, define, frozen

from specs.source.bounds import MOST_BYTES, most_bytes
from specs.source.pointers import SpecError, join
from specs.source.recovery import Flaw, Place, Reading, recover

HERE = Path(__file__).parents[1]
SUFFIXES = (".yaml", ".yml", ".json")
_MOST_COPIES, _MOST_FREE = 20, 50_000  # YAML aliases can make a short text explode
_PATIENCE = 30.0  # seconds
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
    shown = shown_address(address)
    try:
        with urllib.request.urlopen(address, timeout=_PATIENCE) as answer:
            data: bytes = answer.read(most_bytes() + 1)
    except (urllib.error.URLError, OSError, ValueError) as error:
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
    return recover(text.data) if text.is_json else _read_yaml(text)


def read_strictly(text: Text) -> Any:
    """Read a document that has to be whole and unambiguous. Raises SpecError naming the line at fault."""
    if text.is_json:
        try:
            return json.loads(text.data, object_pairs_hook=_unique, parse_constant=_no_constant)
        except (ValueError, RecursionError):
            pass  # read again below, where the place of the fault is known
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


class _CoreLoader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """Resolves plain scalars by the core schema of YAML 1.2: no timestamps, no `yes`, no sexagesimal numbers."""

    yaml_implicit_resolvers: dict[Any, Any] = {}  # noqa: RUF012 (filled below, never shared)


_TAG = "tag:yaml.org,2002:"
for _kind, _pattern, _first in (
    ("bool", r"^(?:true|True|TRUE|false|False|FALSE)$", list("tTfF")),
    ("null", r"^(?:~|null|Null|NULL|)$", ["~", "n", "N", ""]),
    ("int", r"^(?:[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+)$", list("-+0123456789")),
    ("float", r"^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$", list("-+.0123456789")),
    ("merge", r"^(?:<<)$", ["<"]),
):
    _CoreLoader.add_implicit_resolver(_TAG + _kind, re.compile(_pattern), _first)


def _read_yaml(text: Text) -> Reading:
    """Read YAML; what follows a line that is no YAML is left out, and said."""
    content = text.data.decode("utf-8", errors="replace")
    flaws: tuple[Flaw, ...] = ()
    for _ in range(3):
        try:
            return _compose(content, flaws)
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
            line = mark.line if mark else 0
            problem = getattr(error, "problem", None) or "unreadable"
            place = Place(line + 1, (mark.column if mark else 0) + 1)
            flaws = flaws or (Flaw("malformed", "#", place, f"no YAML from here on: {problem}"),)
            content = "".join(content.splitlines(keepends=True)[:line])
        except RecursionError:
            raise SpecError(f"{text.location}: nested too deeply") from None
    raise SpecError(f"{text.location}: line {flaws[0].place.line}: {flaws[0].message}")


def _compose(content: str, flaws: tuple[Flaw, ...]) -> Reading:
    loader = _CoreLoader(content)
    try:
        node = loader.get_single_node()
    finally:
        loader.dispose()
    builder = _YamlBuilder()
    raw = None if node is None else builder.value(node, "#")
    return Reading(raw, builder.marks, (*flaws, *builder.flaws))


@define
class _YamlBuilder:
    """Turns YAML nodes into plain values, noting where each is."""

    marks: dict[str, Place] = Factory(dict)
    flaws: list[Flaw] = Factory(list)
    open: set[int] = Factory(set)
    seen: set[int] = Factory(set)

    def value(self, node: yaml.Node, pointer: str) -> Any:
        place = _place(node)
        self.marks.setdefault(pointer, place)
        self.seen.add(id(node))
        if len(self.marks) > _MOST_FREE + _MOST_COPIES * len(self.seen):
            raise SpecError(f"line {place.line}: the document's aliases expand beyond all measure")
        if isinstance(node, yaml.ScalarNode):
            return _scalar(node)
        if id(node) in self.open:
            raise SpecError(f"line {place.line}: an alias contains itself")
        self.open.add(id(node))
        try:
            if isinstance(node, yaml.SequenceNode):
                return [self.value(item, join(pointer, index)) for index, item in enumerate(node.value)]
            return self._mapping(node, pointer)
        finally:
            self.open.discard(id(node))

    def _mapping(self, node: yaml.Node, pointer: str) -> dict[str, Any]:
        value: dict[str, Any] = {}
        merged: dict[str, Any] = {}
        for key_node, value_node in node.value:
            if key_node.tag == _TAG + "merge":
                for part in _sequence(value_node):
                    merged = {**self.value(part, pointer), **merged}
                continue
            key = self._key(key_node)
            self._note(key, join(pointer, key), _place(key_node), again=key in value)
            value[key] = self.value(value_node, join(pointer, key))
        return {**merged, **value}

    def _key(self, node: yaml.Node) -> str:
        if isinstance(node, yaml.ScalarNode):
            return str(node.value)  # a status such as 200 is a key like any other: text
        raise SpecError(f"line {_place(node).line}: a key has to be plain text")

    def _note(self, key: str, pointer: str, place: Place, *, again: bool) -> None:
        if again:
            first = self.marks[pointer].line
            message = f"{key} stands twice, first at line {first}; the later value is kept"
            self.flaws.append(Flaw("duplicate-key", pointer, place, message))
        self.marks.setdefault(pointer, place)


def _sequence(node: yaml.Node) -> Iterator[yaml.Node]:
    yield from node.value if isinstance(node, yaml.SequenceNode) else [node]


def _place(node: yaml.Node) -> Place:
    return Place(node.start_mark.line + 1, node.start_mark.column + 1)


def _scalar(node: yaml.ScalarNode) -> Any:
    kind, text = node.tag.removeprefix(_TAG), str(node.value)
    try:
        if kind == "null":
            return None
        if kind == "bool":
            return text.lower() == "true"
        if kind == "int":
            return int(text, 0) if text[:2] in ("0o", "0x") else int(text)
        return float(text) if kind == "float" else text
    except ValueError:
        raise SpecError(f"line {_place(node).line}: {text!r} is no {kind}") from None
