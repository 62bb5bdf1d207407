"""Refresh and force-refresh."""

from __future__ import annotations

from functools import partial
from typing import Any

from sandbox import rush
from sandbox import token_faults as faulty
from sandbox.calls import Call, Later, handles
from sandbox.document import Operation
from sandbox.faults import fault
from sandbox.handlers.users import find
from sandbox.refusals import RefusalError, failure
from sandbox.state import Row, World
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
def force_refresh(call: Call) -> dict[str, Any] | Later:
    """A new pair without a refresh token; those the user had are dead."""
    user, book = find(call), call.world.tokens
    if faulty.USE_500 in call.faults:
        book.forcing.add(user["id"])
        return Later(_GAP, partial(_forced, call, user))
    return _forced(call, user)


def _forced(call: Call, user: Row) -> dict[str, Any]:
    book = call.world.tokens
    book.forcing.discard(user["id"])
    if not call.world.rush.hit(rush.FORCE_FORGETS):
        book.force(user["id"])
    pair = book.issue(call.tenant.client_id, user["id"], call.world.clock())
    if faulty.FORCED_DEAD in call.faults:
        book.issued[pair[book.rules.access.token]].spent = True
    if faulty.FORCED_REFRESH_DEAD in call.faults:
        book.issued[pair[book.rules.refresh.token]].spent = True
    if faulty.OWNER_WRONG in call.faults:
        book.amend(pair, {book.rules.claims["owner"]: next(iter(call.tenant.managed))})
    if faulty.EXPIRY_TEXT in call.faults:
        pair[book.rules.access.expires] = str(pair[book.rules.access.expires])
    return pair


@handles(REFRESH[0])
def refresh(call: Call) -> dict[str, Any] | Later:
    """A new pair for a refresh token, which is spent by that."""
    book = call.world.tokens
    sent = call.body[book.rules.present]
    token = book.presented(sent)
    if token is None or not _fits(call, token):
        raise _unknown(call, sent, token)
    crowd = call.world.rush.crowd(sent)
    if not book.usable(token, call.world.clock()) and not (rush.RACE in call.faults and crowd == 4):
        if rush.LOSERS_500 in call.faults and crowd > 3:
            raise failure()
        _refuse(call, token)
    if RACE in call.faults:
        return Later(_GAP, partial(_renew, call, token))
    if LOSER_404 in call.variations or faulty.LOSER_409 in call.variations or faulty.LOSER_500 in call.faults:
        token.spent = token.busy = True
        return Later(_GAP, partial(_renew, call, token))
    return _renew(call, token)


def _unknown(call: Call, sent: str, token: Token | None) -> RefusalError:
    if faulty.GARBAGE_500 in call.faults and sent.count(".") != 2:
        return failure()
    if faulty.FOREIGN_SPENDS in call.faults and token and token.client_id != call.tenant.client_id:
        token.spent = True
    status = 403 if faulty.INVALID_403 in call.faults else 401 if faulty.UNKNOWN_401 in call.variations else 400
    return RefusalError(status, "The refresh token is not valid.")


def _fits(call: Call, token: Token) -> bool:
    kind = not token.access or ACCESS_AS_REFRESH in call.faults
    return kind and (token.client_id == call.tenant.client_id or FOREIGN_TOKEN in call.faults)


def _refuse(call: Call, token: Token) -> None:
    if token.busy:
        status = 409 if faulty.LOSER_409 in call.variations else 404
        if faulty.LOSER_500 in call.faults:
            status = 500
        raise RefusalError(status, "This refresh token is being spent.")
    if faulty.FAMILY_REVOKED in call.variations and token.spent:
        call.world.tokens.revoke(token.user_id)
    if REUSE_500 in call.faults and token.spent:
        raise failure()
    raise RefusalError(400 if SPENT_400 in call.variations else 401, "The refresh token is spent or expired.")


def _renew(call: Call, token: Token) -> dict[str, Any]:
    book, now = call.world.tokens, call.world.clock()
    token.busy = False
    gone = token.user_id not in call.world.by_client[token.client_id].managed
    if gone and faulty.REFRESH_SURVIVES not in call.faults:
        raise RefusalError(401, "The refresh token is spent or expired.")
    if NO_ROTATION not in call.faults:
        book.spend(token, now)
    pair = book.issue(token.client_id, token.user_id, now)
    _in_a_rush(call, token, pair)
    if NO_ROTATION in call.faults:
        half = book.rules.refresh
        pair |= {half.token: token.text, half.expires: token.expires}
    if faulty.CLAIM_MISSING in call.faults:
        book.amend(pair, {book.rules.claims["client"]: None})
    if faulty.DAY in call.faults:
        pair[book.rules.access.expires] += 82800
    if NEW_TOKEN_LATE in call.faults:
        book.issued[pair[book.rules.access.token]].spent = True
    return pair


def _in_a_rush(call: Call, token: Token, pair: dict[str, Any]) -> None:
    """What goes wrong with a new pair while the place is busy."""
    book, now = call.world.tokens, call.world.clock()
    if call.world.rush.hit(rush.LATE_TOKEN):
        book.issued[pair[book.rules.access.token]].starts = now + 0.4
    if call.world.rush.hit(rush.ENDS_OTHERS):
        others = [each for each in book.issued.values() if each.user_id != token.user_id and not each.access]
        for other in others[-1:]:
            other.spent = True


def refused(world: World, operation: Operation, body: bytes | None) -> None:
    """With the fault: a refresh that was refused for its number has spent its token."""
    if rush.SPENT_BY_429 not in world.faults or operation.operation_id not in REFRESH:
        return
    for text, token in world.tokens.issued.items():
        if not token.access and text.encode() in (body or b""):
            token.spent = True
