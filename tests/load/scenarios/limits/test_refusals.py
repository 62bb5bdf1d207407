"""Limiters that refuse by another status than 429 are measured like others, and what is no refusal is not taken so."""

from __future__ import annotations

import random

import pytest

from contracts.core.exchange import Exchange, Request, Response
from load.limiters.examination import examine
from load.limiters.rule import Rule
from load.limiters.setting import Setting
from load.scenarios.limits.refusals import Refusals, promised, shows
from tests.load.limiters.simulated import KINDS, Server, drive

NOW = 1_700_000_000.0
WAYS = {
    "403 without a word": (403, "Forbidden", ()),
    "420": (420, "Enhance your calm", ()),
    "503 that tells when to come back": (503, "", (("Retry-After", "7"),)),
    "503 without a word": (503, "", ()),
    "509": (509, "", ()),
    "200 with an error": (200, '{"status": "error", "message": "Rate limit exceeded"}', ()),
    "400 with a reason": (400, '{"error": "Too many requests"}', ()),
}


@pytest.fixture
def operation(contract):
    return contract.operation("GET /v2/organizations/{orgId}/memberships")


def answer(operation, status, body="", headers=()):
    response = Response(status, headers, body, len(body))
    return Exchange(1, Request(operation, "/one", principal="p"), response, None, NOW, NOW + 0.01)


class Refusing(Server):
    """Refuses in a way of its own; what it usually answers is `usual`."""

    def __init__(self, limiter, rng, operation, way, usual=200):
        super().__init__(limiter, rng, 0.01)
        self.operation, self.manner, self.usual, self.refusals = operation, way, usual, Refusals(operation)

    def decide(self, sent, received, admitted):
        status, body, headers = (self.usual, "{}", ()) if admitted else self.manner
        response = Response(status, headers, body, len(body))
        asked = Request(self.operation, "/one", principal="p")
        return self.refusals.read(Exchange(0, asked, response, None, sent, received))


def examined(operation, way, seed, *, limit=5, kind="from first", usual=200):
    rng = random.Random(seed)
    server = Refusing(KINDS[kind](limit, 10.0, rng), rng, operation, WAYS[way], usual)
    found, _ = drive(examine(Rule(5, 10.0), NOW + rng.uniform(0, 60), 0.0, Setting(windows=4.0)), server)
    return server.refusals.weighed(found), server.refusals.statuses


@pytest.mark.parametrize("way", WAYS)
def test_a_limit_that_is_kept_is_found_kept_however_it_refuses(operation, way, seeds):
    for seed in range(seeds):
        found, statuses = examined(operation, way, seed, kind=("from first", "log", "fixed")[seed % 3], usual=404)
        assert (found.verdict, statuses) == ("kept", {WAYS[way][0]}), (seed, found.reason)


@pytest.mark.parametrize("way", [way for way in WAYS if way != "503 without a word"])
@pytest.mark.parametrize(("limit", "verdict"), [(2, "tighter"), (10, "looser")])
def test_a_limit_that_is_not_kept_is_found_however_it_refuses(operation, way, limit, verdict, seeds):
    for seed in range(seeds):
        assert examined(operation, way, seed, limit=limit)[0].verdict == verdict, seed


def test_successes_that_speak_of_limits_all_the_time_are_no_refusals(operation):
    refusals, body = Refusals(operation), '{"name": "throttle", "rateLimit": 5}'
    assert not any(refusals.read(answer(operation, 200, body)).refused for _ in range(3))


def test_errors_that_say_nothing_of_a_limit_prove_none_that_is_not_kept(operation, seeds):
    for seed in range(seeds):
        found, _ = examined(operation, "503 without a word", seed, limit=2)
        assert found.verdict == "inconclusive"
        assert "say nothing of a limit" in found.reason


@pytest.mark.parametrize(
    ("status", "body", "headers", "told"),
    [
        (429, "", (), True),
        (403, "API rate limit exceeded for key", (), True),
        (403, "", (("X-RateLimit-Remaining", "0"),), True),
        (503, "", (("Retry-After", "1"),), True),
        (404, "", (("X-RateLimit-Remaining", "0"),), False),
        (403, "Forbidden", (("X-RateLimit-Remaining", "3"),), False),
        (200, "rate limit", (), False),
    ],
)
def test_what_shows_a_refusal(operation, status, body, headers, told):
    assert shows(answer(operation, status, body, headers)) is told


def test_what_was_answered_before_is_no_refusal(operation):
    refusals = Refusals(operation)
    assert not refusals.read(answer(operation, 403, "Forbidden")).refused
    assert not refusals.read(answer(operation, 403, "Forbidden")).refused
    assert refusals.read(answer(operation, 429)).refused
    assert refusals.read(answer(operation, 503)).refused
    assert not refusals.read(answer(operation, 500)).refused
    assert refusals.statuses == {429, 503}


def test_the_document_names_the_status(operation):
    assert promised(operation) == {429}
