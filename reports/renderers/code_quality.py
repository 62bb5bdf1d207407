"""gl-code-quality.json: the problems as GitLab shows them in a merge request, at the lines of the document."""

import json
from typing import Any

from reports.model import Problem, Run, Verdict
from reports.renderers.sarif import place_of
from reports.text import visible

__all__ = ["code_quality"]


def code_quality(run: Run) -> str:
    """One issue per problem. Our severities are among those of GitLab, and are called the same there."""
    lines = {line.id: line for line in run.verdicts}
    shown = ((each, lines[each.findings[0]]) for each in run.problems if each.findings and each.findings[0] in lines)
    return json.dumps([_issue(run, *each) for each in shown], indent=1) + "\n"


def _issue(run: Run, problem: Problem, line: Verdict) -> dict[str, Any]:
    file, number = place_of(run, line)
    return {
        "description": visible(f"{problem.sentence} {line.title}"),
        "check_name": line.law,
        "fingerprint": problem.id,
        "severity": problem.level,
        "location": {"path": visible(file), "lines": {"begin": number or 1}},
    }
