"""Laws of expiry: tokens say when they end, all places that say so agree, and then they end."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from contracts.config.deployment import Deployment
from contracts.core.conversation import Broken, Conversation, NotObservable, Observed, Steps, Supplied, Token, Wait
from contracts.core.exchange import MISSING, Exchange
from contracts.core.jwt_parts import claims
from contracts.laws.law import law
from contracts.request.api import RequestFactory
from contracts.request.credentials import PREFIX
from contracts.steps.access.credential_variants import example, path_for_refusal, require_refused
from contracts.steps.tokens.expiry import access_seconds_left, seconds_left, seconds_left_by_claim
from contracts.steps.tokens.forced import forced
from contracts.steps.tokens.pairs import Pair, call_with, issue, pair_of, refresh_request, refusals, rules
from specs.contract import Contract, TokenMember, selectors

TOLERANCE = 10.0
"""Seconds by which clocks may differ."""
MARGIN = 1.25
"""Seconds after its expiry at which a token is tried: one that a whole second may have lost, and the way there."""
LEEWAY = 60.0
"""Seconds for which servers may go on accepting an expired token, since clocks differ: common defaults are 10 to 60."""
MINUTE = 60
"""An expiry that is a whole minute may have been rounded down to it: then the token may work for as much longer."""
PATIENCE = {"quick": 75.0, "standard": 75.0, "deep": 600.0}
"""Seconds that a run waits for an expiry at most, per depth."""


@law(
    family="tokens",
    on=selectors.issues,
    kinds=("token/expires", "token/issue", "token/lifetime", "token/claims"),
    writes=True,
    no_path_setup=True,
)
def tokens_say_when_they_expire(api: RequestFactory) -> Conversation:
    """The expiry members are as far ahead as the document promises, and agree with the token's claims.

    Rounding down to the minute (access) or to the day (refresh) is allowed, and a deployment with a scaled clock may
    scale the lifetimes too.
    """
    pair, owner = yield from _issued_by(api)
    declared = rules(api)
    _expires(api, "access", declared.access, pair.access_expires, 60, pair)
    if declared.refresh_token:
        _expires(api, "refresh", declared.refresh_token, pair.refresh_expires, 86400, pair)
    _claimed(api, pair, owner)


def _issued_by(api: RequestFactory) -> Steps:
    """A pair from this very operation, and what addresses its owner. Other laws share its requests."""
    declared = rules(api)
    if api.operation is declared.force:
        scene = yield from forced(api)
        return scene.second, scene.made.values
    stage = api.sharing("a session")
    first, made = yield from issue(stage)
    owner = made.values if made else {}
    if api.operation is declared.refresh:
        return pair_of(stage, (yield refresh_request(stage, first.refresh))), owner
    return first, owner


def _expires(api: RequestFactory, which: str, member: TokenMember, value: Any, rounding: float, pair: Pair) -> None:
    if value is MISSING and member.expires is not None:
        raise Broken(f"{member.expires} to say when the {which} token expires", "nothing")
    left = seconds_left(member, value, pair.answer)
    if left is None or member.lifetime is None:
        return
    scaled = member.lifetime / api.deployment.time_scale
    if not any(each - rounding - TOLERANCE <= left <= each + TOLERANCE for each in (member.lifetime, scaled)):
        unit = " (it looks like milliseconds)" if isinstance(value, int | float) and value > 1e11 else ""
        raise Broken(f"the {which} token to expire {member.lifetime:g} s after it was issued", f"{left:.0f} s{unit}")


def _claimed(api: RequestFactory, pair: Pair, owner: dict[str, str]) -> None:
    names, payload = rules(api).claims, claims(pair.access)
    if not names:
        return
    if not payload:
        raise Broken("an access token that is a JWT with a readable payload", "something else")
    for role, name in names.items():
        if name not in payload:
            raise Broken(f"the claim {name} in the access token", f"only {', '.join(sorted(payload))}")
        if role in {"owner", "client"}:
            _names(api, role, name, payload[name], owner)
    _issued(names.get("issued", ""), payload, pair.answer)
    _agree(api, names.get("expires", ""), payload, pair)


def _names(api: RequestFactory, role: str, name: str, value: Any, owner: dict[str, str]) -> None:
    """The claims name the owner of the token, and the client that had it issued, where that has an id."""
    ids = {role: value for role, value in (api.principal.values if api.principal else {}).items() if "$" not in value}
    if not owner or (role == "client" and not any("client" in each.lower() for each in (*owner, *ids))):
        return
    if str(value) not in {*owner.values(), *(ids.values() if role == "client" else ())}:
        raise Broken(f"the claim {name} to name the {role} of the token", repr(value))


def _issued(name: str, payload: dict[str, Any], answer: Exchange) -> None:
    value = payload.get(name, MISSING)
    if value is MISSING:
        return
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Broken(f"the claim {name} in Unix seconds", repr(value))
    if not answer.sent - 60 - TOLERANCE <= value <= answer.received + TOLERANCE:
        unit = " (it looks like milliseconds)" if value > 1e11 else ""
        raise Broken(f"the claim {name} to be the time of issue", f"{value - answer.received:.0f} s from it{unit}")


def _agree(api: RequestFactory, name: str, payload: dict[str, Any], pair: Pair) -> None:
    """The claim and the answer's member name one time, but for rounding to the minute."""
    left = seconds_left(rules(api).access, pair.access_expires, pair.answer)
    expiry = payload.get(name, MISSING)
    if left is None or expiry is MISSING:
        return
    if isinstance(expiry, bool) or not isinstance(expiry, int | float):
        raise Broken(f"the claim {name} in Unix seconds", repr(expiry))
    apart = abs(expiry - pair.answer.received - left)
    if apart > 60 + TOLERANCE:
        raise Broken(f"the claim {name} to agree with the answer's expiry", f"{apart:g} s apart")


