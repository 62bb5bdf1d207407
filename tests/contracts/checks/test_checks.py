"""Each check breaks on what it is about, and on nothing else; what a sound deployment does breaks none."""

from __future__ import annotations

from email.utils import formatdate
from typing import Any

import attrs
import pytest

from contracts import checks
from contracts.core.conversation import Broken
from contracts.judging.severity import severity_of
from specs.contract.rate_headers import RateHeader
from tests.contracts.checks.exchanges import CREDENTIAL, GET, NOW, POST, broken, contract, exchange, judged

ERROR = {"status": "error", "message": "No."}
EMPTY = {"status": "success", "data": []}
PAGE = {"totalItems": 0, "remainingItems": 0, "hasNextPage": False, "hasPreviousPage": False}
NO_CACHE = ("Cache-Control", "no-cache, private")
LIMITS = (
    ("X-RateLimit-Limit", "60"),
    ("X-RateLimit-Remaining", "59"),
    ("X-RateLimit-Reset", str(int(NOW) + 30)),
)
HALF = r'{"status": "error", "message": "Team \ud83d"}'
"""An error whose message is cut in the middle of a character."""
TRACE = 'Traceback (most recent call last):\n  File "/srv/app/x.py", line 3, in f'


def _without(headers: tuple[tuple[str, str], ...], name: str, *instead: tuple[str, str]) -> list[tuple[str, str]]:
    return [*(pair for pair in headers if pair[0] != name), *instead]


SOUND: dict[str, Any] = {
    "an empty list": lambda: exchange(GET, 200, EMPTY, NO_CACHE, *LIMITS),
    "no rate headers where they are optional": lambda: exchange(GET, 200, EMPTY, NO_CACHE),
    "a quota of the draft": lambda: exchange(
        GET, 404, ERROR, ("RateLimit-Policy", '"b";q=9;w=1, "a";q=60;w=60'), ("RateLimit", '"a";r=60;t=60')
    ),
    "a quota of an older draft": lambda: exchange(
        GET, 404, ERROR, ("RateLimit-Policy", "60;w=60"), ("RateLimit", "limit=60, remaining=60, reset=60")
    ),
    "a quota nobody can read": lambda: exchange(
        GET, 404, ERROR, ("RateLimit-Policy", '"a";q=60;w=60'), ("RateLimit", '"a";r=61;t=90 or so')
    ),
    "lists with nothing in them": lambda: exchange(GET, 404, ERROR, ("Vary", ""), ("Allow", ""), ("Vary", "Origin,,*")),
    "a priority": lambda: exchange(GET, 404, ERROR, ("Priority", "u=1, i"), ("Priority", "")),
    "no-store": lambda: exchange(GET, 200, EMPTY, ("Cache-Control", "no-store")),
    "max-age=0": lambda: exchange(GET, 200, EMPTY, ("Cache-Control", "no-cache, max-age=0, must-revalidate")),
    "an error with more members": lambda: exchange(GET, 404, {**ERROR, "error": {"code": "E1"}, "path": "/v2/x"}),
    "a charset": lambda: exchange(GET, 404, ERROR, ("Content-Type", "application/json; charset=utf-8")),
    "the first 5xx": lambda: exchange(GET, 503, "<h1>deploying</h1>", ("Content-Type", "text/html")),
    "a full 429": lambda: exchange(
        GET,
        429,
        ERROR,
        *_without(LIMITS, "X-RateLimit-Remaining", ("X-RateLimit-Remaining", "0")),
        ("Retry-After", "9"),
    ),
    "a refused method": lambda: exchange(GET, 405, ERROR, ("Allow", "GET, POST"), method="PUT"),
    "an unknown path for a method": lambda: exchange(GET, 404, ERROR, method="PUT"),
    "HEAD without a body": lambda: exchange(GET, 404, None, ("Content-Length", "120"), method="HEAD"),
    "a compressed body": lambda: exchange(
        GET, 404, ERROR, ("Content-Encoding", "gzip"), ("Content-Length", "31"), ("Vary", "Accept-Encoding")
    ),
    "headers of a proxy": lambda: exchange(
        GET,
        200,
        EMPTY,
        NO_CACHE,
        ("Date", "Mon, 21 Sep 2026 14:13:20 GMT"),
        ("Expires", "0"),
        ("X-Cache", "Miss from cloudfront"),
        ("Age", "0"),
        ("ETag", 'W/"2-vyGp6PvFo4RvsFtPoIWeCReyIC8"'),
        ("Set-Cookie", "a=1; Path=/"),
        ("Set-Cookie", "b=2"),
        ("Vary", "Origin, Accept-Encoding"),
    ),
    "undeclared members": lambda: exchange(
        CREDENTIAL, 404, {**ERROR, "secretHint": "ends in 12", "hasSecret": True, "apiKeyId": "k_1"}
    ),
    "a message that sounds like SQL": lambda: exchange(
        GET, 400, {**ERROR, "message": "Select an option from the list."}
    ),
    "enumerations in words": lambda: exchange(GET, 400, {**ERROR, "message": "MEMBER_CREATED is no ORDER_STATUS."}),
    "unknown credentials told apart": lambda: exchange(
        GET, 401, {**ERROR, "message": "Invalid token."}, sent=(("Authorization", "Bearer cal_000000000000000000"),)
    ),
}


