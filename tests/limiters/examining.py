"""The estimator against a real server, over plain HTTP; and what a client meets that asks by itself."""

from __future__ import annotations

import http.client
import time
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import Any

import attrs

from contracts.core.exchange import Exchange, Request, Response
from contracts.core.quotas import moments
from load.limiters.conclusion import Estimate
from load.limiters.examination import examine
from load.limiters.header_dialects import Terms, about, series_of
from load.limiters.rule import Rule
from load.limiters.setting import Ask, Setting
from load.limiters.trace import Sample
from load.scenarios.limits.refusals import Refusals

OPERATION: Any = SimpleNamespace(key="GET /", answers=(), method="GET", path="/")


def asked(port: int) -> Exchange:
    """One request over a connection of its own, so that every worker gets its share."""
    request = Request(OPERATION, "/")
    sent = time.time()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        connection.request("GET", "/", headers={"Connection": "close"})
        answer = connection.getresponse()
        body = answer.read().decode("utf-8", "replace")
        response = Response(answer.status, tuple(answer.getheaders()), body, len(body))
        return Exchange(0, request, response, None, sent, time.time())
    except OSError as error:
        return Exchange(0, request, None, str(error), sent, time.time())
    finally:
        connection.close()


def answered(ask: Ask, port: int, refusals: Refusals) -> list[Sample]:
    """Carry out what an examination asks for."""
    time.sleep(max(0.0, ask.at - time.time()))
    found: list[Sample] = []
    row = 0
    with ThreadPoolExecutor(ask.together) as pool:
        while len(found) < ask.count and row < ask.refusals:
            batch = min(ask.together, ask.count - len(found))
            for exchange in pool.map(asked, [port] * batch):
                found.append(refusals.read(exchange))
                row = row + 1 if found[-1].refused else 0
    return found


def examined(port: int, limit: int, window: float, **setting: object) -> tuple[Estimate, Refusals]:
    """Examine a limit after an idle window."""
    asked(port)  # wakes what is made at the first request
    time.sleep(window * 1.2)
    refusals = Refusals(OPERATION)
    asks = examine(Rule(limit, window), time.time(), 0.0, Setting(**{"windows": 8.0, **setting}))
    ask = next(asks)
    while True:
        try:
            ask = asks.send(answered(ask, port, refusals))
        except StopIteration as ended:
            return ended.value, refusals


@attrs.frozen
class Plain:
    """What a plain client met: how many it had at once, headers, how long it was told to wait, and what came then."""

    burst: int
    success: Exchange
    refusal: Exchange | None
    told: float | None
    admitted: bool | None


def plain(port: int, limit: int, window: float) -> Plain:
    """Ask one after the other until refused, wait as told, and ask once more."""
    time.sleep(window * 2.1)
    refusals, heard = Refusals(OPERATION), [asked(port)]
    while not refusals.read(heard[-1]).refused and len(heard) < 3 * limit:
        heard.append(asked(port))
    last = heard[-1]
    if not refusals.refused(last):
        return Plain(len(heard), heard[0], None, None, None)
    until = _told(heard, limit, window)
    if until is None:
        return Plain(len(heard) - 1, heard[0], last, None, None)
    time.sleep(max(0.0, until + 0.05 - time.time()))
    return Plain(len(heard) - 1, heard[0], last, until - last.received, not refusals.refused(asked(port)))


def _told(heard: list[Exchange], limit: int, window: float) -> float | None:
    """Until when the last answer tells to wait: by Retry-After, or by when the limit resets."""
    last, refusals = heard[-1], Refusals(OPERATION)
    samples = [refusals.read(exchange) for exchange in heard]
    if (text := samples[-1].rate_headers.wait) is not None:
        found = moments(text, "left", (last.sent, last.received)) or moments(text, "date", (last.sent, last.received))
        return found[1] if found else None
    for series in about(series_of(samples, Terms(Rule(limit, window))), Rule(limit, window)):
        for sample, quota in reversed(series.quotas):
            if sample is samples[-1] and (span := series.reset(sample, quota)):
                return span[1]
    return None
