"""Laws of tokens: a refresh gives a new pair and spends the old one, once, for its own client only."""

from __future__ import annotations

from contracts import on
from contracts.api import Api
from contracts.exchange import MISSING, Exchange
from contracts.law import Broken, Conversation, NotObservable, Together, law
from contracts.pairs import Pair, claims, issued, pair_of, presented, rules, used

REFUSED = {400, 401}
LOST = {400, 401, 404, 409}


@law(family="tokens", on=on.refreshes, kinds=("token",), writes=True, nowhere=True)
def a_refresh_gives_a_new_pair(api: Api) -> Conversation:
    """A refresh answers with a new access token and a new refresh token, and the new access token works at once."""
    pair, _ = yield from issued(api)
    fresh = pair_of(api, (yield presented(api, pair.refresh)))
    if fresh.refresh == pair.refresh:
        raise Broken("another refresh token than the one presented", "the same one")
    if fresh.access == pair.access:
        raise Broken("another access token than before", "the same one")
    answer: Exchange = yield from used(api, fresh.access)
    if answer.status == 401:
        raise Broken("the new access token to work at once", answer.says())


@law(family="tokens", on=on.refreshes, kinds=("token",), writes=True, nowhere=True)
def a_spent_refresh_token_is_refused(api: Api) -> Conversation:
    """A refresh token works once: presented again it is refused with 400 or 401."""
    pair, _ = yield from issued(api)
    pair_of(api, (yield presented(api, pair.refresh)))
    again: Exchange = yield presented(api, pair.refresh)
    if again.status not in REFUSED:
        raise Broken("400 or 401 for a refresh token that was used", again.says())


@law(family="tokens", on=on.refreshes, kinds=("token",), writes=True, race=True, nowhere=True)
def of_refreshes_at_once_one_wins(api: Api) -> Conversation:
    """Of several refreshes with one token at the same moment exactly one succeeds; the others are refused.

    Five are sent together. Broken if two succeed, if none does, or if a loser gets a server error.
    """
    pair, _ = yield from issued(api)
    answers: list[Exchange] = yield Together.of(presented(api, pair.refresh) for _ in range(5))
    winners = [each for each in answers if each.ok]
    if len(winners) != 1:
        raise Broken("exactly 1 of 5 refreshes at once to succeed", f"{len(winners)} did")
    for loser in answers:
        if not loser.ok and loser.status not in LOST:
            raise Broken("400, 401, 404 or 409 for a refresh that lost", loser.says())


@law(family="tokens", on=on.refreshes, kinds=("token",), writes=True, nowhere=True)
def the_kinds_of_token_are_not_swapped(api: Api) -> Conversation:
    """An access token is refused where a refresh token is asked for, and the other way round."""
    pair, _ = yield from issued(api)
    answer: Exchange = yield presented(api, pair.access)
    if answer.status not in REFUSED:
        raise Broken("400 or 401 for an access token presented as a refresh token", answer.says())
    answer = yield from used(api, pair.refresh)
    if answer.status not in {401, 403}:
        raise Broken("401 for a refresh token used as an access token", answer.says())


@law(family="tokens", on=on.issues, kinds=("token",), writes=True, nowhere=True)
def tokens_say_when_they_expire(api: Api) -> Conversation:
    """The expiry members are Unix seconds, as far ahead as the document promises, and agree with the token's claims.

    Rounding down to the minute (access) or to the day (refresh) is allowed, and a deployment with a scaled clock may
    scale the lifetimes too.
    """
    pair, made = yield from issued(api)
    if api.operation is rules(api).refresh:
        pair = pair_of(api, (yield presented(api, pair.refresh)))
    elif api.operation is rules(api).force:
        pair = pair_of(api, (yield api.ask(path=made.values)))
    told = rules(api)
    _expires(api, "access", pair.access_expires, told.access.lifetime, 60, pair)
    if told.refresh_token:
        _expires(api, "refresh", pair.refresh_expires, told.refresh_token.lifetime, 86400, pair)
    _claimed(api, pair, made.values)


TOLERANCE = 10.0
"""Seconds by which clocks may differ."""


def _expires(api: Api, which: str, expires: object, lifetime: float | None, rounding: float, pair: Pair) -> None:
    if expires is MISSING or lifetime is None:
        return
    if isinstance(expires, bool) or not isinstance(expires, int | float):
        raise Broken(f"the expiry of the {which} token in Unix seconds", repr(expires))
    ahead = expires - pair.answer.received
    scaled = lifetime / api.deployment.time_scale
    if not any(each - rounding - TOLERANCE <= ahead <= each + TOLERANCE for each in (lifetime, scaled)):
        unit = " (it looks like milliseconds)" if expires > 1e11 else ""
        raise Broken(f"the {which} token to expire {lifetime:g} s after it was issued", f"{ahead:.0f} s{unit}")


def _claimed(api: Api, pair: Pair, owner: dict[str, str]) -> None:
    names, payload = rules(api).claims, claims(pair.access)
    if not names:
        return
    if not payload:
        raise Broken("an access token that is a JWT with a readable payload", "something else")
    for role, name in names.items():
        if name not in payload:
            raise Broken(f"the claim {name} in the access token", f"only {', '.join(sorted(payload))}")
        if role == "owner" and str(payload[name]) not in owner.values():
            raise Broken(f"the claim {name} to name the owner of the token", repr(payload[name]))
    expiry = payload.get(names.get("expires", ""), MISSING)
    if isinstance(expiry, int | float) and isinstance(pair.access_expires, int | float):
        apart = abs(expiry - pair.access_expires)
        if apart > 60 + TOLERANCE:
            raise Broken(f"the claim {names['expires']} to agree with the answer's expiry", f"{apart:g} s apart")


@law(family="tokens", on=on.forced_refreshes, kinds=("token",), writes=True, nowhere=True)
def a_forced_refresh_ends_the_old_refresh_token(api: Api) -> Conversation:
    """After a forced refresh the previous refresh token is refused, and the new pair works."""
    pair, made = yield from issued(api)
    forced = pair_of(api, (yield api.ask(path=made.values)))
    old: Exchange = yield presented(api, pair.refresh)
    if old.status not in REFUSED:
        raise Broken("400 or 401 for the refresh token of before", old.says())
    answer: Exchange = yield presented(api, forced.refresh)
    if not answer.ok:
        raise Broken("the new refresh token to work", answer.says())


@law(family="tokens", on=on.refreshes, kinds=("token", "credential"), writes=True, rival=True, nowhere=True)
def a_refresh_token_belongs_to_its_client(api: Api) -> Conversation:
    """Another client cannot use a refresh token, and its attempt does not spend it."""
    pair, _ = yield from issued(api)
    rival = api.rival
    path = {name: api.deployment.value(rival.tenant, name) or "" for name in api.operation.path_parameters}
    body = presented(api, pair.refresh).json
    answer: Exchange = yield api.ask(path=path, body=body, principal=rival)
    if answer.ok:
        raise Broken("a refusal of another client's refresh token", answer.says())
    if answer.status >= 500:
        raise NotObservable(f"the other client got {answer.says()}")
    own: Exchange = yield presented(api, pair.refresh)
    if not own.ok:
        raise Broken("the owner's refresh token still to work", own.says())
