"""Finding and making what a law needs: path values, bodies, resources of its own.

All of these are steps of a conversation (`yield from`): their requests are recorded like all others.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import attrs

from contracts.core.conversation import Blocked, NotAsked, NotObservable, Steps
from contracts.core.exchange import MISSING, Exchange, at, is_whole
from contracts.core.rejection import INVALID
from contracts.request.api import RequestFactory
from contracts.request.references import named_by_member, references, required
from contracts.steps.lists.page_sizes import largest_page
from contracts.steps.own_things import bears_mark, located, named
from contracts.steps.unique_values import make_unique, make_unlike
from contracts.strategies.body_forms import NAMING_OTHERS, body_form, body_forms
from contracts.strategies.samples import stranger
from specs.contract import Contract, Operation, Resource, Source, selectors
from specs.contract.member_names import Hint
from specs.contract.removals import member_named

CONFLICT = 409
PLACE = "a place in"
"""How the requests are called by which a place is made for all who need one."""


@attrs.frozen
class Made:
    """A resource this conversation created: the answer, the object in it, and the values that address it."""

    resource: Resource
    answer: Exchange
    thing: Any
    values: dict[str, str]


def resolve_path(
    api: RequestFactory, operation: Operation, *, fresh: bool, known: Mapping[str, str] | None = None
) -> Steps:
    """Values for an operation's path parameters: the tenant's own, then found in lists, then made.

    `fresh`: only resources made for this, so that nothing of the owner's is touched. The resource the operation is
    about is this conversation's own; what only holds it is made once for all who need such a place.
    """
    try:
        return (yield from _resolved(api, operation, known or {}, fresh=fresh))
    except NotAsked:  # what may not be made below somebody's is made below what is made for that
        if fresh or not api.deployment.writes:
            raise
    return (yield from _resolved(api, operation, known or {}, fresh=True))


def _resolved(api: RequestFactory, operation: Operation, known: Mapping[str, str], *, fresh: bool) -> Steps:
    values: dict[str, str] = {}
    own = target_of(api, operation)
    resource = api.contract.resource_of(operation)
    names_own = resource is not None and resource.names_its_own and operation is resource.create
    for name in operation.path_parameters:
        given = api.unique_name() if names_own and name == own else known.get(name)
        if not given and not (fresh and name == own and _makeable(api, operation, name)):
            given = api.deployment.value(api.tenant, name)  # never what a principal is itself, to act upon
        values[name] = given or (yield from _place(api, operation, name, values, fresh, shared=name != own))
    return values


def _makeable(api: RequestFactory, operation: Operation, name: str) -> bool:
    resource = selectors.resource_of_parameter(api.contract, operation, name)
    return resource is not None and resource.create is not None


def target_of(api: RequestFactory, operation: Operation) -> str | None:
    """The path parameter that names what an operation acts on; None where it acts inside of what they name."""
    resource = api.contract.resource_of(operation)
    acts = resource is None or operation.path == resource.item or operation is resource.delete_all
    return operation.path_parameters[-1] if acts and operation.path_parameters else None


def placeholder_path(api: RequestFactory) -> dict[str, str]:
    """Path values for a request that must be refused before anything is looked up: the tenant's own, else nobody's."""
    return {
        name: api.deployment.value(api.tenant, name) or stranger(parameter.schema if parameter else {})
        for name in api.operation.path_parameters
        for parameter in [api.operation.parameter(name, "path")]
    }


def _place(
    api: RequestFactory, operation: Operation, name: str, values: dict[str, str], fresh: bool, *, shared: bool
) -> Steps:
    resource, pointer = source_of_parameter(api, operation, name)
    if not fresh:
        found = yield from _shown(api, resource, pointer, values)
        if found:
            return found[len(found) // 2]  # the ends are where others come and go
    if fresh and resource.create is None and api.deployment.writes:
        raise NotObservable(
            f"{name} names what no run can make, and the deployment file names none to make things below"
        )
    if resource.create is None or not api.deployment.writes:
        raise NotObservable(f"there is no {name} to look at, and none may be created")
    if not (fresh or api.disposable) and any(api.deployment.value(api.tenant, each) != values[each] for each in values):
        raise NotAsked(f"{name} would be made below what this run has not made")
    maker = api.sharing(f"{PLACE} {resource.collection} {sorted(values.items())}") if shared else api
    made: Made = yield from create_resource(maker, resource, values)
    value = at(made.thing, pointer)
    if value is MISSING:
        value = sent_name(made.answer, pointer)
    if value is MISSING:
        raise Blocked(f"{resource.create.key} answered without {pointer}: no {name} to go on with")
    return str(value)


def candidates(api: RequestFactory, operation: Operation, name: str) -> Steps:
    """All values of a path parameter that its list shows, in the list's order; none where there is no list."""
    resource, pointer = source_of_parameter(api, operation, name)
    before = operation.path_parameters[: operation.path_parameters.index(name)]
    values = {each: api.deployment.value(api.tenant, each) or "" for each in before}
    return (yield from _shown(api, resource, pointer, {each: value for each, value in values.items() if value}))


