"""Faults of the rate limits that touch every operation: what is counted, for how long, and what the headers say."""

from __future__ import annotations

import math
from collections.abc import Mapping
from itertools import count

from attrs import define, field

from sandbox.faults import fault
from sandbox.switches import Switch

Headers = tuple[tuple[str, str], ...]


def _fault(name: str, text: str) -> Switch:
    return fault(name, family="limits", needs="limits", scope="every operation", text=text)


ONE_LESS = _fault("limit-one-less", "One request less than declared is admitted in a window.")
TWICE_COUNTED = _fault("limit-counts-twice", "Every request is counted twice.")
HALF_WINDOW = _fault("limit-window-halved", "The window is half as long as declared.")
LONG_WINDOW = _fault("limit-window-longer", "The window is half as long again as declared.")
TENTH_LONGER = _fault("limit-window-tenth-longer", "The window is a tenth longer than declared.")
NO_EXPIRY = _fault("limit-never-recovers", "The counter has no expiry: once used up, a limit stays used up.")
BY_ADDRESS = _fault("limit-keyed-by-address", "All credentials draw on one bucket.")
WORKERS = _fault("limit-per-worker", "Four workers count for themselves, each up to the declared number.")
LONG_BLOCK = _fault("limit-block-outlives-window", "A refusal shuts the door for three windows, whatever Reset says.")
UNAVAILABLE = _fault("limit-refusal-is-503", "Requests over the limit are answered 503.")
STUCK = _fault("remaining-stuck", "X-RateLimit-Remaining never falls.")
TOO_MANY = _fault("remaining-one-too-many", "X-RateLimit-Remaining is one more than will be admitted.")
RESET_LEFT = _fault("limit-reset-in-seconds-left", "X-RateLimit-Reset is the seconds left, no point in time.")
RESET_PAST = _fault("reset-in-the-past", "X-RateLimit-Reset is the beginning of the window, not its end.")
RESET_SOON = _fault("reset-always-soon", "X-RateLimit-Reset is always the next second, however long the window lasts.")
RESET_JITTERS = _fault("reset-jitters", "X-RateLimit-Reset differs between answers of one window by several seconds.")
OTHER_LIMIT = _fault(
    "limit-header-of-the-longer-window", "X-RateLimit-Limit is the hour's number while the minute's binds."
)
SUFFIXED = _fault("rate-header-names-suffixed", "The headers are called X-RateLimit-Limit-Minute and so on.")
BY_CLIENT = fault(
    "limit-keyed-by-user-agent",
    family="limits",
    needs="load",
    scope="every operation",
    text="Every User-Agent has a bucket of its own.",
)
SHARED_BY_ALL = _fault("limit-shared-by-all-operations", "All operations of a credential draw on one bucket.")
RACE = _fault(
    "limit-race", "A request is counted only when it has been carried out, so that concurrent ones slip through."
)
TENTH_SHORTER = _fault("limit-window-tenth-shorter", "The window is a tenth shorter than declared.")
LONGER_OFF = _fault("longer-limit-not-enforced", "Of several limits only the one with the shortest window is enforced.")
LONGER_HALVED = _fault("longer-limit-halved", "The longer of several limits admits half as many as declared.")
SHORT_WAIT = _fault("retry-after-too-short", "Retry-After is always 1.")
LONG_WAIT = _fault("retry-after-too-long", "Retry-After is a day, far beyond every window.")
APPLIED = _fault("refused-creation-applied", "A creation that is answered 429 has been carried out.")
CHANGED = _fault("refused-change-applied", "An update that is answered 429 has been carried out.")

_FACTORS = ((HALF_WINDOW, 0.5), (LONG_WINDOW, 1.5), (TENTH_LONGER, 1.1), (TENTH_SHORTER, 0.9), (NO_EXPIRY, 1e6))
UNSEEN_FOR = 0.02
"""Seconds that a request takes, for a fault, and in which the others do not see it counted."""


def window_factor(faults: frozenset[Switch]) -> float:
    """What the declared windows are multiplied by."""
    return math.prod(factor for switch, factor in _FACTORS if switch in faults)


def allowed(requests: int, faults: frozenset[Switch], *, longer: bool = False) -> int:
    """How many are admitted in place of the declared number. `longer`: it is not the limit of the shortest window."""
    if longer and LONGER_OFF in faults:
        return int(requests * 1e6)
    requests = requests // 2 if longer and LONGER_HALVED in faults else requests
    requests = requests - 1 if ONE_LESS in faults else requests
    return (requests + 1) // 2 if TWICE_COUNTED in faults else requests


def keyed(credential: str, headers: Mapping[str, str], faults: frozenset[Switch]) -> str:
    """Whose bucket a request draws on."""
    return f"{credential} {headers.get('user-agent', '')}" if BY_CLIENT in faults else credential


def wait_told(wait: float, faults: frozenset[Switch]) -> int:
    """What Retry-After says, in seconds."""
    if LONG_WAIT in faults:
        return 86_400
    return 1 if SHORT_WAIT in faults else max(1, math.ceil(wait))


@define(eq=False)
class Keys:
    """Under which name a request is counted, and which names are shut for longer than they should be."""

    shut: dict[tuple[str, str], float] = field(factory=dict)
    _turns: count[int] = field(factory=count)
    _lately: dict[tuple[str, str], list[float]] = field(factory=dict)

    def key(self, name: str, credential: str, faults: frozenset[Switch]) -> tuple[str, str]:
        worker = f" {next(self._turns) % 4}" if WORKERS in faults else ""
        name = "every operation" if SHARED_BY_ALL in faults else name
        return name + worker, "" if BY_ADDRESS in faults else credential

    def blocked(self, key: tuple[str, str], now: float, faults: frozenset[Switch]) -> bool:
        return LONG_BLOCK in faults and self.shut.get(key, 0.0) > now

    def unseen(self, key: tuple[str, str], now: float, faults: frozenset[Switch]) -> int:
        """How many of those just counted are not seen yet."""
        if RACE not in faults:
            return 0
        self._lately[key] = [each for each in self._lately.get(key, []) if now - each < UNSEEN_FOR]
        return len(self._lately[key])

    def counted(self, key: tuple[str, str], now: float, faults: frozenset[Switch]) -> None:
        if RACE in faults:
            self._lately.setdefault(key, []).append(now)

    def refused(self, key: tuple[str, str], until: float) -> None:
        self.shut.setdefault(key, 0.0)
        self.shut[key] = max(self.shut[key], until)


def retold(told: Headers, limits: tuple[int, ...], window: float, now: float, faults: frozenset[Switch]) -> Headers:
    """The three headers as the faults want them."""
    limit, remaining, reset = (value for _, value in told)
    if STUCK in faults:
        remaining = str(limits[0] - 1)
    if TOO_MANY in faults:
        remaining = str(int(remaining) + 1)
    if OTHER_LIMIT in faults:
        limit = str(limits[-1])
    moment = int(reset)
    if RESET_PAST in faults:
        moment -= math.ceil(window)
    if RESET_SOON in faults:
        moment = math.ceil(now) + 1
    if RESET_JITTERS in faults:
        moment += int(remaining) * 7 % 11
    if RESET_LEFT in faults:
        moment = max(0, math.ceil(moment - now))
    values = (limit, remaining, str(moment))
    ending = "-minute" if SUFFIXED in faults else ""
    return tuple((name + ending, value) for (name, _), value in zip(told, values, strict=True))
