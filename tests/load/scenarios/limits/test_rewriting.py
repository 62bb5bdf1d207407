"""A fresh bucket for a request that is written otherwise is found; one bucket for all spellings is not blamed."""

from __future__ import annotations

import random

import pytest

from contracts.core.exchange import Exchange, Request, Response
from load.scenarios.limits.refusals import Refusals
from load.scenarios.limits.rewriting import Bucket, renewed


def header(name):
    return lambda request: next((value for key, value in request.headers if key == name), "")


def path(request):
    return request.target.partition("?")[0]


KEYS = {
    "User-Agent": header("User-Agent"),
    "X-Forwarded-For": header("X-Forwarded-For"),
    "Referer": header("Referer"),
    "X-Real-IP": header("X-Real-IP"),
    "letter case of the path": path,
    "trailing slash": lambda request: path(request).lower(),
    "extra query parameter": lambda request: tuple(sorted(request.target.partition("?")[2].split("&"))),
    "order of the parameters": lambda request: request.target.partition("?")[2][:4],
}
"""What a bucket may be keyed by besides the credential."""


class Server:
    """Counts by a key; what it does not know is not found, and not counted."""

    def __init__(self, operation, key, limit, *, lenient=True):
        self.operation, self.key, self.limit, self.lenient, self.counts = operation, key, limit, lenient, {}

    def ask(self, request):
        known = self.lenient or path(request) == "/v2/organizations/7/memberships"
        key = self.key(request)
        count = self.counts[key] = self.counts.get(key, 0) + 1
        status = 404 if not known else 429 if count > self.limit else 200
        return Exchange(0, request, Response(status, (), "", 0), None, 0.0, 0.0)


def used_up(operation, server):
    request = Request(operation, "/v2/organizations/7/memberships?take=1&skip=0", principal="p")
    refusals = Refusals(operation)
    while not refusals.read(server.ask(request)).refused:
        pass
    return renewed(Bucket(request, server.ask, refusals.refused), {200})


@pytest.fixture
def operation(contract):
    return contract.operation("GET /v2/organizations/{orgId}/memberships")


@pytest.mark.parametrize("what", KEYS)
def test_what_renews_the_bucket_is_named(operation, what, seeds):
    for seed in range(seeds):
        limit = random.Random(seed).randrange(3, 60)
        assert used_up(operation, Server(operation, KEYS[what], limit))[0] == what


@pytest.mark.parametrize("lenient", [True, False])
def test_one_bucket_for_all_spellings_is_never_blamed(operation, lenient, seeds):
    for seed in range(seeds):
        limit = random.Random(seed).randrange(1, 60)
        assert used_up(operation, Server(operation, lambda _: "", limit, lenient=lenient)) is None


def test_a_bucket_that_refills_meanwhile_is_not_blamed(operation, seeds):
    """Now and then one more is admitted, whoever asks."""
    rng = random.Random(1)
    server = Server(operation, lambda _: "", 5)
    ask = server.ask

    def refilling(request):
        if rng.random() < 0.05:
            server.counts[""] -= 2
        return ask(request)

    server.ask = refilling
    found = [used_up(operation, server) for _ in range(seeds)]
    assert found.count(None) >= seeds - 1
