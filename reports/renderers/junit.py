"""junit.xml: the verdicts for a CI server's test view."""

from collections.abc import Sequence
from datetime import UTC, datetime
from xml.etree import ElementTree

from contracts.config.severity import at_least
from contracts.core.families import gravity
from reports.model import Run, Verdict
from reports.text import visible

__all__ = ["junit"]

Element = ElementTree.Element


def junit(run: Run) -> str:
    """One suite per family, one case per verdict: broken fails, blocked is an error, what was not seen is skipped.

    What is broken and not grave enough to fail the gate is no failure here either: its `system-out` says so.
    """
    families: dict[str, list[Verdict]] = {}
    for line in run.verdicts:
        families.setdefault(line.family, []).append(line)
    root = Element("testsuites", {"name": visible(run.info.document.title), **_sums(run, run.verdicts)})
    for family in sorted(families, key=gravity):
        root.append(_suite(run, family, families[family]))
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


def _suite(run: Run, family: str, lines: Sequence[Verdict]) -> Element:
    suite = Element(
        "testsuite", {"name": visible(family), "timestamp": _timestamp(run.info.started), **_sums(run, lines)}
    )
    properties = ElementTree.SubElement(suite, "properties")
    for name, value in _properties(run).items():
        ElementTree.SubElement(properties, "property", name=name, value=visible(value))
    suite.extend(_case(run, line) for line in lines)
    return suite


def _properties(run: Run) -> dict[str, str]:
    info = run.info
    return {
        "document": f"{info.document.title} {info.document.version}",
        "deployment": f"{info.deployment.name} {info.deployment.base_url}",
        "depth": info.depth,
        "seed": str(info.seed),
        "plan": info.plan,
        "ended": info.ended,
    }


def _sums(run: Run, lines: Sequence[Verdict]) -> dict[str, str]:
    words = [line.verdict for line in lines if not _excused(run, line)]
    return {
        "tests": str(len(lines)),
        "failures": str(words.count("broken")),
        "errors": str(words.count("blocked")),
        "skipped": str(sum(words.count(word) for word in ("not observable", "not asked", "known"))),
        "time": _time(sum(_seconds(run, line) for line in lines)),
    }


def _case(run: Run, line: Verdict) -> Element:
    name = " ".join(filter(None, [line.operation or "document", line.principal]))
    case = Element(
        "testcase",
        classname=visible(line.law.replace("/", ".")),
        name=visible(name),
        time=_time(_seconds(run, line)),
    )
    _outcome(case, run, line)
    return case


def _outcome(case: Element, run: Run, line: Verdict) -> None:
    reason = line.reason or ""
    if _excused(run, line):
        level = line.severity["level"] if line.severity else ""
        told = f"broken, {level}: does not fail the gate (fail_on = {run.info.fail_on})\n{_finding(run, line)}"
        ElementTree.SubElement(case, "system-out").text = visible(told)
    elif line.verdict == "broken":
        _child(case, "failure", f"expected {line.expected}, got {line.actual}", line.verdict, _finding(run, line))
    elif line.verdict == "blocked":
        _child(case, "error", reason, line.verdict)
    elif line.verdict == "known":
        _child(case, "skipped", reason or f"known: {line.actual}", line.verdict)
    elif line.verdict in ("not observable", "not asked"):
        _child(case, "skipped", f"{line.verdict}: {reason}", line.verdict)
    elif line.verdict == "observed":
        ElementTree.SubElement(case, "system-out").text = visible(f"observed: {line.actual or reason}")


def _excused(run: Run, line: Verdict) -> bool:
    """Whether a broken line is less grave than what fails the gate."""
    return (
        line.verdict == "broken"
        and line.severity is not None
        and not at_least(line.severity["level"], run.info.fail_on)
    )


def _child(case: Element, tag: str, message: str, kind: str, text: str | None = None) -> None:
    child = ElementTree.SubElement(case, tag, message=visible(message), type=kind)
    child.text = visible(text) if text else None


def _finding(run: Run, line: Verdict) -> str:
    promised = [
        f"promised: {run.promises[pointer].text} ({pointer})" if pointer in run.promises else f"promised: {pointer}"
        for pointer in line.promises
    ]
    told = [f"expected: {line.expected}", f"got: {line.actual}", f"how sure: {line.confidence or 'not recorded'}"]
    return "\n".join([line.title, *promised, *told, *([line.reproduce] if line.reproduce else [])])


def _seconds(run: Run, line: Verdict) -> float:
    """The time its exchanges took, waiting for the budget not counted; one shared by several lines counts in each."""
    return sum(run.evidence.seconds.get(seq, 0.0) for seq in set(line.exchanges))


def _time(seconds: float) -> str:
    return f"{seconds:.3f}"


def _timestamp(moment: float) -> str:
    try:
        return f"{datetime.fromtimestamp(moment, UTC):%Y-%m-%dT%H:%M:%S}"
    except (OverflowError, ValueError, OSError):
        return "1970-01-01T00:00:00"
