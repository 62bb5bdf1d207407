"""Rate headers by another name: all that are missing are told, and what is sent in their place has to be true."""

from __future__ import annotations

import attrs
import pytest

from contracts import checks
from contracts.core.conversation import Broken
from contracts.core.exchange import Exchange
from tests.contracts.checks.exchanges import NOW, exchange, judged

LIST = "GET /v2/oauth-clients/{clientId}/users"
BODY = {"status": "success", "data": []}
SOON = str(int(NOW) + 30)
TRUTH, THERE = "limits/rate-headers-tell-the-truth", "headers/declared-headers-are-there"
FAMILIES = ("X-RateLimit-{}-Default", "RateLimit-{}", "X-Rate-Limit-{}")


def named(pattern: str, limit: str = "60", left: str = "59", reset: str = SOON) -> Exchange:
    rate = [(pattern.format(part), value) for part, value in (("Limit", limit), ("Remaining", left), ("Reset", reset))]
    return exchange(LIST, 200, BODY, ("Cache-Control", "no-cache"), *rate)


@pytest.mark.parametrize("pattern", FAMILIES)
def test_all_missing_headers_are_told_with_what_was_sent_instead(pattern: str) -> None:
    told = judged(THERE, named(pattern))
    assert told is not None
    promised, _, sent = told.partition(" | ")
    assert promised == "X-RateLimit-Limit, X-RateLimit-Remaining and X-RateLimit-Reset on a 200"
    assert all(pattern.format(part) in sent for part in ("Limit", "Remaining", "Reset"))


@pytest.mark.parametrize("pattern", FAMILIES)
def test_what_is_sent_instead_is_judged_by_the_documents_words(pattern: str) -> None:
    assert judged(TRUTH, named(pattern)) is None
    assert "an epoch second" in (judged(TRUTH, named(pattern, reset="30")) or "")
    assert "as declared | 100" in (judged(TRUTH, named(pattern, limit="100")) or "")
    assert "whole number" in (judged(TRUTH, named(pattern, left="many")) or "")


def test_a_header_of_a_near_family_beside_the_promised_one_is_not_held_against_it() -> None:
    plain = named("X-RateLimit-{}")
    assert plain.response is not None
    both = (*plain.response.headers, ("RateLimit-Reset", "30"), ("RateLimit-Limit", "60"), ("RateLimit-Remaining", "9"))
    given = attrs.evolve(plain, response=attrs.evolve(plain.response, headers=both))
    assert judged(TRUTH, given) is None
    assert judged(THERE, given) is None


@pytest.mark.parametrize("pattern", ["X-RateLimit-{}", *FAMILIES])
def test_a_remaining_number_that_stands_still_is_seen_by_whatever_name(pattern: str) -> None:
    judge = checks.load()["limits/what-remains-falls-by-one"].judge_all
    assert judge is not None
    asked = [
        attrs.evolve(named(pattern), seq=place, sent=NOW + place / 50, received=NOW + place / 50 + 0.01)
        for place in range(4)
    ]
    with pytest.raises(Broken, match="Remaining"):
        judge(asked, None)
