"""Callers that share the tokens of one managed user, and the drill: what the users of the scenario `tokens` do."""

from __future__ import annotations

import time
from collections.abc import Callable

import attrs
import gevent
from gevent.event import Event as Signal
from gevent.pool import Group

from contracts.core.conversation import Outcome, carry
from contracts.core.exchange import Exchange, Request
from contracts.core.retry_after import retry_after
from contracts.request.api import RequestFactory
from contracts.request.credentials import PREFIX
from contracts.steps.fixtures import Made
from contracts.steps.tokens.expiry import access_seconds_left
from contracts.steps.tokens.pairs import Pair, call_with, issue, pair_of, refresh_request, rules
from contracts.transport.token_client import Join, Refused, Reply, Step, TokenClient, Tokens, Use
from load.runtime.run import LoadRun, Send
from load.scenarios.tokens import events
from load.scenarios.tokens.events import Event
from load.scenarios.tokens.settings import WINDOWS
from load.scenarios.tokens.timetable import policy


@attrs.define(eq=False)
class Holder:
    """One managed user of one stint: the client its callers share, and how to send requests in its name."""

    run: LoadRun
    stint: int
    user: int
    name: str
    api: RequestFactory
    conversation: int
    note: Callable[[Event], None]
    client: TokenClient = attrs.field(init=False)
    question: Request | None = None
    """A plain request, sent with an access token."""
    made: Made | None = None

    def __attrs_post_init__(self) -> None:
        self.client = TokenClient(time.time, policy(self.name))

    def call(self, number: int, due: float, send: Send) -> None:
        """One call of one caller."""
        carry(self.client.call(), lambda step: self._done(step, number, due, send))

    def _done(self, step: Step, number: int, due: float, send: Send) -> Reply:
        if isinstance(step, Join):
            landed = Signal()
            step.flight.when_over(landed.set)
            landed.wait()
            return None
        if isinstance(step, Use):
            kind = events.AGAIN if step.again else events.CALL
            return self.use(kind, step.access, number, due, send).status
        if step.refresh is None:
            return self.first(send)
        return self.renew(events.AHEAD if step.ahead else events.RENEW, step.refresh, send, number, due)

    def use(self, kind: str, access: str, number: int, due: float, send: Send) -> Exchange:
        """The plain request with an access token."""
        assert self.question is not None
        exchange = self.run.ask(with_token(self.api, self.question, access), send, self.conversation)
        self.note(Event(kind, self.stint, self.user, number, due, access, exchange))
        return exchange

    def first(self, send: Send) -> Tokens | Refused:
        """A user of its own, and the first pair."""
        try:
            pair, self.made = self.run.carry(issue(self.api), send, self.conversation)
            if self.question is None:
                asked = self.run.carry(call_with(self.api, pair.access), send, self.conversation)
                self.question = asked.request
        except Outcome:
            return Refused(0)
        return self._noted(events.ISSUE, pair, "", 0, pair.answer.sent)

    def renew(self, kind: str, refresh: str, send: Send, number: int = 0, due: float | None = None) -> Tokens | Refused:
        """Trade a refresh token."""
        request = attrs.evolve(refresh_request(self.api, refresh), expects_429=True)
        exchange = self.run.ask(request, send, self.conversation)
        due = exchange.sent if due is None else due
        try:
            return self._noted(kind, pair_of(self.api, exchange), refresh, number, due)
        except Outcome:
            self.note(Event(kind, self.stint, self.user, number, due, refresh, exchange))
            return Refused(exchange.status, retry_after(exchange))

    def _noted(self, kind: str, pair: Pair, token: str, number: int, due: float) -> Tokens:
        left = access_seconds_left(rules(self.api), pair)
        until = None if left is None else pair.answer.received + left - self.run.clock.offset
        self.note(
            Event(kind, self.stint, self.user, number, due, token, pair.answer, pair.access, until)
        )  # fmt: skip
        return Tokens(pair.access, pair.refresh, until)


def with_token(api: RequestFactory, question: Request, access: str) -> Request:
    """An earlier request, with another access token."""
    scheme = rules(api).access.scheme
    assert scheme is not None
    others = tuple(pair for pair in question.headers if pair[0].lower() != scheme.parameter.lower())
    return attrs.evolve(question, headers=((scheme.parameter, f"{PREFIX.get(scheme.kind, '')}{access}"), *others))


@attrs.define(eq=False)
class Drill:
    """What need not wait for an expiry: a race, another user's token, a forced refresh, a refusal for the number."""

    holders: tuple[Holder, Holder]
    send: Callable[[], Send]
    together: int
    """How many present one token at the same moment."""
    rest: float
    """Seconds to leave refreshes alone before it begins, so that their limit is free."""
    window: float
    """Seconds of the window in which refreshes are limited."""

    def work(self) -> None:
        """All of it, one after the other."""
        one, other = self.holders
        send = self.send()
        for each in self.holders:
            if each.client.tokens is None:
                came = each.first(send)
                if isinstance(came, Refused):
                    return
                each.client.hold(came)
        gevent.sleep(self.rest)
        self.race(one)
        self._used_at_once(one, send)
        self._other(other, send)
        self._forced(other, send)
        if WINDOWS[0] <= self.window <= WINDOWS[1]:
            self._refused(other, send)

    def race(self, holder: Holder) -> None:
        """One refresh token presented many times at once, each time over a connection of its own."""
        assert holder.client.tokens is not None
        refresh = holder.client.tokens.refresh
        ways = [self.send() for _ in range(self.together)]
        group, came = Group(), list[Tokens | Refused]()
        for way in ways:
            group.spawn(lambda way=way: came.append(holder.renew(events.RACE, refresh, way)))
        group.join()
        for each in came:
            if isinstance(each, Tokens):
                holder.client.hold(each)

    def _used_at_once(self, holder: Holder, send: Send) -> None:
        if holder.client.tokens is not None:
            holder.use(events.CALL, holder.client.tokens.access, 0, time.time(), send)

    def _other(self, holder: Holder, send: Send) -> None:
        """The other user's token is as good as before."""
        assert holder.client.tokens is not None
        came = holder.renew(events.OTHER, holder.client.tokens.refresh, send)
        if isinstance(came, Tokens):
            holder.client.hold(came)
            self._used_at_once(holder, send)

    def _forced(self, holder: Holder, send: Send) -> None:
        """The other user's token from before a forced refresh is presented after it."""
        force, tokens = rules(holder.api).force, holder.client.tokens
        if force is None or tokens is None or holder.made is None:
            return
        request = holder.api.ask(force, path=holder.made.values, expects_429=True)
        answer = holder.run.ask(request, send, holder.conversation)
        if answer.ok:
            pair = pair_of(holder.api, answer)
            holder.note(Event(events.FORCE, holder.stint, holder.user, 0, answer.sent, "", answer, pair.access))
            holder.client.hold(Tokens(pair.access, pair.refresh))
            holder.renew(events.OLD, tokens.refresh, send)

    def _refused(self, holder: Holder, send: Send) -> None:
        """Use the limit up with tokens of nobody, present a good one, and once more when the limit admits again."""
        tokens = holder.client.tokens
        if tokens is None:
            return
        gevent.sleep(self.window * 1.1)
        for _ in range(3 * self.together + 12):
            came = holder.renew("nobody", "nobody", send)
            if isinstance(came, Refused) and came.status == 429:
                holder.renew(events.FLOOD, tokens.refresh, send)
                gevent.sleep(self.window * 1.1)
                holder.renew(events.LATER, tokens.refresh, send)
                return
