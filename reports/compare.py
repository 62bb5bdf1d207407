"""Two runs side by side: which problems are new or fixed, and what changed line by line of the plan."""

from collections.abc import Iterable, Iterator

from attrs import frozen

from contracts.judging.history import FIXED, Told
from contracts.judging.history import NEW as NEW_PROBLEM
from contracts.judging.history import states as states_of
from reports.history import ran
from reports.model import Run, Verdict
from reports.text import visible
from reports.words import SEEN, counted

__all__ = ["Change", "Comparison", "compare", "described"]

MOST = 5
"""Lines of one problem that are told at most."""

GONE = "no longer in the plan"
NEW = "new in the plan"


@frozen
class Change:
    """One verdict that is not what it was; None where a run has no such line."""

    before: Verdict | None
    after: Verdict | None

    @property
    def line(self) -> Verdict:
        """The later state of the line, or the earlier where there is none."""
        found = self.after or self.before
        assert found is not None
        return found


@frozen
class Comparison:
    """Changes by what they mean. A line that was broken and is now unseen is not mended: it counts as unseen."""

    documents_differ: bool
    new: tuple[Told, ...]
    """Problems that only the later run has."""
    fixed: tuple[Told, ...]
    """Problems of the earlier run of which the later has seen that they are no more."""
    grown: tuple[tuple[Told, tuple[Change, ...]], ...]
    """Problems of both runs that show where the earlier one saw all well, with these lines."""
    still: int
    """Problems of both runs, those included."""
    newly_broken: tuple[Change, ...]
    mended: tuple[Change, ...]
    newly_unseen: tuple[Change, ...]
    otherwise: tuple[Change, ...]
    still_broken: int


def compare(before: Run, after: Run) -> Comparison:
    """Pair the lines of two runs by their ids and sort out what changed."""
    old, new = ({line.id: line for line in run.verdicts} for run in (before, after))
    pairs = [Change(old.get(name), new.get(name)) for name in {**new, **old}]
    sorted_out: dict[str, list[Change]] = {}
    for pair in pairs:
        sorted_out.setdefault(_kind(_word(pair.before), _word(pair.after)), []).append(pair)
    kinds = {kind: tuple(sorted_out.get(kind, ())) for kind in ("newly_broken", "mended", "newly_unseen", "otherwise")}
    documents_differ = before.info.document.digest != after.info.document.digest
    found = states_of(ran(after), [ran(before)])
    known = [each.problem for each in found if each.word not in (NEW_PROBLEM, FIXED)]
    return Comparison(
        documents_differ,
        new=tuple(each.problem for each in found if each.word == NEW_PROBLEM),
        fixed=tuple(each.problem for each in found if each.word == FIXED),
        grown=tuple((each, more) for each in known if (more := _grown(each, kinds["newly_broken"]))),
        still=len(known),
        still_broken=len(sorted_out.get("still broken", ())),
        **kinds,
    )


def _grown(problem: Told, broken: Iterable[Change]) -> tuple[Change, ...]:
    """Lines of a problem that were kept before."""
    return tuple(each for each in broken if each.line.id in problem.findings and _word(each.before) in SEEN)


def _word(line: Verdict | None) -> str | None:
    return line.verdict if line else None


def _kind(before: str | None, after: str | None) -> str:
    if before == after:
        return "still broken" if after == "broken" else "same"
    if after == "broken":
        return "newly_broken"
    if before in SEEN and after not in SEEN:
        return "newly_unseen"
    return "mended" if before == "broken" and after in ("upheld", "observed") else "otherwise"


def described(comparison: Comparison) -> str:
    """The comparison as text for a terminal."""
    return "\n".join(_lines(comparison))


def _lines(comparison: Comparison) -> Iterator[str]:
    if comparison.documents_differ:
        yield "The runs are about different documents."
    yield from _problems("new", comparison.new)
    yield from _problems("fixed", comparison.fixed)
    for problem, lines in comparison.grown:
        yield f"1 problem shows in more places: {visible(problem.sentence)} ({problem.id})"
        yield from (f"  {visible(text)}" for line in lines[:MOST] for text in _told(line))
        if len(lines) > MOST:
            yield f"  and {len(lines) - MOST} more"
    yield f"{counted(comparison.still, 'problem')} still there"
    yield ""
    yield from _section("newly broken", comparison.newly_broken)
    yield from _section("mended", comparison.mended)
    yield from _section("newly unseen", comparison.newly_unseen)
    if comparison.otherwise:
        yield f"{counted(len(comparison.otherwise), 'other change')}"
    yield f"{comparison.still_broken:,} still broken"


def _problems(word: str, problems: Iterable[Told]) -> Iterator[str]:
    problems = tuple(problems)
    yield f"{len(problems):,} {word} problem{'' if len(problems) == 1 else 's'}"
    yield from (visible(f"  {each.level}: {each.sentence} ({each.id})") for each in problems)


def _section(title: str, changes: Iterable[Change]) -> Iterator[str]:
    changes = tuple(changes)
    yield f"{len(changes):,} {title}"
    yield from (f"  {visible(text)}" for change in changes for text in _told(change))


def _told(change: Change) -> Iterator[str]:
    before, after = _word(change.before) or NEW, _word(change.after) or GONE
    yield f"{change.line.id} ({before} → {after})"
    line = change.after
    if line and line.verdict == "broken":
        yield f"    expected {line.expected}, got {line.actual}"
    elif line and line.reason:
        yield f"    {line.reason}"
