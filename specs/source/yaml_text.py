"""Reads YAML as the core schema of YAML 1.2 has it, with the place of every key.

Loaded only where there is YAML to be read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import yaml
from attrs import Factory, define

from specs.source.pointers import SpecError, join
from specs.source.recovery import Flaw, Place, Reading

_MOST_COPIES, _MOST_FREE = 20, 50_000  # YAML aliases can make a short text explode


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


def read_yaml(data: bytes, location: str) -> Reading:
    """Read YAML; what follows a line that is no YAML is left out, and said. Raises SpecError, naming the location."""
    content = data.decode("utf-8", errors="replace")
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
            raise SpecError(f"{location}: nested too deeply") from None
    raise SpecError(f"{location}: line {flaws[0].place.line}: {flaws[0].message}")


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
