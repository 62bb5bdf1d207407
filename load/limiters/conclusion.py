"""What an examination found, in words and numbers."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import Literal

import attrs

from load.limiters.feasible_region import LONGEST
from load.limiters.models import Hypothesis
from load.limiters.reasons import another, hull, open_yet, proven
from load.limiters.rule import Rule
from load.limiters.trace import Sample
from load.limiters.version_space import AROUND, ROUNDING, Space, without_luck
from load.limiters.windowed_models import Aligned, Phased

Outcome = Literal["decided", "open", "void", "not enforced", "too slow"]
Verdict = Literal["kept", "not enforced", "looser", "tighter", "window", "race", "several counters", "inconclusive"]

AT_ONCE, SOON, SLOWLY = 0.02, 0.1, 0.5
"""Shares of a window within which a limit is used up at once, and soon enough if no window is thought to end then: by
many requests together, and by one after the other.
"""
NEAR = 0.02
"""Share of a window within which the server's clock may be off."""
SLOW = 0.1
"""Share of a window from which on a burst is so long that a window may have ended within it."""
PROVEN, ONE_WINDOW, ONCE = "proven", "under an assumed algorithm", "seen once"
SEVERAL = "several counters"


@attrs.frozen
class Estimate:
    """A limiter as observed. `limit` and `window` (shortest, longest) are None where they could not be determined."""

    rule: Rule
    verdict: Verdict
    kinds: tuple[str, ...]
    limit: int | None
    window: tuple[float, float] | None
    admitted: int
    """Admissions of the first burst, on an idle credential."""
    burst: float
    """Most admissions in any span of a declared window, divided by the limit."""
    confidence: str
    reason: str
    samples: tuple[Sample, ...]
    doubtful: bool = False
    """Somebody else's requests with the same credential, or a race, would look like this."""
    recovered: bool | None = None
    """Whether a request was admitted again after the first refusal."""
    after: tuple[Sample, ...] = ()
    """The trace of a second look, if there was one."""
    numbers: tuple[int, ...] = ()
    """Every number that fits, with whatever window."""

    @property
    def conforms(self) -> bool:
        return self.verdict == "kept"

    @property
    def opened(self) -> int:
        """How many were admitted before the first refusal, of the first look."""
        first = min((each.received for each in self.samples if each.refused), default=float("inf"))
        return sum(not each.refused and each.sent < first for each in self.samples)

    @property
    def doubted(self) -> Estimate:
        """This finding where refused requests seem to count: another window nearly as long is no finding then.

        How such limiters count, and when their windows begin, differs more than is thought of here.
        """
        window, rule = self.window, self.rule
        if self.verdict != "window" or window is None:
            return self
        near = rule.window / AROUND - NEAR <= window[0] and window[1] <= rule.window * AROUND + NEAR
        reason = f"refused requests seem to count, and in a way of its own; {self.reason}"
        return attrs.evolve(self, verdict="inconclusive", reason=reason) if near else self

    def confirmed(self, again: Estimate, *, agrees: bool = False) -> Estimate:
        """This finding, weighed against a second look after an idle window, one by one where a race may be behind it.

        `agrees`: whether the kinds that explain this one explain the other only with a window on the same side.
        """
        both = attrs.evolve(self, after=again.samples, recovered=self.recovered or again.recovered)
        if again.verdict == self.verdict and self.verdict != "inconclusive":
            return attrs.evolve(both, confidence="repeated", doubtful=False)
        if again.verdict == "not enforced":
            reason = f"used up at first, and not any more: {again.admitted} admitted, none refused"
            return attrs.evolve(
                both,
                verdict="looser",
                admitted=again.admitted,
                kinds=(),
                reason=reason,
                confidence=PROVEN,
                doubtful=False,
            )
        if self.admitted > self.rule.limit and again.verdict == "kept":
            reason = f"{self.admitted} of concurrent requests admitted, {again.admitted} one by one"
            if self.admitted == self.rule.limit + 1 and Aligned.kind in again.kinds:
                reason += ", but a window may have ended after the first of them"
                return attrs.evolve(both, verdict="inconclusive", limit=again.limit, doubtful=False, reason=reason)
            return attrs.evolve(both, verdict="race", confidence="repeated", reason=reason, limit=again.limit)
        if self._borne_out(again, agrees=agrees):
            return attrs.evolve(both, confidence="repeated", doubtful=False)
        if self._over and again._over and again.verdict != "kept" and not again._shorter:
            return attrs.evolve(both, verdict="looser", confidence="repeated")
        if again.verdict == "kept" and self.admitted <= self.rule.limit:
            reason = "fewer at first: the credential was not idle, or fewer are admitted while others are in flight"
            return attrs.evolve(again, samples=self.samples, after=again.samples, reason=reason)
        if again._shorter and self.verdict in ("tighter", "looser"):  # which nobody else's requests could cause
            return attrs.evolve(again, samples=self.samples, after=again.samples, confidence="repeated", doubtful=False)
        reason = f"two looks disagree: {self.verdict} ({self.reason}), then {again.verdict} ({again.reason})"
        return attrs.evolve(both, verdict="inconclusive", reason=reason)

    def _borne_out(self, again: Estimate, *, agrees: bool) -> bool:
        """Whether a second look shows the same deviation, though in other words."""
        more = self._over and again._over and again.verdict != "kept"
        if self._shorter and (more or again.verdict == "looser"):  # what ends early lets more in
            return True
        if self.verdict == "tighter":  # or a bucket that was emptied slowly
            return again._longer or again.verdict == "looser"
        shut = again.admitted == 0 and again.recovered is False  # not even an idle window ended it
        if self._longer and (shut or again.verdict == "tighter"):
            return True
        return agrees and again.verdict == "inconclusive" and self.admitted <= self.rule.limit

    @property
    def _over(self) -> bool:
        """Whether more than declared were admitted at first, so soon that hardly a window ended meanwhile."""
        admitted = [each for each in self.samples if not each.refused][: self.admitted]
        lasted = admitted[-1].received - admitted[0].sent if admitted else 0.0
        return self.admitted > self.rule.limit and lasted < SLOWLY * self.rule.window

    @property
    def _shorter(self) -> bool:
        """Whether the window was shown to be shorter than declared."""
        return self.verdict == "window" and self.window is not None and self.window[1] < self.rule.shortest

    @property
    def _longer(self) -> bool:
        """Whether the window was shown to be longer than declared."""
        return self.verdict == "window" and self.window is not None and self.window[0] > self.rule.longest

    @property
    def digest(self) -> str:
        """Tells two traces apart."""
        rows = [(round(each.sent, 4), round(each.received, 4), each.status) for each in (*self.samples, *self.after)]
        return hashlib.sha256(json.dumps(rows).encode()).hexdigest()[:16]


