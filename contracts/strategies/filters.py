"""Values for the filters of a list: seen in its items, just beside what was seen, and ones that nothing has.

`telling` gives plain lists, the most telling value first; the strategies draw from them. A value is telling when it
keeps some of the items and not the others, so that a filter that does nothing, or the opposite, is seen at once.

    items = [{"colour": "red"}, {"colour": "blue"}, {"colour": "blue"}]
    filter_values(contract, parameter, items)     # "blue" or "red", never a value no item has
    strange_values(contract, parameter, items)    # "lue", "zz-red", …: no item has them
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from itertools import combinations, islice, pairwise
from typing import TYPE_CHECKING, Any

from contracts.core.filter_semantics import Keeper, Wanted, keeper, kept, number, shown, text
from contracts.core.made_once import MadeOnce
from contracts.strategies.schemathesis_cases import fits
from contracts.strategies.telling_first import one_of
from specs.contract import Contract, Filter, Parameter

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

GAP = 2.0
"""Seconds (or units) between two values, so that a value between them is neither."""
DAYS = 4 * 86400.0
"""The same for a parameter that takes days: whose day an instant belongs to may be argued about."""
NEAR = 61.0
"""Seconds (or units) that a value between two may be away from one of them: a time may be given to the minute only."""
ENOUGH = 120
"""Items that values are taken from and weighed by: of a longer list, some from everywhere."""


def filter_values(
    contract: Contract, parameter: Parameter, items: Sequence[Any], *, most: int = 8
) -> SearchStrategy[Wanted]:
    """Values of one filter that keep some of the items, and if possible not all."""
    return one_of(telling(contract, parameter, items, most=most))


def strange_values(contract: Contract, parameter: Parameter, items: Sequence[Any]) -> SearchStrategy[str]:
    """Valid values of one filter that keep none of the items."""
    return one_of(strange(contract, parameter, items))


def telling(contract: Contract, parameter: Parameter, items: Sequence[Any], *, most: int = 8) -> list[Wanted]:
    """Values of one filter seen in the items, those that divide them most evenly first; lists where it takes them."""
    few = _scattered(items)
    return list(_TELLING.get(parameter, contract, (few,), lambda: _telling(contract, parameter, few))[:most])


_TELLING: MadeOnce[tuple[Wanted, ...]] = MadeOnce()
"""All laws of a list look for values in the same items."""


def _telling(contract: Contract, parameter: Parameter, items: Sequence[Any]) -> tuple[Wanted, ...]:
    rule = parameter.filter
    if rule is None:
        return ()
    if rule.by in {"after", "before"}:
        found: list[Wanted] = list(_between(contract, parameter, items))
    else:
        found = _seen(contract, parameter, rule, items)
    # Half of the items is the best split: a filter that does nothing, or too much, is then wrong by the most items.
    middle = len(items) / 2
    told = keeper(rule, items)
    rated = [(abs(told(value).count(True) - middle), value) for value in found]
    several = [each for each in rated if each[0] < middle and _each_counts(told, each[1])]
    alone = [each for each in rated if each not in several]
    return tuple(value for _, value in [*sorted(several, key=_first), *sorted(alone, key=_first)])


def _each_counts(told: Keeper, wanted: Wanted) -> bool:
    """Whether there are several values, and without any of them fewer items are kept: none may be passed over."""
    found, *fewer = _narrowed(told, wanted)
    return bool(fewer) and all(each < found for each in fewer)


def _narrowed(told: Keeper, wanted: Wanted) -> list[set[int]]:
    """What a filter keeps, and where it has several values, what it keeps without each of them."""
    several = wanted if isinstance(wanted, list) and len(wanted) > 1 else []
    fewer = ([each for each in several if each != dropped] for dropped in several)
    return [_kept_by(told, each) for each in (wanted, *fewer)]


def _first(rated: tuple[float, Wanted]) -> float:
    return rated[0]


def _values(items: Sequence[Any], rule: Filter) -> list[str]:
    found = (value for item in items for value in shown(item, rule.member) or () if value is not None)
    return [each for each in dict.fromkeys(text(value) for value in found) if each.strip() == each and each]


def _seen(contract: Contract, parameter: Parameter, rule: Filter, items: Sequence[Any]) -> list[Wanted]:
    many = contract.json_schema(parameter.schema).get("type") == "array"
    values = _values(items, rule)
    if rule.by == "contains":
        values = [part for value in values for part in _parts(value)]
    # A comma separates values where a parameter takes several, and no document says how it would be escaped.
    usable = (each for each in values if fits(contract, parameter, each) is True and not (many and "," in each))
    values = list(islice(usable, 12))
    if not many:
        return list(values)
    return [*(list(pair) for pair in combinations(values[:6], 2)), *([value] for value in values)]


def _scattered(items: Sequence[Any]) -> Sequence[Any]:
    """Enough of the items, in their order; not every so-manieth, since lists repeat themselves."""
    if len(items) <= ENOUGH:
        return items
    return [items[place] for place in sorted({number * 7919 % len(items) for number in range(ENOUGH)})]


def _parts(value: str) -> list[str]:
    """A part from the middle of a text, and the text."""
    middle = value[len(value) // 4 : len(value) - len(value) // 4].strip()
    return [middle, value] if len(middle) >= 2 else [value]


def _between(contract: Contract, parameter: Parameter, items: Sequence[Any]) -> list[str]:
    """Values between two neighbours that items show: whether a filter keeps the instant itself is left open.

    Close to the neighbour that is not to be kept, so that a filter that uses another time of it, one a little later or
    a little earlier, is seen; then close to the other one.
    """
    assert parameter.filter is not None
    schema = contract.json_schema(parameter.schema)
    raw = (value for item in items for value in shown(item, parameter.filter.member) or ())
    known = sorted({each for value in raw if (each := number(value)) is not None})
    days = schema.get("format") == "date"
    gap, near = (DAYS, DAYS / 2) if days else (GAP, NEAR)
    late = parameter.filter.by == "before"
    apart = [(low, high) for low, high in pairwise(known) if high - low >= gap]
    both = (_beside_one(low, high, near, late=side) for side in (late, not late) for low, high in apart)
    middles = list(dict.fromkeys(both))
    if schema.get("type") in {"number", "integer"}:
        return [text(each) for each in middles]
    pattern = "%Y-%m-%d" if days else "%Y-%m-%dT%H:%M:%S.000Z"
    return [datetime.fromtimestamp(each, UTC).strftime(pattern) for each in middles if 0 < each < 4e9]


def _beside_one(low: float, high: float, near: float, *, late: bool) -> float:
    """A whole value between two, at most so near to one of them: to the higher one if `late`."""
    middle = (low + high) // 2
    return max(middle, (high - near) // 1) if late else min(middle, (low + near) // 1)


def strange(contract: Contract, parameter: Parameter, items: Sequence[Any]) -> list[str]:
    """Valid values of one filter that no item has: a seen one shortened, which a search inside texts would find."""
    rule = parameter.filter
    if rule is None or rule.by in {"after", "before"}:
        return []
    schema = contract.json_schema(parameter.schema)
    inner = schema.get("items", schema) if schema.get("type") == "array" else schema
    seen = _values(items, rule)
    found = list(inner["enum"]) if "enum" in inner else _beside(inner, rule, seen)
    texts = [text(each) for each in found]
    texts = [each for each in texts if fits(contract, parameter, each) is True and "," not in each]
    return [each for each in dict.fromkeys(texts) if not any(kept([(rule, each)], items))]


def others_only(contract: Contract, parameter: Parameter, items: Sequence[Any], others: Sequence[Any]) -> list[str]:
    """Valid values of one filter that other items show, and none of these does."""
    rule = parameter.filter
    if rule is None or rule.by in {"after", "before"}:
        return []
    own = [each for each in _values(others, rule) if fits(contract, parameter, each) is True and "," not in each]
    return [each for each in own if not any(keep is not False for keep in kept([(rule, each)], items))]


def _beside(schema: dict[str, Any], rule: Filter, seen: Sequence[str]) -> list[Any]:
    if schema.get("type") in {"number", "integer"}:
        return [2147480000]
    longer = rule.by == "contains"
    near = [each for value in seen[:4] for each in ([f"{value}zq's"] if longer else [value[:-1], value[1:]])]
    return [*near, "zq+nobody@example.com" if schema.get("format") == "email" else "zq+nobody"]


def questions(
    rules: Mapping[str, Filter], values: Mapping[str, Sequence[Wanted]], items: Sequence[Any]
) -> list[dict[str, Wanted]]:
    """As few requests as will try every filter: several filters together where each of them still makes a difference.

    Without any one of its filters a request would keep more items, and it keeps at least one: so a filter that does
    nothing, too little or too much is seen, although others are sent with it. Where it can be had, every value of a
    filter that has several adds some.
    """
    left, items = [name for name in rules if values[name]], _scattered(items)
    told = {name: keeper(rules[name], items) for name in left}
    kept_by = {name: [_narrowed(told[name], value) for value in values[name]] for name in left}
    found: list[dict[str, Wanted]] = []
    while left:
        asked = {left[0]: 0}
        for name in left[1:]:
            asked = _joined(asked, name, kept_by)
        found.append({name: values[name][choice] for name, choice in asked.items()})
        left = [name for name in left if name not in asked]
    return found


def _kept_by(told: Keeper, wanted: Wanted) -> set[int]:
    """The positions of the items that a filter certainly keeps."""
    return {position for position, each in enumerate(told(wanted)) if each is True}


Kept = Mapping[str, Sequence[Sequence[set[int]]]]
"""By filter and value, the positions of what it keeps, and of what it keeps without each of several values."""


def _joined(asked: dict[str, int], name: str, kept_by: Kept) -> dict[str, int]:
    """The request with one more filter, at the value that leaves most items; as it was if there is none.

    A request is given as the number of the value of each of its filters.
    """
    best, most = asked, (False, 0)
    for choice in range(len(kept_by[name])):
        tried = {**asked, name: choice}
        both = _count(tried, kept_by)
        without = ({each: value for each, value in tried.items() if each != dropped} for dropped in tried)
        if both and all(_count(each, kept_by) > both for each in without):
            best, most = max((best, most), (tried, (_all_count(tried, kept_by), both)), key=lambda each: each[1])
    return best


def _all_count(asked: Mapping[str, int], kept_by: Kept) -> bool:
    """Whether a request would keep fewer items without any one of the values of its filters."""
    both = _count(asked, kept_by)
    fewer = (
        (each, [kept_by[other][value][0] for other, value in asked.items() if other != name])
        for name, choice in asked.items()
        for each in kept_by[name][choice][1:]
    )
    return all(len(each.intersection(*others)) < both for each, others in fewer)


def _count(asked: Mapping[str, int], kept_by: Kept) -> int:
    return len(set.intersection(*(kept_by[name][choice][0] for name, choice in asked.items())))
