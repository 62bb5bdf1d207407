"""The conversation that examines one limit: it has requests sent at certain times and learns from the responses.

A pilot request, then a burst until the first refusals: that shows the number. Then single requests just before and just
after each time at which a limiter that keeps the declaration would let the next one in: that shows the window. Every
admission is followed by another burst, so that the next answer is informative again. It ends as soon as only limiters
that keep the declaration are possible, or none.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from math import floor

import attrs

from load.limiters.conclusion import Estimate, Outcome, also_off, conclude, densest, interleaved
from load.limiters.models import Block, FromFirst, SlidingLog
from load.limiters.next_probe import OF_ALL, Timing, next_probe, tell_kinds
from load.limiters.rule import Rule
from load.limiters.setting import Ask, Cut, Setting
from load.limiters.trace import Sample, Ticks
from load.limiters.version_space import WHOLE, Space
from load.limiters.windowed_models import Aligned, SlidingCounter

FEW = 3
"""Requests in flight together when a limit is used up again."""
ALIKE = {FromFirst.kind, Block.kind, SlidingLog.kind}
GAP = 0.036
"""Share of a window that lies between the first request of a burst and the others, to distinguish such kinds."""
APART = 2.15
"""Windows after which no more requests are sent to distinguish kinds, unless it is at hand, and how many that may take.
"""
MORE = 8
SILENT = 2.1
"""Windows without a request after which a limiter that counts refused ones, and so was kept shut by ours, has forgotten
them.
"""
SILENCES = 2
"""How often so much is waited at most."""
IDLE, REMEMBERED = 1.08, 2.08
"""Windows after which a credential is idle again; a sliding counter remembers the window before the last one."""
BETWEEN_ENDS = 1.5
"""Windows after a burst at which none ends, if one ended within it."""
AFTER = 2.0
"""Windows that may be asked after such a silence."""
LAST = 0.15
"""Windows before the end in which a limit is not used up again: nothing could be asked then, and others have room."""
NEAR = 0.05
"""Share of the window that a burst keeps away from its end and its beginning."""
BLURRED = 0.15
"""Share of the window from which on a delay hides what happens within it."""


Answers = list[Sample]
Examination = Generator[Ask, Answers, Estimate]
Steps = Generator[Ask, Answers, None]


def most_windows(setting: Setting) -> float:
    """How many windows an examination takes at most: two looks, all waits for what is forgotten, one more burst."""
    apart = 1 + BETWEEN_ENDS + LAST
    return 2 * setting.windows + SILENCES * (SILENT + AFTER) + REMEMBERED + apart


def examine(
    rule: Rule, now: float, boundary: float, setting: Setting | None = None, prior: Sequence[Answers] = ()
) -> Examination:
    """Examine one limit from `now` on. `boundary`: any time at which a window of the server's clock ends.

    `prior`: what was sent already since the credential was idle, batch by batch.
    """
    setting = setting or Setting()
    first = _Attempt(rule, boundary, setting, prior)
    cut = yield from first.run_or_cut(now, setting.together)
    found = conclude(first.space, first.outcome, setting.together, boundary)
    found = found.doubted if first.silent else found
    if cut or not (setting.confirms and found.doubtful):
        return found
    # Somebody else's requests, or a race, may be behind this: once more, after an idle window. One by one where another
    # number was admitted, since more may be due to a race, and fewer to how many were in flight; it is slow.
    again = _Attempt(rule, boundary, attrs.evolve(setting, confirms=False), silences=first.silences)
    together = setting.together if found.admitted == rule.limit and not interleaved(first.space.opening) else 1
    again.lasts = first.timing.delay * rule.limit / together if first.begun else 0.0
    idle = REMEMBERED if SlidingCounter.kind in found.kinds else IDLE
    if (yield from again.run_or_cut(first.now + rule.window * idle, together)):
        return found
    return found.confirmed(
        conclude(again.space, again.outcome, together, boundary), agrees=also_off(again.space, found)
    )


@attrs.define
class _Attempt:
    """One trace from an idle credential to a conclusion."""

    rule: Rule
    boundary: float
    setting: Setting
    prior: Sequence[Answers] = ()
    space: Space = attrs.field(init=False)
    outcome: Outcome = "open"
    now: float = 0.0
    asked: int = 0
    ends: float = 0.0
    together: int = 1
    thin: int = 0
    """How many releases in a row let hardly anything in."""
    timing: Timing = attrs.field(init=False)
    begun: bool = False
    lasts: float = 0.0
    """How many seconds using up the limit is thought to take."""
    silences: int = SILENCES
    """How often it may still wait until a limiter that counts refused requests has forgotten them."""

    @property
    def silent(self) -> bool:
        """Whether it has waited so."""
        return self.silences < SILENCES

    def run_or_cut(self, now: float, together: int) -> Generator[Ask, Answers, bool]:
        """Run it; gives whether it was cut short. One that had not got past its opening shows nothing."""
        try:
            yield from self.run(now, together)
        except Cut:
            if not self.begun:
                raise
            return True
        return False

    def run(self, now: float, together: int) -> Steps:
        self.now, self.together = now, together
        self.ends = now + self.setting.windows * self.rule.window
        opening = yield from self._opening()
        self.space = Space(self.rule, opening[0][0].sent, Ticks(WHOLE, -self.boundary, self.setting.unsure))
        self.timing = Timing(self.rule.window, self.boundary)
        for batch in opening:
            self.timing.learn(batch)
        if any(each.void for batch in opening for each in batch):
            self.outcome = "void"
            return
        self.space.batches = opening
        if not any(each.refused for batch in opening for each in batch):
            # Asked too slowly, every limiter lets everything in.
            dense = densest([each for batch in opening for each in batch], 0.95 * self.rule.window)
            self.outcome = "not enforced" if dense > 2 * self.rule.limit else "too slow"
            return
        self.space.begin(opening)
        self.begun = True
        yield from self._narrow()

    def _send(self, at: float, count: int, together: int = 1, refusals: int = 1) -> Generator[Ask, Answers, Answers]:
        answers = yield Ask(max(at, self.now), count, together, refusals, self.setting.pace)
        self.asked += len(answers)
        self.now = max((each.received for each in answers), default=self.now)
        return answers

    def _opening(self) -> Generator[Ask, Answers, list[Answers]]:
        limit = self.rule.limit
        batches = [*map(list, self.prior)] or [(yield from self._send(self._good_moment(self.now), 1))]
        if any(each.void or each.refused for batch in batches for each in batch):
            return batches
        # A little over the declared number makes most limiters refuse. Only where none does is the rest sent: it costs
        # several times the limit, and shows that there is none. Three refusals in a row, since requests in flight
        # together are decided in any order, and a single one may have overtaken others.
        for count in (limit + max(3, limit // 8), int(limit * (self.setting.factor - 1)) + 4):
            batches.append((yield from self._send(self.now, count, self.together, 3)))
            if any(each.refused or each.void for each in batches[-1]):
                break
        if sum(not each.refused for batch in batches for each in batch) > limit + 1:
            # More than declared: several counters may be behind it, and each of them is to be seen full.
            batches.append((yield from self._send(self.now, int(limit * self.setting.factor) + 4, self.together, 12)))
        return batches if batches[-1] else batches[:-1]

    def _good_moment(self, now: float) -> float:
        """A time for the burst that is far from the end of a window of the server's clock."""
        if not self.setting.waits:
            return now
        window = self.rule.window
        left = (self.boundary - now) % window / window
        least = min(max(0.3, self.lasts / window + NEAR), 1 - 2 * NEAR)
        most = min(max(0.75, least + NEAR), 1 - NEAR)
        return now if least <= left <= most else now + ((left - most) % 1) * window

    def _narrow(self) -> Steps:
        yield from self._test()
        while self.silences and self._excused:
            self.silences -= 1
            yield from self._begin_anew()
            yield from self._test()
        if self._lucky:
            yield from self._use_up_apart()
        if self.setting.kinds and self.outcome == "open" and self.space.state == "kept":
            yield from self._tell_apart()
        if self.outcome == "open" and self.space.state != "open":
            self.outcome = "decided"

    def _test(self) -> Steps:
        """Ask where the declaration is kept or not, until it is known or too much was asked."""
        most, window = self.asked + 3 * self.rule.limit + self.setting.spare, self.rule.window
        while (
            not self._blurred
            and self.outcome == "open"
            and self.space.state == "open"
            and self.now < self.ends
            and self.asked < most
        ):
            at = next_probe(self.space, self.timing, self.now)
            if at is not None and at > self.ends:
                break
            if self.thin >= 3 or at is None:
                # Fed drop by drop, different limiters look alike; after a rest they do not.
                rested = self.now + (0.6 if self.thin else 0.15) * window
                if rested > self.ends - LAST * window:
                    break
                yield from self._drain(rested)
                self.thin = 0
                continue
            answers = yield from self._send(at, 1)
            yield from self._learn(answers)
            admitted = bool(answers) and not answers[-1].refused
            # A second release at the predicted time makes a lucky phase of the server's own windows too unlikely.
            self.space.usual |= admitted and self.timing.releases > 0
            if admitted and self.setting.kinds and self.space.usual and self.space.state == "open" and not self._void:
                yield from self._tell_apart()
            if self._void or (admitted and self.now > self.ends - LAST * window):
                return
            if admitted and self.space.state == "open":
                yield from self._drain(self.now + self._gap)
                if self._void:
                    return

    @property
    def _excused(self) -> bool:
        """Whether the declaration may be kept only by a limiter that counts refused requests, and so many of ours."""
        patient = self.setting.windows > SILENT and not self._blurred
        open_yet = self.outcome == self.space.state == "open"
        return patient and open_yet and all(isinstance(each, OF_ALL) for each in self.space.keeping)

    @property
    def _lucky(self) -> bool:
        """Whether more than declared were admitted at once, and only a window that ended just then excuses it."""
        admitted = sum(not each.refused for each in self.space.opening)
        if not self.setting.confirms or admitted <= self.rule.limit + 1 or self._blurred:
            return False
        kept_yet = self.outcome == "open" and self.space.state in ("open", "kept")
        return kept_yet and all(isinstance(each, Aligned) for each in self.space.keeping)

    def _use_up_apart(self) -> Steps:
        """Use the limit up once more, far from where a window would have to end that ended within the burst."""
        burst = [each.sent for each in self.space.opening if not each.refused]
        middle, window = (burst[0] + burst[-1]) / 2, self.rule.window
        yield from self._drain(middle + (floor((self.now - middle) / window) + BETWEEN_ENDS) * window)
        self.ends = max(self.ends, self.now + LAST * window)
        yield from self._test()

    def _begin_anew(self) -> Steps:
        """One more request when such a limiter has forgotten what it refused; if it is admitted, the rest is used up.

        What comes then is asked of a limiter that was shut by few requests.
        """
        answers = yield from self._send(self.timing.refused + SILENT * self.rule.window, 1)
        yield from self._learn(answers)
        self.ends = max(self.ends, self.now + AFTER * self.rule.window)
        if answers and not answers[-1].refused and self.space.state == "open" and not self._void:
            yield from self._drain(self.now)

    @property
    def _gap(self) -> float:
        """How long to wait before a limit is used up again: then the first request is forgotten before the others.

        Otherwise a window and a log of such a burst look alike, and so does a block after it.
        """
        alike = {each.kind for each in self.space.keeping} & ALIKE
        return max(GAP * self.rule.window, 3.2 * self.timing.reach) if self.setting.kinds and len(alike) > 1 else 0.0

    def _tell_apart(self) -> Steps:
        """Ask where the kinds that are left would answer differently."""
        for _ in range(MORE):
            at = tell_kinds(self.space, self.timing, self.now)
            if at is None or at > max(self.space.start + APART * self.rule.window, self.now + GAP * self.rule.window):
                return
            at = max(at, self.now + 3 * self.space.history.slack)  # sooner, it might have been on its way before
            yield from self._learn((yield from self._send(at, 1)))
            if self._void or self.space.state not in ("kept", "open"):
                return

    @property
    def _void(self) -> bool:
        return self.outcome == "void"

    @property
    def _blurred(self) -> bool:
        """Whether answers take too long to distinguish one time in the window from another."""
        return self.space.blurred or self.timing.delay > BLURRED * self.rule.window

    def _drain(self, at: float) -> Steps:
        """Use up whatever fits, so that the next answer is informative again."""
        limit = self.rule.limit
        count = limit + max(3, limit // 8)
        if self.setting.pace:
            count = max(1, min(count, int((self.ends - self.now) / self.setting.pace)))
        # Fewer together than at first: what is in flight when the first is refused is sent in vain.
        answers = yield from self._send(at, count, min(self.together, FEW), 1)
        self.timing.releases += 1
        self.thin = self.thin + 1 if sum(not each.refused for each in answers) <= limit // 5 else 0
        yield from self._learn(answers)

    def _learn(self, answers: Sequence[Sample]) -> Steps:
        if any(each.void for each in answers):
            self.outcome = "void"
        elif answers:
            self.timing.learn(answers)
            self.space.feed(answers)
        return
        yield  # a step like the others, though it sends nothing
