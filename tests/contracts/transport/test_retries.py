"""Which answers mean something, which are asked for again, and which void what was asked."""

from __future__ import annotations

import asyncio

import attrs
import pytest

from contracts.core.conversation import Unheard, Void
from contracts.core.exchange import Exchange, Request, Response
from contracts.evidence.recorder import Recorder
from contracts.transport.layers import Delivery
from contracts.transport.pacing import Budget
from contracts.transport.retries import Again, Answer, Retrying, next_step
from specs.contract import Limit

HOUR, MINUTE = 3600.0, 60.0
ANSWER, AT_ONCE = Answer(), Again()


def request_of(contract, *windows, expects_429=False):
    limits = tuple(Limit("test", window, 5, "#") for window in windows)
    return Request(attrs.evolve(contract.operations[0], limits=limits), "/x", expects_429=expects_429)


def exchange_of(request, status, headers=(), retry_status=None):
    response = Response(status, headers, "", 0) if status else None
    error = None if status else "cut off"
    return Exchange(
        1,
        request,
        response,
        error,
        1000.0,
        1000.1,
        retry_of=None if retry_status is None else 1,
        retry_status=retry_status,
    )


@pytest.mark.parametrize(
    ("status", "attempts", "retry_status", "together", "expected"),
    [
        (200, 1, None, False, ANSWER),
        (404, 1, None, False, ANSWER),
        (401, 1, None, False, ANSWER),
        (500, 1, None, False, AT_ONCE),
        (500, 2, 500, False, ANSWER),  # seen twice: it may be called broken
        (500, 3, 429, False, AT_ONCE),  # after refusals it was seen only once
        (503, 1, None, False, Again(0.1)),  # something in front says so: it may be over in a moment
        (502, 2, 503, False, Again(0.3)),
        (504, 3, 502, False, Again(0.9)),
        (0, 1, None, False, Again(0.1)),
        (0, 2, 503, False, Again(0.3)),
        (0, 1, None, True, Again(0.1)),
        (500, 1, None, True, ANSWER),  # by itself it would say something else
        (200, 2, 500, False, ANSWER),
        (429, 1, None, False, Again(63.0)),
        (429, 2, 429, False, Again(63.0)),
        (429, 1, None, True, Again(63.0)),
        (429, 2, 500, False, Again(63.0)),
    ],
)
def test_what_becomes_of_an_answer(contract, status, attempts, retry_status, together, expected):
    request = request_of(contract, MINUTE)
    exchange = exchange_of(request, status, retry_status=retry_status)
    assert next_step(request, exchange, attempts, together=together) == expected


@pytest.mark.parametrize(
    ("status", "attempts", "reason"),
    [(429, 3, "answered 429 though its declared limit was not used up"), (0, 4, "no answer from"), (0, 4, "cut off")],
)
def test_what_voids_a_conversation(contract, status, attempts, reason):
    request = request_of(contract, MINUTE)
    step = next_step(request, exchange_of(request, status), attempts)
    assert isinstance(step, Void)
    assert reason in step.reason


@pytest.mark.parametrize(
    ("method", "error", "step"),
    [
        ("POST", "cut off: the connection was closed without an answer", Unheard),
        ("PATCH", "timed out: no answer within 30 s", Unheard),
        ("POST", "the connection is refused", Again),
        ("PUT", "the connection was reset", Again),
        ("GET", "TLS failed: wrong version number", Unheard),
        ("GET", "timed out: no answer within 30 s", Again),
    ],
)
def test_what_may_have_been_carried_out_is_sent_again_only_if_that_does_no_harm(contract, method, error, step):
    request = attrs.evolve(request_of(contract), method=method)
    exchange = attrs.evolve(exchange_of(request, 0), error=error)
    assert isinstance(next_step(request, exchange, 1), step)


