"""What a reader looks for first: the findings, what was not seen and why, and the sentence that sums a run up."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from attrs import frozen

from contracts.config.severity import LEVELS
from contracts.core.families import gravity
from reports.model import Problem, Run, Verdict
from reports.words import NONE_YET, SEEN, UNSEEN, counted

__all__ = [
    "Finding",
    "Unseen",
    "findings",
    "grave",
    "remarks",
    "result",
    "tone",
    "unjudged",
    "unseen",
    "without_reason",
]


@frozen
class Finding:
    """One law broken on one operation, by one or several principals."""

    law: str
    title: str
    family: str
    operation: str | None
    lines: tuple[Verdict, ...]

    @property
    def severity(self) -> dict[str, Any]:
        """That of its gravest line; a run recorded before there were severities counts as major."""
        told = [dict(line.severity) for line in self.lines if line.severity]
        return min(told, key=lambda one: LEVELS.index(one["level"]), default={"level": LEVELS[1], "reason": ""})

    @property
    def pointers(self) -> tuple[str, ...]:
        """The promises it breaks, in the order its lines name them."""
        return tuple(dict.fromkeys(pointer for line in self.lines for pointer in line.promises))


def grave(problem: Problem) -> str:
    """The severity in words: level, reason, and how catalogues of the field call it."""
    told = problem.severity
    names = [f"OWASP {told['owasp']}" if "owasp" in told else "", f"WFC {told['wfc']}" if "wfc" in told else ""]
    called = ", ".join(filter(None, names))
    reason = f": {told['reason']}" if told["reason"] else ""
    return f"{told['level']}{reason}{f' ({called})' if called else ''}"


@frozen
class Unseen:
    """One of the words that mean "not judged", how often, and the reasons given, most frequent first."""

    word: str
    count: int
    reasons: tuple[tuple[str, int], ...]


def findings(run: Run, word: str = "broken") -> tuple[Finding, ...]:
    """The broken lines (or those of another verdict) by law and operation, the gravest first."""
    groups: dict[tuple[str, str | None], list[Verdict]] = {}
    for line in run.verdicts:
        if line.verdict == word:
            groups.setdefault((line.law, line.operation), []).append(line)
    found = [Finding(law, of[0].title, of[0].family, operation, tuple(of)) for (law, operation), of in groups.items()]
    return tuple(sorted(found, key=_order))


def _order(finding: Finding) -> tuple[int, tuple[int, str], str]:
    return LEVELS.index(finding.severity["level"]), gravity(finding.family), finding.law


def unseen(run: Run) -> tuple[Unseen, ...]:
    """What the run did not judge, by word and reason; words that do not occur are left out."""
    return tuple(filter(None, (_unseen(word, run.verdicts) for word in UNSEEN)))


def _unseen(word: str, verdicts: Iterable[Verdict]) -> Unseen | None:
    reasons = Counter(line.reason or without_reason for line in verdicts if line.verdict == word)
    return Unseen(word, reasons.total(), tuple(reasons.most_common())) if reasons else None


without_reason = "no reason was recorded"


def unjudged(run: Run) -> dict[str | None, list[str]]:
    """Pointers of the promises nothing judges yet, by operation."""
    waiting: dict[str | None, list[str]] = {}
    for pointer, promise in run.promises.items():
        if promise.verdict == NONE_YET:
            waiting.setdefault(promise.operation, []).append(pointer)
    return waiting


def result(run: Run) -> str:
    """The run in one sentence."""
    totals = run.totals
    judged = sum(totals[word] for word in SEEN)
    name = run.info.deployment.name
    if totals["broken"]:
        where = {operation for problem in run.problems for operation in problem.operations}
        of = f"{len(where)} of {counted(len(run.operations), 'operation')}"
        levels = Counter(problem.level for problem in run.problems)
        grave = ", ".join(f"{levels[level]} {level}" for level in LEVELS if levels[level])
        return f"{name} breaks its document: {counted(len(run.problems), 'problem')} ({grave}) on {of}."
    if not judged:
        return f"Nothing could be judged: {_nothing(totals)}."
    blocked = f"; {totals['blocked']:,} blocked" if totals["blocked"] else ""
    known = f", apart from {counted(totals['known'], 'known deviation')}" if totals["known"] else ""
    return f"{name} kept every promise that was judged{known}: {totals['upheld']:,} upheld, none broken{blocked}."


def tone(run: Run) -> str:
    """The verdict whose colours suit the sentence: "upheld" only for a whole run in which nothing was in the way."""
    if run.totals["broken"]:
        return "broken"
    whole = run.info.ended == "complete" and not run.totals["blocked"]
    return "upheld" if whole and any(run.totals[word] for word in SEEN) else "blocked"


def _nothing(totals: dict[str, int]) -> str:
    parts = [f"{totals[word]:,} {word}" for word in UNSEEN if totals[word]]
    return ", ".join(parts) or "the plan was empty"


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:].rstrip('.')}."


def remarks(run: Run) -> tuple[str, ...]:
    """What a reader must know before trusting the figures, each a sentence."""
    info = run.info
    said = []
    if info.ended != "complete":
        said.append(f"The run is {info.ended}: not all of its plan was carried out.")
    said += [f"{_sentence(death)} What it was needed for is blocked." for death in info.deaths.values()]
    said += run.notes
    if not info.deployment.writes:
        said.append("Writes are not allowed on this deployment: only safe methods were sent.")
    if info.deployment.time_scale != 1:
        said.append(f"Time runs {info.deployment.time_scale:g} times as fast on this deployment (time_scale).")
    return tuple(said)
