"""Laws of limits that a short window allows to be seen in the gate; the load run verifies the rest."""

from __future__ import annotations

from contracts.config.deployment import Principal
from contracts.core.conversation import Broken, Concurrently, Conversation, NotObservable, Steps, Wait
from contracts.core.exchange import Exchange, Request, is_whole
from contracts.laws.law import law
from contracts.request.api import RequestFactory, paged
from contracts.steps.fixtures import placeholder_path, resolve_path
from contracts.strategies.inert_bodies import inert_bodies
from specs.contract import Limit, selectors

LONGEST = 5.0
"""Seconds a window may last here: with real minutes, a gate would wait longer than it tests."""
TRIES = 2
"""Bursts that must agree before a limit counts as exceeded: one may have met the border of two windows."""


def _limit(api: RequestFactory) -> Limit:
    """The operation's shortest limit. Raises NotObservable where its window is too long to be awaited."""
    if not api.deployment.limits:
        raise NotObservable("the deployment file says that limits are off")
    limit = min(api.operation.limits, key=lambda each: each.window)
    lasts = limit.window / api.deployment.time_scale
    if lasts > LONGEST:
        raise NotObservable(f"a window lasts {lasts:g} s: the load run (tox run -e load) verifies limits")
    return limit


def _inert(api: RequestFactory, principal: Principal | None = None, number: int = 0, form: int = 0) -> Request:
    """A request that counts but changes nothing: it looks, or addresses nothing and carries no valid body.

    By its `number` a list is requested with one item or two: the limit is the operation's, not that of a request.
    `form`: of the body, where some are refused before they are counted.
    """
    if selectors.bulk(api.contract, api.operation):
        raise NotObservable("a request that is admitted would delete what is not ours")
    paging, bodies = api.operation.paging, inert_bodies(api.contract, api.operation)
    return api.ask(
        path=api.values or placeholder_path(api),
        query=paged(api.operation, None, 1 + number % 2 * ((paging.maximum or 2) > 1))
        if paging and paging.size
        else (),
        raw=bodies[form] if bodies else None,
        principal=principal,
        bypass_cache=True,
        expects_429=True,
    )


def _burst(api: RequestFactory, limit: Limit, form: int = 0) -> Steps:
    """An idle window, then half as many again as declared at once: (answers, seconds they took).

    A bucket may refill meanwhile, so the excess must be larger than what a third of a window refills.
    """
    yield Wait(limit.window * 1.1)
    count = limit.requests + max(3, limit.requests // 2)
    answers: list[Exchange] = yield Concurrently.of(_inert(api, number=each, form=form) for each in range(count))
    return answers, max(each.received for each in answers) - min(each.sent for each in answers)


@law(
    family="limits",
    on=selectors.limited,
    kinds=("limit", "status"),
    asserts=("limit", "status/429"),
    runs_last=True,
    no_path_setup=True,
)
def the_declared_limit_is_enforced(api: RequestFactory) -> Conversation:
    """An idle credential gets the declared number of requests in one window, and more are refused with 429.

    After an idle window somewhat more requests than declared are sent at once, such that change nothing. Fewer admitted
    than declared: the limit is tighter, or shared with something else. More, twice in a row and beyond what a bucket
    refills meanwhile: it is looser, or not enforced. When the window has passed, requests must be admitted again.
    Requests that are refused anyway may not count: then a body in another form is tried, which may be refused later; a
    limit that is never reached is not observable.
    """
    limit = _limit(api)
    if api.operation.safe:
        api.values = yield from resolve_path(api, api.operation, fresh=False)
    window = limit.window / api.deployment.time_scale
    form = 0
    for attempt in range(1, TRIES + 1):
        form, answers, took = yield from _counted_burst(api, limit, form)
        admitted = [each for each in answers if each.status != 429]
        if took > window / 3:
            raise NotObservable(f"the burst took {took:.2f} s of a window of {window:g} s")
        if len(admitted) < limit.requests:
            _tighter(limit, answers, len(admitted))
        if len(admitted) <= limit.requests + int(limit.requests * took / window):
            break
        if attempt == TRIES:
            _looser(limit, answers, len(admitted))
    yield Wait(limit.window * 1.1)
    after: Exchange = yield _inert(api, form=form)
    if after.status == 429:
        raise Broken(f"requests to be admitted again {window:g} s after the burst", after.summary())


def _counted_burst(api: RequestFactory, limit: Limit, form: int) -> Steps:
    """A burst with a body in the first form from this one on that counts, or the last: (form, answers, seconds)."""
    answers, took = yield from _burst(api, limit, form)
    while _uncounted(answers) and form + 1 < len(inert_bodies(api.contract, api.operation)):
        form += 1
        answers, took = yield from _burst(api, limit, form)
    return form, answers, took


def _uncounted(answers: list[Exchange]) -> bool:
    """Whether requests that were all refused seem not to count."""
    return all(400 <= each.status < 500 and each.status != 429 for each in answers) and not _counted(answers)


def _tighter(limit: Limit, answers: list[Exchange], admitted: int) -> None:
    refused = next(each for each in answers if each.status == 429)
    named = refused.response.header("X-RateLimit-Limit") if refused.response else None
    if named is not None and is_whole(named) and int(named) > limit.requests:
        raise NotObservable(f"a longer limit ({named}) was used up first")
    raise Broken(f"{limit.requests} requests admitted to an idle credential", f"{admitted} of {len(answers)}")


def _looser(limit: Limit, answers: list[Exchange], admitted: int) -> None:
    if admitted == len(answers) and _uncounted(answers):
        raise NotObservable("requests that change nothing are all admitted: refused ones may not count here")
    raise Broken(f"{limit.requests} requests admitted in one window", f"{admitted} of {len(answers)} at once")


def _counted(answers: list[Exchange]) -> bool:
    """Whether the answers themselves say that these requests count: the remaining number falls."""
    remaining = [each.response.header("X-RateLimit-Remaining") for each in answers if each.response]
    return len({value for value in remaining if value is not None}) > 1


@law(
    family="limits",
    on=selectors.tightest,
    kinds=("limit",),
    runs_last=True,
    needs_second_tenant=True,
    no_path_setup=True,
)
def every_credential_has_a_limit_of_its_own(api: RequestFactory) -> Conversation:
    """Each credential has a rate limit of its own: one that is used up does not affect another.

    Asked of the operation with the smallest limit, since that costs the fewest requests.
    """
    limit = _limit(api)
    answers, _ = yield from _burst(api, limit)
    if all(each.status != 429 for each in answers):
        raise NotObservable("the limit was not reached")
    other: Exchange = yield _inert(api, api.rival)
    if other.status == 429:
        raise Broken(
            f"{api.rival.name} to be admitted after {api.principal and api.principal.name} was refused", other.summary()
        )