@pytest.mark.parametrize("name", SOUND)
def test_what_a_sound_deployment_does_breaks_nothing(name: str) -> None:
    assert broken(SOUND[name]()) == set()


def paged(**told: Any) -> dict[str, Any]:
    """An empty list with something else said of its page."""
    return {**EMPTY, "pagination": {**PAGE, **told}}


BROKEN: list[tuple[str, Any]] = [
    ("status/status-is-declared", lambda: exchange(GET, 202, EMPTY, NO_CACHE)),
    ("status/no-server-error", lambda: exchange(GET, 500, ERROR, because=500)),
    ("schema/an-item-comes-once", lambda: exchange(GET, 200, {**EMPTY, "data": [{"id": 5}, {"id": 6}, {"id": 5}]})),
    (
        "schema/members-of-a-thing-agree",
        lambda: exchange(
            "GET /v2/organizations/{orgId}/bookings", 200, {"data": [{"eventTypeId": 7, "eventType": {"id": 8}}]}
        ),
    ),
    ("status/status-fits-the-question", lambda: exchange(GET, 304, None)),
    ("status/status-fits-the-question", lambda: exchange(GET, 201, EMPTY, NO_CACHE)),
    ("schema/content-type-is-declared", lambda: exchange(GET, 200, EMPTY, ("Content-Type", "text/html"), NO_CACHE)),
    (
        "schema/content-type-is-declared",
        lambda: exchange(GET, 404, ERROR, ("Content-Type", "application/json; charset=iso-8859-1")),
    ),
    ("schema/body-is-json", lambda: exchange(GET, 404, '{"status":"error","message":"x","message":"y"}')),
    ("schema/body-is-json", lambda: exchange(GET, 404, '{"status":"error","message":"x","n":NaN}')),
    ("schema/body-is-json", lambda: exchange(GET, 404, '\ufeff{"status":"error","message":"x"}')),
    ("schema/body-is-json", lambda: exchange(GET, 404, '{"status":"error","message":"\udcfc"}')),
    ("schema/body-fits-its-schema", lambda: exchange(GET, 200, {"status": "success", "data": {}}, NO_CACHE)),
    (
        "schema/what-only-requests-carry-stays-out",
        lambda: exchange(CREDENTIAL, 200, {"data": {"keys": [{"private_key": "MIIEvQIBADANBg"}]}}),
    ),
    ("schema/what-only-requests-carry-stays-out", lambda: exchange(GET, 200, {"data": [{"password": "hunter2"}]})),
    (
        "schema/what-only-requests-carry-stays-out",
        lambda: exchange(GET, 200, {"data": [{"note": "-----BEGIN RSA PRIVATE KEY-----\nMII"}]}),
    ),
    ("errors/error-fits-its-schema", lambda: exchange(GET, 404, {"statusCode": 404, "error": "Not Found"})),
    ("errors/error-fits-its-schema", lambda: exchange(GET, 404, {"status": "error", "message": ["a", "b"]})),
    ("errors/error-fits-its-schema", lambda: exchange(GET, 404, {"status": "error", "message": ""})),
    ("errors/error-fits-its-schema", lambda: exchange(GET, 404, "")),
    ("errors/error-fits-its-schema", lambda: exchange(GET, 404, ERROR, ("Content-Type", "text/plain"))),
    ("errors/a-success-is-no-error", lambda: exchange(GET, 200, ERROR, NO_CACHE)),
    ("errors/errors-hide-the-inside", lambda: exchange(GET, 400, {**ERROR, "message": TRACE})),
    ("errors/errors-hide-the-inside", lambda: exchange(GET, 400, {**ERROR, "message": "at /app/dist/a.pipe.js"})),
    ("errors/errors-hide-the-inside", lambda: exchange(GET, 404, {**ERROR, "message": "SELECT 1 FROM users"})),
    (
        "errors/errors-hide-the-inside",
        lambda: exchange(GET, 404, {**ERROR, "stack": "Error: x\n    at Foo.bar (/app/x.js:1:2)"}),
    ),
    (
        "errors/credentials-are-not-echoed",
        lambda: exchange(GET, 401, {**ERROR, "message": "$ACME_KEY"}, sent=(("Authorization", "Bearer $ACME_KEY"),)),
    ),
    (
        "errors/credentials-are-not-echoed",
        lambda: exchange(GET, 200, EMPTY, ("X-Debug", "$ACME_KEY"), sent=(("Authorization", "Bearer $ACME_KEY"),)),
    ),
    (
        "errors/credentials-are-not-echoed",
        lambda: exchange(
            GET, 401, {**ERROR, "message": "unknown cal_00000000000000"},
            sent=(("Authorization", "Bearer cal_00000000000000"),),
        ),
    ),
    ("headers/declared-headers-are-there", lambda: exchange(GET, 200, EMPTY)),
    ("headers/declared-headers-are-there", lambda: exchange(GET, 429, ERROR, ("X-RateLimit-Limit-Default", "60"))),
    (
        "limits/a-quota-agrees-with-its-policy",
        lambda: exchange(GET, 404, ERROR, ("RateLimit-Policy", '"a";q=60;w=60'), ("RateLimit", '"a";r=61;t=9')),
    ),
    (
        "limits/a-quota-agrees-with-its-policy",
        lambda: exchange(GET, 404, ERROR, ("RateLimit-Policy", "60;q=60;w=60"), ("RateLimit", "60;r=1;t=90")),
    ),
    (
        "limits/a-quota-agrees-with-its-policy",
        lambda: exchange(GET, 404, ERROR, ("RateLimit-Policy", '"a";q=60;w=60'), ("RateLimit", '"a";r=1;t=90.5')),
    ),
    (
        "limits/a-quota-agrees-with-its-policy",
        lambda: exchange(GET, 404, ERROR, ("RateLimit-Policy", "60;w=60"), ("RateLimit", "limit=60, remaining=61")),
    ),
    (
        "limits/no-more-is-left-than-the-limit",
        lambda: exchange(GET, 404, ERROR, ("RateLimit-Limit", "60, 60;w=60"), ("RateLimit-Remaining", "61")),
    ),
    ("limits/rate-headers-tell-the-truth", lambda: exchange(GET, 404, ERROR, ("X-RateLimit-Limit", "3600"))),
    ("limits/rate-headers-tell-the-truth", lambda: exchange(GET, 404, ERROR, ("X-RateLimit-Limit", "60, 60"))),
    ("limits/rate-headers-tell-the-truth", lambda: exchange(GET, 404, ERROR, ("X-RateLimit-Remaining", "-1"))),
    ("limits/rate-headers-tell-the-truth", lambda: exchange(GET, 404, ERROR, ("X-RateLimit-Remaining", "61"))),
    ("limits/rate-headers-tell-the-truth", lambda: exchange(GET, 404, ERROR, ("X-RateLimit-Reset", "42"))),
    ("limits/rate-headers-tell-the-truth", lambda: exchange(GET, 429, ERROR, *LIMITS)),
    ("limits/a-refusal-tells-how-long-to-wait", lambda: exchange(GET, 429, ERROR, ("Retry-After", "86400"))),
    (
        "limits/a-refusal-tells-how-long-to-wait",
        lambda: exchange(GET, 429, ERROR, ("Retry-After", "Fri, 01 Jan 2100 00:00:00 GMT")),
    ),
    ("caching/answers-are-not-cached", lambda: exchange(GET, 200, EMPTY, ("Cache-Control", "private, max-age=30"))),
    ("caching/answers-are-not-cached", lambda: exchange(GET, 200, EMPTY, NO_CACHE, ("Surrogate-Control", "max-age=9"))),
    ("caching/answers-are-not-cached", lambda: exchange(POST, 201, {}, ("Cache-Control", "public"))),
    (
        "caching/answers-are-not-cached",
        lambda: exchange(GET, 200, EMPTY, ("Expires", "Fri, 01 Jan 2100 00:00:00 GMT")),
    ),
    ("caching/answers-come-from-the-deployment", lambda: exchange(GET, 200, EMPTY, NO_CACHE, ("Age", "12"))),
    ("caching/answers-come-from-the-deployment", lambda: exchange(GET, 404, ERROR, ("X-Cache", "HIT from edge"))),
    ("protocol/headers-are-well-formed", lambda: exchange(GET, 404, ERROR, ("ETag", "abc"))),
    ("protocol/headers-are-well-formed", lambda: exchange(GET, 404, ERROR, ("Date", "2026-01-01T00:00:00Z"))),
    ("protocol/headers-are-well-formed", lambda: exchange(GET, 404, ERROR, ("Retry-After", "soon"))),
    ("protocol/headers-are-well-formed", lambda: exchange(GET, 404, ERROR, ("Vary", "Accept Encoding"))),
    ("protocol/headers-are-well-formed", lambda: exchange(GET, 404, ERROR, ("Priority", "u=high!;"))),
    ("protocol/headers-are-well-formed", lambda: exchange(GET, 404, ERROR, ("Cache-Control", "max-age = 1"))),
    (
        "protocol/no-header-contradicts-another",
        lambda: exchange(GET, 404, ERROR, ("Content-Type", "application/json"), ("Content-Type", "text/html")),
    ),
    (
        "protocol/no-header-contradicts-another",
        lambda: exchange(GET, 404, ERROR, ("X-RateLimit-Limit", "60"), ("X-RateLimit-Limit", "30")),
    ),
    ("protocol/a-body-is-as-long-as-told", lambda: exchange(GET, 404, ERROR, ("Content-Length", "3"))),
    ("protocol/a-body-is-as-long-as-told", lambda: exchange(GET, 204, None, ("Content-Length", "3"))),
    ("protocol/the-date-is-now", lambda: exchange(GET, 404, ERROR, ("Date", "Mon, 21 Sep 2026 15:13:20 GMT"))),
    ("protocol/a-refused-method-names-the-others", lambda: exchange(GET, 405, ERROR, method="PUT")),
    ("protocol/a-refused-method-names-the-others", lambda: exchange(GET, 405, ERROR, ("Allow", "PUT"), method="PUT")),
    ("protocol/a-refused-method-names-the-others", lambda: exchange(GET, 405, ERROR, ("Allow", "GET"), method="PUT")),
    ("protocol/a-body-is-as-long-as-told", lambda: exchange(GET, 204, None, ("Content-Length", "0"))),
    ("schema/body-is-json", lambda: exchange(GET, 404, HALF)),
    ("pagination/the-counts-of-a-page-agree", lambda: exchange(GET, 200, paged(totalItems=1))),
    ("pagination/the-counts-of-a-page-agree", lambda: exchange(GET, 200, paged(hasNextPage=True))),
]  # fmt: skip


