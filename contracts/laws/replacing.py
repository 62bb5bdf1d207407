"""Laws of replacements and of preconditions: what a PUT carries is kept, and a stale tag changes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from contracts.api import Api
from contracts.exchange import Exchange
from contracts.fixtures import body
from contracts.law import Blocked, Broken, Conversation, NotObservable, Steps, law
from contracts.laws.state import removable
from contracts.lives import LIFE, Life, Sight, begun, look, unlike
from contracts.values import Change, changes, rich, short
from specs.contract import Contract, Operation


def replacements(contract: Contract) -> Iterator[Operation]:
    """Operations that put something else in the place of a resource they can create and show."""
    for resource in contract.resources:
        if resource.replace and resource.replace.body and resource.create and (resource.read or resource.list):
            yield resource.replace


@law(family="state", on=replacements, kinds=("state",), writes=True, nowhere=True)
def a_replacement_is_what_is_kept(api: Api) -> Conversation:
    """What a PUT carries is what the resource shows afterwards.

    A new resource is replaced with every member whose value can be known to make sense. Broken if a member that was
    sent and is shown has another value. What becomes of members that were not sent is not asked: servers differ.
    """
    life: Life = yield from begun(api, f"{LIFE} replaced")
    if not life.known:
        raise NotObservable("what was created cannot be looked at")
    answer: Exchange = yield from _replaced(api, life)
    wanted = answer.request.json
    after: Sight = yield from look(life.api, life.made, known=life.known)
    if not after.seen:
        raise Broken("the replaced resource", after.told)
    for name in unlike(wanted, after.thing):
        raise Broken(f"{name} as sent: {short(wanted[name])}", short(after.thing[name]))


def _replaced(api: Api, life: Life) -> Steps:
    """Put as much in the place of a thing as makes sense; where that is refused for its state, no more than is safe."""
    content = yield from body(api, api.operation, life.made.values)
    wanted = rich(api, api.operation, content, bold=True)
    news: list[Change] = yield from changes(api, api.operation, life.made.values, life.first.thing)
    bold = {**wanted, **{each.name: each.value for each in news if each.tame or each.name in wanted}}
    for each in (bold, {**content, **{each.name: each.value for each in news if each.tame}}):
        answer: Exchange = yield life.api.ask(api.operation, path=life.made.values, body=each)
        if answer.ok:
            return answer
    raise Blocked(f"the replacement was not accepted: {answer.says()}")


def guarded(contract: Contract) -> Iterator[Operation]:
    """Changes for which the document declares If-Match, and 412 where it does not match."""
    for resource in contract.resources:
        changes_it = dict.fromkeys((resource.update, resource.replace)) if resource.create and resource.read else ()
        yield from (each for each in changes_it if each and _guarded(each))


def _guarded(operation: Operation) -> bool:
    declared = {answer.status for answer in operation.answers}
    return operation.parameter("If-Match", "header") is not None and "412" in declared


@law(family="caching", on=guarded, kinds=("status", "parameter"), writes=True, nowhere=True)
def a_change_under_an_old_tag_is_refused(api: Api) -> Conversation:
    """A change that names the tag of an earlier state in If-Match is refused with 412, and with the right tag is made.

    A new resource is read for its tag, changed once under it, and once more under the same tag, now an old one. Broken
    if the first change gets a 412, or if the second succeeds.
    """
    removable(api)
    life: Life = yield from begun(api, f"{LIFE} under tags of {api.operation.method}")
    assert life.resource.read is not None
    before: Exchange = yield life.api.ask(life.resource.read, path=life.made.values, fresh=True)
    tag = before.response.header("ETag") if before.ok and before.response else None
    if tag is None or tag.startswith("W/"):
        raise NotObservable("no strong ETag is offered, and only such a tag can be matched")
    answers: list[Exchange] = []
    for _ in range(2):
        content = yield from _other(api, life, before.data if not answers else answers[0].data)
        changed = yield life.api.ask(
            api.operation, path=life.made.values, body=content, headers=(("If-Match", tag),), fresh=True
        )
        answers.append(changed)
        if not answers[0].ok:
            break
    first, last = answers[0], answers[-1]
    if first.status == 412:
        raise Broken(f"a change under the tag {tag}, which the resource has", "412", [before, first])
    if not first.ok:
        raise Blocked(f"the change was not accepted: {first.says()}")
    if last.ok:
        raise Broken("412 for the tag from before a change", last.says(), [before, first, last])


def _other(api: Api, life: Life, thing: Any) -> Any:
    """A body that changes the thing: one member for a PATCH, all that is required besides for a PUT."""
    news: list[Change] = yield from changes(api, api.operation, life.made.values, thing)
    if not news:
        raise NotObservable("no member is known that could be changed")
    one = {news[0].name: news[0].value}
    if api.operation.method != "PUT":
        return one
    return {**(yield from body(api, api.operation, life.made.values)), **one}