def conclude(space: Space, outcome: Outcome, together: int, boundary: float = 0.0) -> Estimate:
    """What a trace shows, as far as it went. `boundary`: any time at which a window of the server's clock ends."""
    rule, samples = space.rule, tuple(each for batch in space.batches for each in batch)
    first = sum(not each.refused for each in space.opening)
    found = Estimate(
        rule=rule,
        verdict="inconclusive",
        kinds=(),
        limit=None,
        window=None,
        admitted=first,
        burst=round(densest(samples, rule.window) / rule.limit, 3),
        confidence="",
        reason="",
        samples=samples,
        recovered=_recovered(samples),
    )
    if outcome == "void":
        return attrs.evolve(found, reason="a request was not answered, so nobody knows whether it was counted")
    if outcome == "too slow":
        spent = samples[-1].received - samples[0].sent
        reason = f"{first} requests took {spent:.2g} s: too slow to use up {rule.limit} in {rule.window:g} s"
        return attrs.evolve(found, reason=reason)
    if outcome == "not enforced":
        spent = samples[-1].received - samples[0].sent
        reason = f"{first} requests in {spent:.1f} s, none refused"
        return attrs.evolve(found, verdict="not enforced", confidence=PROVEN, reason=reason, kinds=("off",))
    return _of_survivors(space, found, together, boundary)


def _of_survivors(space: Space, found: Estimate, together: int, boundary: float) -> Estimate:
    state = space.state
    if space.blurred or state == "inconsistent":
        return _inconsistent(found, blurred=space.blurred)
    alive = space.keeping if state in ("kept", "open") else space.survivors
    alive = without_luck(alive, space.rule) if state == "kept" else alive
    kinds = tuple(dict.fromkeys(each.kind for each in alive))
    # A number is known only if everything still possible has it, also what would not keep the declaration.
    lucky = _same(space.survivors) is None and _needs_luck(space, boundary, together)
    number = space.rule.limit if lucky else _same(space.survivors)
    numbers = tuple(sorted({each.limit for each in space.survivors}))
    known = attrs.evolve(found, kinds=kinds, limit=number, window=hull(alive, space.rule), numbers=numbers)
    if state == "kept":
        return attrs.evolve(known, verdict="kept", confidence=PROVEN, reason=proven(known.rule, known.kinds, number))
    if state == "open":
        return attrs.evolve(known, confidence=ONE_WINDOW, reason=open_yet(space, lucky))
    return _broken(space, known, together)


def also_off(space: Space, found: Estimate) -> bool:
    """Whether, of the kinds that explain a first look, this space leaves only windows off the declared on its side."""
    rule, away = space.rule, max(ROUNDING) * space.rule.window
    left = [each.windows() for each in space.survivors if each.kind in found.kinds and each.limit == rule.limit]
    if found.verdict != "window" or found.window is None or not left:
        return False
    if found.window[0] > rule.longest:
        return all(low > rule.window + away for low, _ in left)
    return found.window[1] < rule.shortest and all(high < rule.window - away for _, high in left)


