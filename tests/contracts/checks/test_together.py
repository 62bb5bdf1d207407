"""Checks that hear all exchanges of an operation: server errors that come and go, and how what remains falls."""

from __future__ import annotations

from collections.abc import Sequence

import attrs
import pytest

from contracts import checks
from contracts.core.conversation import Broken
from contracts.core.exchange import Exchange
from tests.contracts.checks.exchanges import GET, NOW, exchange

ERROR = {"status": "error", "message": "No."}
EMPTY = {"status": "success", "data": []}


def together(given: Sequence[Exchange]) -> None:
    judge = checks.load()["status/no-server-error"].together
    assert judge is not None
    judge(given)


def remaining(given: Sequence[Exchange]) -> bool:
    judge = checks.load()["limits/what-remains-falls-by-one"].judge_all
    assert judge is not None
    return judge(given, None)


def at(place: float, given: Exchange) -> Exchange:
    """An exchange as the one of this place, a hundredth of a second long."""
    return attrs.evolve(given, seq=int(place * 10), sent=NOW + place / 50, received=NOW + place / 50 + 0.01)


def answers(*statuses: int) -> list[Exchange]:
    return [at(place, exchange(GET, status, EMPTY if status < 400 else ERROR)) for place, status in enumerate(statuses)]


def told(place: float, left: int, key: str = "mine", reset: int = 50, status: int = 200) -> Exchange:
    rate = [("Limit", "60"), ("Remaining", str(left)), ("Reset", str(int(NOW) + reset))]
    headers = [(f"X-RateLimit-{name}", value) for name, value in rate]
    made = at(place, exchange(GET, status, EMPTY, *headers, sent=(("Authorization", f"Bearer {key}"),)))
    return attrs.evolve(made, request=attrs.evolve(made.request, principal=key.partition("-")[0]))


def test_server_errors_that_come_and_go_are_a_defect():
    with pytest.raises(Broken, match="to 2 of 5 requests") as seen:
        together(answers(200, 500, 200, 500, 200))
    assert len(seen.value.shown) == 2


@pytest.mark.parametrize(
    "statuses",
    [(200, 404, 200), (200, 500, 200, 200), (200, 500, 500, 200), (200, 502, 200, 503, 200), (500, *[200] * 30, 500)],
    ids=["none", "once", "in one bad moment", "in a deploy", "seldom"],
)
def test_what_chance_may_have_done_is_not_blamed(statuses: tuple[int, ...]):
    together(answers(*statuses))


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ([told(0, 41), told(1, 41), told(2, 41)], "41 again and again"),
        ([told(0, 41), told(0.1, 7, "other"), told(1, 41), told(1.1, 6, "third"), told(2, 41)], "41 again and again"),
        ([told(0, 58), told(1, 56), told(2, 54), told(3, 52)], "by 2 each time"),
        (
            [told(0, 58), told(1, 57), told(2, 0, "other"), told(3, 55), told(4, 0, "other"), told(5, 53)],
            "by 2 where 1 of another credential came in between",
        ),
        (
            [told(0, 58), told(1, 57, "other"), told(2, 56, status=404), told(3, 55, "third", status=403)],
            "58 to 55, counted down by 3 callers together",
        ),
    ],
)
def test_a_remaining_number_that_does_not_fall_by_one_is_broken(given: list[Exchange], words: str):
    with pytest.raises(Broken, match=words):
        remaining(given)


@pytest.mark.parametrize(
    "given",
    [
        [told(0, 58), told(1, 57), told(2, 56)],
        [told(0, 58), told(1, 55), told(2, 54), told(3, 50)],
        [told(0, 41), told(40, 41), told(80, 41)],
        [told(0, 41), told(1, 41, reset=51), told(2, 41, reset=52)],
        [told(0, 0), told(1, 0), told(2, 0)],
        [told(0, 41), told(1, 41, status=404), told(2, 41, status=404)],
        [told(0, 58), told(0.2, 57), told(0.4, 57), told(0.6, 57)],
        [told(0, 58), told(1, 58, "other"), told(2, 57), told(3, 57, "other"), told(4, 56), told(5, 56, "other")],
        [told(0, 58), told(1, 31, "other"), told(2, 57), told(3, 30, "other"), told(4, 56), told(5, 29, "other")],
        [told(0, 58), told(1, 57, "other"), told(2, 56)],
        [
            told(0, 58),
            told(1, 57, "mine-too"),
            told(2, 56),
            told(3, 55, "mine-too"),
            told(4, 54),
            told(5, 53, "mine-too"),
        ],
        [told(0, 58), told(1, 56), told(1.1, 7, "other"), told(2, 54), told(2.1, 6, "other"), told(3, 52)],
    ],
    ids=[
        "by one",
        "another bucket",
        "refilled",
        "other windows",
        "used up",
        "not counted",
        "at once",
        "two credentials",
        "one that was used before",
        "too few to tell",
        "two tokens of one caller",
        "another credential in flight",
    ],
)
def test_a_remaining_number_that_may_be_right_is_not_blamed(given: list[Exchange]):
    remaining(given)


def test_what_remains_does_not_rise():
    with pytest.raises(Broken, match="rises by 1 each time"):
        remaining([told(place, left) for place, left in enumerate((1, 2, 3, 4, 5))])
    assert remaining([told(place, left) for place, left in enumerate((50, 51, 49, 50, 48))])


def tagged(place: float, tag: str, *items: str, key: str = "mine") -> Exchange:
    sent = (("Authorization", f"Bearer {key}"),)
    return at(place, exchange(GET, 200, {"status": "success", "data": [*items]}, ("ETag", tag), sent=sent))


def tags(*given: Exchange) -> bool:
    judge = checks.load()["caching/a-tag-names-one-answer"].judge_all
    assert judge is not None
    return judge(given, None)


def test_a_tag_is_that_of_one_answer():
    with pytest.raises(Broken, match="another ETag for another answer"):
        tags(tagged(0, '"1"', "a"), tagged(1, '"1"', "a", "b"), tagged(2, '"1"', "c"))


def test_a_tag_that_is_weak_or_another_credentials_says_nothing():
    assert tags(tagged(0, '"1"', "a"), tagged(1, '"2"', "b"), tagged(2, '"1"', "a"))
    assert tags(tagged(0, '"1"', "a"), tagged(1, '"1"', "b", key="yours"), tagged(2, '"1"', "c", key="theirs"))
    assert tags(tagged(0, '"1"', "a"), tagged(1, '"1"', "b"))  # one answer may have been made while it changed
    assert not tags(tagged(0, 'W/"1"', "a"), tagged(1, 'W/"1"', "b"), tagged(2, 'W/"1"', "c"))