def _shown(api: RequestFactory, resource: Resource, pointer: str, values: Mapping[str, str]) -> Steps:
    items: list[Any] = yield from _listed(api, resource, values)
    shown = [at(item, pointer) for item in items]
    return [str(value) for value in shown if value is not MISSING and value is not None]


def source_of_parameter(api: RequestFactory, operation: Operation, name: str) -> tuple[Resource, str]:
    """The resource whose objects a path parameter names, and where its values are in them.

    Raises NotObservable where the document says neither.
    """
    resource = selectors.resource_of_parameter(api.contract, operation, name)
    if resource is None:
        raise NotObservable(f"there is no value for {name}; [parameters] in the deployment file can")
    parameter = operation.parameter(name, "path")
    if parameter and parameter.source:
        return resource, parameter.source.value
    own = selectors.parameter_of(resource, operation, name)
    return resource, resource.member if own == name else member_named(api.contract, resource, name) or resource.member


def _listed(api: RequestFactory, resource: Resource, values: Mapping[str, str]) -> Steps:
    if resource.list is None:
        return []
    path = yield from resolve_path(api, resource.list, fresh=False, known=values)
    answer: Exchange = yield api.ask(resource.list, path=path)
    return answer.items


def create_resource(
    api: RequestFactory, resource: Resource, known: Mapping[str, str] | None = None, **members: Any
) -> Steps:
    """Create a resource, and whatever it needs first. `members` replace members of the body.

    Raises NotObservable if nothing may be created here, Blocked if the deployment refuses.
    """
    if resource.create is None or not api.deployment.writes:
        raise NotObservable(f"nothing may be created at {resource.collection}")
    api.require_permission(resource.create)
    values = yield from resolve_path(api, resource.create, fresh=True, known=known)
    content = yield from body(api, resource.create, values, given=members)
    answer: Exchange = yield api.ask(resource.create, path=values, body={**content, **members})
    if answer.status in INVALID and (yield from find_form(api, resource.create, values, members)):
        content = yield from body(api, resource.create, values, given=members)
        answer = yield api.ask(resource.create, path=values, body={**content, **members})
    content = {**content, **members}
    if answer.status == CONFLICT and (yield from remove_twin(api, resource, values, content, but=members)):
        answer = yield api.ask(resource.create, path=values, body=content)
    elif answer.status == CONFLICT and (unlike := make_unlike(api, resource.create, content, but=members)) != content:
        answer = yield api.ask(resource.create, path=values, body=unlike)
    if not answer.ok:
        raise not_created(answer)
    return made_by(resource, answer, values)


def remove_twin(
    api: RequestFactory,
    resource: Resource,
    values: Mapping[str, str],
    content: Mapping[str, Any],
    *,
    but: Collection[str] = (),
) -> Steps:
    """After a conflict: whether what came to be with the resource that a body refers to was there, and is removed now.

    A new user may be a member at once, for example. Nothing is removed that refers to what this run has not made just
    now (`but` are the members of the body that were given).
    """
    create = resource.create
    sources = create.body.sources if create and create.body else {}
    names = {pointer.removeprefix("/") for pointer in sources} & content.keys() - set(but)
    if not names or resource.list is None or resource.delete is None or resource.identifier is None:
        return False
    path = yield from resolve_path(api, resource.list, fresh=False, known=values)
    listed: Exchange = yield from _first_page(api.for_operation(resource.list, path))
    for item in listed.items if listed.ok else ():
        own = at(item, resource.member)
        if own is not MISSING and all(at(item, f"/{name}") == content[name] for name in names):
            answer: Exchange = yield api.ask(resource.delete, path={**values, resource.identifier: str(own)})
            return answer.ok
    return False


def _first_page(api: RequestFactory) -> Steps:
    if api.operation.paging is None:
        return (yield api.ask(bypass_cache=True))
    return (yield from largest_page(api, bypass_cache=True))


def not_created(answer: Exchange) -> Blocked | NotObservable:
    """What to raise where a creation is refused: that a valid body is invalid to it is for a law of input to say."""
    if answer.status in INVALID:
        return NotObservable(f"{answer.operation.key} accepts no form of its body that was tried: {answer.summary()}")
    return Blocked(f"{answer.operation.key} did not create what this law needs: {answer.summary()}")


def find_form(
    api: RequestFactory, create: Operation, values: Mapping[str, str], given: Mapping[str, Any] | None = None
) -> Steps:
    """After a body was refused as invalid: whether it is accepted in another form, in which bodies are written then.

    The forms are tried one after the other, once per run.
    """
    if create.key in api.learnt.forms or create.body is None:
        return False
    api.learnt.forms[create.key] = 0
    stage = api.sharing(f"forms of the body of {create.key}")
    numbers = range(1, len(body_forms(api.contract, create)))
    for number in (*numbers, *([NAMING_OTHERS] if unmade(api, create) else [])):
        stage.learnt.forms[create.key] = number
        content = yield from body(stage, create, values, given=given)
        answer: Exchange = yield stage.ask(create, path=values, body={**content, **(given or {})})
        if answer.ok:
            api.learnt.forms[create.key] = number
        if answer.status not in INVALID:
            return answer.ok
    return False


