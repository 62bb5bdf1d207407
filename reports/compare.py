"""Two runs side by side: what changed, line by line of the plan."""

from collections.abc import Iterable, Iterator

from attrs import frozen

from reports.model import Run, Verdict
from reports.text import visible
from reports.words import SEEN, counted

__all__ = ["Change", "Comparison", "compare", "described"]

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
    return Comparison(documents_differ, still_broken=len(sorted_out.get("still broken", ())), **kinds)


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
    yield from _section("newly broken", comparison.newly_broken)
    yield from _section("mended", comparison.mended)
    yield from _section("newly unseen", comparison.newly_unseen)
    if comparison.otherwise:
        yield f"{counted(len(comparison.otherwise), 'other change')}"
    yield f"{comparison.still_broken:,} still broken"


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
