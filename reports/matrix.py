"""The matrix of operations by families, and the operations in the order and grouping it shows them."""

from collections import Counter

from attrs import field, frozen

from contracts.core.families import gravity
from reports.anchors import anchors, slug
from reports.model import Promise, Run, Verdict
from reports.words import VERDICTS, worst

__all__ = ["Cell", "Group", "Matrix", "Row", "matrix", "tally"]

WHOLE = "The whole document"
UNTAGGED = "Without a tag"


@frozen
class Cell:
    """The lines of one operation and family. Its verdict is the worst judged one; `tally` has them all, worst first."""

    family: str
    anchor: str
    lines: tuple[Verdict, ...]
    tally: dict[str, int] = field(init=False)

    @tally.default
    def _tally(self) -> dict[str, int]:
        return tally(self.lines)

    @property
    def verdict(self) -> str:
        """The word that stands for all lines."""
        return worst(self.tally)

    @property
    def count(self) -> int:
        """How many lines have that verdict."""
        return self.tally.get(self.verdict, 0)


@frozen
class Row:
    """One operation; `operation` is None for what is about the whole document. `cells` by family."""

    operation: str | None
    anchor: str
    cells: dict[str, Cell]
    promises: dict[str, Promise]

    @property
    def tally(self) -> dict[str, int]:
        """Lines by verdict, worst first."""
        return tally(tuple(line for cell in self.cells.values() for line in cell.lines))

    @property
    def verdict(self) -> str:
        """The worst of all its lines."""
        return worst(self.tally)


@frozen
class Group:
    """The operations of one tag."""

    tag: str
    rows: tuple[Row, ...]


@frozen
class Matrix:
    """Columns and grouped rows."""

    families: tuple[str, ...]
    groups: tuple[Group, ...]

    @property
    def rows(self) -> tuple[Row, ...]:
        """All rows, in the order shown."""
        return tuple(row for group in self.groups for row in group.rows)


def tally(lines: tuple[Verdict, ...]) -> dict[str, int]:
    """Lines by verdict, worst first, without those that do not occur."""
    counts = Counter(line.verdict for line in lines)
    return {word: counts[word] for word in VERDICTS if counts[word]}


def matrix(run: Run) -> Matrix:
    """Every operation of the run, asked or not, by its first tag."""
    lines: dict[str | None, list[Verdict]] = {operation: [] for operation in run.operations}
    for line in run.verdicts:
        lines.setdefault(line.operation, []).append(line)
    promises: dict[str | None, dict[str, Promise]] = {}
    for pointer, promise in run.promises.items():
        promises.setdefault(promise.operation, {})[pointer] = promise
    groups: dict[str, list[Row]] = {}
    named = anchors("op", {operation: operation or "document" for operation in lines})
    for operation, of in lines.items():
        row = Row(operation, named[operation], _cells(named[operation], of), promises.get(operation, {}))
        groups.setdefault(_tag(operation, of), []).append(row)
    families = sorted({line.family for line in run.verdicts}, key=gravity)
    return Matrix(tuple(families), tuple(Group(tag, tuple(rows)) for tag, rows in groups.items()))


def _tag(operation: str | None, lines: list[Verdict]) -> str:
    if operation is None:
        return WHOLE
    return next((line.tags[0] for line in lines if line.tags), UNTAGGED)


def _cells(anchor: str, lines: list[Verdict]) -> dict[str, Cell]:
    families: dict[str, list[Verdict]] = {}
    for line in sorted(lines, key=lambda line: (gravity(line.family), VERDICTS.index(line.verdict))):
        families.setdefault(line.family, []).append(line)
    return {name: Cell(name, f"{anchor}--{slug(name)}", tuple(of)) for name, of in families.items()}
