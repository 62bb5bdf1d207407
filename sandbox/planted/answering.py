"""How one operation answers wrongly: bodies, headers, what is told of limits, and undeclared methods."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sandbox.answers import Answer
from sandbox.document import Operation
from sandbox.planted import operations as at
from sandbox.planted.planting import Beside, CutError, Rate, Told, beside, leaving, rated
from sandbox.refusals import RefusalError, failure
from sandbox.router import Match
from sandbox.spoiling import Asked, Spoiler, content, good, in_data, put, write
from sandbox.state import World


def without(name: str) -> Spoiler:
    """A success lacks a member."""
    return lambda answer, _: in_data(answer, lambda row: row.pop(name, None)) if good(answer) else None


def member(name: str, rewrite: Callable[[Any], Any]) -> Spoiler:
    """A member of a success is something else."""

    def change(row: dict[str, Any]) -> None:
        if name in row:
            row[name] = rewrite(row[name])

    return lambda answer, _: in_data(answer, change) if good(answer) else None


def adding(**members: Any) -> Spoiler:
    """A success has members that it must not have."""
    return lambda answer, _: in_data(answer, lambda row: row.update(members)) if good(answer) else None


def error(of: int, /, **members: Any) -> Spoiler:
    """An error of a status has other members."""

    def spoil(answer: Answer, _: Asked) -> None:
        if answer.status == of:
            write(answer, {**content(answer), **members})

    return spoil


def restated(old: int, new: int) -> Spoiler:
    """One status is another."""

    def spoil(answer: Answer, _: Asked) -> None:
        if answer.status == old:
            answer.status = new

    return spoil


def header(name: str, value: str, *, of: range = range(200, 300)) -> Spoiler:
    """A header of some statuses is another."""

    def spoil(answer: Answer, _: Asked) -> None:
        if answer.status in of:
            put(answer, name, value)

    return spoil


def no_envelope(answer: Answer, _: Asked) -> None:
    """An error has no envelope."""
    if not good(answer):
        write(answer, {"error": content(answer)})


_ANSWERS: tuple[tuple[str, str, str, Spoiler], ...] = (
    ("email-missing-in-user", at.UPDATE_USER, "A success lacks the email.", without("email")),
    ("triggers-missing-in-list", at.WEBHOOKS, "The items lack their triggers.", without("triggers")),
    ("member-missing-in-assignment", at.ASSIGN, "A success lacks memberId.", without("memberId")),
    ("slug-null-in-option", at.DELETE_OPTION, "A success has null for the slug.", member("slug", lambda _: None)),
    ("team-as-text-in-attribute", at.DELETE_ATTRIBUTE, "A success has teamId as a text.", member("teamId", str)),
    ("active-as-number", at.DELETE_WEBHOOK, "A success has active as a number.", member("active", int)),
    (
        "unknown-type-answered",
        at.CREATE_ATTRIBUTE,
        "A success has a type nobody knows.",
        member("type", lambda _: "DATE"),
    ),
    (
        "users-of-an-option-as-texts",
        at.BY_SLUG,
        "The ids of users are texts.",
        member("assignedUserIds", lambda value: [str(each) for each in value]),
    ),
    (
        "hash-among-members",
        at.MEMBERSHIPS,
        "The items have the hash of a password.",
        adding(passwordHash="$2b$12$C6UzMDM.H6dfI/f/IKcEeO7ZbYq"),
    ),
    (
        "private-key-answered",
        at.CREATE_CREDENTIAL,
        "A success has the private key that was sent.",
        adding(
            serviceAccountKey=[{"client_email": "robot@example.com", "private_key": "MIIEvQIBADANBgkqhkiG9w0BAQEFAASC"}]
        ),
    ),
    ("unassigned-answered-204", at.UNASSIGN, "A success is answered 204.", restated(200, 204)),
    ("webhooks-deleted-answered-202", at.DELETE_WEBHOOKS, "A success is answered 202.", restated(200, 202)),
    ("refreshed-answered-201", at.REFRESH, "A success is answered 201.", restated(200, 201)),
    ("invalid-answered-422", at.ASSIGN, "An invalid body is answered 422.", restated(400, 422)),
    ("missing-answered-410", at.DELETE_WEBHOOK, "What is not there is answered 410.", restated(404, 410)),
    ("unknown-answered-403", at.DELETE_WEBHOOKS, "A missing credential is answered 403.", restated(401, 403)),
    ("user-in-plain-text", at.USER, "A success is called plain text.", header("content-type", "text/plain")),
    (
        "refusal-in-plain-text",
        at.CREATE_WEBHOOK,
        "An error is called plain text.",
        header("content-type", "text/plain", of=range(400, 600)),
    ),
    (
        "memberships-kept-for-a-minute",
        at.MEMBERSHIPS,
        "A success may be kept for a minute.",
        header("cache-control", "private, max-age=60"),
    ),
    (
        "options-of-a-user-for-everybody",
        at.HELD,
        "A success may be kept by everybody.",
        header("cache-control", "public"),
    ),
    ("message-missing-in-404", at.DELETE_MEMBERSHIP, "A 404 has no message.", error(404, message=None)),
    (
        "trace-in-400",
        at.UPDATE_WEBHOOK,
        "A 400 has a trace.",
        error(
            400,
            message="TypeError: x is undefined\n    at validate (/app/dist/main.js:87:11)",
        ),
    ),
    ("401-says-success", at.FORCE, "The body of a 401 says success.", error(401, status="success")),
    ("no-envelope-around-errors", at.UPDATE_CREDENTIAL, "Errors have no envelope.", no_envelope),
)

for _name, _at, _text, _does in _ANSWERS:
    leaving(_name, _at, _text, _does)


# -- what is told of limits -------------------------------------------------------------------------------------------


def standing(_: World, __: Operation, rate: Rate) -> Rate:
    """What remains is always the same."""
    return _with(rate, "x-ratelimit-remaining", "41")


def falling_by(step: int) -> Told:
    """What remains falls by so many with every request."""

    def told(_: World, operation: Operation, rate: Rate) -> Rate:
        limit = operation.limits[0].requests
        left = limit - int(dict(rate)["x-ratelimit-remaining"])
        return _with(rate, "x-ratelimit-remaining", str(max(0, limit - left * step)))

    return told


def of_everybody(world: World, operation: Operation, rate: Rate) -> Rate:
    """What remains falls with the requests of others, too."""
    count = world.memory["told"] = world.memory.get("told", 0) + 1
    return _with(rate, "x-ratelimit-remaining", str(max(0, operation.limits[0].requests - count)))


def _with(rate: Rate, name: str, value: str) -> Rate:
    return tuple((each, value if each == name else old) for each, old in rate)


rated("remaining-stands-still", at.WEBHOOKS, "What remains never falls.", standing)
rated("remaining-of-an-attribute-stands-still", at.ATTRIBUTE, "What remains never falls.", standing)
rated("remaining-falls-by-two", at.MEMBERSHIPS, "What remains falls by two with every request.", falling_by(2))
rated("remaining-of-everybody", at.OPTIONS, "What remains falls with the requests of others.", of_everybody)
rated(
    "limit-told-as-the-half",
    at.FORMS,
    "The limit is told as the half of what is declared.",
    lambda _, operation, rate: _with(rate, "x-ratelimit-limit", str(operation.limits[0].requests // 2)),
)
rated(
    "reset-told-in-the-past",
    at.USER,
    "The reset is told an hour in the past.",
    lambda _, __, rate: _with(rate, "x-ratelimit-reset", str(int(dict(rate)["x-ratelimit-reset"]) - 3600)),
)


# -- methods the document does not declare ----------------------------------------------------------------------------


def taken_for(method: str) -> Beside:
    """An undeclared method is carried out as another."""
    return lambda match: match.operations[method]


def failing(_: Match) -> Operation:
    """It is answered 500."""
    raise failure()


def cut(_: Match) -> Operation:
    """The connection ends."""
    raise CutError


def forbidden(_: Match) -> Operation:
    """It is answered 403."""
    raise RefusalError(403, "Not this way.")


beside("put-changes-a-user", at.UPDATE_USER, "PUT", "PUT is carried out as PATCH.", taken_for("PATCH"))
beside("put-changes-an-option", at.UPDATE_OPTION, "PUT", "PUT is carried out as PATCH.", taken_for("PATCH"))
beside("post-changes-a-membership", at.UPDATE_MEMBERSHIP, "POST", "POST is carried out as PATCH.", taken_for("PATCH"))
beside("put-reads-bookings", at.BOOKINGS, "PUT", "PUT is answered as GET.", taken_for("GET"))
beside("delete-of-memberships-500", at.MEMBERSHIPS, "DELETE", "DELETE on the list is answered 500.", failing)
beside("patch-of-attributes-500", at.ATTRIBUTES, "PATCH", "PATCH on the list is answered 500.", failing)
beside("patch-of-forms-cut-off", at.FORMS, "PATCH", "PATCH ends the connection.", cut)
beside("delete-on-refresh-cut-off", at.REFRESH, "DELETE", "DELETE ends the connection.", cut)
beside("get-on-force-refresh", at.FORCE, "GET", "GET is carried out as POST.", taken_for("POST"))
beside("put-of-webhooks-403", at.WEBHOOKS, "PUT", "PUT on the list is answered 403.", forbidden)