@pytest.mark.parametrize(("identity", "given"), BROKEN, ids=[f"{name}-{n}" for n, (name, _) in enumerate(BROKEN)])
def test_each_check_breaks_on_what_it_is_about(identity: str, given: Any) -> None:
    assert judged(identity, given()) is not None


ELSEWHERE = {
    "caching/an-answer-is-no-older-than-it-may-be",  # our document promises no such thing; other APIs in the tests do
    "schemathesis/schemathesis-finds-nothing-more",  # of our document it says nothing that ours do not
    "caching/a-tag-names-one-answer",  # which hears several exchanges, too: see test_together
    "limits/what-remains-falls-by-one",  # which hears several exchanges: see test_together
    "state/an-answer-shows-what-was-sent",  # see test_stored
    "protocol/an-answer-is-an-http-message",  # broken on the wire: see tests/hostile
    "status/answers-are-reliable",
}


def test_every_check_is_broken_by_something_here() -> None:
    assert checks.load().keys() - {identity for identity, _ in BROKEN} - ELSEWHERE == set()


def test_a_misfit_names_the_place_in_the_schema_not_the_number_of_the_item() -> None:
    told = judged("schema/body-fits-its-schema", exchange(GET, 200, {"status": "success", "data": [{"id": 5}]}))
    assert told is not None
    assert "/data/*" in told


