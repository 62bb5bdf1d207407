"""Checks on what answers say of rate limits."""

from __future__ import annotations

from collections.abc import Sequence

from contracts.checks import check
from contracts.checks.helpers import asked_as_declared, response
from contracts.core.conversation import Broken
from contracts.core.exchange import Exchange, is_whole
from contracts.core.http_date import epoch
from contracts.core.quotas import WORDS, Quota, number, plausible, quotas
from contracts.core.retry_after import retry_after
from specs.contract import Contract, Operation
from specs.contract.rate_headers import RateHeader, stand_in

CLOCK = 5.0
"""Seconds by which two clocks may differ before a time in a header counts as wrong."""


def _is_limited(operation: Operation, _: Contract) -> bool:
    return bool(operation.limits)


@check(family="limits", kinds=("header",), asserts=(), concerns=_is_limited, timed=True)
def rate_headers_tell_the_truth(exchange: Exchange, contract: Contract) -> bool:
    """Rate-limit headers name a declared limit, count plausibly and announce a reset within the window.

    Read are `X-RateLimit-Limit`, `-Remaining` and `-Reset`, every other rate header that the document declares, and
    what is sent in place of one that is missing (`X-RateLimit-Limit-Default`, `RateLimit-Limit`). The limit is the
    declared number of a limit that can bind; what remains lies between 0 and it, and is 0 on a 429; the reset is not
    past and not further away than the declared window: an epoch second or millisecond, a span or a date, as the
    document words it, and any of them where it does not say.
    """
    if not exchange.operation.limits or not asked_as_declared(exchange):
        return False
    sent = [name for name, _ in response(exchange).headers]
    heard = [each for each in quotas(response(exchange).headers) if _ours(each, contract, sent)]
    for quota in heard:
        _numbers(quota, contract, sent)
        named = [each for each in exchange.operation.limits if quota.series or not each.implied]
        windows = {each.requests: each.window for each in named}
        if quota.limit is not None and number(quota.limit) not in windows:
            raise Broken(f"{quota.name('limit')}: {' or '.join(map(str, windows))}, as declared", quota.limit)
        if quota.remaining is not None:
            _counts(exchange, quota, number(quota.limit) or max(windows))
        if quota.reset is not None:
            window = windows[int(number(quota.limit) or 0)] if quota.limit else max(windows.values())
            _resets(exchange, quota, window, _word(quota.name("reset"), contract, sent))
    return bool(heard)


def _ours(quota: Quota, contract: Contract, sent: Sequence[str]) -> bool:
    """Whether the document speaks of these headers or of what they stand for, or they are the usual three."""
    plain = quota.family == "x-ratelimit" and not quota.series
    return plain or any(_word(name, contract, sent) for _, name in quota.names)


def _word(name: str, contract: Contract, sent: Sequence[str]) -> RateHeader | None:
    """What the document says of a header, or of the one that it is sent in place of."""
    return contract.rate_headers.get(name.lower()) or stand_in(contract.rate_headers, name, sent)


def _numbers(quota: Quota, contract: Contract, sent: Sequence[str]) -> None:
    for part, text in (("limit", quota.limit), ("remaining", quota.remaining)):
        header = _word(quota.name(part), contract, sent)
        fraction = header is not None and header.kind in {"number", "string"}
        if text is not None and not is_whole(text) and not (fraction and number(text) is not None):
            raise Broken(f"{quota.name(part)}: a whole number", repr(text))


def _counts(exchange: Exchange, quota: Quota, limit: float) -> None:
    remaining = number(quota.remaining) or 0
    if exchange.status == 429 and remaining >= 1:
        raise Broken(f"{quota.name('remaining')}: 0 on a 429", str(quota.remaining))
    if remaining > limit:
        raise Broken(f"{quota.name('remaining')}: at most {limit:g}", str(quota.remaining))


def _resets(exchange: Exchange, quota: Quota, window: float, header: RateHeader | None) -> None:
    text, name = quota.reset or "", quota.name("reset")
    unit = header.unit if header else None
    answered = (exchange.sent, exchange.received)
    sensible = plausible(text, answered, window, CLOCK)
    if not sensible and (ahead := _ahead(exchange)):  # a clock that is wrong is judged by the Date, once
        sensible = plausible(text, answered, window, CLOCK, ahead)
    if unit == "other" or (unit in sensible if unit else sensible):
        return
    looks = f" (it looks like {WORDS[sensible[0]]})" if sensible else ""
    if unit is None and not sensible:
        looks = " in whatever unit"
    expected = WORDS[unit] if unit else "a time or a span"
    raise Broken(f"{name}: {expected} within the next {window:g} s", f"{text}{looks}")


def _ahead(exchange: Exchange) -> float:
    """How far the server's clock is ahead of ours by its Date, in seconds."""
    date = response(exchange).header("Date")
    try:
        return epoch(date) - exchange.received if date and not response(exchange).header("Age") else 0.0
    except ValueError:
        return 0.0


@check(family="limits", kinds=("header",), asserts=(), of="errors", concerns=_is_limited, timed=True)
def a_refusal_tells_how_long_to_wait(exchange: Exchange, _: Contract) -> bool:
    """Retry-After on a 429 is no longer than the longest declared window.

    It is not promised, so it may be missing. Whether waiting that long helps is judged by the laws of limits.
    """
    wait = retry_after(exchange)
    if exchange.status != 429 or not exchange.operation.limits or wait is None:
        return False
    longest = max(each.window for each in exchange.operation.limits)
    if wait > longest + CLOCK:
        value = str(response(exchange).header("Retry-After"))
        raise Broken(f"Retry-After: at most {longest:g}, the longest declared window", value)
    return True
