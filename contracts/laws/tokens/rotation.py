"""Laws of rotation: a refresh gives a new pair and spends the old token, once, for its own client only.

Several laws judge one session: what they ask alike is sent once (see `contracts.api.Scene`).
"""

from __future__ import annotations

import attrs

from contracts.core.conversation import Blocked, Broken, Conversation, Observed, Steps, Together, Wait
from contracts.core.exchange import Exchange
from contracts.laws.law import law
from contracts.request.api import Api
from contracts.steps.tokens.pairs import REFUSED, Pair, another, issued, pair_of, presented, rules, used
from contracts.strategies.tokens import WORTHLESS, worthless
from specs.contract import selectors

LOST = {400, 401, 404, 409}
GONE = {400, 401, 403, 404}


@attrs.define
class Session:
    """One user's tokens through a refresh and a reuse. What is MISSING was not asked for yet."""

    api: Api
    first: Pair
    second: Pair

    def reused(self) -> Steps:
        """The first refresh token once more, after it was spent."""
        return (yield presented(self.api, self.first.refresh))


def _session(api: Api) -> Steps:
    stage = api.playing("a session")
    first, _ = yield from issued(stage)
    second = pair_of(stage, (yield presented(stage, first.refresh)))
    return Session(stage, first, second)


@law(family="tokens", on=selectors.refreshes, kinds=("token/issue", "token/refresh"), writes=True, nowhere=True)
def a_refresh_gives_a_new_pair(api: Api) -> Conversation:
    """A refresh answers with a new access token and a new refresh token, and the new access token works at once."""
    session: Session = yield from _session(api)
    another(session.first, session.second)
    answer: Exchange = yield from used(session.api, session.second.access)
    if answer.status == 401:
        raise Broken("the new access token to work at once", answer.says())


@law(family="tokens", on=selectors.refreshes, kinds=("token/refresh",), writes=True, nowhere=True)
def the_access_token_of_before_a_refresh(api: Api) -> Conversation:
    """Whether an access token survives a refresh is not declared: it is observed."""
    session: Session = yield from _session(api)
    yield from used(session.api, session.second.access)
    answer: Exchange = yield from used(session.api, session.first.access)
    told = "dies with" if answer.status == 401 else "survives"
    raise Observed(f"the previous access token {told} a refresh ({answer.status})")


@law(family="tokens", on=selectors.refreshes, kinds=("token/refresh",), writes=True, nowhere=True)
def a_spent_refresh_token_is_refused(api: Api) -> Conversation:
    """A refresh token works once: presented again it is refused with 400 or 401."""
    session: Session = yield from _session(api)
    yield from used(session.api, session.second.access)
    yield from used(session.api, session.first.access)
    again: Exchange = yield from session.reused()
    if again.status not in REFUSED:
        raise Broken("400 or 401 for a refresh token that was used", again.says())


@law(family="tokens", on=selectors.refreshes, kinds=("token/refresh",), writes=True, nowhere=True)
def the_family_of_a_reused_token(api: Api) -> Conversation:
    """Whether the reuse of a spent refresh token ends the tokens that came from it is not declared: it is observed."""
    session: Session = yield from _session(api)
    yield from used(session.api, session.second.access)
    yield from used(session.api, session.first.access)
    yield from session.reused()
    answer: Exchange = yield presented(session.api, session.second.refresh)
    told = "goes on working" if answer.ok else "is revoked with it"
    raise Observed(f"after a reuse the newer refresh token {told} ({answer.status})")


@law(family="tokens", on=selectors.refreshes, kinds=("token/refresh",), writes=True, nowhere=True)
def a_token_spent_before_the_last_is_refused(api: Api) -> Conversation:
    """A refresh token stays spent when the one that followed it is spent as well."""
    session: Session = yield from _session(api)
    yield from used(session.api, session.second.access)
    yield from used(session.api, session.first.access)
    yield from session.reused()
    yield presented(session.api, session.second.refresh)
    again: Exchange = yield from session.reused()
    if again.status not in REFUSED:
        raise Broken("400 or 401 for a refresh token that was used two refreshes ago", again.says())


LATER, SOON = 65.0, 5.0
"""Seconds after which a spent token is tried again; and how long that may take where little is asked."""


def _later(api: Api, depth: str) -> list[None]:
    """At depth deep; elsewhere only where the clock of a deployment runs so fast that nobody has to wait."""
    return [None] if depth == "deep" or LATER / api.deployment.time_scale <= SOON else []


@law(family="tokens", on=selectors.refreshes, kinds=("token/refresh",), writes=True, nowhere=True, each=_later)
def a_spent_refresh_token_stays_spent(api: Api, _: None) -> Conversation:
    """A spent refresh token does not come back to life: it is still refused a little over a minute later."""
    pair, _ = yield from issued(api)
    pair_of(api, (yield presented(api, pair.refresh)))
    yield Wait(LATER)
    again: Exchange = yield presented(api, pair.refresh)
    if again.status not in REFUSED:
        raise Broken("400 or 401 for a refresh token that was used a minute ago", again.says())


