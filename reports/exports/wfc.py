"""wfc-report.json: the findings by the fault codes of Web Fuzzing Commons, as Schemathesis writes them too."""

import json
from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from contracts.evidence.reader import EvidenceError, read_lines
from reports.errors import ReportError
from reports.findings import Finding, findings
from reports.model import Run
from reports.text import visible

__all__ = ["wfc"]

NAME, SCRIPT = "wfc-report.json", "wfc-report.sh"
OTHER = 950
"""The code of a finding that the catalogue has no fault for: 900 to 999 are each tool's own."""
OURS = {OTHER: "CONTRACT_PROMISE_BROKEN"}


def wfc(run: Run) -> Path:
    """Write the report, and beside it the script it names. Raises ReportError."""
    found = findings(run)
    script, cases = _script(found)
    (run.directory / SCRIPT).write_text(script, "utf-8")
    path = run.directory / NAME
    path.write_text(json.dumps(_report(run, found, cases), indent=1) + "\n", "utf-8")
    return path


def _report(run: Run, found: tuple[Finding, ...], cases: list[dict[str, Any]]) -> dict[str, Any]:
    from schemathesis.cli.wfc_report import SCHEMA_VERSION

    faults = [_fault(each, case["id"]) for each, case in zip(found, cases, strict=True)]
    distinct = {json.dumps(each["faultCategories"], sort_keys=True) for each in faults}
    ended = run.info.finished or run.info.started
    return {
        "schemaVersion": SCHEMA_VERSION,
        "toolName": "calcom-contracts",
        "toolVersion": run.info.suite,
        "creationTime": datetime.fromtimestamp(ended, UTC).isoformat(),
        "faults": {"totalNumber": len(distinct), "foundFaults": faults},
        "problemDetails": {"rest": _rest(run, found)},
        "totalTests": len(run.verdicts),
        "testFilePaths": [SCRIPT],
        "testCases": cases,
        "executionTimeInSeconds": round(ended - run.info.started),
    }


def _fault(finding: Finding, case: str) -> dict[str, Any]:
    from schemathesis.cli.wfc_report import FAULT_CATEGORY_IDS

    code = int(finding.severity.get("wfc", OTHER))
    name = {**FAULT_CATEGORY_IDS, **OURS}.get(code, f"WFC_{code}")
    category = {"id": name, "code": code, "context": visible(f"{_endpoint(finding.operation)} -> {finding.law}")}
    return {"operationId": _endpoint(finding.operation), "testCaseId": case, "faultCategories": [category]}


def _rest(run: Run, found: tuple[Finding, ...]) -> dict[str, Any]:
    statuses: defaultdict[str, set[int | None]] = defaultdict(set)
    try:
        for _, line in read_lines(run.directory / "evidence.ndjson"):
            if isinstance(line, dict) and line["type"] == "exchange" and line.get("operation"):
                statuses[_endpoint(line["operation"])].add((line["response"] or {}).get("status"))
    except EvidenceError as error:
        raise ReportError(str(error)) from None
    covered = [
        {"endpointId": name, "testCaseId": name, "httpStatus": sorted(some, key=lambda one: (one is None, one or 0))}
        for name, some in sorted(statuses.items())
    ]
    return {
        "outputHttpCalls": sum((each.lines[0].reproduce or "").count("curl ") for each in found),
        "evaluatedHttpCalls": run.info.requests,
        "endpointIds": sorted(_endpoint(each) for each in run.operations),
        "coveredHttpStatus": covered,
    }


def _endpoint(operation: str | None) -> str:
    return (operation or "").replace(" ", ":", 1)


def _script(found: tuple[Finding, ...]) -> tuple[str, list[dict[str, Any]]]:
    """One script with the lines of every finding, and where each begins and ends in it."""
    lines, cases = ["#!/usr/bin/env bash"], list[dict[str, Any]]()
    for number, finding in enumerate(found, 1):
        lines.append("")
        start = len(lines)
        lines.append(f"# {visible(finding.title)}")
        lines += visible(finding.lines[0].reproduce or "").splitlines()
        told = {"id": f"finding-{number}", "name": visible(f"{finding.operation}: {finding.title}")}
        cases.append({**told, "filePath": SCRIPT, "startLine": start, "endLine": len(lines) - 1})
    return "\n".join(lines) + "\n", cases
