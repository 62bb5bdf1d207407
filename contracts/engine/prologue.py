"""How every conversation begins: the values its operation's path needs are found, then the law speaks."""

from __future__ import annotations

import json
from typing import Any

import attrs

from contracts.core.conversation import Blocked, Broken, Command, Conversation, NotObservable, Outcome, Steps, tee
from contracts.core.exchange import Exchange, Request
from contracts.laws.law import Law
from contracts.plan.plan import PlanItem
from contracts.request.api import RequestFactory
from contracts.steps.access.credential_variants import place_for_refusal
from contracts.steps.fixtures import resolve_path
from contracts.steps.lists.parents import path_with_enough_items
from specs.contract.member_names import Hint, MemberNames

CALM = 3
"""How often a list is read whose items come and go meanwhile, before it counts as not observable."""
AGAIN = 12
"""Requests repeated at most, to know whether a list has changed meanwhile."""


def with_prologue(item: PlanItem, api: RequestFactory, inputs: Any) -> Conversation:
    """The whole conversation of a plan item: the law's own, after its place has been found.

    A law that writes uses resources of its own making, so that nothing of the owner's is changed.
    """
    heard: list[Exchange] = []
    try:
        yield from tee(_placed(item, api, inputs), heard.append)
    except (Broken, Blocked) as outcome:
        if heard and _not_permitted(api, heard[-1], outcome):
            last = heard[-1]
            raise NotObservable(
                f"{last.request.principal}, created for this run, may not call {last.operation.key}"
            ) from None
        raise


def _not_permitted(api: RequestFactory, last: Exchange, outcome: Outcome) -> bool:
    """Whether a conversation ended with a 403 to a user whom the suite made itself: nobody says what such users may."""
    made = {each.name: each for each in api.deployment.principals if each.provisioned}
    asker = made.get(last.request.principal or "")
    return last.status == 403 and asker is not None and (asker is api.principal or isinstance(outcome, Blocked))


def _placed(item: PlanItem, api: RequestFactory, inputs: Any) -> Conversation:
    law = item.rule
    assert isinstance(law, Law)
    if not law.no_path_setup:
        # One that writes gets a place of its own even if others have items: those are somebody's.
        quiet = law.needs_items and not item.writes
        api.values = (
            yield from path_with_enough_items(api) if quiet else resolve_path(api, api.operation, fresh=item.writes)
        )
    elif law.by_refusal:
        api.values = yield from place_for_refusal(api)
    yield from _on_stable_data(law, api, inputs) if law.needs_items else _spoken(law, api, inputs)


def _spoken(law: Law, api: RequestFactory, inputs: Any) -> Conversation:
    return law.ask(api) if law.cases is None else law.ask(api, inputs)


def _on_stable_data(law: Law, api: RequestFactory, inputs: Any) -> Conversation:
    """A law of a list, which holds for as long as nobody else adds or removes items.

    Before it says that something is broken, its requests to the list are repeated. If there are other items by now, or
    items that read otherwise, all of them are sent anew.
    """
    for again in range(CALM):
        heard: list[Exchange] = []
        steps = _spoken(law, api, inputs)
        try:
            yield from tee(steps, heard.append, _anew) if again else tee(steps, heard.append)
            return
        except Broken:
            if not (yield from _changed_meanwhile(heard, api.contract.names)):
                raise
    raise NotObservable("items of the list came or went while it was read")


def _anew(command: Command) -> Command:
    """A command that no answer which is known already will do for."""
    return attrs.evolve(command, bypass_cache=True) if isinstance(command, Request) else command


def _changed_meanwhile(heard: list[Exchange], names: MemberNames) -> Steps:
    """Whether the requests to lists show other items in all by now, or another number of them, in any order."""
    # Each list as it was read first: what came in between is exactly what is to be found out.
    asked = {each.request.target: each for each in reversed(heard) if each.request.safe and each.ok and each.items}
    known = list(reversed(asked.values()))[:AGAIN]
    again: list[Exchange] = []
    for each in known:
        again += [(yield attrs.evolve(each.request, bypass_cache=True))]
    moved = _contents(again, names) != _contents(known, names) or _totals(again) != _totals(known)
    return all(each.ok for each in again) and moved


def _totals(answers: list[Exchange]) -> list[str]:
    """How many items each answer says there are: one that came and went again may have been counted alone."""
    return [str(each.page("total")) for each in answers]


def _contents(answers: list[Exchange], names: MemberNames) -> set[tuple[str, str]]:
    """The items of lists, each with its list's address, without what changes by being read."""
    return {
        (each.request.target.partition("?")[0], json.dumps(_lasting(item, names), sort_keys=True))
        for each in answers
        for item in each.items
    }


def _lasting(item: Any, names: MemberNames) -> Any:
    if not isinstance(item, dict):
        return item
    return {name: value for name, value in item.items() if not names.suggest(name, Hint.FLEETING)}
