"""Files nobody would write, for every reader: each is read, or refused with a line that says what is wrong.

python -m tests.hostile.fuzz [READER …] [--examples 2000] [--seed 1]
"""

from __future__ import annotations

import argparse
import copy
import json
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any

from click.testing import CliRunner

from contracts.__main__ import main as contracts
from contracts.config.deployment import ConfigError
from contracts.plan.planning import planned
from reports.errors import ReportError
from reports.model import load as load_run
from tests.hostile.judging import judged
from tests.hostile.notes import document, files

ODD: tuple[Any, ...] = (
    None, True, 0, -1, 1.5, 1e300, 10**400, "", " ", "\0", "\ud800", "é" * 300, "#/paths", "(", "{x", "[", "$ref",
    [], [[]], [None], {}, {"$ref": 5}, {"$ref": "#/nowhere"}, {"$ref": "#"}, {"": {}}, [{"a": []}], {"type": "text"},
)  # fmt: skip
"""Values put where others belong."""
OVERLAY = {
    "overlay": "1.0.0",
    "info": {"title": "more", "version": "1"},
    "actions": [{"target": "$.paths['/notes'].get", "update": {"summary": "all notes"}}],
}
URL = "http://127.0.0.1:9"


def places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every container with one of its keys."""
    keys = value.keys() if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    for key in keys:
        yield value, key
        yield from places(value[key])


def spoiled(value: Any, random: Random) -> Any:
    """A copy of a value with one to three of its parts replaced, left out, or put elsewhere."""
    made = copy.deepcopy(value)
    for _ in range(random.randint(1, 3)):
        container, key = random.choice(list(places(made)) or [({"": made}, "")])
        match random.randrange(4):
            case 0 if isinstance(container, dict):
                del container[key]
            case 1:
                other, name = random.choice(list(places(made)) or [({"": 1}, "")])
                container[key] = copy.deepcopy(other[name])
            case 2 if isinstance(container, dict):
                container[random.choice([each for each in ODD if isinstance(each, str)])] = container.pop(key)
            case _:
                container[key] = copy.deepcopy(random.choice(ODD))
    return made


def scratched(text: str, random: Random) -> str:
    """A text with a few of its characters replaced, left out or doubled."""
    for _ in range(random.randint(1, 4)):
        at = random.randrange(len(text) + 1)
        text = text[:at] + random.choice(["", "\0", '"', "[", "{", "=", "\n", "é", "9" * 20]) + text[at + 1 :]
    return text


def one_line(error: Exception) -> None:
    """Raises where a refusal is told in more than a line, or in words of the language this is written in."""
    if "\n" in str(error).strip() or "object has no attribute" in str(error):
        raise ValueError(f"no line for a user: {error}")


class Readers:
    """Every reader, with a good file of its kind to spoil."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        outcome = judged("well", folder / "good")
        CliRunner().invoke(contracts, ["judge", str(outcome.run.out)])  # writes its verdicts.json

    def all(self) -> dict[str, Callable[[Random], None]]:
        """By name, what reads a spoiled file and raises where that is not refused as it should be."""
        return {
            "deployment": self._deployment,
            "document": self._document,
            "overlay": self._overlay,
            "evidence": self._evidence,
            "verdicts": self._verdicts,
        }

    def _planned(self, **chosen: Any) -> None:
        file = self.folder / "deployment.toml"
        try:
            planned(file, **chosen)
        except ConfigError as error:
            one_line(error)

    def _deployment(self, random: Random) -> None:
        file = files(self.folder, URL, "[http]\nbody = 5000\n[gate]\nflaky = '1%'")
        file.write_text(scratched(file.read_text(), random), "utf-8", errors="replace")
        self._planned()

    def _document(self, random: Random) -> None:
        files(self.folder, URL)
        (self.folder / "notes.json").write_text(json.dumps(spoiled(document(), random)))
        self._planned()

    def _overlay(self, random: Random) -> None:
        files(self.folder, URL)
        overlay = self.folder / "overlay.json"
        overlay.write_text(json.dumps(spoiled(OVERLAY, random)))
        self._planned(overlays=[str(overlay)])

    def _evidence(self, random: Random) -> None:
        lines = (self.folder / "good" / "run" / "evidence.ndjson").read_text().splitlines()
        number = random.randrange(len(lines))
        lines[number] = json.dumps(spoiled(json.loads(lines[number]), random))
        (self.folder / "evidence.ndjson").write_text("\n".join(lines))
        done = CliRunner().invoke(
            contracts, ["judge", str(self.folder), "--document", str(self.folder / "good" / "notes.json")]
        )
        if done.exception and not isinstance(done.exception, SystemExit):
            raise done.exception

    def _verdicts(self, random: Random) -> None:
        good = json.loads((self.folder / "good" / "run" / "verdicts.json").read_text())
        (self.folder / "verdicts.json").write_text(json.dumps(spoiled(good, random)))
        try:
            load_run(self.folder, evidence=False)
        except ReportError as error:
            one_line(error)


def tried(readers: Readers, name: str, examples: int, seed: int) -> list[str]:
    """What a reader raised on so many spoiled files, each kind once."""
    found: dict[str, str] = {}
    for number in range(examples):
        try:
            readers.all()[name](Random(f"{name} {seed} {number}"))
        except Exception as error:
            last = traceback.extract_tb(error.__traceback__)[-1]
            place = f"{Path(last.filename).name}:{last.lineno}"
            found.setdefault(place, f"{name} {number}: {type(error).__name__}: {str(error)[:100]} at {place}")
    return list(found.values())


def main() -> int:
    """Spoil files and read them."""
    parser = argparse.ArgumentParser(prog="python -m tests.hostile.fuzz", description=__doc__.partition("\n")[0])
    parser.add_argument("names", nargs="*", metavar="READER", help="deployment, document, overlay, evidence, verdicts")
    parser.add_argument("--examples", type=int, default=2000, help="files per reader (default 2000)")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    wrong = 0
    with tempfile.TemporaryDirectory() as folder:
        readers = Readers(Path(folder))
        for name in options.names or readers.all():
            found = tried(readers, name, options.examples, options.seed)
            print(f"{name}: {options.examples} files, {len(found)} kinds of trouble", *found, sep="\n  ", flush=True)
            wrong += len(found)
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
