"""What rate headers are blamed for, and what they are not."""

from __future__ import annotations

import attrs
import pytest

from load.limiters.conclusion import Estimate
from load.limiters.header_dialects import Terms, headers
from load.limiters.header_truth import lies
from load.limiters.rule import Rule
from load.limiters.trace import RateHeaders, Sample
from load.runtime.run import rate_headers_in
from specs.contract.rate_headers import RateHeader

START = 1_900_000_000.0
NAMES = {"limit": "X-RateLimit-Limit", "remaining": "X-RateLimit-Remaining", "reset": "X-RateLimit-Reset"}
EPOCH = {"x-ratelimit-reset": RateHeader("X-RateLimit-Reset", "reset", "epoch", "integer")}


def sample(at, status=200, *, took=0.05, **told):
    pairs = [(NAMES.get(name, name), str(value)) for name, value in told.items() if value is not None]
    return Sample(START + at, START + at + took, status, rate_headers_in(pairs), int(at * 1000) + 1)


def found(samples, *, limit=3, window=60.0, verdict="kept", kinds=("fixed window",)):
    first = next((number for number, each in enumerate(samples) if each.refused), len(samples))
    return Estimate(
        Rule(limit, window), verdict, kinds, limit, (window, window), first, 1.0, "proven", "", tuple(samples)
    )


PROMISED = tuple(NAMES.values())


def judged(estimate, *, promised=PROMISED, words=EPOCH, windows=None):
    return lies(estimate, Terms(estimate.rule, words, promised, windows or {estimate.rule.limit: estimate.rule.window}))


def retold(row, **changes):
    """The same answer with other headers; None for one that is missing."""
    pairs = {NAMES.get(name, name): value for name, value in changes.items()}
    kept = tuple(pair for pair in row.rate_headers.headers if pair[0] not in pairs)
    return attrs.evolve(
        row, rate_headers=RateHeaders(kept + tuple((name, text) for name, text in pairs.items() if text is not None))
    )


def burst(reset=60, step=0, **more):
    """Three admitted, one refused."""
    rows = [sample(n / 10, limit=3, remaining=2 - n, reset=int(START) + reset + n * step, **more) for n in range(3)]
    return [*rows, sample(0.3, 429, limit=3, remaining=0, reset=int(START) + reset, **more)]


def test_true_headers_are_no_lies():
    assert judged(found([*burst(), sample(61, limit=3, remaining=2, reset=int(START) + 120)])) == []


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"limit": "180"}, "X-RateLimit-Limit: 3, as declared"),
        ({"remaining": "-1"}, "X-RateLimit-Remaining: a whole number, not negative"),
        ({"reset": str(int(START * 1000))}, "X-RateLimit-Reset: an epoch second within 60 s"),
        ({"reset": str(int(START) - 30)}, "X-RateLimit-Reset: an epoch second that is not past"),
        ({"limit": None, "remaining": None, "reset": None}, f"{', '.join(NAMES.values())} on a refusal, as promised"),
    ],
)
def test_a_refusal_that_lies_is_told(changes, expected):
    rows = burst()
    rows[-1] = retold(rows[-1], **changes)
    assert expected in [each.expected for each in judged(found(rows))]


def test_headers_that_the_document_does_not_have_may_be_missing():
    rows = burst()
    rows[-1] = retold(rows[-1], limit=None, remaining=None, reset=None)
    assert judged(found(rows), promised=()) == []


def test_who_waited_as_told_and_is_refused_again_was_lied_to():
    rows = [*burst(), sample(10, 429, limit=3, remaining=0, reset=int(START) + 60)]
    rows[3] = sample(0.3, 429, limit=3, remaining=0, reset=int(START) + 60, **{"Retry-After": 2})
    assert [each.expected for each in judged(found(rows))] == ["admitted 2 s later, as Retry-After says"]


def test_one_that_was_admitted_meanwhile_may_have_taken_what_was_promised():
    """In flight together, one request gets the token that another one was told to wait for."""
    rows = burst()
    rows[3] = sample(0.3, 429, limit=3, remaining=0, reset=int(START) + 60, **{"Retry-After": 2})
    rows += [
        sample(10.0, 429, limit=3, remaining=0, reset=int(START) + 60),
        sample(10.0, 200, limit=3, remaining=0, reset=int(START) + 60),
    ]
    assert judged(found(rows, kinds=("token bucket",))) == []


def test_what_answers_late_may_have_been_admitted_after_the_reset():
    """A machine that is busy reads the answers of one burst long after each other."""
    rows = [*burst(reset=2), *(sample(0.35 + n / 10, took=3.0) for n in range(3))]
    rows[3] = sample(0.3, 429, took=0.2, limit=3, remaining=0, reset=int(START) + 2)
    late = sample(4.0, 429, limit=3, remaining=0, reset=int(START) + 60)
    assert judged(found([*rows, late])) == []
    assert judged(found([*rows[:4], late]))


def test_a_window_that_ends_within_the_burst_may_announce_two_resets():
    rows = burst()
    rows[0] = sample(0.0, limit=3, remaining=2, reset=int(START))
    assert judged(found(rows)) == []


def test_a_reset_that_moves_back_is_a_lie_whatever_the_kind():
    rows = [sample(n, limit=9, remaining=8 - n, reset=int(START) + reset) for n, reset in enumerate((60, 53, 57))]
    told = judged(found(rows, limit=9, kinds=("sliding log", "token bucket")))
    assert [each.actual for each in told] == [f"{int(START) + 53}, 7 s earlier"]


def test_a_longer_limit_may_tell_its_own_number_when_it_refuses_first():
    rows = burst()[:2] + [sample(0.3, 429, limit=100, remaining=0, reset=int(START) + 3000)]
    assert judged(found(rows, verdict="tighter"), windows={3: 60.0, 100: 3600.0}) == []
    assert judged(found(rows, verdict="tighter"))


@pytest.mark.parametrize(
    ("pairs", "family", "suffixes", "unit"),
    [
        ({"X-RateLimit-Reset": int(START)}, "X-RateLimit-*", (), "seconds since 1970"),
        (
            {"X-RateLimit-Reset-Short": 3, "X-RateLimit-Limit-Long": 9},
            "X-RateLimit-*",
            ("long", "short"),
            "seconds left",
        ),
        ({"RateLimit-Limit": 5, "RateLimit-Reset": 7}, "RateLimit-*", (), "seconds left"),
        ({"RateLimit": "limit=5, remaining=1, reset=7"}, "RateLimit", (), "seconds left"),
        ({"RateLimit": '"default";r=1;t=7'}, "RateLimit", (), "seconds left"),
        ({"X-RateLimit-Reset": "2030-03-17T17:46:40Z"}, "X-RateLimit-*", (), "date"),
        ({"Content-Type": "text/plain"}, None, (), None),
    ],
)
def test_header_families_are_named(pairs, family, suffixes, unit):
    told = headers([sample(0.0, **pairs)], Terms(Rule(5, 60.0)))
    assert (told.family, told.suffixes, told.unit) == (family, suffixes, unit)
