"""Laws of resources: what was created is there, what was changed is changed and no more, what was deleted is gone."""

from __future__ import annotations

from typing import Any

from contracts import on
from contracts.api import Api
from contracts.exchange import MISSING, Exchange, at
from contracts.fixtures import Made, body, make, members_of
from contracts.law import Blocked, Broken, Conversation, NotObservable, Steps, law
from contracts.walks import everything, identity, names
from specs.contract import Resource


def _look(api: Api, made: Made) -> Steps:
    """The thing as it reads now: by its own address, or found in its list. MISSING where it is neither."""
    resource = made.resource
    if resource.read:
        answer: Exchange = yield api.ask(resource.read, path=made.values, fresh=True)
        return answer.data if answer.ok else MISSING
    if resource.list:
        answer = yield api.ask(resource.list, path=made.values, fresh=True)
        return _found(answer.items, resource, made)
    raise NotObservable("the document offers no way to look at one")


def _found(items: list[Any], resource: Resource, made: Made) -> Any:
    """The made thing among the items of its list; MISSING where it is not there.

    Raises NotObservable where items and creation show no id in common, so that nobody could tell.
    """
    for pointer in (resource.member, "/id"):
        wanted = at(made.thing, pointer)
        if wanted is not MISSING and (not items or any(at(item, pointer) is not MISSING for item in items)):
            found = [item for item in items if at(item, pointer) == wanted]
            if found or pointer == resource.member:
                return found[0] if found else MISSING
    raise NotObservable("the list does not show which of its items was created")


@law(family="state", on=on.creations, kinds=("state", "status"), writes=True, nowhere=True)
def what_was_created_can_be_read(api: Api) -> Conversation:
    """What was created can be read at once, and reads as the answer to its creation showed it."""
    made: Made = yield from make(api, api.resource)
    thing = yield from _look(api, made)
    if thing is MISSING:
        raise Broken("what was created just now", "it is not there")
    _same(made.thing, thing, "as the creation showed it")


def _same(before: Any, after: Any, how: str, but: tuple[str, ...] = ()) -> None:
    """Members both show must agree; times of change may move on."""
    if not (isinstance(before, dict) and isinstance(after, dict)):
        return
    for name in before.keys() & after.keys() - set(but) - {"updatedAt", "updated_at"}:
        if before[name] != after[name]:
            raise Broken(f"{name} {how}: {_short(before[name])}", _short(after[name]))


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 80 else text[:77] + "…"


@law(family="state", on=on.creations, kinds=("state", "body"), writes=True, nowhere=True)
def what_was_sent_is_what_is_kept(api: Api) -> Conversation:
    """A created resource has the values it was created with."""
    resource = api.resource
    made: Made = yield from make(api, resource)
    sent = made.answer.request.json
    for name, value in sent.items() if isinstance(sent, dict) else ():
        shown = made.thing.get(name, MISSING) if isinstance(made.thing, dict) else MISSING
        if shown is not MISSING and not _means(value, shown):
            raise Broken(f"{name} as sent: {_short(value)}", _short(shown))


def _means(sent: Any, shown: Any) -> bool:
    """Whether a shown value is what was sent; one value may be shown as a list of one."""
    return bool(shown == sent or shown == [sent])


@law(family="state", on=on.creations, kinds=("state",), writes=True, nowhere=True)
def what_was_created_is_listed_once(api: Api) -> Conversation:
    """What was created stands in its list, exactly once."""
    resource = api.resource
    if resource.list is None:
        raise NotObservable("the document has no list of these")
    made: Made = yield from make(api, resource)
    view = Api(api.contract, api.deployment, resource.list, api.principal, api.tag, api.depth, made.values)
    items = yield from everything(view)
    found = _found(items, resource, made)
    times = names(view, items).count(identity(view, found)) if found is not MISSING else 0
    if times != 1:
        raise Broken("the created item once in its list", f"{times} times among {len(names(view, items))}")


@law(family="state", on=on.updates, kinds=("state",), writes=True, nowhere=True)
def a_change_keeps_what_was_not_sent(api: Api) -> Conversation:
    """A PATCH changes the members it sends, and only those.

    One member of a new resource is changed. Broken if the change does not show, or if another member changed with it.
    """
    made: Made = yield from make(api, api.resource)
    name, value = yield from _change(api, made)
    answer: Exchange = yield api.ask(path=made.values, body={name: value})
    if not answer.ok:
        raise Blocked(f"the change was not accepted: {answer.says()}")
    thing = yield from _look(api, made) if made.resource.read or made.resource.list else _shown(answer)
    if thing is MISSING:
        raise Broken("the changed resource", "it is not there any more")
    if name in thing and not _means(value, thing[name]):
        raise Broken(f"{name} as changed: {_short(value)}", _short(thing[name]))
    _same(made.thing, thing, "as before", but=(name,))


def _shown(answer: Exchange) -> Steps:
    yield from ()
    return answer.data


def _change(api: Api, made: Made) -> Steps:
    """One member the update may carry, with another value than it has: a free text, else a switch, else a choice."""
    assert api.operation.body is not None
    schema = api.contract.json_schema(api.operation.body.schema, direction="request")
    offered = yield from body(api, api.operation, made.values)
    thing = made.thing if isinstance(made.thing, dict) else {}
    for name, rule in sorted(members_of(schema).items(), key=lambda pair: _freedom(pair[0], pair[1])):
        now = thing.get(name, MISSING)
        if isinstance(now, bool):
            return name, not now
        choices = [each for each in rule.get("enum", ()) if each not in (now, None)]
        if choices:
            return name, choices[0]
        if isinstance(now, str) and _freedom(name, rule) == 0:
            return name, f"{now} {api.name()}"
    for name, value in offered.items():
        if value != thing.get(name):
            return name, value
    raise NotObservable("no member is known that could be changed")


def _freedom(name: str, rule: Any) -> int:
    """0 for a name or a text of no particular format, 1 for a switch or a choice, 2 for the rest."""
    if not isinstance(rule, dict):
        return 2
    if name in {"name", "bio", "title", "value", "description"} and "enum" not in rule:
        return 0
    return 1 if rule.get("type") == "boolean" or "enum" in rule else 2


@law(family="state", on=on.deletions, kinds=("state", "status"), writes=True, nowhere=True)
def what_was_deleted_is_gone(api: Api) -> Conversation:
    """A deleted resource cannot be read any more, and deleting it again is no success and no server error."""
    made: Made = yield from make(api, api.resource)
    answer: Exchange = yield api.ask(path=made.values)
    if not answer.ok:
        raise Broken("a deletion that succeeds", answer.says())
    if made.resource.read or made.resource.list:
        thing = yield from _look(api, made)
        if thing is not MISSING:
            raise Broken("a deleted resource to be gone", "it can still be read")
    again: Exchange = yield api.ask(path=made.values)
    if again.ok:
        raise Broken("404 for a second deletion", again.says())


@law(family="state", on=on.creations, kinds=("status", "state"), writes=True, nowhere=True)
def a_duplicate_is_refused(api: Api) -> Conversation:
    """Where the document declares a conflict, creating the same thing twice is refused and creates nothing."""
    if api.operation.answer(409) is None or "409" not in {each.status for each in api.operation.answers}:
        raise NotObservable("the document declares no conflict here")
    made: Made = yield from make(api, api.resource)
    again: Exchange = yield api.ask(path=made.values, body=made.answer.request.json)
    if again.ok:
        raise Broken("409 for a duplicate", again.says())
    if again.status not in {400, 404, 409}:
        raise Broken("409 for a duplicate (or 400, 404)", again.says())
