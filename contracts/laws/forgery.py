"""Laws of forgery: a token is believed for its signature, on every operation that accepts one."""

from __future__ import annotations

from contracts import on
from contracts.api import PREFIX, Api
from contracts.exchange import Exchange
from contracts.law import Broken, Conversation, NotObservable, Steps, Token, law
from contracts.pairs import issued, rules
from contracts.signatures import address, example
from contracts.strategies.tokens import FORGERIES, forged


def _forgeries(api: Api, depth: str) -> list[str]:
    """The plainest forgery everywhere, and the others in turn where little is asked."""
    names = list(FORGERIES)
    if depth != "quick":
        return names[: {"standard": 6}.get(depth)]
    turn = api.contract.operations.index(api.operation)
    return [names[0], names[1 + turn % (len(names) - 1)]]


@law(
    family="tokens",
    on=on.token_takers,
    kinds=("credential", "status/401", "token/claims"),
    each=_forgeries,
    nowhere=True,
)
def a_forged_access_token_is_refused(api: Api, forgery: str) -> Conversation:
    """An access token whose signature does not fit its contents is refused with 401.

    A good token is taken apart: its algorithm becomes none, its payload names another owner or a later expiry, its
    signature is left out or made with another key. The request addresses nothing that exists.
    """
    told = rules(api)
    scheme = told.access.scheme
    assert scheme is not None
    token = yield from _good(api)
    text = forged(token, forgery, told.claims)
    if text is None:
        raise NotObservable(f"this token cannot be given {forgery}")
    header = (scheme.parameter, f"{PREFIX.get(scheme.kind, '')}{text}")
    answer: Exchange = yield api.ask(path=address(api), body=example(api), credentials=(header,))
    if answer.status != 401:
        raise Broken(f"401 for an access token with {forgery}", answer.says())


def _good(api: Api) -> Steps:
    """A good access token: of the user the suite keeps for the tenant, else of one made for this."""
    lent = next((each for each in api.deployment.principals if each.lent and each.tenant == api.tenant), None)
    if lent is not None:
        return (yield Token(lent.name))
    pair, _ = yield from issued(api)
    return pair.access
