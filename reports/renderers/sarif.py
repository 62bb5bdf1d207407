"""report.sarif: the problems as SARIF 2.1.0, each at the line of the document it breaks.

Code scanning services show it beside the document in a pull request.
"""

import hashlib
import json
import re
from typing import Any
from urllib.parse import quote

from attrs import frozen

from reports.findings import Finding, findings
from reports.model import Problem, Run, Verdict
from reports.text import visible

__all__ = ["place_of", "sarif"]

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_PLACE = re.compile(r"(?P<file>.+):(?P<line>\d+)$")
_OF_AN_ADDRESS = "/:?#[]@!$&'()*+,;=%~"
_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)


LEVELS = {"critical": "error", "major": "error", "minor": "warning"}
"""What SARIF calls our severities."""
MOST_PLACES = 100
"""Further places of one problem that are named; code scanning services take no more."""


def sarif(run: Run) -> str:
    """One result per problem, with the other places where it shows; known deviations are suppressed ones."""
    broken = {line.id: line for line in run.verdicts if line.verdict == "broken"}
    found = [_Result(each, tuple(broken[name] for name in each.findings if name in broken)) for each in run.problems]
    accepted = findings(run, "known")
    rules = {law: title for each in found for law, title in each.rules} | {each.law: each.title for each in accepted}
    places = list(rules)
    tool = {
        "name": "calcom-contracts",
        "version": run.info.suite,
        "rules": [_rule(law, title) for law, title in rules.items()],
    }
    results = [_result(run, each, places) for each in found if each.lines]
    results += [_accepted(run, each, places) for each in accepted]
    told = {
        "tool": {"driver": tool},
        "automationDetails": {"id": f"{visible(run.info.deployment.name)}/{run.info.plan}"},
        "invocations": [{"executionSuccessful": run.info.ended == "complete"}],
        "results": results,
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [told]}, indent=1, ensure_ascii=True) + "\n"


@frozen
class _Result:
    """A problem with its lines, that first which stands for all."""

    problem: Problem
    lines: tuple[Verdict, ...]

    @property
    def rules(self) -> tuple[tuple[str, str], ...]:
        """The laws it breaks, with their titles."""
        return tuple((line.law, line.title) for line in self.lines)


def _rule(law: str, title: str) -> dict[str, Any]:
    return {
        "id": law,
        "shortDescription": {"text": visible(title)},
        "properties": {"tags": [law.partition("/")[0]]},
    }


def _result(run: Run, each: _Result, rules: list[str]) -> dict[str, Any]:
    first, problem = each.lines[0], each.problem
    others = f" {len(each.lines)} findings: {problem.why}." if len(each.lines) > 1 else ""
    text = f"{problem.sentence} ({first.confidence or 'not recorded'}). {first.title}{others}"
    told: dict[str, Any] = {
        "ruleId": first.law,
        "ruleIndex": rules.index(first.law),
        "level": LEVELS[problem.level],
        "message": {"text": visible(text)},
        "locations": [_location(run, first)],
        "partialFingerprints": {"problem": problem.id, "law/operation": _fingerprint(first.law, first.operation)},
        "properties": {"laws": list(problem.laws), "operations": [visible(name or "") for name in problem.operations]},
    }
    if len(each.lines) > 1:
        told["relatedLocations"] = [
            {"id": number, "message": {"text": visible(_said(line))}, **_location(run, line)}
            for number, line in enumerate(each.lines[1 : 1 + MOST_PLACES], 1)
        ]
    if first.reproduce:
        told["properties"]["reproduce"] = visible(first.reproduce)
    return told


def _said(line: Verdict) -> str:
    return f"{line.operation or 'the document'}: {line.title} expected {line.expected}, got {line.actual}"


def _accepted(run: Run, finding: Finding, rules: list[str]) -> dict[str, Any]:
    """A known deviation."""
    line = finding.lines[0]
    text = f"{finding.operation or 'the document'}: {finding.title} {line.reason or line.actual or ''}"
    told: dict[str, Any] = {
        "ruleId": finding.law,
        "ruleIndex": rules.index(finding.law),
        "level": "note",
        "message": {"text": visible(text)},
        "locations": [_location(run, line)],
        "partialFingerprints": {"law/operation": _fingerprint(finding.law, finding.operation)},
        "suppressions": [{"kind": "external", "justification": visible(line.reason or "known")}],
    }
    if line.reproduce:
        told["properties"] = {"reproduce": visible(line.reproduce)}
    return told


def place_of(run: Run, line: Verdict) -> tuple[str, int | None]:
    """The file and the line of the words that a verdict is about; the document alone where nobody knows them."""
    promise = next((run.promises[pointer] for pointer in line.promises if pointer in run.promises), None)
    place = promise.quote.place if promise and promise.quote else run.info.document.location
    found = _PLACE.fullmatch(place) if not _ADDRESS.match(place) else None
    return (visible(found["file"]), int(found["line"])) if found else (visible(place), None)


def _location(run: Run, line: Verdict) -> dict[str, Any]:
    file, number = place_of(run, line)
    physical: dict[str, Any] = {"artifactLocation": {"uri": quote(file, safe=_OF_AN_ADDRESS)}}
    if number is not None:
        physical["region"] = {"startLine": number}
    return {
        "physicalLocation": physical,
        "logicalLocations": [
            {"fullyQualifiedName": visible(pointer), "kind": "member"} for pointer in line.promises[:1]
        ],
    }


def _fingerprint(law: str, operation: str | None) -> str:
    """Equal for the same law on the same operation, whatever else has changed."""
    return hashlib.sha256(f"{law} {operation}".encode("utf-8", "replace")).hexdigest()[:32]