@pytest.mark.parametrize(
    "trace",
    [
        TRACE,
        r"it said: File \"/srv/x.py\", line 3",
        "Error: x\n    at Foo.bar (/app/x.js:1:2)",
        "Error: x\n    at file:/app/x.js:1:2",
        "at com.shop.Cart.add(Cart.java:12)",
        "goroutine 7 [running]",
        "app/x.rb:7:in `call'",
        "#0 /srv/x.php(12)",
    ],
)
def test_a_stack_trace_of_any_language_is_seen_in_a_success_too(trace: str) -> None:
    """Most answers have none, and only those are looked through that have a word which every trace has."""
    law = "errors/errors-hide-the-inside"
    assert judged(law, exchange(GET, 200, trace)) is not None
    assert judged(law, exchange(GET, 200, "at home")) is None


def test_a_position_that_is_written_in_other_digits_is_none() -> None:
    asked = exchange(GET, 200, {"status": "success", "data": [], "pagination": {"totalItems": 3, "remainingItems": 1}})
    law = "pagination/the-counts-of-a-page-agree"
    for place, wrong in (("0", True), ("%C2%B2", False)):
        target = f"{asked.request.target}?skip={place}"
        told = attrs.evolve(asked, request=attrs.evolve(asked.request, target=target))
        assert (judged(law, told) is not None) is wrong


