"""The second chapter of a life: creations that are refused, equal ones at the same time, and a minimal one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs

from contracts.core.conversation import Blocked, Concurrently, NotObservable, Steps
from contracts.core.exchange import Exchange
from contracts.core.rejection import INVALID
from contracts.request.api import RequestFactory
from contracts.steps.access.nearly_right import nearly_right
from contracts.steps.fixtures import Made, body, find_form, made_by, resolve_path
from contracts.steps.lifecycle.create import LIFE, CreatedResource, create_full, sent_by
from contracts.steps.lifecycle.full_bodies import other_choices
from contracts.steps.lifecycle.values import invalid_member
from contracts.steps.lists.page_sizes import largest, largest_page
from contracts.steps.lists.paging import read_all, require_ok
from contracts.strategies.body_forms import minimal_body
from specs.contract import Operation, conflicts, selectors

EQUALS = 2
"""Which other choices equal creations have: none that the other creations of the chapters before have made."""
AT_ONCE = {"quick": 2}
"""Equal creations sent together, per depth; three of them at greater ones."""
ROUNDS = 2
"""Rounds in which a server error has to come before anyone may speak of it."""


@attrs.frozen
class Siblings:
    """Creations beside a life, each with the answers to it. `why`: there are none, for this reason.

    `refused` were sent with an invalid member and, last, without the right credential, `equals` together and with the
    same content; `again` is one more of these, sent where more than one succeeded though they may not, and `alone`
    another creation, sent by itself where one of them failed. `slight` carries the required members only; where it was
    refused, `whole` the others too.
    """

    api: RequestFactory
    life: CreatedResource | None
    why: str = ""
    values: Mapping[str, str] = attrs.field(factory=dict)
    content: dict[str, Any] = attrs.field(factory=dict)
    refused: list[Exchange] = attrs.field(factory=list)
    equals: list[Exchange] = attrs.field(factory=list)
    again: Exchange | None = None
    alone: Exchange | None = None
    slight: Exchange | None = None
    whole: Exchange | None = None
    unchosen: tuple[Exchange, ...] = ()
    """Refusals of other choices than the example's, each followed by the same request with those of the example."""

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


def create_siblings(api: RequestFactory) -> Steps:
    """Create others beside a resource that was born, where they can be removed again."""
    create = api.resource.create
    try:
        life: CreatedResource | None = yield from create_full(api)
        stage = life.api if life else api
    except (Blocked, NotObservable) as outcome:
        life, stage = None, api.sharing(f"{LIFE} that was not born in {api.resource.collection}")
        if create is None or create.body is None:
            raise outcome from None
    if why := why_not(api):
        return Siblings(stage, life, why)
    try:
        return (yield from _beside(Siblings(stage, life)))
    except (Blocked, NotObservable) as outcome:
        return Siblings(stage, life, outcome.reason)


def _beside(peers: Siblings) -> Steps:
    """All creations of the chapter, one after the other."""
    stage, create = peers.api, peers.api.resource.create
    assert create is not None
    values = yield from resolve_path(stage, create, fresh=True)
    content = yield from body(stage, create, values)
    refused, content = yield from _refused(stage, create, values, content)
    slight, whole, unchosen = yield from _minimal(stage, create, values, content)
    if _nothing_goes(slight, whole) and (yield from find_form(stage, create, values)):
        content = yield from body(stage, create, values)
        slight, whole, unchosen = yield from _minimal(stage, create, values, content)
    content, equals, unequalled = yield from _equals(stage, create, values, content)
    again = alone = None
    if any(each.status >= 500 for each in equals):  # what one alone is answered too is no matter of being at once
        alone = yield stage.ask(create, path=values, body=(yield from body(stage, create, values)))
    if conflicts.declares_conflict(create) and sum(each.ok for each in equals) > 1:
        again = yield stage.ask(create, path=values, body=content)
    return attrs.evolve(
        peers, values=values, content=content, refused=refused, equals=equals,
        again=again, alone=alone, slight=slight, whole=whole, unchosen=(*unchosen, *unequalled),
    )  # fmt: skip


def _nothing_goes(slight: Exchange | None, whole: Exchange | None) -> bool:
    """Whether a body was refused as invalid with the required members and with all: another form may be accepted."""
    return slight is not None and slight.status in INVALID and (whole is None or whole.status in INVALID)


