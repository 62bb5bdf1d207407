"""Laws of rotation: a refresh gives a new pair and spends the old token, once, for its own client only.

Several laws judge one session: requests they have in common are sent once (see `SharedQuestions` in
`contracts.request.api`).
"""

from __future__ import annotations

import attrs

from contracts.core.conversation import Blocked, Broken, Concurrently, Conversation, Observed, Steps, Wait
from contracts.core.exchange import Exchange
from contracts.laws.law import law
from contracts.request.api import RequestFactory
from contracts.steps.access.nearly_right import nearly_right
from contracts.steps.tokens.pairs import (
    Pair,
    another,
    call_with,
    issue,
    pair_of,
    refresh_request,
    refusals,
    require_client,
    require_spent,
    rules,
)
from contracts.strategies.tokens import WORTHLESS, worthless
from specs.contract import selectors

LOST = {400, 401, 404, 409}
GONE = {400, 401, 403, 404}


@attrs.define
class Session:
    """One user's tokens through a refresh and a reuse. What is MISSING was not requested yet."""

    api: RequestFactory
    first: Pair
    second: Pair

    def reused(self) -> Steps:
        """The first refresh token once more, after it was spent."""
        return (yield refresh_request(self.api, self.first.refresh))


def _session(api: RequestFactory) -> Steps:
    stage = api.sharing("a session")
    first, _ = yield from issue(stage)
    second = pair_of(stage, (yield refresh_request(stage, first.refresh)))
    return Session(stage, first, second)


@law(family="tokens", on=selectors.refreshes, kinds=("token/issue", "token/refresh"), writes=True, no_path_setup=True)
def a_refresh_gives_a_new_pair(api: RequestFactory) -> Conversation:
    """A refresh answers with a new access token and a new refresh token, and both work at once.

    The new refresh token is traded after the spent one was refused. Where that ends its family, another one is traded
    that nothing was done with before.
    """
    session: Session = yield from _session(api)
    another(api, session.first, session.second)
    answer: Exchange = yield from call_with(session.api, session.second.access)
    if answer.status == 401:
        raise Broken("the new access token to work at once", answer.summary())
    # what the other laws ask of this session comes first, as they ask it: the new token is spent after that
    yield from call_with(session.api, session.first.access)
    yield from session.reused()
    if (yield refresh_request(session.api, session.second.refresh)).status not in refusals(api):
        return
    first, _ = yield from issue(api)
    second = pair_of(api, (yield refresh_request(api, first.refresh)))
    traded: Exchange = yield refresh_request(api, second.refresh)
    if traded.status in refusals(api):
        raise Broken("the new refresh token to work", traded.summary(), [second.answer, traded])


@law(family="tokens", on=selectors.refreshes, kinds=("token/refresh",), writes=True, no_path_setup=True)
def the_access_token_of_before_a_refresh(api: RequestFactory) -> Conversation:
    """Whether an access token survives a refresh is not declared: it is observed."""
    session: Session = yield from _session(api)
    yield from call_with(session.api, session.second.access)
    answer: Exchange = yield from call_with(session.api, session.first.access)
    fate = "dies with" if answer.status == 401 else "survives"
    raise Observed(f"the previous access token {fate} a refresh ({answer.status})")


@law(family="tokens", on=selectors.refreshes, kinds=("token/refresh",), writes=True, no_path_setup=True)
def a_spent_refresh_token_is_refused(api: RequestFactory) -> Conversation:
    """A refresh token works once: presented again it is refused with 400 or 401.

    Broken where the document says that a token works once; a reuse that it leaves open, or grants, is observed.
    """
    session: Session = yield from _session(api)
    yield from call_with(session.api, session.second.access)
    yield from call_with(session.api, session.first.access)
    again: Exchange = yield from session.reused()
    require_spent(api, [session.second.answer], again, "400 or 401 for a refresh token that was used")


@law(family="tokens", on=selectors.refreshes, kinds=("token/refresh",), writes=True, no_path_setup=True)
def the_family_of_a_reused_token(api: RequestFactory) -> Conversation:
    """Whether the reuse of a spent refresh token ends the tokens that came from it is not declared: it is observed."""
    session: Session = yield from _session(api)
    yield from call_with(session.api, session.second.access)
    yield from call_with(session.api, session.first.access)
    yield from session.reused()
    answer: Exchange = yield refresh_request(session.api, session.second.refresh)
    fate = "goes on working" if answer.ok else "is revoked with it"
    raise Observed(f"after a reuse the newer refresh token {fate} ({answer.status})")