def _patience(which: str) -> Callable[[Contract, Deployment, str], float]:
    """How long a token's end is waited for, where that is not too long."""

    def seconds(contract: Contract, deployment: Deployment, depth: str) -> float:
        declared = contract.tokens
        member = (declared.access if which == "access" else declared.refresh_token) if declared else None
        length = (member.lifetime or 0.0) / deployment.time_scale if member else 0.0
        return length + MARGIN if 0 < length + MARGIN <= PATIENCE[depth] else 0.0

    return seconds


def _ways(name: str) -> Callable[[RequestFactory, str], list[str]]:
    """How a token's end can be shown: by one the operator supplies, or by waiting for it."""
    return lambda api, _: [*(["supplied"] if name in api.deployment.tokens else []), "awaited"]


@law(
    family="tokens",
    on=selectors.refreshes,
    kinds=("token/lifetime",),
    writes=True,
    no_path_setup=True,
    one_sighting=True,  # one that is supplied is presented once; one that was awaited is presented twice in any case
    cases=_ways("expired_access"),
    wait_estimate=_patience("access"),
)
def an_expired_access_token_is_refused(api: RequestFactory, way: str) -> Conversation:
    """An access token works until it expires, and gets 401 from then on.

    One that is accepted for up to a minute more is observed: servers grant a leeway for clocks that differ.

    Where its lifetime is too long to be awaited, an expired one from the deployment file is used (`[tokens]`), once:
    one that was presented before, in this run or an earlier one, shows nothing. Else this is not observable. From depth
    standard on it is shown to every operation that accepts access tokens and may be asked; those that change something
    are sent to nobody's address.
    """
    if way == "supplied":
        token = yield Supplied("expired_access")
    else:
        token = yield from _outlived(api)
    answer: Exchange = yield from call_with(api, token)
    if answer.status == 401:
        yield from _refused_everywhere(api, token)
        return
    if way == "awaited":
        yield Wait(LEEWAY)
        answer = yield from call_with(api, token)
        if answer.status == 401:
            raise Observed(f"an expired access token is accepted for up to {LEEWAY:g} s more, as a leeway for clocks")
    raise Broken("401 for an expired access token", answer.summary())


def _refused_everywhere(api: RequestFactory, token: str) -> Steps:
    """No operation takes a token that has expired for a good one: shown to those that may be asked, lest one does."""
    scheme = rules(api).access.scheme
    if scheme is None or api.depth == "quick":
        return
    header = (scheme.parameter, f"{PREFIX.get(scheme.kind, '')}{token}")
    for operation in filter(api.permits, selectors.opened_by_token(api.contract)):
        view = api.for_operation(operation, {})
        request = view.ask(path=path_for_refusal(view), body=example(view), credentials=(header,))
        yield from require_refused(view, request, f"401 for an expired access token at {operation.key}")


