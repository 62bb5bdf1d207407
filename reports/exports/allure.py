"""allure-results: one result per item of the plan, for Allure's own reports and history."""

import hashlib
import uuid
from pathlib import Path
from typing import Any

from contracts.core.verdicts import BLOCKED, BROKEN, KNOWN, NOT_ASKED, NOT_OBSERVABLE, OBSERVED, UPHELD
from reports.errors import ReportError
from reports.model import Run, Verdict
from reports.text import visible

__all__ = ["allure"]

NAME = "allure-results"
STATUS = {
    BROKEN: "failed",
    BLOCKED: "broken",
    UPHELD: "passed",
    OBSERVED: "passed",
    KNOWN: "skipped",
    NOT_OBSERVABLE: "skipped",
    NOT_ASKED: "skipped",
}
"""What Allure calls our verdicts: its "broken" is a test that could not be carried out."""
SEVERITIES = {"critical": "blocker", "major": "critical", "minor": "minor"}


def allure(run: Run) -> Path:
    """Write the results into a folder beside the run's verdicts. Raises ReportError without Allure's library."""
    try:
        from allure_commons.logger import AllureFileLogger
    except ImportError:
        raise ReportError("Allure's library is missing: pip install 'calcom-contracts[allure]'") from None
    folder = run.directory / NAME
    logger: Any = AllureFileLogger(str(folder), clean=True)  # type: ignore[no-untyped-call]
    for line in run.verdicts:
        logger.report_result(_result(run, line))
    return folder


def _result(run: Run, line: Verdict) -> Any:
    from allure_commons.model2 import Label, Parameter, StatusDetails, TestResult

    started, finished = (round(each * 1000) for each in (run.info.started, run.info.finished or run.info.started))
    severity = str((line.severity or {}).get("level", ""))
    labels = {
        "epic": run.info.document.title,
        "feature": line.tags[0] if line.tags else line.family,
        "story": line.operation or "",
        "suite": line.family,
        "severity": SEVERITIES.get(severity, ""),
        "framework": "calcom-contracts",
    }
    parameters = [("principal", line.principal or ""), ("depth", run.info.depth), ("seed", str(run.info.seed))]
    told = f"expected {line.expected}, got {line.actual}" if line.expected else line.reason or ""
    return TestResult(
        uuid=str(uuid.uuid4()),
        historyId=hashlib.sha256(line.id.encode("utf-8", "replace")).hexdigest(),
        testCaseId=line.law,
        fullName=visible(line.id),
        name=visible(f"{line.operation or 'the document'}: {line.title}"),
        status=STATUS[line.verdict],
        statusDetails=StatusDetails(
            message=visible(told), trace=visible(line.reproduce or ""), known=line.verdict == KNOWN
        ),
        start=started,
        stop=finished,
        labels=[Label(name=name, value=visible(value)) for name, value in labels.items() if value],
        parameters=[Parameter(name=name, value=visible(value)) for name, value in parameters if value],
    )