@law(family="tokens", on=selectors.refreshes, kinds=("token/refresh",), writes=True, no_path_setup=True)
def a_token_spent_before_the_last_is_refused(api: RequestFactory) -> Conversation:
    """A refresh token stays spent when the one that followed it is spent as well."""
    session: Session = yield from _session(api)
    yield from call_with(session.api, session.second.access)
    yield from call_with(session.api, session.first.access)
    yield from session.reused()
    later: Exchange = yield refresh_request(session.api, session.second.refresh)
    again: Exchange = yield from session.reused()
    uses = [session.second.answer, later]
    require_spent(api, uses, again, "400 or 401 for a refresh token that was used two refreshes ago")


LATER, OVER = 65.0, 2.0
"""Seconds after which a spent token is tried again; and how long after the end of a grace that the document grants."""
LONGEST = 300.0
"""The longest grace, in seconds, whose end is waited for."""
PATIENCE = {"quick": 12.0, "standard": 40.0}
"""Seconds that this may take, by depth."""


def _later(api: RequestFactory, depth: str) -> list[float]:
    """At depth deep; elsewhere where a grace is soon over, or the clock of a deployment runs so fast."""
    grace = rules(api).grace
    wait = grace + OVER if 0 < grace < LONGEST else LATER
    if depth == "deep":
        return [max(wait, LATER)]
    return [wait] if wait / api.deployment.time_scale <= PATIENCE[depth] else []


@law(family="tokens", on=selectors.refreshes, kinds=("token/refresh",), writes=True, no_path_setup=True, cases=_later)
def a_spent_refresh_token_stays_spent(api: RequestFactory, wait: float) -> Conversation:
    """A spent refresh token does not come back to life: it is still refused a little over a minute later.

    Where the document grants a grace in which it still works, it is asked when that is over.
    """
    pair, _ = yield from issue(api)
    spent = pair_of(api, (yield refresh_request(api, pair.refresh))).answer
    yield Wait(wait)
    again: Exchange = yield refresh_request(api, pair.refresh)
    ago = "a minute" if wait == LATER else f"{wait:g} s"
    require_spent(api, [spent], again, f"400 or 401 for a refresh token that was used {ago} ago", since=wait - 1)


def _crowds(api: RequestFactory, depth: str) -> list[int]:
    """How many refresh at once; never more than the declared limit lets through at a time."""
    wanted = {"quick": [2], "standard": [8]}.get(depth, [3, 10, 20])
    limits = api.operation.limits if api.deployment.limits else ()
    most = min((each.requests for each in limits), default=20)
    return sorted({min(each, most) for each in wanted if most > 1})


STAGGERED = {"quick": (0.0,), "standard": (0.0, 0.5), "deep": (0.0, 0.25, 0.5, 1.0)}
"""By depth, the rounds: how long after one another those of a round are sent, as a share of what one alone takes."""


@law(
    family="tokens",
    on=selectors.refreshes,
    kinds=("token/refresh",),
    writes=True,
    by_luck=True,
    no_path_setup=True,
    cases=_crowds,
)
def of_refreshes_at_once_one_wins(api: RequestFactory, crowd: int) -> Steps:
    """Of several refreshes with one token at the same moment exactly one succeeds; the others are refused.

    Broken if two succeed, if none does, or if a loser gets a server error. More than the declared limit are never sent.
    In further rounds they are sent one shortly after another, within the time that the first of them took: a server
    that looks a token up and then marks it as spent is open in between. Two rounds must show it.
    """
    pair, _ = yield from issue(api)
    rounds, shortest = STAGGERED[api.depth], 0.0
    for number, share in enumerate(rounds, 1):
        gap = share * shortest / crowd
        requests = [refresh_request(api, pair.refresh) for _ in range(crowd)]
        answers: list[Exchange] = yield Concurrently.of(requests, gap=gap)
        winners = [each for each in answers if each.ok]
        expected = f"exactly 1 of {crowd} refreshes at once to succeed"
        for loser in answers:
            if not loser.ok and (loser.status >= 500 or loser.status not in LOST | refusals(api)):
                raise Broken("400, 401, 404 or 409 for a refresh that lost", loser.summary())
        if len(winners) > 1:
            require_spent(
                api, winners[:1], winners[1], f"{expected}, not {len(winners)} (round {number} of {len(rounds)})"
            )
        if not winners:
            raise Broken(expected, "none did")
        shortest = min(each.received - each.sent for each in answers)
        if number < len(rounds):
            pair, _ = yield from issue(api)
    return f"{crowd} were sent at once, in {len(rounds)} round{'s' * (len(rounds) > 1)}: one succeeded each time"


