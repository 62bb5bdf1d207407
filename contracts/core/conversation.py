"""A conversation with a deployment: what it may yield, how it may end, and what any driver runs it with."""

from __future__ import annotations

import contextlib
from collections.abc import Awaitable, Callable, Generator, Iterable
from typing import TYPE_CHECKING, Any, TypeVar, cast

import attrs

from contracts.core.exchange import Exchange, Request
from contracts.core.failures import plain
from contracts.core.verdicts import BLOCKED, BROKEN, NOT_ASKED, NOT_OBSERVABLE, OBSERVED, UPHELD

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy


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


class NotAsked(NotObservable):
    """What would have to be asked is not allowed here: it could change what this run has not made."""

    verdict = NOT_ASKED


class Blocked(Outcome):
    """A precondition failed or the transport did: nothing was learnt about the promise."""

    verdict = BLOCKED


class Void(Blocked):
    """An answer that says nothing about the promise: a 429 nobody expected, a timeout, a dead credential."""


class Unheard(Void):
    """No answer came that says anything, by chance perhaps: the conversation may be held once more."""


@attrs.frozen
class Concurrently:
    """Several requests sent at the same moment; answered with their exchanges in the same order.

    `gap`: seconds between one and the next, where they are to arrive shortly after one another.
    """

    requests: tuple[Request, ...]
    gap: float = 0.0

    @classmethod
    def of(cls, requests: Iterable[Request], gap: float = 0.0) -> Concurrently:
        return cls(tuple(requests), gap)


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


@attrs.frozen
class Supplied:
    """A token of the deployment file, by its name there; answered with its text, hidden.

    It may be spent by being presented: it is given out once, and NotObservable whenever it was presented before.
    """

    name: str


Asked = TypeVar("Asked")
Given = TypeVar("Given")


Command = Request | Concurrently | Wait | Draw | Token | Supplied


Reply = Any


Conversation = Generator[Command, Reply, None]


Steps = Generator[Command, Reply, Any]
"""A part of a conversation, used with `yield from`."""


def exchanges_in(answer: Reply) -> list[Exchange]:
    """The exchanges of an answer: one, several where requests were sent together, none for other commands."""
    if isinstance(answer, Exchange):
        return [answer]
    return [each for each in answer if isinstance(each, Exchange)] if isinstance(answer, list) else []


def carry(steps: Generator[Asked, Any, Given], answer: Callable[[Asked], Any]) -> Given:
    """Carry out a part of a conversation and give what it returns. An Outcome that `answer` raises ends it."""
    reply: Any = None
    with contextlib.closing(steps):
        while True:
            try:
                command = steps.send(reply)
            except StopIteration as ended:
                return cast(Given, ended.value)
            reply = answer(command)


async def carry_async(steps: Generator[Asked, Any, Given], answer: Callable[[Asked], Awaitable[Any]]) -> Given:
    """The same for an `answer` that has to be awaited."""
    reply: Any = None
    with contextlib.closing(steps):
        while True:
            try:
                command = steps.send(reply)
            except StopIteration as ended:
                return cast(Given, ended.value)
            reply = await answer(command)


def tee(
    steps: Steps, heard: Callable[[Exchange], None], asked: Callable[[Command], Command] = lambda command: command
) -> Steps:
    """The same steps, every exchange they get passed to `heard` too; `asked` may change the requests."""
    reply: Reply = None
    with contextlib.closing(steps):
        while True:
            try:
                command = steps.send(reply)
            except StopIteration as ended:
                return ended.value
            reply = yield asked(command)
            for exchange in exchanges_in(reply):
                heard(exchange)


@attrs.frozen
class Result:
    """How one conversation ended: the verdict with its words, and the exchanges that led there."""

    verdict: str
    expected: str | None = None
    actual: str | None = None
    reason: str | None = None
    exchanges: tuple[int, ...] = ()
    others: tuple[tuple[str, str], ...] = ()
    unheard: bool = False
    """Whether it ended because an answer was lost (see `Unheard`)."""
    heard: tuple[int, ...] = ()
    """All exchanges it has had, where `exchanges` are those that show how it ended."""


class RunningConversation:
    """One conversation in progress, free of any I/O: a driver answers `command` until `ending` is set.

    An outcome raised by the law ends it; so does one that a driver raises in place of an answer.
    """

    def __init__(self, conversation: Conversation) -> None:
        self._conversation = conversation
        self._seen: list[int] = []
        self.command: Command | None = None
        self.ending: Result | None = None
        self.thrown = False
        self.puzzled = False
        """Whether the law could not read what it was given."""
        self._advance(lambda: next(conversation))

    def drive(self, answer: Callable[[Command], Reply], *, until: type[Command] | None = None) -> None:
        """Answer every command by `answer`, which may raise Outcome, to the ending.

        `until`: or to the first command of this type, which is left to whoever drives it.
        """
        while (command := self.command) is not None and not (until and isinstance(command, until)):
            try:
                result = answer(command)
            except Outcome as outcome:
                self.give_up(outcome)
            else:
                self.reply(result)

    async def drive_async(self, answer: Callable[[Command], Awaitable[Reply]]) -> None:
        """The same for an `answer` that has to be awaited."""
        while (command := self.command) is not None:
            try:
                result = await answer(command)
            except Outcome as outcome:
                self.give_up(outcome)
            else:
                self.reply(result)

    def reply(self, answer: Reply) -> None:
        """Hand the law the result of its command and run it to its next one."""
        self._seen += [exchange.seq for exchange in exchanges_in(answer)]
        self._advance(lambda: self._conversation.send(answer))

    def give_up(self, outcome: Outcome) -> None:
        """End the conversation from outside: its command cannot be carried out."""
        self.thrown = True
        self._conversation.close()
        self._end(outcome)

    def _advance(self, step: Callable[[], Command]) -> None:
        self.command = None
        try:
            self.command = step()
        except StopIteration as ended:
            self.ending = Result(UPHELD, reason=ended.value, exchanges=tuple(self._seen), heard=tuple(self._seen))
        except Outcome as outcome:
            self._end(outcome)
        except Exception as error:  # a shape no law foresaw must not end the run
            self.puzzled = True
            self._end(Blocked(f"the answer could not be understood ({plain(error)})"))

    def _end(self, outcome: Outcome) -> None:
        self.command = None
        expected, actual = (outcome.expected, outcome.actual) if isinstance(outcome, Broken) else (None, None)
        reason = None if isinstance(outcome, Broken) else outcome.reason
        shown = (isinstance(outcome, Broken) and outcome.shown) or tuple(self._seen)
        others = outcome.others if isinstance(outcome, Broken) else ()
        lost = isinstance(outcome, Unheard)
        self.ending = Result(outcome.verdict, expected, actual, reason, shown, others, lost, tuple(self._seen))
