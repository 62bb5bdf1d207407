"""The folder of a run and its verdicts.json."""

from __future__ import annotations

import itertools
import json
import os
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from contracts.config.deployment import ConfigError
from contracts.core.paths import OUT
from contracts.core.visible import visible
from contracts.judging import judge
from contracts.judging.judge import Verdict
from contracts.judging.problems import grouped
from contracts.judging.promises import promise_verdicts
from contracts.plan.plan import Plan

SCRIPTS = "reproduce"
"""The folder, in that of a run, with a script for every problem that shows it."""


def run_folder(chosen: str | None) -> Path:
    """Where a run writes: the given folder, or a new one named after the time. Raises ConfigError.

    It is made at once, so that two runs that begin together do not share one.
    """
    if chosen:
        folder = Path(chosen).absolute()  # whoever renders it may stand elsewhere
        writable(folder)
        return folder
    name = time.strftime("%Y%m%d-%H%M%S")
    for number in itertools.count(1):
        folder = OUT / (name if number == 1 else f"{name}-{number}")
        try:
            folder.mkdir(parents=True)
        except FileExistsError:
            continue
        except OSError as error:
            raise ConfigError(f"{folder}: cannot be made a folder ({error.strerror})") from None
        return folder
    raise AssertionError("there is always another number")


def writable(folder: Path) -> None:
    """Make a run's folder. Raises ConfigError where nothing can be written there."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if not os.access(folder, os.W_OK):
            raise ConfigError(f"{folder}: nothing can be written there")
    except OSError as error:
        raise ConfigError(f"{folder}: cannot be made a folder ({error.strerror})") from None


def verdicts_json(
    plan: Plan,
    header: dict[str, Any],
    verdicts: Sequence[Verdict],
    *,
    requests: int,
    finished: float,
    ended: str,
    left_behind: Sequence[str] = (),
    deaths: Mapping[str, str] | None = None,
    changes: Sequence[Mapping[str, Any]] = (),
) -> dict[str, Any]:
    """The content of verdicts.json. `deaths`: by principal, why its credential stopped working.

    `changes`: how often each operation has created, changed or removed something.
    """
    described = {key: value for key, value in header.items() if key not in {"schema", "settings", "type"}}
    return {
        "schema": 1,
        "run": {
            **described,
            "requests": requests,
            "finished": finished,
            "ended": ended,
            "left_behind": list(left_behind),
            "deaths": dict(deaths or {}),
            "changes": list(changes),
            "fail_on": plan.deployment.fail_on,
        },
        "totals": judge.totals(verdicts),
        "verdicts": [verdict.written() for verdict in verdicts],
        "limits": [],
        "promises": promise_verdicts(plan, verdicts),
    }


def write(folder: Path, content: dict[str, Any]) -> None:
    """Put verdicts.json into a run's folder, whole or not at all, with the problems behind its broken lines."""
    content["problems"] = [each.written() for each in grouped(content["verdicts"])]
    folder.mkdir(parents=True, exist_ok=True)
    unfinished = folder / "verdicts.json.part"
    unfinished.write_text(_laid_out(content), "utf-8", errors="backslashreplace")
    unfinished.replace(folder / "verdicts.json")
    _write_scripts(folder / SCRIPTS, content)


def _laid_out(content: dict[str, Any]) -> str:
    """JSON with a member, or an element of it, a line: to indent it all takes a hundred times as long to write."""
    return "{\n" + ",\n".join(f"{_json(key)}: {_by_element(each)}" for key, each in content.items()) + "\n}\n"


def _by_element(value: Any) -> str:
    return "[\n" + ",\n".join(map(_json, value)) + "\n]" if isinstance(value, list) and value else _json(value)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _write_scripts(folder: Path, content: dict[str, Any]) -> None:
    """A script for each problem, by its name, that shows its first finding."""
    lines = {each["id"]: each for each in content["verdicts"]}
    shown = {each["id"]: (each, lines[each["findings"][0]]["reproduce"]) for each in content["problems"]}
    for old in folder.glob("p-*.sh") if folder.is_dir() else ():
        old.unlink()
    for name, (problem, script) in shown.items():
        if script:
            folder.mkdir(exist_ok=True)
            said = f"#!/usr/bin/env bash\n# {visible(problem['sentence'])}\n{script}\n"
            (folder / f"{name}.sh").write_text(said, "utf-8", errors="backslashreplace")
