"""Faults of limits and caches."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

from tests.foreign.operations import memberships
from tests.foreign.planting import CLIENT, ORG, after, around, elsewhere, entering, remembered
from tests.foreign.service import Ask, Does, Operation, RefusedError, Service
from tests.foreign.wire import Answer, Call

elsewhere("limit-per-address", f"GET {CLIENT}/users/{{userId}}", "Every address is counted by itself.", timed=True)
elsewhere("limit-per-query", f"GET {ORG}/bookings", "Every query is counted by itself.", timed=True)
elsewhere("refusals-extend-window", f"GET {ORG}/memberships", "A refused request begins the window anew.", timed=True)
elsewhere("refusal-in-words", "every operation", "A 429 is a sentence, not JSON.", timed=True)
elsewhere("retry-after-in-milliseconds", "every operation", "Retry-After is 60000.", timed=True)
elsewhere("remaining-counts-up", "every operation", "X-RateLimit-Remaining tells the used ones.", timed=True)


@after(f"GET {ORG}/attributes/{{attributeId}}")
def cache_without_credentials(service: Service, ask: Ask, answer: Answer) -> None:
    """An answer is kept for two seconds and given to whoever asks."""
    service.kept[ask.call.path] = (service.store.now().timestamp(), answer)


@around(f"GET {ORG}/memberships")
async def cache_of_the_path(does: Does, service: Service, ask: Ask) -> Any:
    """An answer is kept for half a second by its path, whatever the query is."""
    memory, now = remembered(service), service.store.now().timestamp()
    if ask.call.path in memory and now < memory[ask.call.path][0] + 0.5:
        ask.answered |= memory[ask.call.path][2]
        return memory[ask.call.path][1]
    data = await does(service, ask)
    memory[ask.call.path] = (now, data, dict(ask.answered))
    return data


@around(f"GET {ORG}/memberships")
async def rows_of_the_neighbour_at_times(does: Does, service: Service, ask: Ask) -> Any:
    """Every seventh answer is the one another tenant asked for."""
    if service.asked % 7 == 0:
        other = next(tenant for tenant in service.store.tenants if tenant is not ask.tenant)
        ask.tenant = other
    return await does(service, ask)


@around(f"GET {ORG}/attributes/options/{{userId}}")
async def failing_at_times(does: Does, service: Service, ask: Ask) -> Any:
    """Every ninth request is answered 500."""
    if service.asked % 9 == 0:
        raise RefusedError(500, "deadlock detected")
    return await does(service, ask)


@after(f"GET {CLIENT}/webhooks")
def tag_of_the_number(service: Service, ask: Ask, answer: Answer) -> None:
    """The ETag is the number of webhooks, so that a change does not change it, and is answered 304."""
    tag = f'W/"{len(ask.tenant.webhooks)}"'
    answer.headers.append(("ETag", tag))
    if ask.call.header("if-none-match") == tag:
        answer.status, answer.raw = 304, b""


def _kept(place: Any, seconds: float, does: Does) -> Callable[[Service, Ask], Any]:
    async def cached(service: Service, ask: Ask) -> Any:
        memory, now = remembered(service), service.store.now().timestamp()
        if place not in memory or memory[place][0] < now - seconds:
            data = await does(service, ask)
            memory[place] = (now, copy.deepcopy(data), dict(ask.answered))
        ask.answered |= memory[place][2]
        return memory[place][1]

    return cached


@around(f"GET {ORG}/routing-forms")
async def cache_without_the_tenant(does: Does, service: Service, ask: Ask) -> Any:
    """An answer is kept for three seconds by its query alone, for all organizations."""
    return await _kept(("forms", str(ask.query)), 3, does)(service, ask)


@around(f"GET {ORG}/attributes")
async def cache_outlives_a_creation(does: Does, service: Service, ask: Ask) -> Any:
    """An answer is kept for three seconds, whatever is created meanwhile."""
    return await _kept(("attributes", ask.tenant.org, str(ask.query)), 3, does)(service, ask)


@around(f"GET {ORG}/memberships/{{membershipId}}")
async def cache_outlives_a_change(does: Does, service: Service, ask: Ask) -> Any:
    """A membership that is still there is read as it was three seconds ago."""
    memberships.membership(ask)
    return await _kept(("membership", ask.path["membershipId"]), 3, does)(service, ask)


@around(f"GET {ORG}/attributes/{{attributeId}}/options")
async def read_once_only(does: Does, service: Service, ask: Ask) -> Any:
    """The options of an attribute are read once, and never again while it exists."""
    return await _kept(("options", ask.path["attributeId"]), 1e9, does)(service, ask)


@entering(f"GET {ORG}/bookings")
def repeated_parameter_500(
    enters: Callable[..., Ask], service: Service, call: Call, found: Operation, path: dict[str, str]
) -> Ask:
    """A parameter that comes twice is answered 500, as it is a list inside."""
    if len({name for name, _ in call.query}) < len(call.query):
        raise RefusedError(500, "text.split is not a function")
    return enters(call, found, path)


@entering(f"GET {ORG}/bookings")
def empty_value_500(enters: Callable[..., Ask], service: Service, call: Call, *more: Any) -> Ask:
    """A parameter without a value is answered 500."""
    if any(not text for _, text in call.query):
        raise RefusedError(500, "invalid input syntax")
    return enters(call, *more)
