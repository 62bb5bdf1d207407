"""What another tenant is granted, and everybody would be: it lets nobody in to what belongs to somebody."""

from __future__ import annotations

import re

from contracts.config.principal import Principal
from contracts.core.conversation import NotObservable, Observed, Steps
from contracts.core.exchange import MISSING, Exchange, at
from contracts.request.api import RequestFactory
from contracts.request.url import path_values
from contracts.steps.access.attackers import Attempt, Attempts
from contracts.steps.fixtures import placeholder_path
from contracts.steps.lifecycle.comparison import are_two_things
from contracts.steps.lifecycle.values import short
from contracts.steps.lists.identity import same_items
from specs.contract import Operation
from specs.contract.member_names import Hint
from specs.contract.selectors import resource_of_parameter

_OWNER = re.compile(r"(owner|user|tenant|account|customer|team|org|organi[sz]ation|workspace)s?", re.IGNORECASE)
"""Whose a thing is. Who wrote it (`author`, `created_by`) is told of what everybody shares, too."""
_OWN = re.compile(r"\b(yours?|owne?d?|belong(s|ing)?|(authenticated|current) user|private)\b", re.IGNORECASE)

_FLAGS = {"public": True, "ispublic": True, "private": False, "isprivate": False}
_LEVELS = ("visibility", "access", "privacy", "sharing")
_FOR_ALL = {"public", "everyone", "everybody", "world", "anyone", "all"}
"""By which members, and with which values, a thing says of itself that everybody may see it."""


def granted_to_all(api: RequestFactory, scene: Attempts) -> Steps:
    """Raises Observed where what was granted to another tenant says nothing of whose it is."""
    granted = next((each for each in scene.attempts if each.answer.ok), None)
    if granted is not None:
        _public(api, granted)
        yield from _called_alike(api, granted)
        yield from _regardless(api, scene, granted)
        yield from _for_everybody(api, granted)


def _public(api: RequestFactory, granted: Attempt) -> None:
    """Raises Observed where what is shown says of itself that it is for everybody to see."""
    shown = granted.answer.data
    for name, value in shown.items() if api.operation.safe and isinstance(shown, dict) else ():
        plain = re.sub(r"[^a-z]", "", name.lower())
        level = plain in _LEVELS and isinstance(value, str) and value.lower() in _FOR_ALL
        if level or (isinstance(value, bool) and _FLAGS.get(plain) is value):
            raise Observed(f"granted; what is shown says that everybody may see it: {name} is {short(value)}")


def _called_alike(api: RequestFactory, granted: Attempt) -> Steps:
    """Raises NotObservable where the other tenant is shown something of its own that has the same name, not the id."""
    if not api.operation.safe:
        return
    own: Exchange = yield api.ask(path=path_values(api.operation, granted.answer.request.target))
    if own.ok and are_two_things(own.data, granted.answer.data):
        raise NotObservable(f"{granted.intruder.principal.name} has something of its own that is called so")


def _regardless(api: RequestFactory, scene: Attempts, granted: Attempt) -> Steps:
    """Raises Observed where it is granted for an id of nobody as well, and does nothing."""
    if api.operation.method not in {"POST", "DELETE"} or scene.before != scene.after:
        return
    request, last = granted.answer.request, api.operation.path_parameters[-1]
    path = {**path_values(api.operation, request.target), last: placeholder_path(api)[last]}
    intruder, content = granted.intruder, MISSING if request.body is None else request.json
    nobody: Exchange = yield api.ask(path=path, body=content, principal=intruder.principal, under=intruder.under)
    if nobody.ok:
        raise Observed(f"granted for an id of nobody as well: {nobody.summary()}; nothing of the owner's changes")


def _for_everybody(api: RequestFactory, granted: Attempt) -> Steps:
    """Raises Observed where the other tenant's own list shows such things too, and nothing in them names an owner."""
    resource = api.contract.resource_of(api.operation)
    if resource is None or resource.list is None or any(map(_tells_of_owners, (api.operation, resource.list))):
        return
    known = path_values(api.operation, granted.answer.request.target)
    path = {name: known.get(name, "") for name in resource.list.path_parameters}
    if any(api.deployment.value(tenant, name) for name in path for tenant in api.deployment.tenants):
        return  # each of them has a place of its own
    asker = granted.intruder.principal
    for name in path:
        if not (yield from _is_shown(api, resource.list, name, path, asker)):
            return  # what is below somebody's own place is reached by its id alone
    own: Exchange = yield api.ask(resource.list, path=path)
    theirs: Exchange = yield api.ask(resource.list, path=path, principal=asker)
    shared = same_items(own.items, theirs.items) if own.ok and theirs.ok else []
    names = {name for each in shared if isinstance(each, dict) for name in each}
    if shared and not any(api.contract.names.suggest(name, Hint.OWNER) or _OWNER.fullmatch(name) for name in names):
        count = f"{len(shared)} of {len(own.items)} items"
        raise Observed(f"granted; {count} are in a list of {asker.name} as well, and none of them names an owner")


def _is_shown(api: RequestFactory, listing: Operation, name: str, path: dict[str, str], asker: Principal) -> Steps:
    """Whether a list of its own shows somebody the resource that a list is below, by the name of its path parameter."""
    above = resource_of_parameter(api.contract, listing, name)
    if above is None or above.list is None:
        return False
    place = {each: path[each] for each in above.list.path_parameters if each in path}
    shown: Exchange = yield api.ask(above.list, path=place, principal=asker)
    return shown.ok and path[name] in {str(at(item, above.member)) for item in shown.items}


def _tells_of_owners(operation: Operation) -> bool:
    return _OWN.search(f"{operation.summary} {operation.description}") is not None