@pytest.mark.parametrize(
    ("method", "status", "step"),
    [
        ("POST", 502, Unheard),  # what stands before it does not know what the server did
        ("PATCH", 504, Unheard),
        ("POST", 503, Unheard),
        ("PUT", 502, Again),
        ("POST", 500, Again),
    ],
)
def test_a_change_that_a_gateway_answered_is_not_sent_again_unless_that_does_no_harm(contract, method, status, step):
    request = attrs.evolve(request_of(contract), method=method)
    assert isinstance(next_step(request, exchange_of(request, status), 1), step)


@pytest.mark.parametrize(
    ("method", "status", "retry_status", "heard"),
    [
        ("POST", 201, 502, False),  # perhaps the second of two
        ("POST", 409, 502, False),
        ("DELETE", 404, 0, False),  # gone by the first, perhaps
        ("DELETE", 204, 0, True),
        ("PUT", 200, 503, True),
        ("GET", 404, 0, True),
        ("POST", 409, 429, True),
        ("POST", 500, 500, True),
    ],
)
def test_what_a_change_answers_that_may_have_been_carried_out_before(contract, method, status, retry_status, heard):
    request = attrs.evolve(request_of(contract), method=method)
    step = next_step(request, exchange_of(request, status, retry_status=retry_status), 4)
    assert isinstance(step, Answer if heard else Unheard)


def test_an_expected_429_is_an_answer(contract):
    request = request_of(contract, MINUTE, expects_429=True)
    assert next_step(request, exchange_of(request, 429), 1) == ANSWER


@pytest.mark.parametrize(
    ("windows", "headers", "time_scale", "wait"),
    [
        ((MINUTE,), (("Retry-After", "7"),), 1.0, 7.0),
        ((MINUTE,), (("X-RateLimit-Reset", "20"),), 1.0, 20.0),
        ((MINUTE,), (("Retry-After", "300"),), 1.0, 63.0),  # longer than any window: not believed
        ((MINUTE, HOUR), (("Retry-After", "300"),), 1.0, 300.0),
        ((MINUTE, HOUR), (), 1.0, 63.0),  # a minute at most, where nothing is said
        ((), (), 1.0, 63.0),
        ((10.0,), (), 1.0, 10.5),
        ((MINUTE,), (), 10.0, 6.3),
    ],
)
def test_how_long_a_refusal_is_waited_out(contract, windows, headers, time_scale, wait):
    request = request_of(contract, *windows)
    step = next_step(request, exchange_of(request, 429, headers), 1, time_scale=time_scale)
    assert step == Again(pytest.approx(wait))


class Scripted:
    """A layer that answers with one status after the other."""

    def __init__(self, *statuses):
        self.statuses = list(statuses)
        self.deliveries = []

    async def send(self, delivery):
        self.deliveries.append(delivery)
        return attrs.evolve(exchange_of(delivery.request, self.statuses.pop(0)), seq=len(self.deliveries))


def test_what_is_sent_again_names_what_it_repeats_and_a_refusal_holds_back_its_kind(contract):
    request = request_of(contract, MINUTE)
    budget = Budget("declared", 1.0, lambda: 0.0)
    inner = Scripted(429, 503, 200)
    exchange = asyncio.run(Retrying(inner, budget, Recorder(None)).send(Delivery(request, 1)))
    assert exchange.status == 200
    assert [each.retry_of and each.retry_of.seq for each in inner.deliveries] == [None, 1, 2]
    assert budget.reserve(request.operation, None) == pytest.approx(63.0)


def test_a_limit_that_stays_used_up_voids_the_conversation(contract):
    inner = Scripted(429, 429, 429)
    with pytest.raises(Void, match="429"):
        asyncio.run(
            Retrying(inner, Budget("none", 1.0, lambda: 0.0), Recorder(None)).send(Delivery(request_of(contract), 1))
        )
    assert inner.statuses == []


@pytest.mark.parametrize("status", [502, 503, 504])
def test_what_a_gateway_says_in_the_end_decides_nothing(contract, status):
    exchange = exchange_of(request_of(contract, MINUTE), status, retry_status=503)
    step = next_step(exchange.request, exchange, 4)
    assert isinstance(step, Void)
    assert str(status) in step.reason
