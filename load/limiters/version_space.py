"""The version space: every hypothesis that the trace has not refuted, sorted into those that keep the declaration.

Declared is a limit and a window. The declaration is kept if only hypotheses with that limit and about that window are
left, whatever their kind; it is not kept if none of them is left and others are. Between the two it is open.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

import attrs

from load.limiters.feasible_region import LONGEST, SHORTEST, Point, around, cut, whole
from load.limiters.models import (
    LUCK,
    NEVER,
    Block,
    FromFirst,
    Hypothesis,
    Penalty,
    SlidingLog,
    SlidingLogOfAll,
    Spacing,
    TokenBucket,
)
from load.limiters.rule import Rule
from load.limiters.stepped import FINER, PARTS, Segmented, SteppedBucket, steps_of
from load.limiters.trace import History, Sample, Ticks
from load.limiters.whole_tokens import WholeTokens
from load.limiters.windowed_models import Aligned, Phased, RestartingCounter, SlidingCounter, SlidingCounterOfAll

ROUNDING = (0.0003, 0.012)
"""Shares of the window by which a server's clock may round: nearly exact, and (if nothing fits) to whole seconds."""

EDGE = 1e-6
"""Seconds that keep a time from being thought of as both before and after an answer."""
WHOLE = 1.0
"""Seconds that the clock of many a limiter counts in."""
FORCED = 0.03
"""Share of a window within which it would need luck that a window of the server's own ends."""
AROUND = 1.15
"""How far from the declared window those are that a coarser server is thought to have, since others are no excuse."""
MANY = 30
"""Readings from which on those that have become the same are merged."""
CROWD = 250
"""Readings from which on those of counters that differ little are taken together."""
MOST = 1500
"""Readings of one trace that are followed at most."""

State = Literal["kept", "not kept", "open", "inconsistent"]


@attrs.frozen
class Guess:
    """A window (and phase) that a hypothesis allows; `weight` makes all hypotheses count alike."""

    hypothesis: Hypothesis
    point: Point
    weight: float
    history: History


def hypotheses(limit: int, shortest: float, longest: float, begun: float) -> list[Hypothesis]:
    """Every kind with this limit, nothing known of its window yet.

    `begun`: when the second answer had come, if that was soon. That a window of the server's own ended just then is
    left out: it would need luck, and it would make every trace ambiguous.
    """
    region = whole(shortest, longest, begun)
    return [
        Aligned(limit, region),
        FromFirst(limit, shortest, longest),
        Block(limit, shortest, longest),
        SlidingLog(limit, shortest, longest),
        SlidingLogOfAll(limit, shortest, longest),
        SlidingCounter(limit, region),
        SlidingCounter(limit, region, rounds=1.0),
        TokenBucket(limit, shortest, longest),
        Spacing(limit, shortest, longest),
    ]


def by_ticks(limit: int, shortest: float, longest: float) -> list[Hypothesis]:
    """The kinds whose windows a clock that counts in steps makes look shorter or longer than they are."""
    kinds = (FromFirst, Block, SlidingLog, SlidingLogOfAll, TokenBucket, WholeTokens)
    return [kind(limit, shortest, longest) for kind in kinds]


