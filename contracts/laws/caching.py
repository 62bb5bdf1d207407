"""Laws of ETags and conditional requests."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from contracts.core.conversation import Blocked, Broken, Conversation, NotObservable, Observed, Steps
from contracts.core.exchange import Exchange
from contracts.laws.law import law
from contracts.request.api import RequestFactory
from contracts.steps.fixtures import Made, body, create_resource
from contracts.steps.lifecycle.create import (
    LIFE,
    CreatedResource,
    Observation,
    create_full,
    create_observed,
    removable,
)
from contracts.steps.lifecycle.values import Change, changes
from contracts.steps.unique_values import with_own_texts
from contracts.strategies.schemathesis_cases import validator
from specs.contract import Contract, Operation, Resource, selectors


def _gets(contract: Contract) -> Iterator[Operation]:
    return (each for each in selectors.every(contract) if each.method == "GET")


def _is_tag(text: str) -> bool:
    """Whether a header's value is an entity tag; that it should be is for a check to say."""
    return re.fullmatch(r'(?:W/)?"[^"]*"', text) is not None


def _if_not(tag: str) -> tuple[tuple[str, str], ...]:
    return (("If-None-Match", tag),)


@law(family="caching", on=_gets, kinds=("cache",), asserts=())
def a_tag_is_true(api: RequestFactory) -> Conversation:
    """Where a response carries an ETag, conditional requests go by it: 304 is answered to the current tag only.

    Asked with a tag that was never given, with the one that was, and with it among others. Proof: 304 for a tag that
    was never given; a 304 with a body or with another tag. A deployment that offers no ETag, or answers the right tag
    with the whole resource, promises nothing here; but even where none is offered, depth deep asks with one.
    """
    plain: Exchange = yield api.ask()
    tag = plain.response.header("ETag") if plain.ok and plain.response else None
    if tag is None and plain.ok and api.depth == "deep":
        yield from _never_given(api)
    if tag is None or not _is_tag(tag):
        raise NotObservable("no ETag is offered" if tag is None else "what is offered as ETag is none")
    yield from _never_given(api)
    same: Exchange = yield api.ask(headers=_if_not(tag))
    if same.ok:
        raise Observed(f"an ETag is offered, and a conditional request with it is answered {same.status} all the same")
    if same.status != 304:
        raise Broken("304, or the whole answer", same.summary(), [same])
    new_tag = same.response.header("ETag") if same.response else None
    if new_tag is not None and new_tag.removeprefix("W/") != tag.removeprefix("W/"):
        raise Broken(f"304 with the tag {tag}", new_tag, [plain, same])


def _never_given(api: RequestFactory) -> Steps:
    other: Exchange = yield api.ask(headers=_if_not('"no-such-tag"'))
    if other.status == 304:
        raise Broken("the whole answer for a tag that was never given", "304", [other])


def _tagged(api: RequestFactory, resource: Resource) -> Steps:
    """Whether a resource of this kind is read with an ETag, so that it is worth making one to be changed.

    Looked up at the resource whose life other laws judge.
    """
    try:
        first: Observation = (yield from create_full(api)).first
    except (Blocked, NotObservable):
        return True
    by_itself = first.seen and first.answer.operation is resource.read
    return not by_itself or (first.answer.response is not None and first.answer.response.header("ETag") is not None)


@law(family="caching", on=selectors.updates, kinds=("cache",), asserts=(), no_path_setup=True, writes=True)
def a_tag_changes_with_the_thing(api: RequestFactory) -> Conversation:
    """Where a resource has an ETag, a change gives it another one, and the old tag gets no 304 any more.

    Proof: after a change that the deployment says it made, the old tag is still answered with 304, or the new answer
    differs and has the old tag.
    """
    resource = api.resource
    if resource.read is None or resource.create is None:
        raise NotObservable("it cannot be read")
    if not (yield from _tagged(api, resource)):
        raise NotObservable("no ETag is offered")
    made: Made = yield from create_resource(api, resource)
    before: Exchange = yield api.ask(resource.read, path=made.values)
    tag = before.response.header("ETag") if before.ok and before.response else None
    if tag is None:
        raise NotObservable("no ETag is offered")
    news: list[Change] = yield from changes(api, api.operation, made.values, before.data)
    if not news:
        raise NotObservable("no member is known that the change could set to another value")
    changed: Exchange = yield api.ask(path=made.values, body={news[0].name: news[0].value})
    if not changed.ok:
        raise Blocked(f"the change was refused: {changed.summary()}")
    after: Exchange = yield api.ask(resource.read, path=made.values, headers=_if_not(tag))
    if after.status == 304:
        raise Broken("another answer for the tag from before the change", "304", [before, changed, after])
    new_tag = after.response.header("ETag") if after.response else None
    if after.ok and new_tag == tag and not tag.startswith("W/") and after.json != before.json:
        raise Broken("another tag after the change", new_tag, [before, changed, after])


def guarded(contract: Contract) -> Iterator[Operation]:
    """Changes for which the document declares If-Match, and 412 where it does not match."""
    for resource in contract.resources:
        changes_it = dict.fromkeys((resource.update, resource.replace)) if resource.create and resource.read else ()
        yield from (each for each in changes_it if each and _guarded(each))


def _guarded(operation: Operation) -> bool:
    declared = {answer.status for answer in operation.answers}
    return operation.parameter("If-Match", "header") is not None and "412" in declared


@law(
    family="caching",
    on=guarded,
    kinds=("status", "parameter"),
    asserts=("status/412",),
    writes=True,
    no_path_setup=True,
)
def a_change_under_an_old_tag_is_refused(api: RequestFactory) -> Conversation:
    """A change with an outdated tag in If-Match is refused with 412; with the current tag it is made.

    A new resource is read for its tag, changed once under it, and once more under the same tag, now an old one. Broken
    if the first change gets a 412, or if the second succeeds.
    """
    removable(api)
    life: CreatedResource = yield from create_observed(api, f"{LIFE} under tags of {api.operation.method}")
    assert life.resource.read is not None
    before: Exchange = yield life.api.ask(life.resource.read, path=life.made.values, bypass_cache=True)
    tag = before.response.header("ETag") if before.ok and before.response else None
    if tag is None or tag.startswith("W/"):
        raise NotObservable("no strong ETag is offered, and only such a tag can be matched")
    answers: list[Exchange] = []
    for _ in range(2):
        content = yield from _other(api, life, before.data if not answers else answers[0].data)
        changed = yield life.api.ask(
            api.operation, path=life.made.values, body=content, headers=(("If-Match", tag),), bypass_cache=True
        )
        answers.append(changed)
        if not answers[0].ok:
            break
    first, last = answers[0], answers[-1]
    if first.status == 412:
        raise Broken(f"a change under the tag {tag}, which the resource has", "412", [before, first])
    if not first.ok:
        raise Blocked(f"the change was not accepted: {first.summary()}")
    if last.ok:
        raise Broken("412 for the tag from before a change", last.summary(), [before, first, last])


def _other(api: RequestFactory, life: CreatedResource, thing: Any) -> Any:
    """A body that changes the resource: one member for a PATCH, all that is required besides for a PUT."""
    news: list[Change] = yield from changes(api, api.operation, life.made.values, thing)
    if not news:
        raise NotObservable("no member is known that could be changed")
    one = {news[0].name: news[0].value}
    if api.operation.method != "PUT":
        return one
    content = yield from body(api, api.operation, life.made.values)
    own = {**with_own_texts(content, thing), **one}
    return own if validator(api.contract, api.operation).is_valid(own) else {**content, **one}
