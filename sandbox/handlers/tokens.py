"""Refresh and force-refresh."""

from __future__ import annotations

from functools import partial
from typing import Any

from sandbox.calls import Call, Later, handles
from sandbox.faults import fault
from sandbox.handlers.users import find
from sandbox.refusals import RefusalError
from sandbox.tokens import FORCE, REFRESH, Token
from sandbox.variations import variation

NO_ROTATION = fault(
    "refresh-token-not-rotated",
    family="tokens",
    scope=REFRESH,
    text="A refresh answers with the same refresh token and leaves it good.",
)
RACE = fault(
    "concurrent-refresh-both-succeed",
    family="tokens",
    scope=REFRESH,
    text="Concurrent refreshes with one token all succeed, because it is spent a moment after it was checked.",
)
ACCESS_AS_REFRESH = fault(
    "access-token-accepted-as-refresh",
    family="tokens",
    scope=REFRESH,
    text="An access token buys a new pair.",
)
FOREIGN_TOKEN = fault(
    "refresh-token-not-bound-to-client",
    family="tokens",
    scope=REFRESH,
    text="A client may spend another client's refresh token.",
)
REUSE_500 = fault(
    "spent-token-500",
    family="tokens",
    scope=REFRESH,
    text="A spent refresh token is answered 500.",
)
NEW_TOKEN_LATE = fault(
    "new-access-token-dead",
    family="tokens",
    scope=REFRESH,
    text="The access token a refresh answers with does not work.",
)
LOSER_404 = variation(
    "loser-404",
    family="tokens",
    scope=REFRESH,
    text="A refresh that meets another one under way with the same token gets 404; a spent token still gets 401.",
)
SPENT_400 = variation(
    "spent-token-400",
    family="tokens",
    scope=REFRESH,
    text="A spent or expired refresh token gets 400 instead of 401.",
)
_GAP = 0.05  # seconds between checking and spending, where a switch opens one


@handles(FORCE[0])
def force_refresh(call: Call) -> dict[str, Any]:
    """A new pair without a refresh token; those the user had are dead."""
    user = find(call)
    call.world.tokens.force(user["id"])
    return call.world.tokens.issue(call.tenant.client_id, user["id"], call.world.clock())


@handles(REFRESH[0])
def refresh(call: Call) -> dict[str, Any] | Later:
    """A new pair for a refresh token, which is spent by that."""
    book = call.world.tokens
    token = book.presented(call.body[book.rules.present])
    if token is None or not _fits(call, token):
        raise RefusalError(400, "The refresh token is not valid.")
    if not book.usable(token, call.world.clock()):
        _refuse(call, token)
    if RACE in call.faults:
        return Later(_GAP, partial(_renew, call, token))
    if LOSER_404 in call.variations:
        token.spent = token.busy = True
        return Later(_GAP, partial(_renew, call, token))
    return _renew(call, token)


def _fits(call: Call, token: Token) -> bool:
    kind = not token.access or ACCESS_AS_REFRESH in call.faults
    return kind and (token.client_id == call.tenant.client_id or FOREIGN_TOKEN in call.faults)


def _refuse(call: Call, token: Token) -> None:
    if token.busy:
        raise RefusalError(404, "This refresh token is being spent.")
    if REUSE_500 in call.faults and token.spent:
        raise RefusalError(500, "Something went wrong on the server.")
    raise RefusalError(400 if SPENT_400 in call.variations else 401, "The refresh token is spent or expired.")


def _renew(call: Call, token: Token) -> dict[str, Any]:
    book, now = call.world.tokens, call.world.clock()
    token.busy = False
    if token.user_id not in call.world.by_client[token.client_id].managed:
        raise RefusalError(401, "The refresh token is spent or expired.")
    if NO_ROTATION not in call.faults:
        book.spend(token)
    pair = book.issue(token.client_id, token.user_id, now)
    if NO_ROTATION in call.faults:
        half = book.rules.refresh
        pair |= {half.token: token.text, half.expires: token.expires}
    if NEW_TOKEN_LATE in call.faults:
        book.issued[pair[book.rules.access.token]].spent = True
    return pair
