"""Tokens that one operation gives or takes wrongly."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sandbox.calls import Call, Handler
from sandbox.planted import operations as at
from sandbox.planted.planting import Working, working
from sandbox.refusals import RefusalError
from sandbox.tokens import TokenBook


def _dead(half: Callable[[TokenBook], str]) -> Working:
    """One token of a new pair does not work."""

    def does(handler: Handler, call: Call) -> Any:
        pair, book = handler(call), call.world.tokens
        book.issued[pair[half(book)]].spent = True
        return pair

    return does


def _access(book: TokenBook) -> str:
    return book.rules.access.token


def _refresh(book: TokenBook) -> str:
    return book.rules.refresh.token


def _expiry(change: Callable[[int], Any], *, access: bool = True) -> Working:
    """What is told of an expiry is wrong."""

    def does(handler: Handler, call: Call) -> Any:
        pair, rules = handler(call), call.world.tokens.rules
        name = rules.access.expires if access else rules.refresh.expires
        return {**pair, name: change(pair[name])}

    return does


def _claimed(claim: str, change: Callable[[Any], Any]) -> Working:
    """A claim of the new access token is wrong."""

    def does(handler: Handler, call: Call) -> Any:
        pair, book = handler(call), call.world.tokens
        owner = pair["user"]["id"] if "user" in pair else call.path.get("userId", 0)
        values = {"client": call.tenant.client_id, "owner": owner, "issued": int(call.world.clock())}
        book.amend(pair, {book.rules.claims[claim]: change(values[claim])})
        return pair

    return does


def _of_the_first_user(handler: Handler, call: Call) -> Any:
    """The tokens are those of the client's first user."""
    pair, first = handler(call), next(iter(call.tenant.managed))
    return {**pair, **call.world.tokens.issue(call.tenant.client_id, first, call.world.clock())}


def _ends_access(handler: Handler, call: Call) -> Any:
    """A refused refresh ends the access tokens of the client's users."""
    try:
        return handler(call)
    except RefusalError:
        for token in call.world.tokens.issued.values():
            if token.access and token.client_id == call.tenant.client_id:
                token.spent = True
        raise


def _foreign(handler: Handler, call: Call) -> Any:
    """A refresh token of another client is taken."""
    token = call.world.tokens.presented(call.body[call.world.tokens.rules.present])
    if token and not token.access and token.client_id != call.tenant.client_id:
        call.tenant = call.world.by_client[token.client_id]
    return handler(call)


_PLANTED: tuple[tuple[str, str, str, Working], ...] = (
    ("new-refresh-token-dead", at.REFRESH, "The refresh token a refresh gives does not work.", _dead(_refresh)),
    ("first-refresh-token-dead", at.CREATE_USER, "The refresh token of a new user does not work.", _dead(_refresh)),
    ("first-access-token-dead", at.CREATE_USER, "The access token of a new user does not work.", _dead(_access)),
    (
        "forced-access-expiry-doubled",
        at.FORCE,
        "The access token's expiry is told an hour late.",
        _expiry(lambda value: value + 3600),
    ),
    (
        "refresh-expiry-of-an-hour",
        at.REFRESH,
        "The refresh token's expiry is told to be in an hour.",
        _expiry(lambda value: value - 31_532_400, access=False),
    ),
    (
        "first-expiry-in-milliseconds",
        at.CREATE_USER,
        "The refresh token's expiry is told in milliseconds.",
        _expiry(lambda value: value * 1000, access=False),
    ),
    (
        "owner-of-a-new-token-as-text",
        at.CREATE_USER,
        "The owner of a new user's token is another number.",
        _claimed("owner", lambda value: value + 1),
    ),
    (
        "client-of-a-forced-token",
        at.FORCE,
        "The client of a forced token is not the path's.",
        _claimed("client", lambda value: value[::-1]),
    ),
    (
        "issued-tomorrow",
        at.FORCE,
        "A forced token is issued tomorrow.",
        _claimed("issued", lambda value: value + 86_400),
    ),
    (
        "forced-tokens-of-the-first-user",
        at.FORCE,
        "The tokens are those of the client's first user.",
        _of_the_first_user,
    ),
    (
        "refused-refresh-ends-access",
        at.REFRESH,
        "A refused refresh ends the access tokens of the client's users.",
        _ends_access,
    ),
    ("foreign-refresh-token-taken", at.REFRESH, "A refresh token of another client is taken.", _foreign),
)

for _name, _at, _text, _does in _PLANTED:
    working(_name, _at, _text, _does, "tokens")
