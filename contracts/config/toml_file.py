"""TOML files as their owners wrote them, and in which line each key of them stands."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import attrs

Steps = tuple[str | int, ...]
_NAME = r"""(?:[A-Za-z0-9_-]+|"(?:[^"\\]|\\.)*"|'[^']*')"""
_HEAD = re.compile(rf"\s*(?P<open>\[\[?)\s*(?P<name>{_NAME}(?:\s*\.\s*{_NAME})*)\s*\]")
_KEY = re.compile(rf"\s*(?P<name>{_NAME}(?:\s*\.\s*{_NAME})*)\s*=")
_MULTILINE = re.compile(r'"""|\'\'\'')


@attrs.frozen
class Source:
    """A file, and the lines of its keys by their steps, such as ("principals", 0, "kind")."""

    path: str = ""
    lines: dict[Steps, int] = attrs.field(factory=dict)

    def at(self, *steps: str | int) -> str:
        """The file with the line of a key, or else of the table around it: `staging.toml:12`."""
        for end in range(len(steps), 0, -1):
            if steps[:end] in self.lines:
                return f"{self.path}:{self.lines[steps[:end]]}"
        return self.path


def read(path: Path) -> dict[str, Any]:
    """What a file says. Raises ValueError that says what is wrong with it, without its name."""
    return parsed(text_of(path))


def text_of(path: Path) -> str:
    """The text of a file. Raises ValueError."""
    try:
        return path.read_text("utf-8")
    except OSError as error:
        raise ValueError(f"cannot be read ({error.strerror})") from None
    except UnicodeDecodeError as error:
        raise ValueError(f"not valid TOML: {error}") from None


def parsed(text: str) -> dict[str, Any]:
    """What a text says. Raises ValueError."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"not valid TOML: {error}") from None


def source(path: Path, text: str) -> Source:
    """Where the keys of a file stand."""
    return Source(str(path), dict(_lines(text)))


def _lines(text: str) -> Iterator[tuple[Steps, int]]:
    above: Steps = ()
    counts: dict[Steps, int] = {}
    inside = False
    for number, line in enumerate(text.splitlines(), 1):
        was_inside, inside = inside, inside ^ (len(_MULTILINE.findall(line)) % 2 == 1)
        if was_inside:
            continue
        if head := _HEAD.match(line):
            above = _steps(head["name"])
            if head["open"] == "[[":
                counts[above] = counts.get(above, -1) + 1
                yield from [(above, number)] if not counts[above] else []
                above = (*above, counts[above])
            elif above[:1] in counts:  # a table below the last of several
                above = (above[0], counts[above[:1]], *above[1:])
            yield above, number
        elif key := _KEY.match(line):
            steps = _steps(key["name"])
            yield from ((above + steps[:end], number) for end in range(1, len(steps) + 1))


def _steps(name: str) -> tuple[str, ...]:
    return tuple(each.strip("\"'") for each in re.findall(_NAME, name))
