"""Which exchanges a page shows, and where: each once, few per verdict, and no more than a page can bear."""

from attrs import frozen

from reports.findings import findings
from reports.model import Run, Verdict

__all__ = ["Shown", "gallery"]

PER_FINDING = 8
PER_LINE = 3
PER_PAGE = 400


@frozen
class Shown:
    """The exchanges of one verdict: shown here, shown at another one, left to evidence.ndjson, or not there."""

    here: tuple[int, ...] = ()
    elsewhere: tuple[int, ...] = ()
    left_out: int = 0
    missing: tuple[int, ...] = ()


def gallery(run: Run) -> dict[str, Shown]:
    """Place the exchanges of broken, then known, then observed verdicts, by verdict id."""
    placed: set[int] = set()
    hung = {}
    for word, most in (("broken", PER_FINDING), ("known", PER_LINE), ("observed", PER_LINE)):
        for line in (line for finding in findings(run, word) for line in finding.lines):
            hung[line.id] = _hang(run, line, most, placed)
    return hung


def _hang(run: Run, line: Verdict, most: int, placed: set[int]) -> Shown:
    recorded = [seq for seq in dict.fromkeys(line.exchanges) if seq in run.evidence.exchanges]
    chosen = _chosen(recorded, most)
    new = [seq for seq in chosen if seq not in placed][: max(0, PER_PAGE - len(placed))]
    old = [seq for seq in chosen if seq in placed]
    placed.update(new)
    missing = [seq for seq in dict.fromkeys(line.exchanges) if seq not in run.evidence.exchanges]
    return Shown(tuple(new), tuple(old), len(recorded) - len(new) - len(old), tuple(missing))


def _chosen(seqs: list[int], most: int) -> list[int]:
    """The first, which tells how it began, and the last ones, on which a conversation ends."""
    return seqs if len(seqs) <= most else [seqs[0], *seqs[1 - most :]]
