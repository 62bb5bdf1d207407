"""What GitHub Actions shows of a run: the step summary, annotations at the lines of the document, and outputs.

It writes to the files that the runner names in the environment; where none is named, to the terminal alone.
"""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

import click

from reports.model import Run
from reports.renderers.sarif import place_of
from reports.renderers.summary import summary
from reports.text import visible

__all__ = ["github"]

MOST = 10
"""Annotations of one kind that the runner shows of a step."""
LONGEST = 1_000_000
"""Bytes of a step summary: it takes a mebibyte."""
KINDS = {"critical": "error", "major": "error", "minor": "warning"}


def github(run: Run) -> Path:
    """Tell the runner, and give the path of the summary."""
    for line in _annotations(run):
        click.echo(line)
    _append("GITHUB_STEP_SUMMARY", summary(run).encode()[:LONGEST].decode("utf-8", "ignore"))
    _append("GITHUB_OUTPUT", "".join(f"{name}={value}\n" for name, value in outputs(run).items()))
    return run.directory / "summary.md"


def outputs(run: Run) -> Mapping[str, str]:
    """The outputs of the step: what is wrong, and where the reports are."""
    return {
        "problems": str(len(run.problems)),
        **{each: str(sum(problem.level == each for problem in run.problems)) for each in KINDS},
        **{word: str(run.totals[word]) for word in ("broken", "upheld", "blocked")},
        "requests": str(run.info.requests),
        "report": str(run.directory.resolve()),
    }


def _append(variable: str, text: str) -> None:
    if file := os.environ.get(variable):
        with Path(file).open("a", encoding="utf-8") as out:
            out.write(text)


def _annotations(run: Run) -> Iterator[str]:
    lines = {line.id: line for line in run.verdicts}
    for problem in run.problems[:MOST]:
        line = lines.get(problem.findings[0]) if problem.findings else None
        file, number = place_of(run, line) if line else (run.info.document.location, None)
        where = {"title": problem.title, "file": file, **({"line": str(number)} if number else {})}
        told = ",".join(f"{name}={_property(visible(value))}" for name, value in where.items())
        yield f"::{KINDS[problem.level]} {told}::{_data(visible(problem.sentence))}"
    if len(run.problems) > MOST:
        yield f"::notice title=More problems::{len(run.problems) - MOST} more stand in the report"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
