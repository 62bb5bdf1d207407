"""The check on how the remaining number moves from response to response; it needs no requests of its own."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate, pairwise

import attrs

from contracts.checks import check
from contracts.checks.helpers import asked_as_declared, response
from contracts.core.conversation import Broken
from contracts.core.exchange import Exchange, is_whole
from contracts.core.quotas import Quota, quotas

USUAL = "X-RateLimit-Remaining"
EPOCH = 1_000_000_000
"""Seconds above which a reset is a time, not how long it takes."""
FEW = 2
"""Steps that must agree before the remaining number counts as standing still or as falling for others."""
SEVERAL = 3
"""Steps that must agree before it counts as falling by too much: somebody else may use the same credential.

And times that another credential must count on where one has stopped before they count as having one number.
"""


Asked = tuple[tuple[str, ...], Exchange]
"""The credential of an exchange, and the exchange."""
Heard = Mapping[int, "tuple[str, int, str] | None"]
"""By the number of an exchange, the limit it tells, what remains of that, and when it is whole again."""


@attrs.frozen
class Step:
    """Two successes of one credential, one after the other in one window, and what was sent meanwhile.

    `drop`: by how much the remaining number fell. `others`: requests of other credentials in between; `crossed`: some
    requests were in flight beside one of the two, or may be of the same caller. `hurried`: some of its own credential
    came in between or beside them, so the number falls by one at least. `quick`: no bucket can have been refilled by
    one meanwhile.
    """

    first: Exchange
    second: Exchange
    drop: int
    others: int
    crossed: bool
    hurried: bool
    quick: bool

    @property
    def alone(self) -> bool:
        """Whether nobody else asked meanwhile."""
        return not (self.others or self.crossed)


def _stands_still(steps: Sequence[Step]) -> None:
    if len(steps) >= FEW and not any(each.drop for each in steps):
        last = steps[-1].second
        _, value, _ = _told(last) or ("", 0, "")
        raise Broken(f"{_name(last)} to fall with every request", f"{value} again and again", _shown(steps))


def _falls_for_others(steps: Sequence[Step]) -> None:
    mixed = [each for each in steps if each.others and not each.crossed]
    alone = [each for each in steps if each.alone]
    fits = all(each.drop == 1 + each.others for each in mixed) and all(each.drop == 1 for each in alone)
    if len(mixed) >= FEW and alone and fits:
        got = f"by {mixed[0].drop} where {mixed[0].others} of another credential came in between"
        raise Broken(f"{_name(mixed[0].second)} to fall by 1 with a request", got, _shown(mixed))


def _falls_by_more(steps: Sequence[Step]) -> None:
    drops = {each.drop for each in steps}
    if len(steps) >= SEVERAL and len(drops) == 1 and drops.pop() > 1:
        expected = f"{_name(steps[0].second)} to fall by 1 with a request"
        raise Broken(expected, f"by {steps[0].drop} each time", _shown(steps))


def _rises(steps: Sequence[Step]) -> None:
    """What was used is told instead of what remains: it rises by one each time, once at least too soon for a refill."""
    if len(steps) >= SEVERAL and {each.drop for each in steps} == {-1} and any(each.quick for each in steps):
        raise Broken(f"{_name(steps[0].second)} to fall by 1 with a request", "it rises by 1 each time", _shown(steps))


def _one_for_all(exchanges: Sequence[Exchange], heard: Heard) -> None:
    """Raises Broken where several callers count down one number: each goes on where another has stopped.

    With a number of its own each would begin at the top, so that some values would come twice.
    """
    windows: dict[tuple[str, str], list[tuple[Exchange, int]]] = {}
    for each in exchanges:
        if each.status < 500 and each.status != 429 and (told := heard[each.seq]) is not None:
            windows.setdefault((told[0], told[2]), []).append((each, told[1]))
    for counted in windows.values():
        values = [value for _, value in counted]
        if not len(values) == len(set(values)) == max(values) - min(values) + 1:
            continue
        # one caller may hold several tokens, which rightly share its number
        whose = [each.request.principal for each, _ in counted if each.request.principal]
        changes = sum(one != other for one, other in pairwise(whose))
        if changes >= SEVERAL and all(_in_turn(*pair) for pair in pairwise(counted)):
            shown = [each for each, _ in counted][: 2 * SEVERAL]
            got = f"{max(values)} to {min(values)}, counted down by {len(set(whose))} callers together"
            raise Broken(f"{_name(shown[0])} to be a number of each credential", got, shown)


def _in_turn(first: tuple[Exchange, int], second: tuple[Exchange, int]) -> bool:
    """Whether the later of two answers has the lower number; where they overlap nobody knows which is the later."""
    return first[1] > second[1] or second[0].sent <= first[0].received


def _shown(steps: Sequence[Step]) -> list[Exchange]:
    return [each for step in steps[:SEVERAL] for each in (step.first, step.second)]


def _steps(exchanges: Sequence[Exchange], heard: Heard) -> Iterator[Step]:
    """Every success with the last one of its credential and window that was over before it was sent."""
    asked = [(_credential(each), each) for each in exchanges]
    sent = [each.sent for each in exchanges]
    latest = [*accumulate((each.received for each in exchanges), max)]
    over: dict[tuple[str, ...], list[tuple[float, int, Exchange]]] = {}
    for who, each in asked:
        mine = over.setdefault(who, [])
        place = bisect_left(mine, (each.sent,))
        if place and (drop := _fell(before := mine[place - 1][-1], each, heard)) is not None:
            # of a long record only those are looked at that can have been under way meanwhile
            first, end = bisect_left(latest, before.sent), bisect_right(sent, each.received)
            yield _step(before, (who, each), drop, asked[first:end])
        insort(mine, (each.received, each.seq, each))


def _step(before: Exchange, after: Asked, drop: int, near: Sequence[Asked]) -> Step:
    """What was sent between the two, and beside them."""
    who, each = after
    between = [asked for asked in near if _within(asked[1], before, each)]
    crossing = [one for one, other in near if _overlaps(other, before, each)]
    akin = any(_may_be_one(other, each) for one, other in between if one != who)
    hurried = who in crossing or any(one == who for one, _ in between)
    return Step(before, each, drop, len(between), bool(crossing) or akin, hurried, _quick(before, each))


def _credential(exchange: Exchange) -> tuple[str, ...]:
    """What distinguishes a credential from others: the headers that carry one."""
    names = {scheme.parameter.lower() for way in exchange.operation.security for scheme in way.schemes}
    return tuple(sorted(value for name, value in exchange.request.headers if name.lower() in names))


def _may_be_one(one: Exchange, other: Exchange) -> bool:
    """Whether two credentials may be those of one caller, who rightly has one number for all its tokens."""
    names = {each.request.principal for each in (one, other)}
    return None in names or len(names) == 1


def _fell(before: Exchange, after: Exchange, heard: Heard) -> int | None:
    """By how much the remaining number fell between two successes; None where they are not of one window."""
    both = [heard[before.seq], heard[after.seq]]
    if not (before.ok and after.ok and before.received < after.sent) or None in both:
        return None
    (limit, first, reset), (again, second, later) = (each or ("", 0, "") for each in both)
    return first - second if (limit, reset) == (again, later) and first > 0 else None


def _told(exchange: Exchange) -> tuple[str, int, str] | None:
    """The limit, what remains of it and when it is whole again, where a response says all three."""
    quota = _quota(exchange)
    if quota is None or not asked_as_declared(exchange):
        return None
    left = quota.remaining or ""
    return (quota.limit or "", int(left), quota.reset or "") if is_whole(left) else None


def _quota(exchange: Exchange) -> Quota | None:
    """The first limit of which a response says all three: the usual headers first, else what they are called here."""
    whole = [each for each in quotas(response(exchange).headers) if each.limit and each.remaining and each.reset]
    return min(whole, key=lambda each: (each.family != "x-ratelimit", each.series), default=None)


def _name(exchange: Exchange) -> str:
    """The header that says what remains, by its usual name or by its own."""
    quota = _quota(exchange)
    name = quota.name("remaining") if quota else USUAL
    return USUAL if name.lower() == USUAL.lower() else name


def _within(other: Exchange, before: Exchange, after: Exchange) -> bool:
    return before.received < other.sent and other.received < after.sent


def _overlaps(other: Exchange, before: Exchange, after: Exchange) -> bool:
    """Whether another request was under way at the same time as one of the two: nobody knows which came first."""
    if other is before or other is after:
        return False
    return any(other.sent <= each.received and each.sent <= other.received for each in (before, after))


def _quick(before: Exchange, after: Exchange) -> bool:
    """Whether no more than half of what a bucket needs to gain one request has passed.

    Its window is at least as long as the time left until the reset, which is an epoch second or the seconds left.
    """
    limit, _, reset = _told(before) or ("", 0, "")
    if not (is_whole(limit) and is_whole(reset) and int(limit)):
        return False
    left = int(reset) - after.received if int(reset) > EPOCH else int(reset)
    return after.received - before.sent < left / int(limit) / 2


@check(family="limits", kinds=("header",), asserts=(), whole=True)
def what_remains_falls_by_one(exchanges: Sequence[Exchange], _: float | None) -> bool:
    """The remaining number falls by one with every request that counts, and with nobody else's.

    Seen in answers that are there anyway: successes of one credential and one window, one sent when the other was over.
    Broken if in all of them it stands still; or, where none of its own requests came between or was in flight beside
    them, if it rises, falls by the same too much, or falls with the requests that other credentials made meanwhile; or
    if several credentials count down one number. Where another limit or another bucket has part in it, the steps
    differ: then nothing is said.
    """
    answered = sorted((each for each in exchanges if each.response), key=lambda each: each.sent)
    heard = {each.seq: _told(each) for each in answered}
    steps = list(_steps(answered, heard))
    quick, plain = [each for each in steps if each.quick], [each for each in steps if not each.hurried]
    alone = [each for each in plain if each.alone]
    _stands_still(quick)
    _rises(alone)
    _falls_for_others(plain)
    _one_for_all(answered, heard)
    _falls_by_more(alone)
    return len(quick) >= FEW or len(alone) >= SEVERAL
