"""How a filter may be misunderstood, and the questions whose answers would show it.

A filter may use the first of several values only, or the last, or look at the first of several things inside an item;
it may look at a neighbouring time, the end for the start, or at a time an hour off, as where zones are mixed up; a word
of a closed set may let another one's items through, or find nothing. Filters that are sent together hide such mistakes
from each other, so what they hide is asked once more, in as few questions as will do.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial, reduce
from itertools import combinations, permutations
from operator import and_

import attrs

from contracts.core.filter_semantics import Keeper, Wanted, keeper, number
from specs.contract import Filter

Question = dict[str, Wanted]
FEW_WORDS = 8
"""Words of a closed set, at most, that are tried in pairs."""
TIMES = ("after", "before")
HOUR = timedelta(hours=1)
_IN_UTC = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")


Kept = int
"""Items that are kept, a bit for each by its place: they are held against each other many thousand times."""


@attrs.frozen
class Mistake:
    """A wrong reading of one filter. `reads`: what is kept by it for a value; None where the value does not show it.

    `alone`: only this value by itself shows it, so that it comes first: what shows others as well is found beside it.
    """

    name: str
    what: str
    reads: Callable[[Wanted], Kept | None]
    alone: bool = False


@attrs.frozen
class Filters:
    """The filters of a list, the values known of each, and the items they are judged by."""

    rules: Mapping[str, Filter]
    values: Mapping[str, Sequence[Wanted]]
    items: Sequence[object]
    _keepers: dict[tuple[str, str], Keeper] = attrs.field(factory=dict, init=False, eq=False, repr=False)
    _known: dict[tuple[str, str, str | tuple[str, ...]], Kept] = attrs.field(
        factory=dict, init=False, eq=False, repr=False
    )
    """What was found before: every question is held against every mistake."""
    _misread: dict[tuple[str, str, str | tuple[str, ...]], Kept | None] = attrs.field(
        factory=dict, init=False, eq=False, repr=False
    )

    def kept(self, name: str, wanted: Wanted) -> Kept:
        """The items that a filter certainly keeps."""
        return self.kept_by(self.rules[name], wanted)

    def kept_by(self, rule: Filter, wanted: Wanted) -> Kept:
        """The same for a filter that may be none of the list's own."""
        how = rule.member, rule.by
        key = *how, tuple(wanted) if isinstance(wanted, list) else wanted
        if key not in self._known:
            if how not in self._keepers:
                self._keepers[how] = keeper(rule, self.items)
            told = self._keepers[how](wanted)
            self._known[key] = sum(1 << place for place, each in enumerate(told) if each is True)
        return self._known[key]

    def shows(self, question: Question, mistake: Mistake) -> bool:
        """Whether the answer to a question is another one by the mistake."""
        return bool(self.shown(question, [mistake]))

    def shown(self, question: Question, left: Iterable[Mistake]) -> list[Mistake]:
        """Those mistakes by which the answer to a question is another one."""
        kept = {name: self.kept(name, wanted) for name, wanted in question.items()}
        beside = {name: _all(each for other, each in kept.items() if other != name) for name in kept}
        read = ((each, self._reads(each, question[each.name])) for each in left if each.name in kept)
        return [each for each, wrong in read if wrong is not None and (wrong ^ kept[each.name]) & beside[each.name]]

    def _reads(self, mistake: Mistake, wanted: Wanted) -> Kept | None:
        """What is kept by a mistake for a value, found out once."""
        key = mistake.name, mistake.what, tuple(wanted) if isinstance(wanted, list) else wanted
        if key not in self._misread:
            self._misread[key] = mistake.reads(wanted)
        return self._misread[key]


def _all(kept: Iterable[Kept]) -> Kept:
    """The items that all of several filters keep; every item where there is none."""
    return reduce(and_, kept, -1)


Words = Mapping[str, Sequence[str]]
"""Of the filters that take a closed set of words, those that items show."""


