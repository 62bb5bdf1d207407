"""summary.md: what an engineer reads in a pull request, ten lines when all is well."""

import re
from collections.abc import Iterator

from reports.findings import Finding, findings, remarks, result, unjudged, unseen
from reports.model import Run
from reports.text import cut, visible
from reports.words import VERDICTS, clock, counted, duration

__all__ = ["summary"]

MOST_FINDINGS = 10
MOST_REASONS = 4  # of each word
MOST_LEFT = 10
LONGEST = 300  # characters of one quoted value
LONGEST_CURL = 2_000


def summary(run: Run) -> str:
    """The run as Markdown: result, totals, findings with their curl, and what was not seen."""
    return "\n".join([*_head(run), *_findings(run), *_unseen(run)]) + "\n"


def _head(run: Run) -> Iterator[str]:
    info, totals = run.info, run.totals
    yield f"## {_plain(result(run))}"
    yield ""
    took = "never finished" if info.finished is None else f"in {duration(info.finished - info.started)}"
    document, deployment = _plain(f"{info.document.title} {info.document.version}"), info.deployment
    how = f"{clock(info.started)}, depth {_plain(info.depth)}, seed {info.seed}"
    where = f"{document} on {_plain(deployment.name)} ({_code(deployment.base_url)})"
    yield f"{where}: {counted(info.requests, 'request')} {took}, {how}."
    yield from (f"**{_plain(remark)}**" for remark in remarks(run))
    yield from _changed(run)
    yield ""
    yield "| " + " | ".join(VERDICTS) + " |"
    yield "|" + " ---: |" * len(VERDICTS)
    yield "| " + " | ".join(f"{totals[word]:,}" for word in VERDICTS) + " |"


def _changed(run: Run) -> Iterator[str]:
    """What the run has done to the deployment, and what it has left there."""
    rows, left = run.info.changes, run.info.left_behind
    if rows or left:
        words = ("created", "changed", "removed")
        counts = ", ".join(f"{sum(getattr(row, word) for row in rows):,} {word}" for word in words)
        yield f"Changed and removed: {counts}; left behind: {counted(len(left), 'thing') if left else 'nothing'}."
    for each in left[:MOST_LEFT]:
        yield f"- left behind: {_code(each)}"
    if len(left) > MOST_LEFT:
        yield f"- and {len(left) - MOST_LEFT:,} more in `verdicts.json`"


def _findings(run: Run) -> Iterator[str]:
    found = findings(run)
    for finding in found[:MOST_FINDINGS]:
        yield from _finding(run, finding)
    if len(found) > MOST_FINDINGS:
        yield f"\nAnd {counted(len(found) - MOST_FINDINGS, 'more finding')} in `report.html`."


def _finding(run: Run, finding: Finding) -> Iterator[str]:
    line = finding.lines[0]
    yield f"\n### {_plain(finding.title)}"
    where, sure = finding.operation or "the whole document", line.confidence or "confidence not recorded"
    first = f", seen since {clock(run.since[line.id])}" if line.id in run.since else ""
    yield f"{_code(where)}, {_code(finding.law)}, {_plain(sure)}{first}"
    yield ""
    for pointer in finding.pointers[:1]:
        promise = run.promises.get(pointer)
        yield f"- promised: {_plain(promise.text) + ' ' if promise else ''}({_code(pointer)})"
        if promise and promise.quote:
            yield f"- the document: {_plain(promise.quote.text)} ({_code(promise.quote.place)})"
    yield f"- expected: {_code(line.expected or 'not recorded')}"
    yield f"- got: {_code(line.actual or 'not recorded')}"
    yield f"- severity: {_plain(finding.grave)}"
    if len(finding.lines) > 1:
        yield f"- also as {', '.join(_code(other.principal or 'nobody') for other in finding.lines[1:])}"
    if line.reproduce:
        yield from _block(line.reproduce)


def _unseen(run: Run) -> Iterator[str]:
    words = unseen(run)
    waiting = sum(map(len, unjudged(run).values()))
    if words or waiting:
        yield "\n**Not seen by this run**\n"
    for one in words:
        reasons = [f"{_plain(cut(reason, LONGEST)[0])} ({number:,})" for reason, number in one.reasons[:MOST_REASONS]]
        others = len(one.reasons) - MOST_REASONS
        more = f"; {counted(others, 'other reason')}" if others > 0 else ""
        yield f"- {one.count:,} {one.word}: {'; '.join(reasons)}{more}"
    if waiting:
        yield f"- {waiting:,} of {counted(len(run.promises), 'promise')} judged by no law or check of this run"


def _plain(text: str) -> str:
    """Text on one line that Markdown shows as it is: no markup, no link, no mention of anybody."""
    line = " ".join(visible(text).split())
    return re.sub(r"([\\`*_{}\[\]<>|#~@])", r"\\\1", line).replace("\\@", "@\u2060").replace("://", ":\u2060//")


def _code(text: str) -> str:
    """A code span; its fence is longer than any run of backticks inside."""
    line, left = cut(" ".join(visible(text).split()), LONGEST)
    fence = "`" * (1 + max(map(len, re.findall("`+", line)), default=0))
    pad = " " if line.startswith("`") or line.endswith("`") else ""
    return f"{fence}{pad}{line or ' '}{' …' if left else ''}{pad}{fence}"


def _block(text: str) -> Iterator[str]:
    shown, left = cut(visible(text), LONGEST_CURL)
    fence = "`" * max(3, 1 + max(map(len, re.findall("`+", shown)), default=0))
    yield f"\n{fence}sh\n{shown}{' …' if left else ''}\n{fence}"
