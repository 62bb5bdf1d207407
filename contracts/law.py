"""The law: a conversation with a deployment, written as a plain generator.

A law yields what it wants to know and receives exchanges. It does no I/O, never sleeps and never reads a clock, so that
the same function is driven live, by Hypothesis, under load, and from recorded evidence.

    @law(family="pagination", on=lists)
    def past_the_end_is_empty(api):
        '''A page past the end of a list is an empty 200.'''
        ...

Returning means upheld. The exceptions below say everything else.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Generator, Iterable, Sequence
from typing import TYPE_CHECKING, Any

import attrs
from hypothesis.strategies import SearchStrategy

from contracts.exchange import Exchange, Request
from specs.contract import Contract, Operation

if TYPE_CHECKING:
    from contracts.api import Api
    from contracts.deployment import Deployment

DEPTHS = ("quick", "standard", "deep")

UPHELD, BROKEN, OBSERVED = "upheld", "broken", "observed"
NOT_OBSERVABLE, BLOCKED, NOT_ASKED, KNOWN = "not observable", "blocked", "not asked", "known"
VERDICTS = (UPHELD, BROKEN, OBSERVED, NOT_OBSERVABLE, BLOCKED, NOT_ASKED, KNOWN)


class Outcome(Exception):  # noqa: N818 - an outcome is no error of ours
    """How a conversation ended, other than upheld."""

    verdict = BLOCKED

    @property
    def reason(self) -> str:
        return str(self)


class Broken(Outcome):
    """The promise was seen broken: what was expected, and what the deployment did."""

    verdict = BROKEN

    def __init__(
        self, expected: str, actual: str, shown: Iterable[Exchange] = (), others: Iterable[tuple[str, str]] = ()
    ) -> None:
        """`shown`: the exchanges that prove it, where a conversation had others besides.

        `others`: what else it showed broken, as expected and actual.
        """
        super().__init__(f"expected {expected}, got {actual}")
        self.expected = expected
        self.actual = actual
        self.shown = tuple(exchange.seq for exchange in shown)
        self.others = tuple(others)


class Observed(Outcome):
    """The document leaves this open; here is what the deployment does."""

    verdict = OBSERVED


class NotObservable(Outcome):
    """The promise cannot be shown kept or broken from outside, with the reason."""

    verdict = NOT_OBSERVABLE


class Blocked(Outcome):
    """A precondition failed or the transport did: nothing was learnt about the promise."""

    verdict = BLOCKED


class Void(Blocked):
    """An answer that says nothing about the promise: a 429 nobody expected, a timeout, a dead credential."""


@attrs.frozen
class Together:
    """Several requests sent at the same moment; answered with their exchanges in the same order."""

    requests: tuple[Request, ...]

    @classmethod
    def of(cls, requests: Iterable[Request]) -> Together:
        return cls(tuple(requests))


@attrs.frozen
class Wait:
    """Let this many seconds of the deployment's time pass (a scaled deployment's clock runs faster)."""

    seconds: float


@attrs.frozen
class Draw:
    """A value from a Hypothesis strategy; it must be plain JSON data so that evidence can repeat it.

    The simplest value of the strategy is drawn first, so put the most telling one first.
    """

    strategy: SearchStrategy[Any]


@attrs.frozen
class Token:
    """The access token that a principal of the suite's own making holds; answered with its text, secret part hidden.

    `first`: the one it got first, however old that is by now.
    """

    principal: str
    first: bool = False


Command = Request | Together | Wait | Draw | Token
Reply = Any
Conversation = Generator[Command, Reply, None]
Steps = Generator[Command, Reply, Any]
"""A part of a conversation, used with `yield from`."""

Asker = Callable[..., Conversation]
Selector = Callable[[Contract], Iterable[Operation]]
Cases = Callable[["Api", str], Sequence[Any]]


@attrs.frozen
class Law:
    """What is promised, how it is asked, and on which operations.

    `writes`: creates or changes data. `race`: one sighting proves it, since it needs luck to be seen.
    `each`: the inputs, one conversation per input. `examples`: how often a law that draws is asked, per depth.
    `rival`: needs a second tenant. `alone`: nothing else may touch this part of the deployment meanwhile.
    `stateful`: its steps are chosen one by one, by a state machine, where others that draw have their inputs drawn.
    `last`: asked when all others have been, since it uses up what they need.
    `roomy`: where its list has several places (one per parent), it looks at one with enough items in it.
    `tenants`: asked as a principal of every tenant, from depth standard on; further tenants as at depth quick.
    `nowhere`: it finds its own place, or needs none, so nothing is looked up or made for it beforehand.
    `waits`: seconds that it only waits, told beforehand.
    `kinds`: kinds of the promises it judges, looked up at the operation.
    """

    family: str
    name: str
    title: str
    text: str
    ask: Asker
    on: Selector
    kinds: tuple[str, ...]
    writes: bool = False
    race: bool = False
    rival: bool = False
    alone: bool = False
    last: bool = False
    stateful: bool = False
    each: Cases | None = None
    examples: tuple[int, int, int] = (0, 0, 0)
    depth: str = "quick"
    nowhere: bool = False
    roomy: bool = False
    tenants: bool = False
    waits: Callable[[Contract, Deployment, str], float] | None = None

    @property
    def id(self) -> str:
        return f"{self.family}/{self.name}"

    def cost(self, depth: str) -> int:
        """About how many requests of its own operation one line of this law sends: for estimates only."""
        times = self.examples[DEPTHS.index(depth)] or 1
        return times if self.each is None else (2, 5, 25)[DEPTHS.index(depth)]

    def runs_at(self, depth: str) -> bool:
        return DEPTHS.index(depth) >= DEPTHS.index(self.depth)


LAWS: dict[str, Law] = {}


def law(*, family: str, on: Selector, kinds: Sequence[str], **options: Any) -> Callable[[Asker], Asker]:
    """Register a conversation as a law. Its id is made of the family and the function's name and never reused."""

    def register(ask: Asker) -> Asker:
        text = inspect.cleandoc(ask.__doc__ or "")
        made = Law(
            family=family,
            name=ask.__name__.replace("_", "-"),
            title=text.partition("\n")[0],
            text=text,
            ask=ask,
            on=on,
            kinds=tuple(kinds),
            **options,
        )
        if not text or made.id in LAWS:
            raise ValueError(f"law {made.id}: needs a docstring and an id of its own")
        LAWS[made.id] = made
        return ask

    return register