def _broken(space: Space, known: Estimate, together: int) -> Estimate:
    """Another number in the declared window explains it, or else another window."""
    rule = space.rule
    # What explains most with least comes first: the declared number with another window where exactly that number was
    # admitted, then another number with the declared window, then whatever is left.
    others = [each for each in space.survivors if each.limit != rule.limit]
    usual = [each for each in others if each.points(rule.shortest, rule.longest)]
    same = [each for each in space.survivors if each.limit == rule.limit]
    chosen = (same if known.admitted == rule.limit else []) or usual or same or others
    known = attrs.evolve(
        known, kinds=tuple(dict.fromkeys(each.kind for each in chosen)), limit=_same(chosen), window=hull(chosen, rule)
    )
    if chosen is same:
        why = another(rule, *hull(same, rule))
        # A window that ended within the burst explains more than the number, and so does a race; and who limits how
        # many are in flight refuses before the number is used up.
        doubtful = _longest(space.batches) > SLOW * rule.window or known.admitted != rule.limit
        doubtful |= together > 1 and interleaved(space.opening)
        return attrs.evolve(known, verdict="window", confidence=PROVEN, doubtful=doubtful, reason=why)
    looser = min(each.limit for each in chosen) > rule.limit
    return attrs.evolve(
        known,
        verdict="looser" if looser else "tighter",
        confidence=PROVEN if looser else ONCE,
        # too few may be due to somebody else's requests, too many at once to a race
        doubtful=not looser or together > 1,
        reason=f"{known.admitted} admitted on an idle credential",
    )


def interleaved(opening: Sequence[Sample]) -> bool:
    """Whether a burst was admitted again after it had been refused."""
    refused = min((each.received for each in opening if each.refused), default=float("inf"))
    return any(not each.refused and each.sent > refused for each in opening)


def _longest(batches: Sequence[Sequence[Sample]]) -> float:
    """How long the longest burst took, in seconds."""
    return max(max(each.received for each in batch) - min(each.sent for each in batch) for batch in batches if batch)


def _inconsistent(found: Estimate, *, blurred: bool) -> Estimate:
    """No single limiter explains it, or too many would. Beyond twice the number at once, no limiter keeps it."""
    rule = found.rule
    factor = found.admitted / rule.limit
    seen = f"{found.admitted} admitted at first, {factor:.2g} × the declared number"
    slowest = max(each.received - each.sent for each in found.samples)
    # Two answers can lie closer together, by the slowest of them, than the decisions did: hence the shorter span.
    dense = densest(found.samples, rule.window - slowest) if slowest < rule.window else 0
    if dense > 2 * rule.limit or (not blurred and found.admitted > rule.limit + 1 and factor >= 1.5):
        most = max(dense, found.admitted)
        reason = f"{most} admitted within {rule.window:g} s, {most / rule.limit:.2g} × the declared number"
        return attrs.evolve(found, verdict="looser", kinds=(SEVERAL,), reason=reason, confidence=PROVEN)
    shut = _shut(found)
    if found.admitted == rule.limit and shut > LONGEST * rule.window:
        longer = attrs.evolve(found, verdict="window", limit=rule.limit, window=(shut, shut), doubtful=True)
        return attrs.evolve(longer, reason=f"the window is longer: nothing admitted for {shut:.4g} s")
    if blurred:
        return attrs.evolve(found, reason="responses took too long, compared with the window, to conclude anything")
    return attrs.evolve(found, reason=f"not one limiter of a known kind; {seen}", doubtful=True)


def _shut(found: Estimate) -> float:
    """For how many seconds everything was refused, if nothing was admitted any more after the first refusal."""
    admitted = [each.received for each in found.samples if not each.refused]
    return found.samples[-1].sent - max(admitted) if admitted and found.recovered is False else 0.0


def _needs_luck(space: Space, boundary: float, together: int) -> bool:
    """Whether another number is possible only if a window ended while the limit was being used up.

    That takes luck where this was quickly done, and more where no window of the server's clock ended then.
    """
    others = [each for each in space.survivors if each.limit != space.rule.limit]
    admitted = [each for each in space.opening if not each.refused]
    if not admitted or not all(isinstance(each, Phased) for each in others):
        return False
    window, first = space.rule.window, admitted[0].sent
    lasted = (max(each.received for each in admitted) - first) / window
    left = (boundary - first) % window / window
    if left <= lasted + NEAR or left >= 1 - NEAR:
        return lasted <= AT_ONCE
    return lasted <= (SOON if together > 1 else SLOWLY)


def _same(alive: list[Hypothesis]) -> int | None:
    limits = {each.limit for each in alive}
    return limits.pop() if len(limits) == 1 else None


def _recovered(samples: tuple[Sample, ...]) -> bool | None:
    """Whether a request that was sent after a refusal had come was admitted; None if nothing was refused."""
    first = min((each.received for each in samples if each.refused), default=None)
    return None if first is None else any(not each.refused and each.sent > first for each in samples)


def densest(samples: Sequence[Sample], window: float) -> int:
    """Most admissions in any span of a window."""
    times = sorted(each.received for each in samples if not each.refused)
    most, first = 0, 0
    for last, time in enumerate(times):
        while time - times[first] >= window:
            first += 1
        most = max(most, last - first + 1)
    return most
