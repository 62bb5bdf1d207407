"""The promises that are judged under load, in the form the plan and the report know laws in.

They are no conversations: what they judge is a trace of one operation and one credential (`load.limiters`).
"""

from __future__ import annotations

from contracts.laws.law import Law, law
from specs.contract import selectors

LAWS: dict[str, Law] = {}
_law = law(
    family="limits",
    on=selectors.limited,
    kinds=("limit", "header"),
    laws=LAWS,
    recorded=True,
    no_path_setup=True,
)


@_law
def declared_limit_is_enforced() -> None:
    """An idle credential gets as many admissions as declared in a window, and the next request is refused.

    A pilot request and a burst on an idle credential, until the first refusals. Broken by more or fewer admissions than
    declared that no conforming kind of limiter explains: fewer are looked at again after an idle window. Fixed windows,
    sliding logs and counters and token buckets conform; a fixed window may admit twice as many across its boundary.
    """


@_law
def window_is_as_declared() -> None:
    """A used-up limit admits again when the declared window has passed, not sooner and not later.

    Single requests just before and after each time at which a conforming limiter lets the next one in. Upheld when
    only limiters with the declared window (within 4 %) fit all answers; broken when none does. After one window
    (depth quick) this is often open still, and said so.
    """


@_law
def longer_limits_hold() -> None:
    """A longer limit refuses at its own number and not before, while the shorter one has room.

    At depth soak: asked at a pace that never uses up the shorter limit, for one window of the longer one (an hour takes
    61 minutes). One that cannot bind while the shorter limit is kept is implied by it; it is broken if requests are
    refused although the shorter limit had a whole window to recover.
    """


@_law
def a_burst_admits_no_more_than_the_limit() -> None:
    """Concurrent requests are counted one by one: together they get no more admissions than one after the other.

    Broken when a concurrent burst is admitted beyond the limit while a second one, sent one by one, is not.
    """


@_law
def headers_are_true() -> None:
    """Rate-limit headers agree with what the limiter does.

    Read are X-RateLimit-*, RateLimit-*, the draft's RateLimit and RateLimit-Policy, and names of a deployment's own.
    What the document declares stands on every refusal; the limit is the declared number, what remains falls by one per
    counted request and promises no other number than is admitted, a policy's window is the declared one, and a request
    after the reset (and after Retry-After, if given) is admitted. Times count in what the document says, or else their
    unit is inferred.
    """


@_law
def credentials_have_buckets_of_their_own() -> None:
    """Using up one credential's limit leaves another credential's untouched.

    While one is refused, another asks the same once. Broken if that is refused too.
    """


@_law
def operations_have_buckets_of_their_own() -> None:
    """Using up one operation's limit leaves other operations of the same credential untouched.

    Upheld where one had its whole number while another one was refused. Where an operation admitted less than declared
    at first, it is used up again by itself, and each other one asked once.
    """


@_law
def recovery() -> None:
    """After the window has passed, requests are admitted again.

    Broken when requests are refused on and on, more than a window after the last admission.
    """


@_law
def a_refused_request_changes_nothing() -> None:
    """A request answered 429 has no effect.

    While creations are refused, one valid creation is sent; afterwards its list must not show what it would have made.
    """
