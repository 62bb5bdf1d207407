"""Laws of forgery: a token is believed for its signature, on every operation that accepts one."""

from __future__ import annotations

from contracts.core.conversation import Conversation, NotObservable, Steps, Token
from contracts.laws.law import law
from contracts.request.api import RequestFactory
from contracts.request.credentials import PREFIX
from contracts.steps.access.credential_variants import (
    example,
    living_refresh_token,
    path_for_refusal,
    require_refused,
)
from contracts.steps.tokens.pairs import issue, rules
from contracts.strategies.tokens import FORGERIES, forged
from specs.contract import selectors

REFRESH = "the refresh token in its place"
OTHERS = 4
"""At depth quick, so many operations make one at which another forgery is tried."""
PLAIN = 7
"""Forgeries that show what a server does not verify; the others are spelled otherwise."""


def _forgeries(api: RequestFactory, depth: str) -> list[str]:
    """At depth quick all operations get the forgery that skips no look, and every fourth another one in turn.

    At depth standard each gets all the plain ones and one more.
    """
    names = list(FORGERIES)
    if depth == "deep":
        return [*names, REFRESH]
    turn = list(selectors.opened_by_token(api.contract)).index(api.operation)
    if depth == "quick":
        others = [REFRESH, *names[1:]]
        return [names[0], *([others[(turn // OTHERS + api.seed) % len(others)]] if turn % OTHERS == 1 else [])]
    return [*names[:PLAIN], names[PLAIN + turn % (len(names) - PLAIN)], REFRESH]


@law(
    family="tokens",
    on=selectors.opened_by_token,
    kinds=("credential", "status/401", "token/claims"),
    asserts=("status/401",),
    cases=_forgeries,
    no_path_setup=True,
    by_refusal=True,
)
def a_forged_access_token_is_refused(api: RequestFactory, forgery: str) -> Conversation:
    """An access token whose signature does not fit its contents is refused with 401.

    A good token is taken apart: its algorithm becomes none, its payload names another owner or a later expiry, its
    signature is left out or made with another key; or a refresh token is in its place, which 403 refuses as well. The
    request addresses nothing that exists.
    """
    declared = rules(api)
    scheme = declared.access.scheme
    assert scheme is not None
    text = yield from _text(api, forgery)
    header = (scheme.parameter, f"{PREFIX.get(scheme.kind, '')}{text}")
    request = api.ask(path=path_for_refusal(api), body=example(api), credentials=(header,))
    allowed = {401, 403} if forgery == REFRESH else {401}
    yield from require_refused(api, request, f"401 for an access token with {forgery}", allowed)


def _text(api: RequestFactory, forgery: str) -> Steps:
    """The forged token; as one forgery, at all operations, a refresh token that is not traded."""
    if forgery == REFRESH:
        return (yield from living_refresh_token(api))
    token = yield from _good(api)
    text = forged(token, forgery, rules(api).claims)
    if text is None:
        raise NotObservable(f"this token cannot be given {forgery}")
    return text


def _good(api: RequestFactory) -> Steps:
    """A good access token: of the user the suite keeps for the tenant, else of one made for this."""
    user = next((each for each in api.deployment.principals if each.provisioned and each.tenant == api.tenant), None)
    if user is not None:
        return (yield Token(user.name))
    pair, _ = yield from issue(api)
    return pair.access
