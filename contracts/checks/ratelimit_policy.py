"""Checks on the rate headers of the IETF draft, and on what such headers say by themselves, whatever is declared."""

from __future__ import annotations

from contracts.checks import check
from contracts.checks.helpers import asked_as_declared, response, sure
from contracts.checks.rate_headers import CLOCK
from contracts.core.conversation import Broken
from contracts.core.exchange import Exchange, is_whole
from contracts.core.structured_fields import rate_limits
from specs.contract import Contract

_NUMBERED = ("RateLimit-", "X-Rate-Limit-")


@check(family="limits", kinds=("header",), asserts=())
def a_quota_agrees_with_its_policy(exchange: Exchange, _: Contract) -> bool:
    """`RateLimit` agrees with its `RateLimit-Policy`: no more is left than the quota, for no longer than its window.

    Both are lists of policies by name, with `q` (quota) and `w` (window, seconds), and with `r` (what is left) and `t`
    (seconds until more is). Broken where `r` is above `q`, `t` is longer than `w`, or something is left on a 429.
    """
    if (state := response(exchange).header("RateLimit")) is None:
        return False
    policies, states = rate_limits(response(exchange).header("RateLimit-Policy") or ""), rate_limits(state)
    quotas = [(name, told) for name, told in states.items() if "r" in told]
    if not quotas or not asked_as_declared(exchange) or not sure(exchange):
        return False
    for name, told in quotas:
        policy = policies.get(name, {})
        if "q" in policy and told["r"] > policy["q"]:
            raise Broken(f"RateLimit: r of {name} at most {policy['q']:g}, its quota", f"{told['r']:g}")
        if "w" in policy and told.get("t", 0) > policy["w"] + CLOCK:
            raise Broken(f"RateLimit: t of {name} at most {policy['w']:g}, its window", f"{told['t']:g}")
    if exchange.status == 429 and all(told["r"] > 0 for _, told in quotas):
        raise Broken("RateLimit: nothing left on a 429", str(response(exchange).header("RateLimit")))
    return True


@check(family="limits", kinds=("header",), asserts=())
def no_more_is_left_than_the_limit(exchange: Exchange, _: Contract) -> bool:
    """Where rate headers come as three (`…-Limit`, `…-Remaining`, `…-Reset`), what remains is at most the limit.

    `RateLimit-…` and `X-Rate-Limit-…` are read; `X-RateLimit-…` has a check of its own where limits are declared.
    """
    heard = False
    names = _NUMBERED if exchange.operation.limits else (*_NUMBERED, "X-RateLimit-")
    for prefix in names if asked_as_declared(exchange) and sure(exchange) else ():
        if response(exchange).header(f"{prefix}Limit") is None:
            continue
        limit, left = (_whole(exchange, prefix + role) for role in ("Limit", "Remaining"))
        if limit is not None and left is not None:
            heard = True
            if left > limit:
                raise Broken(f"{prefix}Remaining: at most {limit}", str(left))
            if exchange.status == 429 and left:
                raise Broken(f"{prefix}Remaining: 0 on a 429", str(left))
    return heard


def _whole(exchange: Exchange, name: str) -> int | None:
    value = (response(exchange).header(name) or "").partition(",")[0].strip()
    return int(value) if is_whole(value) else None