def test_what_owners_write_into_what_the_document_leaves_free_is_no_leak() -> None:
    given = exchange(GET, 200, {"data": [{"metadata": {"password": "for the door"}}]})
    assert judged("schema/what-only-requests-carry-stays-out", given) is None


def test_half_of_a_character_that_we_sent_ourselves_is_not_held_against_a_deployment() -> None:
    assert broken(exchange(GET, 404, HALF.replace("Team", "ct0a1b2c-7-1"))) == set()


def test_a_5xx_is_blamed_only_when_it_came_again() -> None:
    assert judged("status/no-server-error", exchange(GET, 500, ERROR)) is None
    assert judged("status/no-server-error", exchange(GET, 500, ERROR, because=429)) is None


@pytest.mark.parametrize(
    ("unit", "reset", "found"),
    [
        ("epoch", NOW + 30, False),
        ("epoch", 30, True),
        ("left", 30, False),
        ("left", NOW + 30, True),
        (None, 30, False),
        (None, NOW + 30, False),
        ("left-ms", 30_000, False),
        ("epoch-ms", (NOW + 30) * 1000, False),
        ("epoch", (NOW + 30) * 1000, True),
        (None, (NOW + 30) * 1000, False),
        (None, NOW - 3000, True),
        ("date", 30, True),
        ("other", 1, False),
    ],
)
def test_when_a_limit_resets_is_read_as_the_document_words_it(unit, reset, found):
    told = attrs.evolve(contract(), rate_headers={"x-ratelimit-reset": RateHeader("X-RateLimit-Reset", "reset", unit)})
    given = exchange(GET, 200, {}, ("X-RateLimit-Reset", str(int(reset))))
    rule = checks.load()["limits/rate-headers-tell-the-truth"]
    if found:
        with pytest.raises(Broken):
            rule.judge(given, told)
    else:
        assert rule.judge(given, told)


def test_a_reset_by_a_clock_that_is_hours_off_is_a_matter_of_the_date() -> None:
    told = attrs.evolve(
        contract(), rate_headers={"x-ratelimit-reset": RateHeader("X-RateLimit-Reset", "reset", "epoch")}
    )
    reset = ("X-RateLimit-Reset", str(int(NOW + 7230)))
    rule, date = checks.load()["limits/rate-headers-tell-the-truth"], formatdate(NOW + 7200, usegmt=True)
    assert rule.judge(exchange(GET, 200, {}, reset, ("Date", date)), told)
    with pytest.raises(Broken):
        rule.judge(exchange(GET, 200, {}, reset, ("Date", formatdate(NOW, usegmt=True))), told)


@pytest.mark.parametrize(
    ("body", "level"),
    [('{"a": ' * 200 + "1" + "}" * 200, "minor"), ("[" * 200, "minor"), ('{"a": {"b": []}}', "major")],
)
def test_a_failure_at_a_body_that_no_client_sends_is_minor(body: str, level: str) -> None:
    told = exchange(POST, 500, ERROR, because=500)
    told = attrs.evolve(told, request=attrs.evolve(told.request, body=body))
    with pytest.raises(Broken) as found:
        checks.load()["status/no-server-error"].judge(told, contract())
    assert severity_of("status/no-server-error", POST, found.value.expected, found.value.actual).level == level


@pytest.mark.parametrize(
    ("query", "level"), [("skip=922337203685477582&take=10", "minor"), ("teamId=922337203685477582&skip=10", "major")]
)
def test_a_failure_at_a_page_that_no_client_asks_for_is_minor(query: str, level: str) -> None:
    told = exchange(GET, 500, ERROR, because=500)
    told = attrs.evolve(told, request=attrs.evolve(told.request, target=f"{told.request.target}?{query}"))
    with pytest.raises(Broken) as found:
        checks.load()["status/no-server-error"].judge(told, contract())
    assert severity_of("status/no-server-error", GET, found.value.expected, found.value.actual).level == level
