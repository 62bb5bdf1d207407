"""The second chapter of a life: creations that are refused, equal ones at once, and one with as little as suffices."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs

from contracts.core.conversation import Blocked, NotObservable, Steps, Together
from contracts.core.exchange import Exchange
from contracts.core.rejection import INVALID
from contracts.request.api import Api
from contracts.steps.fixtures import Made, body, made_by, places
from contracts.steps.lifecycle.comparison import kept
from contracts.steps.lifecycle.create import LIFE, Life, born, sent_by
from contracts.steps.lifecycle.values import lean, wrong
from contracts.steps.lists.paging import everything, largest, listed
from specs.contract import Operation, selectors

AT_ONCE = 3
"""Equal creations sent together."""
ROUNDS = 2
"""Rounds in which a server error has to come before anyone may speak of it."""


@attrs.frozen
class Peers:
    """Creations beside a life, each with the answers to it. `why`: there are none, for this reason.

    `refused` were sent with an invalid member and without a credential, `equals` together and with the same content;
    `again` is one more of these, asked where more than one succeeded though they may not. `slight` carries the required
    members only; where it was refused, `whole` the others too.
    """

    api: Api
    life: Life | None
    why: str = ""
    values: Mapping[str, str] = attrs.field(factory=dict)
    content: dict[str, Any] = attrs.field(factory=dict)
    refused: list[Exchange] = attrs.field(factory=list)
    equals: list[Exchange] = attrs.field(factory=list)
    again: Exchange | None = None
    slight: Exchange | None = None
    whole: Exchange | None = None

    @property
    def made(self) -> list[Exchange]:
        """The equal creations that succeeded."""
        return [each for each in self.equals if each.ok]

    @property
    def twin(self) -> Made | None:
        """What the first of them made."""
        return made_by(self.api.resource, self.made[0], self.values) if self.made else None

    def needed(self) -> None:
        """Raises NotObservable where nothing was created beside."""
        if self.why:
            raise NotObservable(self.why)


def joined(api: Api) -> Steps:
    """Create others beside a thing that was born, where they can be removed again."""
    create = api.resource.create
    try:
        life: Life | None = yield from born(api)
        stage = life.api if life else api
    except (Blocked, NotObservable) as outcome:
        life, stage = None, api.playing(f"{LIFE} that was not born in {api.resource.collection}")
        if create is None or create.body is None:
            raise outcome from None
    if why := unwelcome(api):
        return Peers(stage, life, why)
    try:
        return (yield from _beside(Peers(stage, life)))
    except (Blocked, NotObservable) as outcome:
        return Peers(stage, life, outcome.reason)


def _beside(peers: Peers) -> Steps:
    """All creations of the chapter, one after the other."""
    stage, create = peers.api, peers.api.resource.create
    assert create is not None
    values = yield from places(stage, create, fresh=True)
    content = yield from body(stage, create, values)
    refused, content = yield from _refused(stage, create, values, content)
    slight, whole = yield from _slight(stage, create, values, content)
    content, equals = yield from _equals(stage, create, values, content)
    again = None
    if conflicts(create) and sum(each.ok for each in equals) > 1:
        again = yield stage.ask(create, path=values, body=content)
    return attrs.evolve(
        peers, values=values, content=content, refused=refused, equals=equals, again=again, slight=slight, whole=whole
    )


def unwelcome(api: Api) -> str:
    """Why nothing more than needed is to be created; empty where it may."""
    create = api.resource.create
    if create is None or create.body is None or not selectors.speaks_of_members(create.body):
        return "the document does not say in JSON or a form what is created"
    if api.resource.delete is None and not api.deployment.disposable:
        return "the document offers no way to remove what would be created for this"
    return ""


def conflicts(operation: Operation) -> bool:
    """Whether the document declares a conflict of its own for an operation."""
    return any(answer.status == "409" for answer in operation.answers)


def closed(operation: Operation) -> bool:
    """Whether an operation cannot be called without a credential."""
    return bool(operation.security) and all(each.schemes for each in operation.security)


def _refused(api: Api, create: Operation, values: Mapping[str, str], content: dict[str, Any]) -> Steps:
    """Ask for what must be refused, an invalid member beside valid ones and the same without a credential.

    Gives the answers, and the valid content as it was sent: by whoever of those who share this scene came first.
    """
    answers: list[Exchange] = []
    if bad := wrong(api, create, content):
        answers.append((yield api.ask(create, path=values, body={**content, bad[0]: bad[1]})))
        content = {
            name: content[name] if name == bad[0] else value
            for name, value in sent_by(answers[-1]).items()
            if name != bad[0] or name in content
        }
    if closed(create):
        answers.append((yield api.ask(create, path=values, body=content, credentials=())))
        content = sent_by(answers[-1]) or content
    return answers, content


def _equals(api: Api, create: Operation, values: Mapping[str, str], content: dict[str, Any]) -> Steps:
    """Send equal creations at once: what was sent, and the answers.

    After a server error once more, with values of their own: one may be a lock or a deploy.
    """
    answers: list[Exchange] = []
    for number in range(ROUNDS):
        if number:
            content = yield from body(api, create, values)
        answers = yield Together.of([api.ask(create, path=values, body=content) for _ in range(AT_ONCE)])
        sent = answers[0].request.json
        content = sent if isinstance(sent, dict) else content
        if all(each.status < 500 for each in answers):
            break
    return content, answers


def _slight(api: Api, create: Operation, values: Mapping[str, str], like: dict[str, Any]) -> Steps:
    """One creation with the required members only; and where that is refused, the same with the others."""
    if lean(api, create, like) == like:
        return None, None
    whole = yield from body(api, create, values)
    answer: Exchange = yield api.ask(create, path=values, body=lean(api, create, whole))
    if answer.status not in INVALID:
        return answer, None
    return answer, (yield api.ask(create, path=values, body={**whole, **sent_by(answer)}))


# -- in the list -------------------------------------------------------------------------------------------------------


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
