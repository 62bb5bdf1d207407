"""What the rate headers of an answer say, limit by limit, and which times their texts can mean."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import lru_cache

from attrs import evolve, frozen

from contracts.core.http_date import epoch
from contracts.core.structured_fields import rate_limits
from specs.contract.rate_headers import Unit, taken_apart

Span = tuple[float, float]
Headers = Iterable[tuple[str, str]]

_NUMBER = re.compile(r"\d+(\.\d+)?")
WORDS: dict[Unit, str] = {
    "epoch": "an epoch second",
    "epoch-ms": "an epoch millisecond",
    "left": "seconds left",
    "left-ms": "milliseconds left",
    "date": "a date",
    "other": "a time",
}


@frozen
class Quota:
    """One limit, as the headers of one response give it: their texts, None where nothing is said.

    `family`: what the headers' names begin with; `series`: what distinguishes this limit from others in the same
    headers.
    """

    family: str
    series: str = ""
    limit: str | None = None
    remaining: str | None = None
    reset: str | None = None
    window: str | None = None
    """How long its window is, in seconds."""
    names: tuple[tuple[str, str], ...] = ()
    """Which header said what: pairs of a part and the header's name."""

    def name(self, part: str) -> str:
        """The header that gives a part."""
        return next((name for what, name in self.names if what == part), self.family)


def quotas(headers: Headers) -> tuple[Quota, ...]:
    """Every limit that the headers of a response describe."""
    return _quotas(tuple((name, value) for name, value in headers if taken_apart(name)))


@lru_cache(maxsize=4096)  # several checks ask the same of an answer
def _quotas(headers: tuple[tuple[str, str], ...]) -> tuple[Quota, ...]:
    found: dict[tuple[str, str], Quota] = {}
    policies: list[tuple[str, str]] = []
    for name, value in headers:
        if (apart := taken_apart(name)) is None or apart.role == "wait":
            continue
        if apart.role == "state":
            for made in _states(apart.family, name, value):
                _merge(found, made)
        elif apart.role == "policy":
            policies.append((apart.family, value))
        else:
            parts = {apart.role: value}
            _merge(found, Quota(apart.family, apart.series, **parts, names=((apart.role, name),)))
    for family, value in policies:
        _with_policy(found, family, value)
    return tuple(found.values())


def _merge(found: dict[tuple[str, str], Quota], made: Quota) -> None:
    key = made.family, made.series
    before = found.get(key, Quota(*key))
    parts = {name: value for name in ("limit", "remaining", "reset", "window") if (value := getattr(made, name))}
    twice = {name: f"{text}, {value}" for name, value in parts.items() if (text := getattr(before, name))}
    found[key] = evolve(before, **{**parts, **twice}, names=before.names + made.names)


def _states(family: str, name: str, value: str) -> list[Quota]:
    """What a field of the draft says of each of its policies: the quota and its window, what is left and for how long.

    In older drafts the policy has no name but its number.
    """
    made = []
    for policy, parameters in rate_limits(value).items():
        texts = {what: f"{parameters[key]:g}" for key, what in _WORDS.items() if key in parameters}
        made.append(Quota(family, policy, **texts, names=tuple((what, name) for what in texts)))
    return made


_WORDS = {"q": "limit", "w": "window", "r": "remaining", "t": "reset"}


def _with_policy(found: dict[tuple[str, str], Quota], family: str, value: str) -> None:
    """What a policy adds to the limit that it names, or to the one without a name that has its number."""
    for made in _states(family, f"{family}-policy", value):
        nameless = found.get((family, ""))
        if nameless and made.series == made.limit and nameless.limit in (None, made.limit):
            made = evolve(made, series="", limit=None)
        elif (before := found.get((family, made.series))) and before.limit:
            made = evolve(made, limit=None)
        _merge(found, made)


def number(text: str | None) -> float | None:
    """The number that a text begins with, before any comma; None if there is none."""
    digits = (text or "").partition(",")[0].strip()
    return float(digits) if _NUMBER.fullmatch(digits) else None


def units(text: str) -> tuple[Unit, ...]:
    """What a text can count in by its form."""
    if number(text) is not None:
        return ("epoch", "epoch-ms", "left", "left-ms")
    return ("date",) if _date(text) is not None else ()


def moments(text: str, unit: Unit, answered: Span, offset: float = 0.0) -> Span | None:
    """Between which two times (of our clock) the time of a text lies; None if it does not count in the unit.

    `answered`: when the request was sent and its answer had come; `offset`: the server's clock minus ours.
    """
    if unit == "date":
        seconds = _date(text)
        return None if seconds is None else (seconds - offset, seconds - offset)
    if (seconds := number(text)) is None:
        return None
    if unit in ("epoch", "epoch-ms"):
        moment = seconds / (1000 if unit == "epoch-ms" else 1) - offset
        return moment, moment
    wait = seconds / (1000 if unit == "left-ms" else 1)
    return answered[0] + wait, answered[1] + wait


def fits(announced: Span, answered: Span, window: float, tolerance: float) -> bool:
    """Whether a time of reset is neither past nor further away than a window."""
    return announced[1] >= answered[0] - tolerance and announced[0] <= answered[1] + window + tolerance


def plausible(text: str, answered: Span, window: float, tolerance: float, offset: float = 0.0) -> tuple[Unit, ...]:
    """The units in which a time of reset makes sense."""
    read = ((unit, moments(text, unit, answered, offset)) for unit in units(text))
    return tuple(unit for unit, moment in read if moment and fits(moment, answered, window, tolerance))


def _date(text: str) -> float | None:
    if number(text) is not None:
        return None
    with contextlib.suppress(ValueError):
        return epoch(text)
    with contextlib.suppress(ValueError):
        date = datetime.fromisoformat(text.strip().strip('"'))
        return (date if date.tzinfo else date.replace(tzinfo=UTC)).timestamp()
    return None
