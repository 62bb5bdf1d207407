"""Exchanges that are alike are judged once, by every check that does not look at times."""

from __future__ import annotations

import attrs
import pytest

from contracts import checks
from contracts.core.exchange import Exchange, Request, Response
from contracts.judging.alike import Alike
from specs.contract import Contract, build
from specs.source.document import load

HEADERS = (
    ("Date", "Mon, 30 Nov 2026 21:50:55 GMT"), ("Age", "7"), ("Expires", "0"), ("Retry-After", "70000"),
    ("Last-Modified", "Mon, 30 Nov 2026 21:50:55 GMT"), ("Cache-Control", "max-age=5"), ("ETag", '"a"'),
    ("Content-Type", "application/json"), ("X-RateLimit-Limit", "60"), ("X-RateLimit-Remaining", "59"),
    ("X-RateLimit-Reset", "1796075460"), ("Content-Length", "2"),
)  # fmt: skip


@pytest.fixture(scope="module")
def contract() -> Contract:
    return build(load("calcom-v2"))


def answers(contract: Contract, moment: float) -> list[Exchange]:
    """An answer of several statuses from every operation."""
    requests = [Request(each, each.path.replace("{", "").replace("}", "")) for each in contract.operations]
    pairs = [(each, status) for each in requests for status in (200, 404, 429, 503)]
    return [
        Exchange(seq, request, Response(status, HEADERS, "{}", 2), None, moment, moment + 1)
        for seq, (request, status) in enumerate(pairs, 1)
    ]


def test_no_other_check_than_those_that_say_so_looks_at_times(contract: Contract) -> None:
    known = checks.load().values()
    timed = {each.id for each in known if each.timed}
    now, later = Alike(contract), Alike(contract)
    differ = {
        rule.id
        for one, other in zip(answers(contract, 1796075455.0), answers(contract, 9e9), strict=True)
        for rule in known
        if str(now.say(rule, one)) != str(later.say(rule, other))
    }
    assert "protocol/the-date-is-now" in timed
    assert differ <= timed


def test_what_is_alike_is_judged_once_and_what_differs_again(contract: Contract) -> None:
    heard: list[int] = []

    def judge(exchange: Exchange, _: Contract) -> bool:
        heard.append(exchange.seq)
        return True

    rule = checks.Check("family", "name", "title", "text", judge, ())
    alike, (first, second, *_) = Alike(contract), answers(contract, 1.0)
    again = attrs.evolve(first, seq=1000, sent=5.0)
    for each in (first, again, second, first):
        alike.say(rule, each)
    assert heard == [first.seq, second.seq]
    alike.say(attrs.evolve(rule, timed=True), again)
    assert heard == [first.seq, second.seq, 1000]