@attrs.define
class Space:
    """Hypotheses against one trace, which begins with an idle credential.

    `clock`: how far the server's is ahead of that of this machine. If all fits only limiters that do not keep the
    declaration, others are thought of: such as count in whole seconds, or in whole tokens (`doubts`).
    """

    rule: Rule
    start: float
    clock: Ticks = attrs.field(factory=lambda: Ticks(WHOLE))
    batches: list[list[Sample]] = attrs.field(factory=list)
    history: History = attrs.field(factory=History)
    alive: list[Hypothesis] = attrs.field(factory=list)
    rounded: bool = False
    """Whether the trace is understood only if the server's clock rounds."""
    blurred: bool = False
    """Whether answers took so long, compared with the window, that the trace can be read in too many ways."""
    doubts: list[Doubt] | None = None
    usual: bool = False
    """Whether windows of the server's own that would have to end just when ours do are left out."""

    def begin(self, batches: Iterable[Sequence[Sample]]) -> None:
        """Take the opening of a trace, up to its first refusals, and think of every limit it may show."""
        self.batches = [list(each) for each in batches]
        self._replay(ROUNDING[0])
        self._doubt()

    def feed(self, batch: Sequence[Sample]) -> None:
        """Take more answers, all awaited before anything else is sent."""
        if self.blurred:
            return
        self.batches.append(list(batch))
        self._follow(batch)
        if not self.alive and not self.rounded:
            self.rounded = True
            self._replay(ROUNDING[1])
        for each in self.doubts or ():
            each.follow(batch, self.start)
        self._give_up()
        self._doubt()

    def _doubt(self) -> None:
        """Before the declaration counts as not kept, think of what a coarser server would have done."""
        first = sum(not each.refused for each in self.opening)
        if self.doubts is None and self._own_state in ("not kept", "inconsistent") and first >= self.rule.limit - 1:
            clocks = [self.clock] * (first >= self.rule.limit) + [None] * (first <= self.rule.limit)
            self.doubts = [Doubt.of(self.rule, clock) for clock in clocks]
            for batch in self.batches:
                for each in self.doubts:
                    each.follow(batch, self.start)
            self._give_up()

    def _give_up(self) -> None:
        """A doubt that can be read in too many ways leaves all open, unless one window explains all without it."""
        lengths = [each.windows() for each in self.alive]
        certain = bool(lengths) and max(high for _, high in lengths) < AROUND * min(low for low, _ in lengths)
        for each in self.doubts or ():
            if each.blurred and certain:
                each.alive, each.blurred = [], False
            self.blurred |= each.blurred

    def _replay(self, rounding: float) -> None:
        # From the first answer on: what a finer clock has refuted may be possible with a coarser one.
        self.history = History(slack=rounding * self.rule.window)
        window = self.rule.window
        second = sorted(each.received for each in self.opening)[:2][-1] - self.start
        begun = second + self.history.slack + EDGE if second < LUCK * window else 0.0
        self.alive = [
            each
            for limit in self._limits()
            for each in hypotheses(limit, SHORTEST * window, LONGEST * window, begun)
            if limit == self.rule.limit or not isinstance(each, Spacing)  # only window ÷ limit shows
        ]
        for batch in self.batches:
            if not self.blurred:
                self._follow(batch)

    def _limits(self) -> list[int]:
        """Limits that the opening may show: what was admitted at first, give or take one."""
        # One less where a window ended, or a token came back, during the burst; one more where somebody else's request
        # was counted too.
        first = sum(not each.refused for each in self.opening)
        near = range(first - 1, first + 2)
        return sorted({self.rule.limit, *(each for each in near if each > 0)})

    @property
    def opening(self) -> list[Sample]:
        """The answers before the first refusal, and the batch it came in."""
        found: list[Sample] = []
        for batch in self.batches:
            found += batch
            if any(each.refused for each in batch):
                break
        return found

    def _follow(self, batch: Sequence[Sample]) -> None:
        self.alive = followed(self.alive, self.history, batch, self.start)
        self.blurred = len(self.alive) > MOST

    @property
    def state(self) -> State:
        """What the survivors say of the declaration."""
        return "open" if self.blurred else _state(self.survivors, self.rule, usual=self.usual)

    @property
    def _own_state(self) -> State:
        return "open" if self.blurred else _state(self.alive, self.rule)

    @property
    def survivors(self) -> list[Hypothesis]:
        """What the trace has not refuted."""
        return [each for each, _ in self._read()]

    def _read(self) -> Iterator[tuple[Hypothesis, History]]:
        """Everything that is possible, each with the trace as its clock reads it."""
        yield from ((each, self.history) for each in self.alive)
        for doubt in self.doubts or ():
            yield from ((each, doubt.history) for each in doubt.alive)

    @property
    def keeping(self) -> list[Hypothesis]:
        """Survivors that keep the declaration, at least with some of their windows."""
        return [each for each in self.survivors if keeps(each, self.rule)]

    def guesses(self) -> tuple[list[Guess], list[Guess]]:
        """Samples of what is possible: those that keep the declaration, and the others."""
        good: list[Guess] = []
        bad: list[Guess] = []
        edge = self.rule.window * 1e-6  # the bounds of what is tolerated belong to those that keep the declaration
        for each, history in self._read():
            if each.per(self.rule.limit) is None:
                bad += _guesses(each, history, 0.0, float("inf"))
                continue
            part = each.limit / self.rule.limit  # of a small bucket, what fills it is as much shorter
            good += _guesses(each, history, self.rule.shortest * part, self.rule.longest * part)
            bad += _guesses(each, history, 0.0, self.rule.shortest * part - edge)
            bad += _guesses(each, history, self.rule.longest * part + edge, float("inf"))
        return good, bad

    def nominal(self, boundary: float) -> list[Guess]:
        """For each survivor, the declaration to the letter, windows ending at `boundary` of the server's clock."""
        found: list[Guess] = []
        for each, history in self._read():
            if each.per(self.rule.limit) is None:
                continue
            window = self.rule.window * each.limit / self.rule.limit
            if isinstance(each, Phased):
                phase = (boundary - self.start) % window
                if _inside(each, window, phase):
                    found.append(Guess(each, (window, phase), 1.0, history))
            elif each.windows()[0] <= window <= each.windows()[1]:
                found.append(Guess(each, (window, 0.0), 1.0, history))
        return found

    def opens(self, guess: Guess) -> float:
        """When the next request is admitted if a guess is right (the clock of this machine)."""
        clock = guess.history.clock
        found = self.start + guess.hypothesis.opens(guess.point, guess.history)
        return clock.next(found) if clock and found > -NEVER else found


