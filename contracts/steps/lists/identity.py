"""Whether an item of a list is the resource: by its id, by what it was made with, or by the marks of who made it."""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from functools import lru_cache
from typing import Any

from contracts.core.conversation import NotObservable
from contracts.core.exchange import MISSING, at
from contracts.request.api import RequestFactory
from contracts.steps.fixtures import Made
from contracts.steps.lifecycle.comparison import kept
from specs.contract import Resource


def identity(api: RequestFactory, item: Any) -> str:
    """What distinguishes an item from the others: its id, or all of it where it has none."""
    resource = api.contract.resource_of(api.operation)
    own = at(item, resource.member if resource else "/id")
    return _written(own) if isinstance(own, str | int) else json.dumps(item if own is MISSING else own, sort_keys=True)


_written = lru_cache(maxsize=8192, typed=True)(json.dumps)  # typed: True and 1 are equal


def identities(api: RequestFactory, items: Collection[Any]) -> list[str]:
    """The identities of items, in order."""
    return [identity(api, item) for item in items]


def find_in(items: Collection[Any], made: Made) -> list[Any]:
    """The items that are the made resource, by an id that both show."""
    pointers = dict.fromkeys([made.resource.member, "/id"])
    ids = {str(at(made.thing, each)) for each in pointers} - {str(MISSING), "None"}
    for pointer in pointers:
        if found := [item for item in items if str(at(item, pointer)) in ids]:
            return found
    return []


def require_identifiable(items: Collection[Any], made: Made) -> None:
    """Raises NotObservable where items and creation have no id in common by which an item could be recognised."""
    member = made.resource.member
    if items and not (at(made.thing, member) is not MISSING and all(at(each, member) is not MISSING for each in items)):
        raise NotObservable("the list does not show which of its items was created")


def has_id(item: Any, resource: Resource, own: str) -> bool:
    """Whether an item is the resource of an id, which lists may show in another member than its own answers do."""
    found = at(item, resource.member)
    if found is not MISSING:
        return str(found) == own
    return isinstance(item, dict) and own in map(str, item.values())


def alike(api: RequestFactory, items: Collection[Any], content: dict[str, Any]) -> list[Any]:
    """The items that show the values which make a content the only one of its kind.

    Raises NotObservable where the items show none of these members.
    """
    create = api.resource.create
    assert create is not None
    assert create.body is not None
    examples = [each for each in create.body.examples if isinstance(each, dict)]
    own = {
        name: value
        for name, value in content.items()
        if isinstance(value, str | int) and all(value != example.get(name) for example in examples)
    }
    found = []
    for item in items:
        shown = [name for name in own if isinstance(item, dict) and name in item]
        if not shown:
            raise NotObservable("the list does not show what makes its items differ")
        if all(kept(own[name], item[name]) for name in shown):
            found.append(item)
    return found


def same_items(items: Collection[Any], others: Collection[Any]) -> list[Any]:
    """Items that are in both lists, equal in every member: an id alone may be counted per tenant."""
    known = {json.dumps(each, sort_keys=True) for each in others}
    return [each for each in items if json.dumps(each, sort_keys=True) in known]


def bears(item: Any, mark: str) -> bool:
    """Whether one of an item's own texts is a name with a run's mark; what it holds inside is somebody else's."""
    own = item.values() if isinstance(item, dict) else ()
    return any(isinstance(value, str) and re.search(rf"\b{re.escape(mark)}-\w", value) for value in own)


def mentions(item: Any, names: Collection[str]) -> bool:
    """Whether one of these made-up names is anywhere in an item."""
    text = json.dumps(item)
    return any(name in text for name in names)
