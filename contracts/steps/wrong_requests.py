"""Requests that are wrong in one place or in several, and which of those several still have to be sent alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import attrs

from contracts.core.conversation import Steps
from contracts.core.exchange import MISSING, Exchange, Request
from contracts.core.rejection import INVALID
from contracts.core.verdicts import DEPTHS
from contracts.request.api import RequestFactory
from contracts.steps.fixtures import resolve_path
from contracts.strategies.bodies import Change, applied
from contracts.strategies.invalid_requests import by_turns, spread, wrong_queries
from contracts.strategies.schemathesis_cases import Case, validator
from contracts.strategies.secrets_in_bodies import with_secrets
from contracts.strategies.wrong_together import Refusal, rows, seen

Cases = dict[str, list[Any]]
"""Invalid cases as plain data: those sent by themselves ("alone"), and rows of those sent in one request ("together").

Those alone are all that is sent where refusals do not name what is wrong.
"""
PER_PARAMETER = (2, 3, 50)
"""Invalid values tried for one query parameter, per depth."""
PER_QUERY = (10, 24, 1000)
"""Invalid queries sent to one operation, per depth."""
TOGETHER = (3, 6, 0)
"""Ways of being wrong in one place that are sent together with others, per depth."""
HALVES = 2
"""Rows after which it is known whether refusals name what is wrong."""


def wrong_query_cases(api: RequestFactory, depth: str) -> Cases:
    """The invalid queries of an operation; empty where there is none."""
    level, queries = DEPTHS.index(depth), wrong_queries(api.contract, api.operation)
    alone = spread(by_turns(queries), PER_PARAMETER[level], PER_QUERY[level], api.seed)
    return written(alone, rows(queries, TOGETHER[level])) if alone else {}


def written(alone: Sequence[Case], together: Sequence[Sequence[Case]]) -> Cases:
    """Cases as plain data."""
    return {
        "alone": [case.written() for case in alone],
        "together": [[case.written() for case in row] for row in together],
    }


def refused_with_others(api: RequestFactory, name: str, value: str) -> Steps:
    """Whether a query that is wrong there and in other places was refused for this one by name.

    Sent once for all who want to know of any of them, at one place of the operation: what a query may be is the same
    at all of them.
    """
    cases = wrong_query_cases(api, api.depth)
    sent = [each for row in cases.get("together", ()) for each in row]
    if not any((each["name"], each["value"]) == (name, value) for each in sent):
        return False
    place = yield from resolve_path(api, api.operation, fresh=False)
    view = api.for_operation(api.operation, place)
    left: list[Case] = yield from not_seen_together(view, cases, MISSING)
    return all((each.name, each.value) != (name, value) for each in left)


def not_seen_together(api: RequestFactory, wrong: Cases, right: Any) -> Steps:
    """The cases to be sent by themselves: of those that were sent together what no refusal has named.

    All that was chosen for that where refusals do not name what is wrong.
    """
    alone = [Case(**each) for each in wrong["alone"]]
    heard: list[Refusal] = []
    unrefused: list[Case] = []
    for row in ([Case(**each) for each in row] for row in wrong["together"]):
        request = _all_asked(api, row, right)
        if request is None or (len(heard) + bool(unrefused) >= HALVES and not seen(heard)):
            break
        answer: Exchange = yield request
        if answer.status in INVALID and answer.response is not None:
            heard.append(Refusal(tuple(row), answer.response.body))
        else:
            unrefused += row
    named = seen(heard)
    sent = [case for each in heard for case in each.wrong]
    if len(named) * 2 < len(sent) or not named:
        return [*unrefused, *(case for case in alone if case not in named and case not in unrefused)]
    unnamed = [case for case in sent if case not in named]
    places = {case.name for case in sent}
    return [*unrefused, *unnamed, *(each for each in alone if each.name not in places)]


def _all_asked(api: RequestFactory, row: Sequence[Case], right: Any) -> Request | None:
    """The request that is wrong in all these places; None where its body has not all of them.

    What it has in secret besides shows whether a refusal repeats that.
    """
    if row[0].place == "query":
        return api.ask(query=[(case.name, case.value) for case in row])
    changed = with_secrets(api.contract, api.operation, right) if isinstance(right, dict) else right
    for case in row:
        changed = _changed(case, changed) if changed is not MISSING else MISSING
    return None if changed is MISSING else api.ask(body=changed)


def asked(api: RequestFactory, case: Case, right: Any) -> Request | None:
    """The request of a case; None where it would not be wrong after all."""
    match case.place:
        case "query":
            return api.ask(query=[(case.name, case.value)])
        case "raw":
            return api.ask(raw=case.value)
        case "media":
            return api.ask(body=right, headers=(("Content-Type", case.value),))
        case "header":
            asked = api.ask()
            kept = tuple(pair for pair in asked.headers if pair[0].lower() != case.name.lower())
            return attrs.evolve(asked, headers=kept)
    changed = case.value if not case.name else _changed(case, right)
    if changed is MISSING or validator(api.contract, api.operation).is_valid(changed):
        return None
    return api.ask(body=changed)


def _changed(case: Case, right: Any) -> Any:
    try:
        return applied(right, Change(case.name, case.what, case.value, drop=case.place == "gone"))
    except (LookupError, TypeError, ValueError):
        return MISSING