def why_not(api: RequestFactory) -> str:
    """Why nothing more than needed is to be created; empty where it may."""
    create = api.resource.create
    if create is None or create.body is None or not selectors.speaks_of_members(create.body):
        return "the document does not say in JSON or a form what is created"
    if selectors.returns_existing(create):
        return "a creation may answer with what is there already, as the document says"
    if api.resource.names_its_own:
        return "what is created gets the address that is requested, so that there is nothing beside it"
    if api.resource.delete is None and not api.disposable:
        return "the document offers no way to remove what would be created for this"
    return ""


def _refused(api: RequestFactory, create: Operation, values: Mapping[str, str], content: dict[str, Any]) -> Steps:
    """Send what must be refused, an invalid member beside valid ones and the same without the right credential.

    Gives the answers, and the valid content as it was sent: by whoever of those who share this scene came first.
    """
    answers: list[Exchange] = []
    if bad := invalid_member(api, create, content):
        answers.append((yield api.ask(create, path=values, body={**content, bad[0]: bad[1]})))
        content = {
            name: content[name] if name == bad[0] else value
            for name, value in sent_by(answers[-1]).items()
            if name != bad[0] or name in content
        }
    if selectors.requires_credential(create):
        _, shown = nearly_right(api, create)
        answers.append((yield api.ask(create, path=values, body=content, credentials=shown)))
        content = sent_by(answers[-1]) or content
    return answers, content


def _equals(api: RequestFactory, create: Operation, values: Mapping[str, str], example: dict[str, Any]) -> Steps:
    """Send equal creations at once: what was sent, the answers, and refusals of the choices that were made for them.

    At depth quick with choices that no other creation here has made; where they are refused, with the example's. After
    a server error once more, with values of their own: one may be a lock or a deploy.
    """
    content = other_choices(api.contract.body_rules(create), example, EQUALS) if api.depth == "quick" else example
    answers = yield from _at_once(api, create, values, content)
    unchosen = answers[:1] if content != example and all(each.status in INVALID for each in answers) else []
    if unchosen:
        answers = yield from _at_once(api, create, values, example)
    for _ in range(ROUNDS - 1):
        if any(each.status >= 500 for each in answers):
            answers = yield from _at_once(api, create, values, (yield from body(api, create, values)))
    sent = answers[0].request.json
    return (sent if isinstance(sent, dict) else content), answers, unchosen


def _at_once(api: RequestFactory, create: Operation, values: Mapping[str, str], content: dict[str, Any]) -> Steps:
    count = AT_ONCE.get(api.depth, 3)
    return (yield Concurrently.of([api.ask(create, path=values, body=content) for _ in range(count)]))


def _minimal(api: RequestFactory, create: Operation, values: Mapping[str, str], like: dict[str, Any]) -> Steps:
    """One creation with the required members only; and where that is refused, the same with the others.

    At depth quick with other choices than the life was created with; where they are refused, with those of the example.
    The last answer is that refusal.
    """
    if minimal_body(api.contract, create, like) == like:
        return None, None, []
    whole = yield from body(api, create, values)
    least = minimal_body(api.contract, create, whole)
    chosen = other_choices(api.contract.body_rules(create), least) if api.depth == "quick" else least
    answer: Exchange = yield api.ask(create, path=values, body=chosen)
    unchosen = [answer] if chosen != least and answer.status in INVALID else []
    if unchosen:
        answer = yield api.ask(create, path=values, body=least)
    if answer.status not in INVALID:
        return answer, None, unchosen
    return answer, (yield api.ask(create, path=values, body={**whole, **sent_by(answer)})), unchosen


# -- in the list -------------------------------------------------------------------------------------------------------


def standing(api: RequestFactory, values: Mapping[str, str]) -> Steps:
    """All items of the list beside an operation."""
    resource = api.resource
    if resource.list is None:
        raise NotObservable("the document has no list of these")
    view = api.for_operation(resource.list, values)
    if resource.list.paging is None:
        return require_ok((yield attrs.evolve(view.ask(), bypass_cache=True))).items
    page: Exchange = require_ok((yield from largest_page(view, bypass_cache=True)))
    size = largest(view)
    return page.items if size and len(page.items) < size else (yield from read_all(view))
