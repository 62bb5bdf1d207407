"""Things that were meant to be one: equal creations, and how many of them the list shows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs

from contracts.api import Api
from contracts.exchange import Exchange
from contracts.fixtures import body, places
from contracts.law import NotObservable, Steps, Together
from contracts.values import kept
from contracts.walks import everything, largest, listed

AT_ONCE = 3
"""Equal creations sent together."""
ROUNDS = 2
"""Rounds in which a server error has to come before anyone may speak of it."""


@attrs.frozen
class Equals:
    """Equal creations sent at once: the answers, and how many of them the list shows; None where it cannot tell."""

    api: Api
    values: dict[str, str]
    content: dict[str, Any]
    answers: list[Exchange]
    listed: int | None

    @property
    def made(self) -> list[Exchange]:
        return [each for each in self.answers if each.ok]


def equal_creations(api: Api) -> Steps:
    """Send equal creations at once, and count in the list what came of them.

    After a server error once more, with values of their own: one may be a lock or a deploy.
    """
    stage = api.playing(f"equals in {api.resource.collection}")
    values = yield from places(stage, api.operation, fresh=True)
    content: dict[str, Any] = {}
    answers: list[Exchange] = []
    for _ in range(ROUNDS):
        offered = yield from body(stage, api.operation, values)
        answers = yield Together.of([stage.ask(path=values, body=offered) for _ in range(AT_ONCE)])
        sent = answers[0].request.json
        content = sent if isinstance(sent, dict) else offered
        if all(each.status < 500 for each in answers):
            break
    return Equals(stage, values, content, answers, (yield from counted(stage, values, content)))


def counted(api: Api, values: Mapping[str, str], content: dict[str, Any]) -> Steps:
    """How many items of the list were created with this content; None where nobody could tell."""
    try:
        items = yield from standing(api, values)
        return len(alike(api, items, content))
    except NotObservable:
        return None


def standing(api: Api, values: Mapping[str, str]) -> Steps:
    """All items of the list beside an operation."""
    resource = api.resource
    if resource.list is None:
        raise NotObservable("the document has no list of these")
    view = api.on(resource.list, values)
    if resource.list.paging is None:
        return listed((yield attrs.evolve(view.ask(), fresh=True))).items
    page: Exchange = listed((yield attrs.evolve(view.page(None, largest(view)), fresh=True)))
    size = largest(view)
    return page.items if size and len(page.items) < size else (yield from everything(view))


def alike(api: Api, items: list[Any], content: dict[str, Any]) -> list[Any]:
    """The items that show the values which make a content the only one of its kind.

    Raises NotObservable where the items show none of these members.
    """
    assert api.operation.body is not None
    examples = [each for each in api.operation.body.examples if isinstance(each, dict)]
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