def revealing(filters: Filters, asked: Iterable[Question], words: Words, most: int) -> list[Question]:
    """So many questions that show the mistakes which those that are asked anyway do not show, most telling first."""
    known = list(asked)
    left = mistakes(filters, words)
    for one in known:
        left = _without(left, filters.shown(one, left))
    tried = [{name: value} for name in filters.rules for value in _candidates(filters, words, name)]
    found: list[Question] = []
    while left and len(found) < most:
        best = max(tried, key=lambda question: _count(filters, question, left), default={})
        if not any(_count(filters, best, left)):
            break
        for other in tried:
            best = _joined(filters, best, other, left)
        found.append(best)
        left = _without(left, filters.shown(best, left))
    return found


def _without(left: Sequence[Mistake], shown: Sequence[Mistake]) -> list[Mistake]:
    out = set(map(id, shown))
    return [each for each in left if id(each) not in out]


def _count(filters: Filters, question: Question, left: Sequence[Mistake]) -> tuple[int, int]:
    """How many mistakes a question shows: first of those that it alone shows, then of all."""
    found = filters.shown(question, left)
    return sum(each.alone for each in found), len(found)


def _joined(filters: Filters, question: Question, other: Question, left: Sequence[Mistake]) -> Question:
    """Both in one, where that shows more mistakes than the first one does."""
    both = {**other, **question}
    more = len(both) > len(question) and _count(filters, both, left) > _count(filters, question, left)
    return both if more else question


def _candidates(filters: Filters, words: Words, name: str) -> list[Wanted]:
    several = any(isinstance(each, list) for each in filters.values[name])
    known = words.get(name, ())[:FEW_WORDS]
    alone: list[Wanted] = [[each] if several else each for each in known]
    pairs: list[Wanted] = [list(pair) for pair in combinations(known, 2)] if several else []
    return [*filters.values[name], *(each for each in [*alone, *pairs] if each not in filters.values[name])]


def mistakes(filters: Filters, words: Words) -> list[Mistake]:
    """Every way in which each filter may be misunderstood."""
    return [each for name in filters.rules for each in _of(filters, name, words.get(name, ()))]


def _of(filters: Filters, name: str, words: Sequence[str]) -> Iterator[Mistake]:
    rule = filters.rules[name]
    if rule.by in TIMES:
        for way, what in ((HOUR, "an hour late"), (-HOUR, "an hour early")):
            yield Mistake(name, f"looks {what}", partial(_moved, filters, name, way))
        for member in _times(filters.items):
            if member != rule.member:
                yield Mistake(name, f"looks at {member}", partial(filters.kept_by, attrs.evolve(rule, member=member)))
        return
    for place, what in ((0, "the first"), (-1, "the last")):
        yield Mistake(name, f"uses {what}", partial(_one_of, filters, name, place))
    if "/*" in rule.member:
        first = attrs.evolve(rule, member=rule.member.replace("/*", "/0", 1))
        yield Mistake(name, "looks at the first inside", partial(filters.kept_by, first))
    for word in words[:FEW_WORDS]:
        yield Mistake(name, f"{word} finds nothing", partial(_nothing, word), alone=True)
    for word, other in permutations(words[:FEW_WORDS], 2):
        yield Mistake(name, f"{word} lets {other} through", partial(_widened, filters, name, word, other))


def _moved(filters: Filters, name: str, by: timedelta, wanted: Wanted) -> Kept | None:
    if isinstance(wanted, list) or not _IN_UTC.fullmatch(wanted):
        return None
    return filters.kept(name, (datetime.fromisoformat(wanted) + by).isoformat(timespec="milliseconds"))


def _nothing(word: str, wanted: Wanted) -> Kept | None:
    return 0 if wanted in (word, [word]) else None


def _one_of(filters: Filters, name: str, place: int, wanted: Wanted) -> Kept | None:
    return filters.kept(name, [wanted[place]]) if isinstance(wanted, list) and len(wanted) > 1 else None


def _widened(filters: Filters, name: str, word: str, more: str, wanted: Wanted) -> Kept | None:
    asked = wanted if isinstance(wanted, list) else [wanted]
    return filters.kept(name, [*asked, more]) if word in asked and more not in asked else None


def _times(items: Sequence[object]) -> list[str]:
    """The members by which all items show a time, as pointers."""
    rows = [each for each in items if isinstance(each, dict)]
    names = rows[0] if rows and len(rows) == len(items) else {}
    return [
        f"/{name}"
        for name in names
        if all(isinstance(row.get(name), str) and number(row[name]) is not None for row in rows)
    ]