def _outlived(api: RequestFactory) -> Steps:
    """An access token whose end was awaited: that of the user the suite made at the start of the run, else a new one.

    A token that is refused from its first moment on says nothing when it is refused at last.
    """
    _soon_enough(api, rules(api).access)
    user = next((each for each in api.deployment.principals if each.provisioned and each.tenant == api.tenant), None)
    if user is not None:
        token: str = yield Token(user.name, first=True)
        answer: Exchange = yield from call_with(api, token)
        left = seconds_left_by_claim(rules(api), token, answer)
        if answer.status != 401 and left is not None:
            yield from _awaited(api, left, rules(api).access, _whole(claims(token).get(_expiry_claim(api))))
            return token
    pair, _ = yield from issue(api)
    answer = yield from call_with(api, pair.access)
    if answer.status == 401:
        raise NotObservable("the access token does not even work when it is new")
    claim = claims(pair.access).get(_expiry_claim(api)) if pair.access_expires is MISSING else pair.access_expires
    yield from _awaited(api, access_seconds_left(rules(api), pair), rules(api).access, _whole(claim))
    return pair.access


@law(
    family="tokens",
    on=selectors.refreshes,
    kinds=("token/lifetime",),
    writes=True,
    no_path_setup=True,
    one_sighting=True,  # one that was accepted is spent by that, and cannot be sent again
    cases=_ways("expired_refresh"),
    wait_estimate=_patience("refresh"),
)
def an_expired_refresh_token_is_refused(api: RequestFactory, way: str) -> Conversation:
    """A refresh token gives no new pair once it has expired: 400 or 401.

    Where its lifetime is too long to be awaited, an expired one from the deployment file is used (`[tokens]`), once:
    one that was presented before, in this run or an earlier one, may be spent and shows nothing. Else this is not
    observable.
    """
    member = rules(api).refresh_token
    if way == "supplied":
        token = yield Supplied("expired_refresh")
    elif member is None:
        raise NotObservable("the document does not say how long a refresh token lives")
    else:
        _soon_enough(api, member)
        pair, _ = yield from issue(api)
        yield from _awaited(
            api, seconds_left(member, pair.refresh_expires, pair.answer), member, _whole(pair.refresh_expires)
        )
        token = pair.refresh
    answer: Exchange = yield refresh_request(api, token)
    if answer.status not in refusals(api):
        raise Broken("400 or 401 for an expired refresh token", answer.summary())


def _soon_enough(api: RequestFactory, member: TokenMember) -> None:
    """Raises NotObservable where the declared lifetime is too long to be awaited, before anything is issued for it."""
    seconds = member.lifetime / api.deployment.time_scale if member.lifetime is not None else 0.0
    if seconds > 2 * PATIENCE[api.depth]:
        raise NotObservable(f"lifetime not awaited: {seconds:.0f} s")


def _expiry_claim(api: RequestFactory) -> str:
    return rules(api).claims.get("expires", "exp")


def _awaited(api: RequestFactory, left: float | None, member: TokenMember, rounded: bool) -> Steps:
    """Let the lifetime pass, as it was announced or else as it is declared. Raises NotObservable if that takes long."""
    scale = api.deployment.time_scale
    declared = member.lifetime / scale if member.lifetime is not None else None
    seconds = left if left is not None and left > 0 else declared
    if seconds is not None and member.lifetime is not None and seconds > 10 * member.lifetime:
        seconds = declared  # an announcement in another unit is another law's finding
    margin = MARGIN + (MINUTE if rounded else 0)
    if seconds is None or seconds + margin > PATIENCE[api.depth]:
        raise NotObservable("lifetime not awaited: " + ("unknown" if seconds is None else f"{seconds:.0f} s"))
    yield Wait((seconds + margin) * scale)


def _whole(value: Any) -> bool:
    """Whether a time in Unix seconds is a whole minute."""
    return isinstance(value, int | float) and value > 1e6 and value % MINUTE == 0