def made_by(resource: Resource, answer: Exchange, values: Mapping[str, str]) -> Made:
    """What a creation that succeeded at some path has made.

    Where the answer does not show by what it is addressed, its Location may, or else what was sent.
    """
    told = located(answer, resource.member) if answer.data is MISSING else named(answer, resource)
    thing = answer.data if told is MISSING else told
    identifier = at(thing, resource.member)
    if identifier is MISSING:
        identifier = sent_name(answer, resource.member)
    own = {resource.identifier: str(identifier)} if resource.identifier and identifier is not MISSING else {}
    return Made(resource, answer, thing, {**values, **own})


def sent_name(answer: Exchange, member: str) -> Any:
    """The name that a creation has sent for what it makes, if it is one of this run's; MISSING where it is not."""
    sent = at(answer.request.json, member)
    return sent if answer.ok and bears_mark(sent) else MISSING


def body(
    api: RequestFactory, operation: Operation, values: Mapping[str, str], *, given: Mapping[str, Any] | None = None
) -> Steps:
    """A valid body for an operation: the richest example, or the form that is accepted, unique, its references real.

    `given` are members that are known already, so that nothing has to be made for them.
    """
    if operation.body is None:
        return {}
    number = api.learnt.forms.get(operation.key, 0)
    content: dict[str, Any] = body_form(api.contract, operation, number)
    content = yield from _without_strangers(api, operation, content, given or {}, every=number == NAMING_OTHERS)
    rules = api.contract.body_rules(operation)
    unique = Hint.UNIQUE if operation.body.sources else Hint.UNIQUE_AMONG_SIBLINGS
    for name, value in content.items():
        content[name] = make_unique(api, name, value, rules.get(name, {}), unique)
    known = {**values, **{name: str(value) for name, value in (given or {}).items()}}
    for pointer, source in operation.body.sources.items():
        name = pointer.removeprefix("/")
        if name in content and name not in (given or {}):
            content[name] = yield from _referred(api, source, known)
            known[name] = str(content[name])
    return {name: _own(api, operation, name, value, values) for name, value in content.items()}


def names_address(contract: Contract, operation: Operation, name: str) -> bool:
    """Whether a member of a change is the one by which the resource is addressed: to change it would move it."""
    resource = contract.resource_of(operation)
    return resource is not None and operation.path == resource.item and resource.member == f"/{name}"


def _own(api: RequestFactory, operation: Operation, name: str, value: Any, values: Mapping[str, str]) -> Any:
    """The value of a member, or that of the path where the member is the resource's own address."""
    own = values.get(operation.path_parameters[-1]) if operation.path_parameters else None
    if own is None or not isinstance(value, str | int) or not names_address(api.contract, operation, name):
        return value
    return int(own) if isinstance(value, int) and is_whole(own) else own if isinstance(value, str) else value


def _without_strangers(
    api: RequestFactory,
    operation: Operation,
    content: dict[str, Any],
    given: Mapping[str, Any],
    *,
    every: bool,
) -> Steps:
    """A body without the resources that the document's example names, which are somebody's: what must be named is made.

    Where everything may be changed they are left as they are. `every`: what may be named is made, too.
    """
    if api.disposable and not every:
        return content
    kept = dict(content)
    named = references(api.contract, operation)
    for name in [each for each in content if each in named and each not in given]:  # in an order that a replay has too
        needed, resource = name in required(api.contract, operation), named_by_member(api.contract, name)
        creatable = resource is not None and resource.create is not None and resource.create is not operation
        if not needed and not (every and creatable):
            del kept[name]
            continue
        if resource is None or not creatable:
            continue
        made: Made = yield from create_resource(api.sharing(f"what {name} names"), resource)
        value = at(made.thing, resource.member)
        if value is not MISSING:
            kept[name] = [value] if isinstance(content[name], list) else value
    return kept


def _referred(api: RequestFactory, source: Source, values: Mapping[str, str]) -> Steps:
    operation = api.contract.operation(source.operation_id)
    resource = api.contract.resource_of(operation)
    if resource is None:
        raise NotObservable(f"the document shows no resource behind {operation.key}")
    made: Made = yield from create_resource(api, resource, values)
    return at(made.thing, source.value)


def unmade(api: RequestFactory, operation: Operation, content: Any = None) -> frozenset[str]:
    """The members by which an example names other things, where a body has nothing that was made to be named there."""
    shown = body_form(api.contract, operation, 0) if operation.body else {}
    sent = content if isinstance(content, dict) else {}
    names = references(api.contract, operation) & shown.keys()
    return frozenset(each for each in names if each not in sent or sent[each] == shown[each])