def _crowds(api: Api, depth: str) -> list[int]:
    """How many refresh at once; never more than the declared limit lets through at a time."""
    wanted = {"quick": [5], "standard": [2, 5]}.get(depth, [2, 5, 20])
    limits = api.operation.limits if api.deployment.limits else ()
    most = min((each.requests for each in limits), default=20)
    return sorted({min(each, most) for each in wanted if most > 1})


@law(
    family="tokens",
    on=selectors.refreshes,
    kinds=("token/refresh",),
    writes=True,
    race=True,
    nowhere=True,
    each=_crowds,
)
def of_refreshes_at_once_one_wins(api: Api, crowd: int) -> Conversation:
    """Of several refreshes with one token at the same moment exactly one succeeds; the others are refused.

    Broken if two succeed, if none does, or if a loser gets a server error. More than the declared limit are never sent.
    """
    pair, _ = yield from issued(api)
    answers: list[Exchange] = yield Together.of(presented(api, pair.refresh) for _ in range(crowd))
    winners = [each for each in answers if each.ok]
    if len(winners) != 1:
        raise Broken(f"exactly 1 of {crowd} refreshes at once to succeed", f"{len(winners)} did")
    for loser in answers:
        if not loser.ok and loser.status not in LOST:
            raise Broken("400, 401, 404 or 409 for a refresh that lost", loser.says())


def _refused(api: Api) -> Steps:
    """A pair, and the answers to each of its tokens in the place of the other."""
    stage = api.playing("tokens in the wrong place")
    pair, _ = yield from issued(stage)
    access = yield presented(stage, pair.access)
    refresh = yield from used(stage, pair.refresh)
    return stage, pair, access, refresh


@law(family="tokens", on=selectors.refreshes, kinds=("token/present",), writes=True, nowhere=True)
def the_kinds_of_token_are_not_swapped(api: Api) -> Conversation:
    """An access token is refused where a refresh token is asked for, and the other way round."""
    _, _, access, refresh = yield from _refused(api)
    if access.status not in REFUSED:
        raise Broken("400 or 401 for an access token presented as a refresh token", access.says())
    if refresh.status not in {401, 403}:
        raise Broken("401 for a refresh token used as an access token", refresh.says())


@law(family="tokens", on=selectors.refreshes, kinds=("token/present", "token/refresh"), writes=True, nowhere=True)
def what_is_no_refresh_token_is_refused(api: Api) -> Conversation:
    """A text that is no refresh token of this deployment is refused with 400 or 401, whatever it looks like.

    Words, a changed token, a token of somebody else's key. That the good one works afterwards is not promised.
    """
    stage, pair, access, _ = yield from _refused(api)
    kinds = list(WORTHLESS)[: {"quick": 3, "standard": 6}.get(api.depth)]
    for kind in kinds:
        answer: Exchange = yield presented(stage, worthless(kind, pair.refresh))
        if answer.status not in REFUSED | {422}:
            raise Broken(f"400 or 401 for {kind}", answer.says())
    own: Exchange = yield presented(stage, pair.refresh)
    if not own.ok and not access.ok:
        raise Observed(f"after refused texts the good token gets {own.says()}")


@law(
    family="tokens",
    on=selectors.refreshes,
    kinds=("token/refresh", "credential"),
    writes=True,
    rival=True,
    nowhere=True,
)
def a_refresh_token_belongs_to_its_client(api: Api) -> Conversation:
    """Another client cannot use a refresh token, and its attempt does not spend it."""
    pair, _ = yield from issued(api)
    rival = api.beside(api.rival)
    answer: Exchange = yield presented(rival, pair.refresh)
    if answer.ok:
        raise Broken("a refusal of another client's refresh token", answer.says())
    if answer.status >= 500:
        raise Broken("a refusal of another client's refresh token", answer.says())
    own: Exchange = yield presented(api, pair.refresh)
    if not own.ok:
        raise Broken("the owner's refresh token still to work", own.says())


@law(family="tokens", on=selectors.token_owners, kinds=("state/delete", "token/issue"), writes=True, nowhere=True)
def a_deleted_owners_tokens_are_dead(api: Api) -> Conversation:
    """With the user its tokens go: the access token is refused, and the refresh token gives no new pair."""
    pair, made = yield from issued(api)
    before: Exchange = yield from used(api, pair.access)
    deletion: Exchange = yield api.ask(path=made.values)
    if not deletion.ok:
        raise Blocked(f"the owner was not deleted: {deletion.says()}")
    after: Exchange = yield from used(api, pair.access)
    if before.status != 401 and after.status not in {401, 403, 404}:
        raise Broken("401 for the access token of a deleted user", after.says())
    if rules(api).refresh is None:
        return
    refresh: Exchange = yield presented(api, pair.refresh)
    if refresh.status not in GONE:
        raise Broken("400 or 401 for the refresh token of a deleted user", refresh.says())
