"""Laws of the forced refresh: a new pair at once, the end of the old refresh token, and of nothing else."""

from __future__ import annotations

import attrs

from contracts.core.conversation import Broken, Conversation, NotObservable, Observed, Steps
from contracts.core.exchange import Exchange
from contracts.laws.law import law
from contracts.request.api import RequestFactory
from contracts.steps.lifecycle.hostile_updates import together
from contracts.steps.tokens.forced import Forced, forced
from contracts.steps.tokens.pairs import another, call_with, issue, pair_of, refresh_request, refusals
from specs.contract import selectors


@law(family="tokens", on=selectors.forced_refreshes, kinds=("token/force",), writes=True, no_path_setup=True)
def a_forced_refresh_ends_the_old_refresh_token(api: RequestFactory) -> Conversation:
    """After a forced refresh the previous refresh token is refused, and the new pair works."""
    scene: Forced = yield from forced(api)
    answer: Exchange = yield from call_with(scene.stage, scene.third.access)
    if answer.status == 401:
        raise Broken("the new access token to work at once", answer.summary())
    answer = yield refresh_request(scene.stage, scene.third.refresh)
    if not answer.ok:
        raise Broken("the new refresh token to work", answer.summary())
    # last, since what was presented after its end may end everything that came from it
    for old in (scene.first, scene.second):
        answer = yield refresh_request(scene.stage, old.refresh)
        if answer.status not in refusals(api):
            raise Broken("400 or 401 for the refresh token of before", answer.summary())


@law(family="tokens", on=selectors.forced_refreshes, kinds=("token/issue",), writes=True, no_path_setup=True)
def tokens_are_never_issued_twice(api: RequestFactory) -> Conversation:
    """No token is issued twice, not even in two pairs within one second."""
    scene: Forced = yield from forced(api)
    another(api, scene.first, scene.second)
    another(api, scene.second, scene.third)
    if scene.bystander.access == scene.first.access or scene.bystander.refresh == scene.first.refresh:
        raise Broken("two users to get different tokens", "the same one")


@law(family="tokens", on=selectors.forced_refreshes, kinds=("token/force",), writes=True, no_path_setup=True)
def the_access_token_of_before_a_forced_refresh(api: RequestFactory) -> Conversation:
    """Whether an access token survives a forced refresh is not declared: it is observed."""
    scene: Forced = yield from forced(api)
    answer: Exchange = yield from call_with(attrs.evolve(scene.stage, scene=None), scene.first.access)
    fate = "dies with" if answer.status == 401 else "survives"
    raise Observed(f"the previous access token {fate} a forced refresh ({answer.status})")


@law(family="tokens", on=selectors.forced_refreshes, kinds=("token/force",), writes=True, no_path_setup=True)
def a_forced_refresh_leaves_others_alone(api: RequestFactory) -> Conversation:
    """The tokens of another user of the same client work on after a forced refresh."""
    scene: Forced = yield from forced(api)
    alone = attrs.evolve(scene.stage, scene=None)
    answer: Exchange = yield from call_with(alone, scene.bystander.access)
    if answer.status == 401:
        raise Broken("another user's access token to work on", answer.summary())
    answer = yield refresh_request(alone, scene.bystander.refresh)
    if not answer.ok:
        raise Broken("another user's refresh token to work on", answer.summary())


@law(
    family="tokens",
    on=selectors.forced_refreshes,
    kinds=("token/force",),
    writes=True,
    no_path_setup=True,
    depth="standard",
    by_luck=True,
)
def a_forced_refresh_during_use(api: RequestFactory) -> Conversation:
    """A forced refresh does not break requests under way: each is granted, or refused with 401."""
    pair, made = yield from issue(api)
    if made is None:
        raise NotObservable("it is not known whose tokens a forced refresh would renew")
    ask = yield from using(api, pair.access)
    answers: list[Exchange] = yield from together(lambda: [ask, ask, api.ask(path=made.values), ask, ask])
    for answer in answers:
        if answer.status >= 500:
            raise Broken("no server error during a forced refresh, in two rounds", answer.summary())
    after = yield from call_with(api, pair_of(api, answers[2]).access)
    if after.status == 401:
        raise Broken("the new access token to work at once", after.summary())


def using(api: RequestFactory, token: str) -> Steps:
    """The plain request that `used` sends, as one that may be sent several times at once."""
    answer: Exchange = yield from call_with(api, token)
    return answer.request