def _refused(api: RequestFactory) -> Steps:
    """A pair, and the answers to each of its tokens in the place of the other."""
    stage = api.sharing("tokens in the wrong place")
    pair, _ = yield from issue(stage)
    access = yield refresh_request(stage, pair.access)
    refresh = yield from call_with(stage, pair.refresh)
    return stage, pair, access, refresh


@law(family="tokens", on=selectors.refreshes, kinds=("token/present",), writes=True, no_path_setup=True)
def the_kinds_of_token_are_not_swapped(api: RequestFactory) -> Conversation:
    """An access token is refused where a refresh token belongs, and the other way round."""
    _, _, access, refresh = yield from _refused(api)
    if access.status not in refusals(api):
        raise Broken("400 or 401 for an access token presented as a refresh token", access.summary())
    if refresh.status not in {401, 403}:
        raise Broken("401 for a refresh token used as an access token", refresh.summary())


@law(family="tokens", on=selectors.refreshes, kinds=("token/present", "token/refresh"), writes=True, no_path_setup=True)
def what_is_no_refresh_token_is_refused(api: RequestFactory) -> Conversation:
    """Anything but a refresh token of this deployment is refused with 400 or 401, whatever it looks like.

    Words, a changed token, a token of somebody else's key. That the good one works afterwards is not promised.
    """
    stage, pair, access, _ = yield from _refused(api)
    kinds = list(WORTHLESS)[: {"quick": 3, "standard": 6}.get(api.depth)]
    for kind in kinds:
        answer: Exchange = yield refresh_request(stage, worthless(kind, pair.refresh))
        if answer.status not in refusals(api) | {422}:
            raise Broken(f"400 or 401 for {kind}", answer.summary())
    own: Exchange = yield refresh_request(stage, pair.refresh)
    if not own.ok and not access.ok:
        raise Observed(f"after refused texts the good token gets {own.summary()}")


@law(
    family="tokens",
    on=selectors.refreshes,
    kinds=("token/refresh", "credential"),
    asserts=(),
    writes=True,
    needs_second_tenant=True,
    no_path_setup=True,
)
def a_refresh_token_belongs_to_its_client(api: RequestFactory) -> Conversation:
    """Another client cannot use a refresh token, and its attempt does not spend it.

    Nor does an attempt with a credential that is not right.
    """
    require_client(api)
    pair, _ = yield from issue(api)
    if selectors.requires_credential(api.operation):
        _, wrong = nearly_right(api, api.operation)
        nearly: Exchange = yield refresh_request(api, pair.refresh, wrong)
        if nearly.ok:  # which is for laws of credentials to say
            pair, _ = yield from issue(api)
    rival = api.as_principal(api.rival)
    answer: Exchange = yield refresh_request(rival, pair.refresh)
    if answer.ok:
        raise Broken("a refusal of another client's refresh token", answer.summary())
    if answer.status >= 500:
        raise Broken("a refusal of another client's refresh token", answer.summary())
    own: Exchange = yield refresh_request(api, pair.refresh)
    if not own.ok:
        raise Broken("the owner's refresh token still to work after attempts that were refused", own.summary())


@law(family="tokens", on=selectors.token_owners, kinds=("state/delete", "token/issue"), writes=True, no_path_setup=True)
def a_deleted_owners_tokens_are_dead(api: RequestFactory) -> Conversation:
    """A deleted user's tokens are dead: the access token is refused, and the refresh token gives no new pair."""
    pair, made = yield from issue(api)
    before: Exchange = yield from call_with(api, pair.access)
    deletion: Exchange = yield api.ask(path=made.values)
    if not deletion.ok:
        raise Blocked(f"the owner was not deleted: {deletion.summary()}")
    after: Exchange = yield from call_with(api, pair.access)
    if before.status != 401 and after.status not in {401, 403, 404}:
        raise Broken("401 for the access token of a deleted user", after.summary())
    if rules(api).refresh is None:
        return
    refresh: Exchange = yield refresh_request(api, pair.refresh)
    if refresh.status not in GONE:
        raise Broken("400 or 401 for the refresh token of a deleted user", refresh.summary())
