"""The commands that README and docs show, each with its place, and why it is not run where it is not."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import attrs

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").glob("*.md")])
_BLOCK = re.compile(
    r"(?:<!-- not run: (?P<reason>[^>]+?) -->\s*)?^[ ]*```console\n(?P<text>.*?)^[ ]*```", re.DOTALL | re.MULTILINE
)


@attrs.frozen
class Shown:
    """A command as a page shows it, without its comment. `reason`: why it is not run."""

    page: str
    line: str
    reason: str | None

    @property
    def words(self) -> list[str]:
        return shlex.split(self.line, comments=True)

    def __str__(self) -> str:
        return f"{self.page}: {self.line}"


def shown() -> Iterator[Shown]:
    """Every command of every page."""
    for page in PAGES:
        for block in _BLOCK.finditer(page.read_text("utf-8")):
            for line in block["text"].splitlines():
                if line.strip().startswith("$ "):
                    told = line.strip()[2:].split("  #")[0].strip()
                    yield Shown(page.relative_to(ROOT).as_posix(), told, block["reason"])
