"""Reports: what a run found, for the people who act on it.

`render` turns a run directory (`verdicts.json`, `evidence.ndjson`) into `report.html`, `junit.xml` and `summary.md`;
`load` reads one; `mark_latest` points `latest` at one. All raise `ReportError`, whose text is one line.
"""

from reports.errors import ReportError
from reports.latest import mark_latest
from reports.model import Run, load
from reports.render import render

__all__ = ["ReportError", "Run", "load", "mark_latest", "render"]
