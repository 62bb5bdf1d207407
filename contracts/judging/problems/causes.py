"""Which findings have one cause: pairs are joined, one rule after the other, and what hangs together is one.

Each rule is one that people go by when they read a long report:

1. The same finding elsewhere: what was expected and what came are the same but for ids and numbers.
2. A law broken in the same way at three operations is no coincidence, and neither is a member or header of which
   several laws say the same at three operations. Whom credentials let in is written once, so there two are enough, and
   a dead token that works does so at every operation that takes it.
3. What is broken at the same operations as something else, and concerns the same kind of thing, is the same.
4. What is seen at a single operation is explained by what is wrong with all of them, where that is of its kind.
5. At one operation, findings are one if they speak of the same member, show the same refusal or failure, or concern
   the same kind of thing; what is wrong with the state of one resource is one, whichever operation shows it. What
   became of a value that should have been refused is one with its being accepted.
6. Where forged access tokens work everywhere, dead ones do as well.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

from contracts.judging.problems.symptoms import (
    ACCEPTED,
    ACCESS,
    ANY_FAILURE,
    FORM,
    HEAD,
    LEAK,
    LENIENT,
    LIST,
    Finding,
)

EVERYWHERE = 3
"""At so many operations it is no coincidence."""
ALIKE = 0.6
"""The share of its operations that the smaller of two causes has in common with the larger where they are one."""
STATE = "state"

Group = list[Finding]


class _Joined:
    """Findings, and which of them have been found to have one cause."""

    def __init__(self, found: Sequence[Finding]) -> None:
        self.found = found
        self._above: dict[Finding, Finding] = {}

    def _top(self, finding: Finding) -> Finding:
        while finding in self._above:
            finding = self._above[finding]
        return finding

    def join(self, one: Finding, other: Finding) -> None:
        """Two findings have one cause."""
        above, below = self._top(one), self._top(other)
        if above is not below:
            self._above[below] = above

    def groups(self) -> list[Group]:
        """What hangs together."""
        groups: dict[Finding, Group] = {}
        for each in self.found:
            groups.setdefault(self._top(each), []).append(each)
        return list(groups.values())


def causes(found: Sequence[Finding]) -> list[Group]:
    """The findings by their causes."""
    joined = _Joined(found)
    _join_repetitions(joined)
    _join_companions(joined)
    _join_neighbours(joined)
    _join_dead_tokens(joined)
    return joined.groups()


def operations(group: Sequence[Finding]) -> set[str]:
    """Where a cause shows."""
    return {each.operation for each in group}


def _join_repetitions(joined: _Joined) -> None:
    """Rules 1 and 2."""
    cells: dict[tuple[object, ...], Group] = {}
    for each in joined.found:
        for least, *key in _repeated(each):
            cells.setdefault((least, *key), []).append(each)
    for (least, *_), group in cells.items():
        if len(operations(group)) >= int(str(least)):
            for each in group[1:]:
                joined.join(group[0], each)


def _repeated(each: Finding) -> Iterator[tuple[object, ...]]:
    """What else a finding may repeat: at how many operations that is no coincidence, and what it is."""
    if each.law == ANY_FAILURE:  # it says the same of every failure there is
        yield EVERYWHERE, each.expected, each.got
        return
    yield 2, each.expected, each.got
    if each.aspect == ACCESS:
        yield 2, each.law, each.expected
        yield EVERYWHERE, each.law, "got", each.got
    else:
        yield EVERYWHERE, each.law, each.expected
        if not each.subject and each.aspect != LENIENT:
            yield EVERYWHERE, each.law, "got", each.got
    if each.subject:
        yield EVERYWHERE, "member", each.subject
    if each.aspect == ACCEPTED:
        yield 2, ACCEPTED, each.got


def _join_companions(joined: _Joined) -> None:
    """Rules 3 and 4."""
    groups = joined.groups()
    wide = [each for each in groups if _is_wide(each)]
    for one, other in combinations(wide, 2):
        if _same_operations(one, other) and _of_one_kind(one, other):
            joined.join(one[0], other[0])
    widest = sorted((each for each in joined.groups() if _is_wide(each)), key=lambda group: -len(operations(group)))
    for small in groups:
        if not _is_wide(small):
            for group in widest:
                if operations(small) <= operations(group) and _of_one_kind(small, group):
                    joined.join(group[0], small[0])
                    break


def _is_wide(group: Group) -> bool:
    return len(operations(group)) >= EVERYWHERE


def _same_operations(one: Group, other: Group) -> bool:
    mine, theirs = operations(one), operations(other)
    return len(mine & theirs) >= ALIKE * min(len(mine), len(theirs))


def _of_one_kind(one: Group, other: Group) -> bool:
    mine, theirs = _subjects(one), _subjects(other)
    if mine and theirs:
        return bool(mine & theirs)
    shared = {each.aspect for each in one} & {each.aspect for each in other}
    if shared == {FORM}:  # only what the same answers show is one
        return not (mine or theirs) and bool(_exchanges(one) & _exchanges(other))
    if shared <= {HEAD, LEAK}:  # headers are made one by one
        return bool({each.law for each in one} & {each.law for each in other})
    if shared == {LIST}:  # what is told of a page goes wrong apart from what is on it, and so does refusing it
        return not (mine or theirs) and _refused(one) == _refused(other)
    return bool(shared)


def _refused(group: Group) -> bool:
    """Whether what was asked for was refused wherever it shows."""
    return all(each.status == "4" for each in group)


def _subjects(group: Group) -> set[str]:
    return {each.subject for each in group} - {""}


def _exchanges(group: Group) -> set[int]:
    return {seq for each in group for seq in each.exchanges}


def _join_neighbours(joined: _Joined) -> None:
    """Rule 5, for what is not everywhere."""
    places: dict[str, Group] = {}
    resources: dict[str, Group] = {}
    near = [each for group in joined.groups() if not _is_wide(group) for each in group]
    accepted = {(each.operation, each.subject): each for each in near if each.aspect == LENIENT and each.subject}
    for each in near:
        if each.aspect == STATE and (lenient := accepted.get((each.operation, each.subject))):
            joined.join(lenient, each)  # what became of a value that is accepted by mistake
            continue
        places.setdefault(each.operation, []).append(each)
        if each.aspect == STATE:
            resources.setdefault(each.collection, []).append(each)
    for here in places.values():
        for one, other in combinations(here, 2):
            if _akin(one, other):
                joined.join(one, other)
    for group in resources.values():
        for each in group[1:]:
            joined.join(group[0], each)


def _akin(one: Finding, other: Finding) -> bool:
    """Whether two findings at one operation have one cause."""
    if one.subject and one.subject == other.subject:
        return True
    if one.exact_status == other.exact_status and one.status in {"4", "5"}:
        return True
    if one.exact_status and one.exact_status == other.exact_status and one.exchanges & other.exchanges:
        return True
    if one.aspect == other.aspect:
        return not (one.subject and other.subject) or one.aspect not in {FORM, HEAD, LIST}
    # what is kept shows in the form of an answer; a creation that is refused has no such answer
    return {one.aspect, other.aspect} == {STATE, FORM} and not {one.status, other.status} & {"4", "5"}


def _join_dead_tokens(joined: _Joined) -> None:
    """Rule 6."""
    forged = next(
        (group[0] for group in joined.groups() if _is_wide(group) and any(each.forged for each in group)), None
    )
    for each in joined.found:
        if forged and each.aspect == ACCEPTED and "access token" in each.expected:
            joined.join(forged, each)
