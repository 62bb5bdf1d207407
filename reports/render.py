"""Writing the reports of a run into its directory."""

from collections.abc import Callable
from pathlib import Path

import attrs

from reports import history
from reports.errors import ReportError
from reports.latest import follow
from reports.model import Run, load
from reports.renderers.badge import badge
from reports.renderers.code_quality import code_quality
from reports.renderers.junit import junit
from reports.renderers.metrics import metrics
from reports.renderers.page import page
from reports.renderers.sarif import sarif
from reports.renderers.summary import summary

__all__ = ["RENDERERS", "render"]

RENDERERS: dict[str, Callable[[Run], str]] = {
    "report.html": page,
    "junit.xml": junit,
    "report.sarif": sarif,
    "summary.md": summary,
    "gl-code-quality.json": code_quality,
    "metrics.prom": metrics,
    "badge.svg": badge,
}


def render(run_dir: str | Path, past: Path | None = None) -> tuple[Path, ...]:
    """Write every report of the run in `run_dir` beside its verdicts; return their paths.

    `past`: the file of the history that tells what is new (default: the one beside the run).

    Raises ReportError for a run that cannot be read and OSError when a report cannot be written.
    """
    directory = follow(run_dir)
    run = load(directory)
    place = past or directory.resolve().parent
    run = attrs.evolve(run, since=history.since(place, run), states=history.states(place, run))
    return tuple(_write(directory / name, renderer(run)) for name, renderer in RENDERERS.items())


def _write(path: Path, text: str) -> Path:
    """Whole or not at all: a reader never sees half a report."""
    part = path.with_name(f".{path.name}.part")
    try:
        part.write_text(text, encoding="utf-8", newline="\n")
        part.replace(path)
    except UnicodeEncodeError as error:
        raise ReportError(f"{path}: cannot be written as UTF-8: {error}") from None
    finally:
        part.unlink(missing_ok=True)
    return path