@attrs.define
class Doubt:
    """Limiters that keep the declaration with a coarser clock or count, against the same trace."""

    history: History
    alive: list[Hypothesis]
    blurred: bool = False

    @classmethod
    def of(cls, rule: Rule, clock: Ticks | None) -> Doubt:
        """Those of a clock that counts in steps; with None what else limiters do on purpose."""
        shortest, longest = rule.window / AROUND, rule.window * AROUND
        if clock is None:
            region = whole(shortest, longest, 0.0)
            counters = [
                kind(rule.limit, region, rounds=rounds)
                for kind in (SlidingCounterOfAll, RestartingCounter)
                for rounds in (0.0, 1.0)
            ]
            stepped = [
                kind(rule.limit, steps_of(shortest, longest, parts), parts)
                for kind, numbers in ((SteppedBucket, (*PARTS, *FINER)), (Segmented, PARTS))
                for parts in numbers
            ]
            others = (WholeTokens(rule.limit, shortest, longest), Penalty(rule.limit, shortest, longest))
            half = SlidingCounter(rule.limit, region, rounds=0.5)
            return cls(History(ROUNDING[0] * rule.window), [*others, half, *counters, *stepped])
        counts = rule.window >= 2 * clock.grain and abs(rule.window / clock.grain % 1) < EDGE
        return cls(History(clock=clock), by_ticks(rule.limit, shortest, longest) if counts else [])

    def follow(self, batch: Sequence[Sample], start: float) -> None:
        """Take more answers."""
        self.alive = followed(self.alive, self.history, batch, start)
        self.blurred = len(self.alive) > MOST


def followed(alive: list[Hypothesis], history: History, batch: Sequence[Sample], start: float) -> list[Hypothesis]:
    """What becomes of hypotheses after more answers; as soon as they are too many, no more of the answers are read."""
    for step in history.add(batch, start):
        alive = [after for before in alive for after in before.follow(step, history)]
        if len(alive) > MANY:
            # Readings that split over where a boundary lay often meet again a few answers later.
            alive = list(dict.fromkeys(alive))
        if len(alive) > CROWD:
            alive = _merged(alive)
        if len(alive) > MOST:
            break
    return alive


def _merged(alive: list[Hypothesis]) -> list[Hypothesis]:
    """Readings that differ only in where a boundary lies as one, with a region around theirs: nothing true is lost."""
    groups: dict[SlidingCounter, list[Point]] = {}
    others: list[Hypothesis] = []
    for each in alive:
        if isinstance(each, SlidingCounter):
            groups.setdefault(attrs.evolve(each, region=()), []).extend(each.region)
        else:
            others.append(each)
    return [*others, *(attrs.evolve(each, region=around(points)) for each, points in groups.items())]


def keeps(each: Hypothesis, rule: Rule) -> bool:
    """Whether a hypothesis keeps a declaration, at least with some of its windows."""
    span = each.per(rule.limit)
    return span is not None and span[0] <= rule.longest and span[1] >= rule.shortest


def _breaks(each: Hypothesis, rule: Rule) -> bool:
    span = each.per(rule.limit)
    return span is None or span[0] < rule.shortest or span[1] > rule.longest


def without_luck(alive: list[Hypothesis], rule: Rule) -> list[Hypothesis]:
    """Without windows of the server's own that would have to end, by luck, just when a window of our requests does."""
    # Fixed windows with a phase of their own can explain almost any trace if the phase may be chosen afterwards. They
    # are left out only where another kind explains it without such a choice.
    usual = [each for each in alive if not (isinstance(each, Aligned) and each.unsure < FORCED * rule.window)]
    return usual if any(not isinstance(each, Phased) and keeps(each, rule) for each in usual) else alive


def _state(alive: list[Hypothesis], rule: Rule, *, usual: bool = False) -> State:
    alive = without_luck(alive, rule) if usual else alive
    if not alive:
        return "inconsistent"
    good = any(keeps(each, rule) for each in alive)
    return "kept" if good and not any(_breaks(each, rule) for each in alive) else "open" if good else "not kept"


def _guesses(each: Hypothesis, history: History, shortest: float, longest: float) -> list[Guess]:
    points = each.points(shortest, longest)
    return [Guess(each, point, 1 / len(points), history) for point in points]


def _inside(each: Phased, window: float, phase: float, near: float = 0.01) -> bool:
    """Whether a window and a phase, give or take a hundredth, are among those that fit."""
    reach = near * window
    part = cut(cut(each.region, 1, 0, window + reach / 4), -1, 0, reach / 4 - window)
    return bool(cut(cut(part, 0, 1, phase + reach), 0, -1, reach - phase)) if part else False
