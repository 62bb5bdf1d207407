"""Laws of requests with a word of their own for it: a PUT replaces, If-Match guards, an idempotency key repeats."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from contracts import on
from contracts.api import Api, path_values
from contracts.comparing import differences
from contracts.exchange import MISSING, Exchange, at
from contracts.fixtures import body, places
from contracts.law import Blocked, Broken, Conversation, NotObservable, Steps, law
from contracts.laws.state import removable
from contracts.links import address, same_server
from contracts.lives import LIFE, Life, Sight, begun, look, unlike
from contracts.strategies.samples import stranger
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
    sent and is shown has another value, or if the same PUT once more changes anything. What becomes of members that
    were not sent is not asked: servers differ.
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
    again: Exchange = yield life.api.ask(api.operation, path=life.made.values, body=wanted)
    if not again.ok:
        return
    last: Sight = yield from look(life.api, life.made, known=life.known)
    if not last.seen:
        raise Broken("the resource after the same replacement once more", last.told)
    for name in differences(after.thing, last.thing, alike=True):
        told = f"{name} as before the same replacement was made once more: {short(after.thing[name])}"
        raise Broken(told, short(last.thing[name]))


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


KEYS = frozenset(("idempotencykey", "xidempotencykey"))
"""How headers are called under which a request may be sent again without being carried out again."""


def _keyed(contract: Contract) -> Iterator[Operation]:
    """Creations that take an idempotency key."""
    for operation in on.creations_with_body(contract):
        if _key_header(operation):
            yield operation


def _key_header(operation: Operation) -> str:
    headers = (each.name for each in operation.parameters if each.location == "header")
    return next((name for name in headers if re.sub(r"[^a-z]", "", name.lower()) in KEYS), "")


@law(family="state", on=_keyed, kinds=("state", "parameter"), writes=True, nowhere=True)
def a_request_sent_again_under_its_key_is_done_once(api: Api) -> Conversation:
    """A creation that is sent again under the same idempotency key creates nothing more.

    The second answer may be the first one again, or a refusal. Broken if both succeed and tell of different things.
    """
    stage = api.playing(f"again under a key in {api.resource.collection}")
    values = yield from places(stage, api.operation, fresh=True)
    content = yield from body(stage, api.operation, values)
    headers = ((_key_header(api.operation), stage.name()),)
    first: Exchange = yield stage.ask(path=values, body=content, headers=headers)
    if not first.ok:
        raise Blocked(f"the creation was refused: {first.says()}")
    same = first.request.json
    again: Exchange = yield stage.ask(path=values, body=same, headers=headers)
    ids = [at(each.data, api.resource.member) for each in (first, again)]
    if again.ok and MISSING in ids:
        raise NotObservable("the answers do not show what was created")
    if again.ok and ids[0] != ids[1]:
        raise Broken(f"the thing created first, {short(ids[0])}", f"another one, {short(ids[1])}", [first, again])


def _located(contract: Contract) -> Iterator[Operation]:
    """Operations that answer a POST with the address of what it made or began."""
    for operation in contract.operations:
        declared = [header for answer in operation.success for header in answer.headers]
        if operation.method == "POST" and any(header.name.lower() == "location" for header in declared):
            yield operation


@law(family="state", on=_located, kinds=("header", "state"), writes=True)
def a_location_leads_to_what_was_made(api: Api) -> Conversation:
    """The Location of a creation, or of work that was begun, is an address that can be read.

    Only an address below this deployment that one of the document's own operations reads is asked. Broken if there is
    nothing, or the server fails.
    """
    content = (yield from body(api, api.operation, api.values)) if api.operation.body else MISSING
    made: Exchange = yield api.ask(body=content)
    told = made.response.header("Location") if made.ok and made.response else None
    if told is None:
        raise NotObservable(f"no Location is given: {made.says()}")
    reading = _read_at(api, address(api, made, told))
    if reading is None:
        raise NotObservable(f"no operation of the document reads {told[:80]}")
    seen: Exchange = yield api.ask(reading[0], path=reading[1], fresh=True)
    if seen.status in {404, 410} or seen.status >= 500:
        raise Broken(f"something at the Location {told[:80]}", seen.says(), [made, seen])


def _read_at(api: Api, whole: str) -> tuple[Operation, dict[str, str]] | None:
    """The operation that reads an address of this deployment, and its path's values."""
    base = urlsplit(api.deployment.base_url).path.rstrip("/")
    path = urlsplit(whole).path
    if not same_server(api, whole) or not path.startswith(base + "/"):
        return None
    for operation in api.contract.operations:
        values = path_values(operation, path.removeprefix(base)) if operation.method == "GET" else {}
        if values:
            return operation, values
    return None


def _reads(contract: Contract) -> Iterator[Operation]:
    """Reads of one thing for which the document declares that it may not be there."""
    for resource in contract.resources:
        if resource.read and any(answer.status == "404" for answer in resource.read.answers):
            yield resource.read


@law(family="state", on=_reads, kinds=("status",), nowhere=True)
def what_never_was_is_not_found(api: Api) -> Conversation:
    """Reading something that never was is refused with 404, or as another way to say that one may not see it.

    Asked with a number, a UUID or a text that nothing is called; not where ids have a form of their own, since one that
    was made up might be somebody's. Broken by a success.
    """
    name = api.operation.path_parameters[-1]
    parameter = api.operation.parameter(name, "path")
    schema = api.contract.json_schema(parameter.schema) if parameter else {}
    free = schema.get("type") in {"integer", "number", "string"} and not {"enum", "pattern", "maximum"} & schema.keys()
    if not free or schema.get("format", "uuid") not in {"uuid", "int32", "int64"}:
        raise NotObservable(f"nobody can say which {name} is nobody's")
    values = yield from places(api, api.operation, fresh=False, known={name: stranger(schema)})
    answer: Exchange = yield api.ask(path=values)
    if answer.ok:
        raise Broken(f"404 for {name} {values[name]}", answer.says())
