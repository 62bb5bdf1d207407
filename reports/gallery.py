"""Which exchanges a page shows, and where: each once, few per verdict, and no more than a page can bear."""

from attrs import field, frozen

from reports.findings import findings
from reports.model import Run, Verdict

__all__ = ["Gallery", "Shown", "gallery"]

PER_PROBLEM = ((12, 4), (40, 2))  # so many exchanges of a problem where there are no more problems than that
PER_LINE = 1
PER_PAGE = 60
CHARACTERS = 100_000  # of all bodies that a page shows
LONGEST, SHORTEST = 4_000, 300  # characters of one body


@frozen
class Shown:
    """The exchanges of one verdict: shown here, shown at another one, left to evidence.ndjson, or not there.

    `proof` is the one whose response shows it.
    """

    here: tuple[int, ...] = ()
    elsewhere: tuple[int, ...] = ()
    left_out: int = 0
    missing: tuple[int, ...] = ()
    proof: int | None = None


@frozen
class Gallery:
    """What is shown of each verdict, by its id, and how many characters of a body."""

    shown: dict[str, Shown] = field(factory=dict)
    longest: int = LONGEST


def gallery(run: Run) -> Gallery:
    """Place the exchanges of problems, the gravest first, then those of known deviations."""
    lines = {line.id: line for line in run.verdicts}
    placed: set[int] = set()
    hung = {}
    most = next((each for problems, each in PER_PROBLEM if len(run.problems) <= problems), 1)
    for problem in run.problems:
        line = lines[problem.findings[0]]
        hung[line.id] = _hang(run, line, most, placed)
    for line in (line for finding in findings(run, "known") for line in finding.lines):
        hung[line.id] = _hang(run, line, PER_LINE, placed)
    fair = CHARACTERS // max(1, 2 * len(placed))
    return Gallery(hung, min(LONGEST, max(SHORTEST, fair)))


def _hang(run: Run, line: Verdict, most: int, placed: set[int]) -> Shown:
    recorded = [seq for seq in dict.fromkeys(line.exchanges) if seq in run.evidence.seconds]
    proof = _proof(line, recorded)
    chosen = [seq for seq in _chosen(recorded, proof, most) if seq in run.evidence.exchanges]
    new = [seq for seq in chosen if seq not in placed][: max(0, PER_PAGE - len(placed))]
    old = [seq for seq in chosen if seq in placed]
    placed.update(new)
    missing = [seq for seq in dict.fromkeys(line.exchanges) if seq not in run.evidence.seconds]
    return Shown(tuple(new), tuple(old), len(recorded) - len(new) - len(old), tuple(missing), proof)


def _proof(line: Verdict, recorded: list[int]) -> int | None:
    """A check names the smallest answer that shows it first; a conversation shows it with its last."""
    if not recorded:
        return None
    return recorded[0] if line.kind == "check" else recorded[-1]


def _chosen(seqs: list[int], proof: int | None, most: int) -> list[int]:
    """The last ones, on which a conversation ends, and that which shows it."""
    last = seqs[-most:]
    return last if proof in last or proof is None else [proof, *last[1:]]