@attrs.frozen
class Ending:
    """How one conversation ended: the verdict with its words, and the exchanges that led there."""

    verdict: str
    expected: str | None = None
    actual: str | None = None
    reason: str | None = None
    exchanges: tuple[int, ...] = ()
    others: tuple[tuple[str, str], ...] = ()


class Talk:
    """One conversation in progress, free of any I/O: a driver answers `command` until `ending` is set.

    An outcome raised by the law ends it; so does one the driver throws in its place.
    """

    def __init__(self, conversation: Conversation) -> None:
        self._conversation = conversation
        self._seen: list[int] = []
        self.command: Command | None = None
        self.ending: Ending | None = None
        self.thrown = False
        self._advance(lambda: next(conversation))

    def reply(self, answer: Reply) -> None:
        """Hand the law what it asked for and run it to its next question."""
        for exchange in answer if isinstance(answer, list) else [answer]:
            if isinstance(exchange, Exchange):
                self._seen.append(exchange.seq)
        self._advance(lambda: self._conversation.send(answer))

    def give_up(self, outcome: Outcome) -> None:
        """End the conversation from outside: its question cannot be answered."""
        self.thrown = True
        self._conversation.close()
        self._end(outcome)

    def _advance(self, step: Callable[[], Command]) -> None:
        self.command = None
        try:
            self.command = step()
        except StopIteration:
            self.ending = Ending(UPHELD, exchanges=tuple(self._seen))
        except Outcome as outcome:
            self._end(outcome)
        except Exception as error:  # a shape no law foresaw must not end the run
            self._end(Blocked(f"the answer could not be understood ({type(error).__name__}: {error})"))

    def _end(self, outcome: Outcome) -> None:
        self.command = None
        expected, actual = (outcome.expected, outcome.actual) if isinstance(outcome, Broken) else (None, None)
        reason = None if isinstance(outcome, Broken) else outcome.reason
        shown = (isinstance(outcome, Broken) and outcome.shown) or tuple(self._seen)
        others = outcome.others if isinstance(outcome, Broken) else ()
        self.ending = Ending(outcome.verdict, expected, actual, reason, shown, others)
