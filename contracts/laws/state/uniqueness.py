"""Laws of what must be unique: each such member by itself, among those it has to differ from, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from contracts.core.conversation import Broken, Conversation, NotObservable, Observed, Steps
from contracts.core.exchange import MISSING, Exchange, at
from contracts.laws.law import law
from contracts.request.api import RequestFactory
from contracts.steps.fixtures import CONFLICT, Made, body, create_resource, made_by, resolve_path
from contracts.steps.lifecycle.create import differing_members, patch_of, removable, sent_by
from contracts.steps.lifecycle.full_bodies import full_body
from contracts.steps.lifecycle.siblings import why_not
from contracts.steps.lifecycle.values import Change, changes, choices_of, short, thing_of
from contracts.steps.lists.paging import read_all
from contracts.steps.lists.rival_view import rivals_items
from contracts.steps.lists.shared_values import texts_apart, values_shared
from specs.contract import Contract, Operation, conflicts, selectors
from specs.contract.member_names import Hint

TEXTS = 4
"""Members of a body that are tried, at most."""


def _said_unique(contract: Contract) -> Iterator[Operation]:
    """Creations of which the document says by a member's name that it is unique, or that it may be taken."""
    return (each for each in selectors.creations_with_body(contract) if conflicts.unique_members(contract, each))


@law(
    family="state",
    on=_said_unique,
    kinds=("state", "status/409"),
    asserts=("status/409",),
    writes=True,
    no_path_setup=True,
    depth="deep",
)
def each_member_that_is_unique_is_so_by_itself(api: RequestFactory) -> Conversation:
    """What the document calls unique is refused where another has it, though all other members differ.

    A second creation beside another carries one such member with the same value, one member after the other. Any
    refusal will do (400, 404, 409, 422). Broken if it is accepted, and both are there with that value.
    """
    removable(api)
    first, values, content = yield from _beside_another(api)
    for name in conflicts.unique_members(api.contract, api.operation):
        value = sent_by(first.answer).get(name)
        if not isinstance(value, str) or content.get(name) == value or at(first.thing, f"/{name}") != value:
            continue
        answer: Exchange = yield api.ask(path=values, body={**content, name: value})
        if answer.ok and thing_of(answer).get(name) == value and _are_two(api, first, answer, values):
            raise Broken(f"409 for the {name} of another", answer.summary(), [first.answer, answer])


def _beside_another(api: RequestFactory) -> Steps:
    """One that was created, and where and with what another one can be made that differs wherever it must."""
    if reason := why_not(api):
        raise NotObservable(reason)
    first: Made = yield from create_resource(api, api.resource)
    values = yield from resolve_path(api, api.operation, fresh=True)
    return first, values, (yield from body(api, api.operation, values))


def _are_two(api: RequestFactory, first: Made, answer: Exchange, values: dict[str, str]) -> bool:
    ids = [at(thing, api.resource.member) for thing in (first.thing, made_by(api.resource, answer, values).thing)]
    return MISSING not in ids and str(ids[0]) != str(ids[1])


@law(
    family="state",
    on=selectors.creations_with_body,
    kinds=("state",),
    asserts=("state/create",),
    writes=True,
    no_path_setup=True,
    depth="deep",
)
def a_creation_is_not_answered_with_another(api: RequestFactory) -> Conversation:
    """A creation that shares a value with another thing makes one of its own, or is refused.

    A second creation differs from the first in all that may differ but for one text, one text after the other. Broken
    if it is answered as made with the first one, whose values are not those that were sent. A deployment that gives the
    first one the new values has changed what is there, which is observed. Where the document says that a creation may
    find what is there, it may.
    """
    removable(api)
    first, values, content = yield from _beside_another(api)
    if at(first.thing, api.resource.member) is MISSING:
        raise NotObservable("the response to its creation does not carry its id")
    unlike = full_body(api, api.operation, content, bold=True)
    for name in _texts(api, sent_by(first.answer)):
        answer: Exchange = yield api.ask(path=values, body={**unlike, name: sent_by(first.answer)[name]})
        if not answer.ok or _are_two(api, first, answer, values):
            continue
        if selectors.may_have_found(api.operation, answer.status):
            raise Observed(f"a creation with the {name} of another finds that one")
        if lost := _lost(api, answer):
            told = f"a resource of its own, or none, where {name} is that of another"
            raise Broken(told, f"the other one, with {lost[0]} {short(thing_of(answer)[lost[0]])}", [answer])
        raise Observed(f"a creation with the {name} of another gives that one the new values")


