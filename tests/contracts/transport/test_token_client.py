"""The token client, driven step by step by a simulated server with a clock of its own."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

import attrs
import pytest

from contracts.transport.token_client import (
    POLICIES,
    PROACTIVE,
    REACTIVE,
    SINGLE_FLIGHT,
    STAMPEDE,
    Join,
    Refused,
    Renew,
    TokenClient,
    Tokens,
    Use,
)

LIFE = 3.0


@attrs.define
class Server:
    """Rotates: a refresh token works once. Answers take 20 to 120 milliseconds."""

    now: float = 0.0
    random: Random = attrs.field(factory=lambda: Random(2))
    trades: int = 0
    tried: int = 0
    refused: int = 0
    alive: dict[str, float] = attrs.field(factory=dict)
    spent: set[str] = attrs.field(factory=set)
    limited: bool = False

    def issue(self) -> Tokens:
        self.trades += 1
        name = f"a{self.trades}"
        self.alive[name] = self.now + LIFE
        return Tokens(name, f"r{self.trades}", self.now + LIFE)

    def answer(self, step: Any) -> Any:
        if isinstance(step, Use):
            good = self.alive.get(step.access, 0) > self.now
            self.refused += not good
            return 200 if good else 401
        assert isinstance(step, Renew)
        self.tried += 1
        if self.limited:
            return Refused(429, 2.0)
        if step.refresh in self.spent:
            return Refused(401)
        self.spent.add(step.refresh or "")
        return self.issue()


def simulate(
    policy: Any, callers: int = 20, until: float = 10.0, server: Server | None = None
) -> tuple[list[int], Server]:
    """Callers that call four times a second each, steps interleaved by time; the statuses of all calls."""
    server = server or Server()
    client = TokenClient(lambda: server.now, policy, server.issue(), Random(1))
    statuses: list[int] = []
    waiting: list[tuple[float, int, Callable[[], None]]] = []
    count = iter(range(10**9))

    def at(moment: float, action: Callable[[], None]) -> None:
        waiting.append((moment, next(count), action))

    def begin(start: float) -> None:
        flow = client.call()
        advance(flow, None)
        if start + 0.25 < until:
            at(start + 0.25, lambda: begin(start + 0.25))

    def advance(flow: Any, reply: Any) -> None:
        try:
            step = flow.send(reply)
        except StopIteration as ended:
            statuses.append(ended.value)
            return
        if isinstance(step, Join):
            step.flight.when_over(lambda: at(server.now, lambda: advance(flow, None)))
            return
        came = server.answer(step)
        at(server.now + server.random.uniform(0.02, 0.12), lambda: advance(flow, came))

    for number in range(callers):
        at(number * 0.001, lambda start=number * 0.001: begin(start))
    while waiting:
        waiting.sort(key=lambda each: each[:2])
        server.now, _, action = waiting.pop(0)
        action()
    return statuses, server


@pytest.mark.parametrize("policy", POLICIES, ids=lambda each: each.name)
def test_every_call_gets_an_answer(policy):
    statuses, _ = simulate(policy)
    assert len(statuses) == 20 * 40


def test_a_stampede_trades_far_more_often_than_a_single_flight_and_fails_calls():
    naive, server = simulate(STAMPEDE)
    careful, calm = simulate(SINGLE_FLIGHT)
    assert naive.count(401) > careful.count(401) == 0
    assert server.tried > 5 * calm.tried


def test_a_single_flight_trades_once_per_expiry():
    _, server = simulate(SINGLE_FLIGHT)
    assert server.trades == 4  # the first pair, and one for each of three expiries within ten seconds


def test_a_proactive_client_is_never_refused():
    statuses, server = simulate(PROACTIVE)
    assert set(statuses) == {200}
    assert server.refused == 0
    assert 4 <= server.trades <= 7


def test_whoever_was_refused_looks_first_whether_somebody_has_renewed():
    client = TokenClient(lambda: 0.0, REACTIVE, Tokens("old", "r1"))
    flow = client.call()
    assert next(flow) == Use("old")
    client.hold(Tokens("new", "r2"))
    assert flow.send(401) == Use("new", again=True)
    with pytest.raises(StopIteration) as ended:
        flow.send(200)
    assert ended.value.value == 200


def test_a_refused_trade_is_left_alone_for_as_long_as_the_server_asks():
    server = Server(limited=True)
    client = TokenClient(lambda: server.now, SINGLE_FLIGHT, Tokens("dead", "r0"))

    def steps() -> list[type]:
        flow, made, reply = client.call(), [], None
        while True:
            try:
                step = flow.send(reply)
            except StopIteration:
                return made
            made.append(type(step))
            reply = server.answer(step)

    assert steps() == [Use, Renew]
    assert steps() == [Use]
    server.now = 2.1
    assert steps() == [Use, Renew]


def test_without_a_pair_the_first_step_is_to_get_one():
    client = TokenClient(lambda: 0.0)
    flow = client.call()
    assert next(flow) == Renew(None)
    assert flow.send(Tokens("first", "r")) == Use("first")
