"""What one operation lets in, reads wrongly or says of itself: credentials, queries, headers and times."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from sandbox.answers import Answer
from sandbox.document import Operation
from sandbox.planted import operations as at
from sandbox.planted.answering import failing as fails_beside
from sandbox.planted.answering import header, member, restated, taken_for
from sandbox.planted.doors import (
    SECRET,
    any_signature,
    behind,
    believing,
    key_in_query,
    key_like,
    no_algorithm,
    old_tokens,
    secret_like,
)
from sandbox.planted.inputs import dropped, failing, last_used, parameter_failing, query, refusing, renamed, widened
from sandbox.planted.planting import Change, Rate, beside, door, inside, leaving, rated
from sandbox.spoiling import Asked, Spoiler, content, write
from sandbox.state import World


def always(name: str, value: str) -> Change:
    """A parameter has one value whatever is sent."""
    return query(name, lambda _, __: value)


def only_day(name: str) -> Change:
    """Of a time the day counts."""
    return query(name, lambda _, text: f"{text[:10]}T00:00:00Z" if "T" in text else text)


def moved(hours: int) -> Callable[[Any], Any]:
    """A time that is right in form and told for another hour."""

    def change(value: Any) -> Any:
        there = datetime.fromisoformat(str(value)) + timedelta(hours=hours)
        return there.isoformat(timespec="milliseconds").replace("+00:00", "Z")

    return change


def repeating(name: str) -> Spoiler:
    """A refusal repeats the credential."""

    def spoil(answer: Answer, asked: Asked) -> None:
        if answer.status in (401, 403) and name in asked.headers:
            write(answer, {**content(answer), "message": f"{asked.headers[name]} may not do this."})

    return spoil


def counting_up(_: World, operation: Operation, rate: Rate) -> Rate:
    """What remains is what was used."""
    most = operation.limits[0].requests
    return tuple((name, str(most - int(old)) if name == "x-ratelimit-remaining" else old) for name, old in rate)


def of_double(_: World, __: Operation, rate: Rate) -> Rate:
    """The limit is told as the double."""
    return tuple((name, str(int(old) * 2) if name == "x-ratelimit-limit" else old) for name, old in rate)


def odd(letters: str) -> Callable[[Any], bool]:
    """A body with one of these letters in a text."""

    def test(sent: Any) -> bool:
        texts = sent.values() if isinstance(sent, dict) else ()
        return any(letter in text for text in texts if isinstance(text, str) for letter in letters)

    return test


_DOORS: tuple[tuple[str, str, str, Change], ...] = (
    (
        "key-with-more-behind",
        at.DELETE_MEMBERSHIP,
        "What stands behind a key is ignored.",
        key_like(lambda sent, known: sent.startswith(known)),
    ),
    (
        "secret-but-for-its-last-letter",
        at.UPDATE_USER,
        "The last letter of a secret is not compared.",
        secret_like(lambda sent, known: sent[:-1] == known[:-1]),
    ),
    (
        "secret-by-its-second-half",
        at.DELETE_USER,
        "Only the second half of a secret is compared.",
        secret_like(lambda sent, known: sent[24:] == known[24:]),
    ),
    (
        "key-in-any-case-updates-an-option",
        at.UPDATE_OPTION,
        "Large and small letters of a key are the same.",
        key_like(lambda sent, known: sent.lower() == known.lower()),
    ),
    (
        "any-signature-among-assigned",
        at.ASSIGNED,
        "The signature of a token is not looked at.",
        believing(any_signature),
    ),
    ("no-signature-among-attributes", at.ATTRIBUTES, "A token without an algorithm is good.", believing(no_algorithm)),
    ("expired-token-opens-the-slug", at.BY_SLUG, "An expired access token is taken for a good one.", old_tokens),
    (
        "key-in-the-query-deletes-an-option",
        at.DELETE_OPTION,
        "A key is taken from the query.",
        key_in_query("apiKey", "api_key", "access_token"),
    ),
    (
        "key-behind-token-makes-a-membership",
        at.CREATE_MEMBERSHIP,
        "A key is taken behind Token and Basic.",
        behind("token", "basic"),
    ),
)
_QUERIES: tuple[tuple[str, str, str, Change], ...] = (
    (
        "only-the-last-team-of-bookings-counts",
        at.BOOKINGS,
        "Of several teamsIds only the last counts.",
        last_used("teamsIds"),
    ),
    (
        "unconfirmed-with-cancelled",
        at.BOOKINGS,
        "Whoever asks for unconfirmed bookings gets cancelled ones too.",
        widened("status", "unconfirmed", "cancelled"),
    ),
    (
        "after-update-of-bookings-looks-at-creation",
        at.BOOKINGS,
        "afterUpdatedAt looks at the time of creation.",
        renamed("afterUpdatedAt", "afterCreatedAt"),
    ),
    ("day-of-a-filter-alone", at.FORMS, "Of beforeCreatedAt the day counts.", only_day("beforeCreatedAt")),
    ("ends-always-ascending", at.BOOKINGS, "sortEnd is always ascending.", always("sortEnd", "asc")),
    ("unknown-way-of-ends", at.BOOKINGS, "sortEnd in no direction that is known is not sorted.", dropped("sortEnd")),
    (
        "apostrophe-in-a-name-500",
        at.BOOKINGS,
        "An apostrophe in attendeeName is answered 500.",
        parameter_failing("attendeeName", lambda text: "'" in text),
    ),
    ("percent-in-a-bio-500", at.UPDATE_USER, "A percent sign in a text is answered 500.", failing(odd("%"))),
    ("two-lines-in-a-template-500", at.CREATE_WEBHOOK, "A line break in a text is answered 500.", failing(odd("\n"))),
    (
        "page-of-one-500",
        at.FORMS,
        "A take of one is answered 500.",
        parameter_failing("take", lambda text: text == "1"),
    ),
    (
        "admin-refused",
        at.CREATE_MEMBERSHIP,
        "The role ADMIN is refused.",
        refusing(lambda sent: sent.get("role") == "ADMIN"),
    ),
)
_ANSWERS: tuple[tuple[str, str, str, Spoiler], ...] = (
    ("key-told-in-a-refusal", at.ATTRIBUTES, "A refusal repeats the credential.", repeating("authorization")),
    ("secret-told-in-a-refusal", at.DELETE_WEBHOOK, "A refusal repeats the credential.", repeating(SECRET)),
    ("option-made-with-200", at.CREATE_OPTION, "A creation is answered 200.", restated(201, 200)),
    ("attribute-with-an-old-tag", at.ATTRIBUTE, "A success always has the same tag.", header("etag", '"a1"')),
    (
        "booking-kept-for-an-hour",
        at.BOOKINGS,
        "A success may be kept for an hour.",
        header("cache-control", "max-age=3600"),
    ),
    ("deleted-option-as-text", at.DELETE_OPTION, "A success is called text/json.", header("content-type", "text/json")),
    ("updates-of-forms-an-hour-late", at.FORMS, "updatedAt is told an hour late.", member("updatedAt", moved(1))),
    ("starts-of-bookings-elsewhere", at.BOOKINGS, "start is told two hours early.", member("start", moved(-2))),
    (
        "created-date-without-a-zone",
        at.USER,
        "createdDate has no time zone.",
        member("createdDate", lambda value: value.rstrip("Z")),
    ),
)

for _name, _at, _text, _change in _DOORS:
    door(_name, _at, _text, _change)
for _name, _at, _text, _change in _QUERIES:
    inside(_name, _at, _text, _change)
for _name, _at, _text, _spoils in _ANSWERS:
    leaving(_name, _at, _text, _spoils)
rated("used-told-as-remaining", at.USER, "What remains is told as what was used.", counting_up)
rated("limit-told-twice-as-high", at.BY_SLUG, "The limit is told as the double of what is declared.", of_double)
beside("put-deletes-a-webhook", at.WEBHOOK, "PUT", "PUT is carried out as DELETE.", taken_for("DELETE"))
beside("post-on-a-user-500", at.USER, "POST", "POST on a user is answered 500.", fails_beside)
beside("post-reads-a-membership", at.MEMBERSHIP, "POST", "POST is carried out as GET.", taken_for("GET"))