def _texts(api: RequestFactory, content: dict[str, Any]) -> list[str]:
    rules, body = api.contract.body_rules(api.operation), api.operation.body
    named = {pointer.removeprefix("/") for pointer in (body.sources if body else ())}
    found = [name for name, value in content.items() if isinstance(value, str) and name not in named]
    return [name for name in found if not choices_of(rules.get(name, {}))][:TEXTS]


def _lost(api: RequestFactory, answer: Exchange) -> list[str]:
    names = api.contract.names
    open_to_it = (Hint.SECRET, Hint.LIFECYCLE)
    lost = differing_members(sent_by(answer), thing_of(answer))
    return [name for name in lost if not any(names.suggest(name, each) for each in open_to_it)]


@law(
    family="state",
    on=selectors.conflicting_creations,
    kinds=("state", "status/409"),
    asserts=(),
    writes=True,
    no_path_setup=True,
    needs_second_tenant=True,
    depth="deep",
)
def what_another_tenant_has_is_not_taken(api: RequestFactory) -> Conversation:
    """What must be unique for one tenant may be the same for another.

    The other tenant creates one, then this one does so with the same texts. Judged only where both tenants' lists have
    such a text in common already, for each member that could be the reason of a conflict; else a conflict is observed:
    some names, such as those one signs in with, are there once for everybody. Not observable where the same with texts
    of its own is refused as well: then something else is taken.
    """
    removable(api)
    if reason := why_not(api):
        raise NotObservable(reason)
    theirs = api.as_principal(api.rival)
    made: Made = yield from create_resource(theirs, theirs.resource)
    values = yield from resolve_path(api, api.operation, fresh=True)
    content = yield from body(api, api.operation, values)
    texts = texts_apart(sent_by(made.answer)) & texts_apart(content)
    if not texts:
        raise NotObservable("there is no text by which such resources differ")
    sent = {**content, **{name: sent_by(made.answer)[name] for name in texts}}
    answer: Exchange = yield api.ask(path=values, body=sent)
    if answer.status != CONFLICT:
        return
    unlike: Exchange = yield api.ask(path=values, body=content)
    if not unlike.ok:
        raise NotObservable(f"one with texts of its own is refused, too: {unlike.summary()}")
    if api.resource.list is None:
        raise NotObservable(f"the document has no list of these: {answer.summary()}")
    view = api.for_operation(api.resource.list, values)
    own = yield from read_all(view)
    _, others = yield from rivals_items(view)
    if not texts <= values_shared([own, others]):
        raise Observed(f"what another tenant has is a conflict: {answer.summary()}")
    raise Broken(f"no conflict with what {theirs.tenant} has", answer.summary(), [answer, unlike])


@law(
    family="state",
    on=selectors.updates,
    kinds=("state", "status/409"),
    asserts=(),
    writes=True,
    no_path_setup=True,
    depth="deep",
)
def a_text_that_begins_like_another_is_no_duplicate(api: RequestFactory) -> Conversation:
    """Texts that begin alike are two texts: an update to one of them does not conflict with what has the other.

    A resource gets, for each member that tends to be unique, the text of another one with more behind it. Broken if
    that is a conflict where a text that begins otherwise is accepted.
    """
    removable(api)
    if api.resource.create is None or patch_of(api.resource) is not api.operation:
        raise NotObservable("nothing is known of how one is created and changed in part")
    other: Made = yield from create_resource(api, api.resource)
    made: Made = yield from create_resource(api, api.resource)
    offered: list[Change] = yield from changes(api, api.operation, made.values, made.thing)
    tried = [each for each in offered if _may_be_longer(api, each)]
    for each in tried[:TEXTS]:
        text = at(other.thing, f"/{each.name}")
        if not isinstance(text, str):
            continue
        longer: Exchange = yield api.ask(path=made.values, body={each.name: f"{text}x"})
        if longer.status != CONFLICT:
            continue
        unlike: Exchange = yield api.ask(path=made.values, body={each.name: api.unique_name()[::-1]})
        if unlike.ok:
            raise Broken(f"no conflict of {short(f'{text}x')} with {short(text)}", longer.summary(), [longer, unlike])
    if not tried:
        raise NotObservable("no member is known that tends to be unique and may be any text")


def _may_be_longer(api: RequestFactory, change: Change) -> bool:
    rule = api.contract.body_rules(api.operation).get(change.name, {})
    unique = api.contract.names.suggest(change.name, Hint.UNIQUE_AMONG_SIBLINGS)
    return unique and isinstance(change.value, str) and not rule.keys() & {"pattern", "format", "enum", "maxLength"}
