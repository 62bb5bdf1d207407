"""report.sarif: the findings as SARIF 2.1.0, each at the line of the document it breaks.

Code scanning services show it beside the document in a pull request.
"""

import hashlib
import json
import re
from typing import Any

from reports.findings import Finding, findings
from reports.model import Promise, Run
from reports.text import visible

__all__ = ["sarif"]

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_PLACE = re.compile(r"(?P<file>.+):(?P<line>\d+)$")
_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)


LEVELS = {"critical": "error", "major": "error", "minor": "warning"}
"""What SARIF calls our severities."""


def sarif(run: Run) -> str:
    """One result per finding; known deviations are suppressed ones."""
    found = [(each, False) for each in findings(run)] + [(each, True) for each in findings(run, "known")]
    rules = {each.law: each for each, _ in found}
    tool = {
        "name": "calcom-contracts",
        "version": run.info.suite,
        "rules": [_rule(each) for each in rules.values()],
    }
    results = [_result(run, each, list(rules).index(each.law), known) for each, known in found]
    told = {
        "tool": {"driver": tool},
        "automationDetails": {"id": f"{visible(run.info.deployment.name)}/{run.info.plan}"},
        "invocations": [{"executionSuccessful": run.info.ended == "complete"}],
        "results": results,
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [told]}, indent=1, ensure_ascii=True) + "\n"


def _rule(finding: Finding) -> dict[str, Any]:
    return {
        "id": finding.law,
        "shortDescription": {"text": visible(finding.title)},
        "properties": {"tags": [finding.family]},
    }


def _result(run: Run, finding: Finding, rule: int, known: bool) -> dict[str, Any]:
    line = finding.lines[0]
    promise = next((run.promises[pointer] for pointer in finding.pointers if pointer in run.promises), None)
    expected = f"expected {line.expected}, got {line.actual}" if line.expected else line.reason or line.actual or ""
    text = f"{finding.operation or 'the document'}: {finding.title} {expected} ({line.confidence or 'not recorded'})"
    told: dict[str, Any] = {
        "ruleId": finding.law,
        "ruleIndex": rule,
        "level": "note" if known else LEVELS[finding.severity["level"]],
        "message": {"text": visible(text)},
        "locations": [_location(run, promise, finding.pointers)],
        "partialFingerprints": {"law/operation": _fingerprint(finding)},
    }
    if line.reproduce:
        told["properties"] = {"reproduce": visible(line.reproduce)}
    if known:
        told["suppressions"] = [{"kind": "external", "justification": visible(line.reason or "known")}]
    return told


def _location(run: Run, promise: Promise | None, pointers: tuple[str, ...]) -> dict[str, Any]:
    place = promise.quote.place if promise and promise.quote else run.info.document.location
    found = _PLACE.fullmatch(place) if not _ADDRESS.match(place) else None
    physical: dict[str, Any] = {"artifactLocation": {"uri": found["file"] if found else place}}
    if found:
        physical["region"] = {"startLine": int(found["line"])}
    return {
        "physicalLocation": physical,
        "logicalLocations": [{"fullyQualifiedName": pointer, "kind": "member"} for pointer in pointers[:1]],
    }


def _fingerprint(finding: Finding) -> str:
    """Equal for the same law on the same operation, whatever else has changed."""
    return hashlib.sha256(f"{finding.law} {finding.operation}".encode("utf-8", "replace")).hexdigest()[:32]
