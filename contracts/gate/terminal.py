"""What the gate says on a terminal on the way: how far a run is, and with -v a finding in all its words."""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from contracts.config.severity import Severity
from contracts.core.visible import visible
from contracts.engine.run import Run
from contracts.judging.judge import Verdict
from contracts.plan import duration
from contracts.plan.plan import PlanItem
from specs.contract import Contract
from specs.promises.promise import Promise
from specs.promises.quoting import quote


def progress(run: Run) -> str:
    """One line that says how far the run is, how long it still takes, and what it waits for."""
    done = run.conversations.progress
    seconds = time.monotonic() - done.started
    so_far = f"{done.requests} requests, {done.ended} conversations ended, {done.broken} plan items broken"
    return f"{seconds:4.0f} s: {so_far}{_to_come(run, seconds)}"


def _to_come(run: Run, elapsed: float) -> str:
    """How long the rest takes at the declared limits, and where most requests wait for their turn."""
    queue = run.queue
    rest = duration.left(run.plan, run.selected, run.unsettled, elapsed) if run.plan.deployment.pace != "none" else 0.0
    rest = max(rest, queue.seconds if queue else 0.0)
    told = f"; about {duration.in_words(rest)} left" if rest >= 1 else ""
    if queue is None or queue.seconds < 1:
        return told
    whom = f" as {queue.principal}" if queue.principal else " without a credential"
    count = f"{queue.requests} {'request' if queue.requests == 1 else 'requests'}, " if queue.requests else ""
    return f"{told}, waiting for {queue.operation}{whom} ({count}{duration.in_words(queue.seconds)})"


def finding(verdict: Verdict, contract: Contract) -> str:
    """A broken plan item in words: what is promised and where, what was expected, what came, and how to see it."""
    lines = [
        f"{verdict.item.operation.key}: {verdict.item.rule.title}",
        *(_isolation(verdict.item) or _first_promise(verdict, contract)),
        f"  expected  {verdict.expected}",
        f"  got       {verdict.got}  ({verdict.confidence})",
        *([f"  severity  {_grave(verdict.severity)}"] if verdict.severity else []),
        "  see it with bash, curl and jq:",
        *(f"    {each}" for each in (verdict.reproduce or "").splitlines()),
    ]
    return visible("\n".join(lines))


_OWNERSHIP = re.compile(
    r"[^.]*\b(?:(?:your|their|his|her|its|the caller'?s|the user'?s) own|belong(?:s|ing)? to|owned by"
    r"|(?:every|any) ?(?:body|one|caller|user)s? (?:can )?sees?)\b[^.]*\.?",
    re.IGNORECASE,
)


def _isolation(item: PlanItem) -> list[str]:
    """What a finding about tenants rests on: the sentence about ownership; or, where there is none, what implies it."""
    if not getattr(item.rule, "needs_second_tenant", False) or item.rule.family != "credentials":
        return []
    operation = item.operation
    found = _OWNERSHIP.search(f"{operation.summary}. {operation.description}")
    if found:
        return [f'  promise   "{" ".join(found[0].split())}"']
    names = sorted({each.name for way in operation.security for each in way.schemes})
    return [f"  promise   implied by its security ({', '.join(names)}) and its path {operation.path}"]


def _first_promise(verdict: Verdict, contract: Contract) -> list[str]:
    return [line for promise in verdict.promises[:1] for line in _promised(promise, contract)]


def _promised(promise: Promise, contract: Contract) -> Iterator[str]:
    """The promise in our words, then in the document's own."""
    yield f"  promise   {promise.text}"
    if own := quote(contract, promise):
        yield f'            {own.place} says: "{own.text}"'


def _grave(severity: Severity) -> str:
    """The level with its reason, and how catalogues of the field call it."""
    names = [f"OWASP {severity.owasp}" if severity.owasp else "", f"WFC {severity.wfc}" if severity.wfc else ""]
    called = ", ".join(filter(None, names))
    return f"{severity.level}: {severity.reason}" + (f" ({called})" if called else "")


def changed(rows: Iterable[Mapping[str, Any]]) -> str:
    """How much a run has created, changed and removed."""
    counts: Counter[str] = Counter()
    for row in rows:
        counts.update({word: row[word] for word in ("created", "changed", "removed")})
    return ", ".join(f"{count} {word}" for word, count in counts.items())


def some(rows: Sequence[str], most: int) -> Iterator[str]:
    """The first few lines of many."""
    yield from rows[:most]
    if len(rows) > most:
        yield f"and {len(rows) - most} more, see verdicts.json"
