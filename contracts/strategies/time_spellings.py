"""Other ways to write the bounds of a filter by time: with an offset, and as a bare date where the document allows it.

A bound is given as the instant that is meant, by which items are judged, with the text that is sent for it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import attrs

from contracts.core.filter_semantics import keeper, number, shown
from contracts.strategies.filters import telling
from specs.contract import Contract, Filter, Parameter

_BARE = re.compile(
    r"\b(?:bare|plain|only an?|just an?|mere)\s+dates?\b|\bdates? (?:alone|only|without an? time)\b", re.I
)
"""How a description says that a date without a time will do."""
_AWAY = timedelta(hours=5, minutes=30)
DAY = 86_400.0


@attrs.frozen
class Spelling:
    """What is sent for an instant, and what that is if misread: without its offset, or at the other end of its day.

    `dated`: it is a bare date, which not every server takes for a time.
    """

    instant: str
    text: str
    misread: str
    dated: bool = False

    def undated(self) -> Spelling:
        """The same as a time."""
        return Spelling(self.instant, self.instant, self.instant) if self.dated else self


def takes_times(contract: Contract, parameter: Parameter) -> bool:
    """Whether a parameter is a bound of a filter by time, down to the second."""
    rule = parameter.filter
    timely = rule is not None and rule.by in {"after", "before"}
    return timely and contract.json_schema(parameter.schema).get("format") == "date-time"


def takes_dates(parameter: Parameter) -> bool:
    """Whether the document says that a bare date will do, and means the start or the end of that day."""
    said = parameter.description
    return bool(_BARE.search(said)) and bool(re.search(r"\b(start|beginning|end) of (that|the) day\b", said, re.I))


def with_offset(contract: Contract, parameter: Parameter, items: Sequence[Any]) -> list[Spelling]:
    """Bounds written for another zone, so that without their offset they would keep other items."""
    assert parameter.filter is not None
    away = _AWAY if parameter.filter.by == "before" else -_AWAY
    found = (str(each) for each in telling(contract, parameter, items, most=24))
    texts = ((each, _elsewhere(each, away)) for each in found if number(each) is not None)
    return [Spelling(instant, text, f"{text[:19]}Z") for instant, text in texts]


def _elsewhere(instant: str, away: timedelta) -> str:
    return datetime.fromisoformat(instant).astimezone(timezone(away)).isoformat(timespec="seconds")


def as_dates(parameter: Parameter, items: Sequence[Any]) -> list[Spelling]:
    """Bare dates of items, that keep some items of the list and not others; those of the most telling days first."""
    assert parameter.filter is not None
    end = "end of" in parameter.description.lower()
    times = [each for item in items for value in shown(item, parameter.filter.member) or () for each in [number(value)]]
    known = sorted(each for each in times if each is not None)
    days = dict.fromkeys(each // DAY for each in known)
    inner = [day for day in days if known[0] < (day + end) * DAY < known[-1]]
    middle = len(inner) / 2
    ordered = (day for _, day in sorted(enumerate(inner), key=lambda each: abs(each[0] - middle)))
    return [_date(day, end=end) for day in ordered]


def _date(day: float, *, end: bool) -> Spelling:
    date = datetime.fromtimestamp(day * DAY, UTC)
    ends = [date, date + timedelta(days=1, milliseconds=-1)]
    instants = [each.isoformat(timespec="milliseconds").replace("+00:00", "Z") for each in ends]
    return Spelling(instants[end], date.strftime("%Y-%m-%d"), instants[not end], dated=True)


def spellings(
    contract: Contract, parameters: Sequence[Parameter], items: Sequence[Any], turn: int
) -> dict[str, list[Spelling]]:
    """The bounds of each parameter in one of the ways to write it, by its name; in another way at another turn."""
    found = {}
    for place, each in enumerate(parameters):
        dated = takes_dates(each) and (place + turn) % 2 == 1
        found[each.name] = as_dates(each, items) if dated else with_offset(contract, each, items)
    return found


def together(
    rules: Mapping[str, Filter], known: Mapping[str, Sequence[Spelling]], items: Sequence[Any]
) -> list[dict[str, Spelling]]:
    """As few requests as will do, in which each bound would keep other items if it were misread."""
    told = {name: keeper(rule, items) for name, rule in rules.items()}

    def keeps(name: str, instant: str) -> set[int]:
        return {place for place, each in enumerate(told[name](instant)) if each is not False}

    def reveals(asked: Mapping[str, Spelling]) -> bool:
        right = {name: keeps(name, each.instant) for name, each in asked.items()}
        whole = set.intersection(*right.values())
        wrong = (set.intersection(keeps(n, each.misread), *(right[o] for o in right if o != n))
                 for n, each in asked.items())  # fmt: skip
        return bool(whole) and all(each != whole for each in wrong)

    left, found = [name for name in rules if known[name]], []
    while left:
        asked: dict[str, Spelling] = {}
        for name in left:
            fitting = (each for each in known[name] if reveals({**asked, name: each}))
            if each := next(fitting, None):
                asked[name] = each
        if not asked:
            break
        found.append(asked)
        left = [name for name in left if name not in asked]
    return found
