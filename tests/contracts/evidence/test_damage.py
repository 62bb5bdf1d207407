"""Evidence that is damaged: what can be read is judged, what cannot is counted, and nothing is refused for one line."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from contracts.__main__ import main
from reports.__main__ import main as reports
from tests.hostile.judging import judged

Lines = list[Any]
RENDERED = 4
"""Of so many damaged records that are judged one is rendered too: rendering reads what judging has made of it."""
WRONG = (None, [1], 7, "text", {}, [["a"]], True, 1e300, "\ud800", -1)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("damage")
    judged("well", folder)
    return folder / "run"


def lines_of(run: Path) -> Lines:
    return [json.loads(line) for line in (run / "evidence.ndjson").read_text().splitlines()]


def members(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The places of all members of a value."""
    inner = value.items() if isinstance(value, dict) else ()
    for name, each in inner:
        yield (*path, name)
        yield from members(each, (*path, name))


def variants(lines: Lines) -> Iterator[tuple[str, str]]:
    """Ways in which the record may be damaged, by what was done."""
    texts = [json.dumps(line) for line in lines]
    for kind in ("header", "conversation", "exchange", "footer"):
        number = next(index for index, line in enumerate(lines) if line["type"] == kind)
        for count, place in enumerate(members(lines[number])):
            line = json.loads(texts[number])
            inner = line
            for name in place[:-1]:
                inner = inner[name]
            if count % 3:
                inner[place[-1]] = WRONG[count % len(WRONG)]
            else:
                del inner[place[-1]]
            yield f"{kind} {'/'.join(place)}", "\n".join([*texts[:number], json.dumps(line), *texts[number + 1 :]])
        yield f"{kind} twice", "\n".join([*texts[: number + 1], *texts[number:]])
    for name, damage in (("[1]", "[1]"), ("half", '{"type": "exch'), ("deep", "[" * 100_000), ("nothing", "")):
        yield f"first {name}", "\n".join([damage, *texts[1:]])
        yield f"inside {name}", "\n".join([*texts[:5], damage, *texts[5:]])
    yield "no header", "\n".join(texts[1:])
    yield "cut", "\n".join(texts[: len(texts) // 2])
    yield "empty", ""


def outcome(command: Any, arguments: list[str]) -> tuple[int, str]:
    done = CliRunner().invoke(command, arguments)
    assert done.exception is None or isinstance(done.exception, SystemExit), repr(done.exception)
    assert "Traceback" not in done.output
    return done.exit_code, done.output


def test_whatever_is_damaged_is_left_out_and_told(run: Path, tmp_path: Path) -> None:
    document = str(run.parent / "notes.json")
    for number, (name, text) in enumerate(variants(lines_of(run))):
        folder = tmp_path / str(number)
        folder.mkdir()
        (folder / "evidence.ndjson").write_text(text)
        code, said = outcome(main, ["judge", str(folder), "--document", document])
        assert code in (0, 3, 4) or name == "exchange response/body", (name, said)
        if number % RENDERED == 0:
            assert outcome(reports, [str(folder)])[0] == 0, name


def edited(run: Path, tmp_path: Path, edit: Callable[[Lines], Lines]) -> list[str]:
    lines = edit(lines_of(run))
    text = "\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines)
    (tmp_path / "evidence.ndjson").write_text(text)
    return ["judge", str(tmp_path), "--document", str(run.parent / "notes.json")]


def test_a_bad_line_inside_is_counted_and_costs_nothing_else(run: Path, tmp_path: Path) -> None:
    code, said = outcome(main, edited(run, tmp_path, lambda lines: [*lines[:9], "{", *lines[9:]]))
    assert code == 4
    assert "1 lines cannot be read and were left out, the first is line 10: it is no JSON" in said
    assert "upheld" in said


def test_a_line_that_stands_twice_is_heard_once(run: Path, tmp_path: Path) -> None:
    number = next(index for index, line in enumerate(lines_of(run)) if line["type"] == "exchange")
    code, said = outcome(main, edited(run, tmp_path, lambda lines: [*lines[: number + 1], *lines[number:]]))
    assert code == 4
    assert "stands twice" in said
    assert "broken" not in said


def test_a_run_that_was_cut_short_says_what_was_not_judged(run: Path, tmp_path: Path) -> None:
    code, said = outcome(main, edited(run, tmp_path, lambda lines: lines[:30]))
    assert code == 4
    assert "did not reach its end" in said
    assert "not asked" in said


def test_a_whole_record_is_judged_as_before(run: Path, tmp_path: Path) -> None:
    code, said = outcome(main, edited(run, tmp_path, lambda lines: lines))
    assert code == 0
    assert "cannot be read" not in said
