"""What a run says in the words of other tools, written on request: Allure, GitHub, HAR, Web Fuzzing Commons."""

from collections.abc import Callable
from pathlib import Path

from reports.exports.allure import allure
from reports.exports.github import github
from reports.exports.har import har
from reports.exports.wfc import wfc
from reports.model import Run

EXPORTS: dict[str, Callable[[Run], Path]] = {"allure": allure, "github": github, "har": har, "wfc": wfc}
"""By name; each writes beside the run's verdicts and gives the path. They raise ReportError."""
