"""The words of a verdict: their order, what each means, and the sentences made of them."""

from collections.abc import Mapping
from datetime import UTC, datetime

__all__ = [
    "JUDGED",
    "MARKS",
    "MEANING",
    "NONE_YET",
    "SEEN",
    "SHOWN",
    "UNSEEN",
    "VERDICTS",
    "clock",
    "counted",
    "day",
    "duration",
    "size",
    "worst",
]

# Worst first: the order in which one verdict stands for several. What could not be seen comes last, so that it never
# hides what was seen.
VERDICTS = ("broken", "blocked", "known", "observed", "upheld", "not observable", "not asked")
MARKS = {
    "broken": "✗", "blocked": "!", "known": "⚑", "observed": "~", "upheld": "✓", "not observable": "–",
    "not asked": "·",
}  # fmt: skip
NONE_YET = "none yet"
JUDGED = ("upheld", "broken", "known")  # a promise was kept or not; an observation says neither
SEEN = ("upheld", "broken", "observed", "known")
UNSEEN = ("blocked", "not observable", "not asked")
SHOWN = ("known",)  # verdicts whose exchanges a report shows, besides those that stand for a problem

MEANING = {
    "upheld": "It was asked, and the deployment kept the promise every time.",
    "broken": "The deployment contradicts the document. Each has its own finding, with the request that shows it.",
    "known": "Broken, and recorded as accepted, with an owner and a date.",
    "observed": "The document leaves it open. This is what the deployment does; it is neither right nor wrong.",
    "blocked": "It could not be judged: something that had to hold first did not, or the transport failed.",
    "not observable": "It cannot be shown from outside, or not with the data and credentials at hand.",
    "not asked": "It was left out of this run: deselected, unsafe here, or beyond the budget.",
    NONE_YET: "The document promises it, and no law or check of this run judges it.",
}


def worst(tally: Mapping[str, int]) -> str:
    """The verdict that stands for a tally; "none yet" for an empty one."""
    return next((word for word in VERDICTS if tally.get(word)), NONE_YET)


def counted(number: int, noun: str, plural: str | None = None) -> str:
    """A number with its noun: "1 request", "1,204 requests"."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def duration(seconds: float) -> str:
    """A length of time a person can read: "14 ms", "9.8 s", "2 min 05 s", "1 h 02 min"."""
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest:02} s"
    return f"{minutes // 60} h {minutes % 60:02} min"


def size(amount: int) -> str:
    """Bytes for a reader: "412 B", "1.2 kB", "3.4 MB"."""
    if amount < 1000:
        return f"{amount} B"
    return f"{amount / 1000:.1f} kB" if amount < 1_000_000 else f"{amount / 1_000_000:.1f} MB"


def clock(moment: float) -> str:
    """A moment in UTC, to the second; the bare number when it is beyond the calendar."""
    try:
        return f"{datetime.fromtimestamp(moment, UTC):%Y-%m-%d %H:%M:%S} UTC"
    except (OverflowError, ValueError, OSError):
        return f"{moment} s"


def day(moment: float) -> str:
    """A day in UTC; the bare number when it is beyond the calendar."""
    try:
        return f"{datetime.fromtimestamp(moment, UTC):%Y-%m-%d}"
    except (OverflowError, ValueError, OSError):
        return f"{moment} s"
