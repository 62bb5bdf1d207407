"""summary.md: what an engineer reads in a pull request, ten lines when all is well."""

import re
from collections.abc import Iterator

from contracts.judging.history import FIXED, State
from contracts.judging.remedies import remedy
from reports.findings import grave, remarks, result, unjudged, unseen
from reports.model import Problem, Run, Verdict
from reports.text import cut, visible
from reports.words import VERDICTS, clock, counted, duration

__all__ = ["summary"]

MOST_PROBLEMS = 10
MOST_OPERATIONS = 4  # of a problem
MOST_REASONS = 4  # of each word
MOST_LEFT = 10
LONGEST = 300  # characters of one quoted value
LONGEST_CURL = 2_000


def summary(run: Run) -> str:
    """The run as Markdown: result, totals, problems with their curl, and what was not seen."""
    return "\n".join([*_head(run), *_problems(run), *_unseen(run)]) + "\n"


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
        things = counted(run.info.things_left, "thing") if left else "nothing"
        yield f"Changed and removed: {counts}; left behind: {things}."
    for each in left[:MOST_LEFT]:
        yield f"- left behind: {_code(each)}"
    if len(left) > MOST_LEFT:
        yield f"- and {len(left) - MOST_LEFT:,} more in `verdicts.json`"


def _problems(run: Run) -> Iterator[str]:
    lines = {line.id: line for line in run.verdicts}
    states = {each.problem.id: each for each in run.states}
    for problem in run.problems[:MOST_PROBLEMS]:
        yield from _problem(run, problem, lines[problem.findings[0]], states.get(problem.id))
    if len(run.problems) > MOST_PROBLEMS:
        yield f"\nAnd {counted(len(run.problems) - MOST_PROBLEMS, 'more problem')} in `report.html`."
    gone = [each for each in run.states if each.word == FIXED]
    if gone:
        yield "\n**Fixed since earlier runs**\n"
        yield from (f"- {_plain(each.problem.sentence)} ({_code(each.problem.id)})" for each in gone[:MOST_LEFT])


def _problem(run: Run, problem: Problem, line: Verdict, state: State | None) -> Iterator[str]:
    yield f"\n### {_plain(problem.sentence)}"
    sure = line.confidence or "confidence not recorded"
    first = f", {state.word}" if state else ""
    first += f", seen since {clock(run.since[line.id])}" if line.id in run.since else ""
    where = f"{_code(line.operation or 'the whole document')}, {_code(line.law)}"
    yield f"{_plain(problem.title)} {where}, {_plain(sure)}{first}, {_code(problem.id)}"
    yield ""
    for pointer in line.promises[:1]:
        promise = run.promises.get(pointer)
        yield f"- promised: {_plain(promise.text) + ' ' if promise else ''}({_code(pointer)})"
        if promise and promise.quote:
            yield f"- the document: {_plain(promise.quote.text)} ({_code(promise.quote.place)})"
    yield f"- expected: {_code(line.expected or 'not recorded')}"
    yield f"- got: {_code(line.actual or 'not recorded')}"
    yield f"- severity: {_plain(grave(problem))}"
    if len(problem.findings) > 1:
        yield f"- {counted(len(problem.findings), 'finding')}, {_plain(problem.why)}"
    if len(problem.operations) > 1:
        named = [_code(each or "the whole document") for each in problem.operations[:MOST_OPERATIONS]]
        more = len(problem.operations) - MOST_OPERATIONS
        yield f"- at {', '.join(named)}{f' and {more:,} more' if more > 0 else ''}"
    if line.reproduce:
        yield from _block(line.reproduce)


def _unseen(run: Run) -> Iterator[str]:
    words = unseen(run)
    waiting = sum(map(len, unjudged(run).values()))
    if words or waiting:
        yield "\n**Not seen by this run**\n"
    for one in words:
        reasons = [_reason(reason, number, run.info.depth) for reason, number in one.reasons[:MOST_REASONS]]
        others = len(one.reasons) - MOST_REASONS
        more = f"; {counted(others, 'other reason')}" if others > 0 else ""
        yield f"- {one.count:,} {one.word}: {'; '.join(reasons)}{more}"
    if waiting:
        yield f"- {waiting:,} of {counted(len(run.promises), 'promise')} judged by no law or check of this run"


def _reason(reason: str, number: int, depth: str) -> str:
    """A reason, how often it was given, and what would change that."""
    what = remedy(reason, depth)
    return f"{_plain(cut(reason, LONGEST)[0])} ({number:,}{f'; {_plain(what)}' if what else ''})"


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
