"""Laws of credentials: nothing without one, nothing with a damaged one, nothing of another tenant's."""

from __future__ import annotations

import json
from typing import Any

from contracts import on
from contracts.api import Api, sign
from contracts.exchange import MISSING, Exchange, at
from contracts.fixtures import Made, body, make, nowhere, places
from contracts.law import Blocked, Broken, Conversation, NotObservable, Steps, law
from contracts.strategies.credentials import DAMAGES, damaged
from specs.contract import Resource


def _refusals(api: Api) -> set[int]:
    """What the operation declares for a missing credential: 401, or 403 where it declares no 401."""
    return {401} if api.operation.answer(401) else {401, 403}


def _spare(api: Api) -> None:
    """A question that would delete everything at once, were it answered, is only asked where that does no harm."""
    if on.bulk(api.contract, api.operation) and not api.deployment.disposable:
        raise NotObservable(
            "a refusal that fails would delete what is not ours (set deployment.disposable to allow it)"
        )


def _example(api: Api) -> Any:
    body = api.operation.body
    return body.examples[0] if body and body.examples else MISSING


@law(family="credentials", on=on.protected, kinds=("credential", "status"), nowhere=True)
def nothing_without_a_credential(api: Api) -> Conversation:
    """A request without a credential is refused with 401.

    The request is well-formed, and addresses nothing that exists, so that a refusal can only be about the credential.
    """
    _spare(api)
    answer: Exchange = yield api.ask(path=nowhere(api), body=_example(api), credentials=())
    if answer.status not in _refusals(api):
        raise Broken("401 without a credential", answer.says())


@law(family="credentials", on=on.protected_with_body, kinds=("credential", "status"), nowhere=True)
def the_credential_comes_before_the_body(api: Api) -> Conversation:
    """Without a credential even an invalid body is answered with 401: nobody learns what a body must look like."""
    _spare(api)
    answer: Exchange = yield api.ask(path=nowhere(api), body=[], credentials=())
    if answer.status not in _refusals(api):
        raise Broken("401 before the body is looked at", answer.says())


def _damages(_: Api, depth: str) -> list[str]:
    return list(DAMAGES)[: {"quick": 3, "standard": 5}.get(depth)]


@law(family="credentials", on=on.protected, kinds=("credential", "status"), each=_damages, nowhere=True)
def nothing_with_a_damaged_credential(api: Api, damage: str) -> Conversation:
    """A credential that is not exactly right is refused with 401, however little it is damaged.

    The caller's own secret is cut, changed or lengthened by a little; the rest of the request is as it should be.
    """
    _spare(api)
    assert api.principal is not None
    headers, query = sign(api.operation, api.principal)
    if query:
        raise NotObservable("the credential travels in the query")
    answer: Exchange = yield api.ask(path=nowhere(api), body=_example(api), credentials=damaged(headers, damage))
    if answer.status not in _refusals(api):
        raise Broken(f"401 for a secret with {damage}", answer.says())


@law(family="credentials", on=on.owned, kinds=("credential", "status"), rival=True)
def another_tenant_is_refused(api: Api) -> Conversation:
    """What belongs to one tenant is refused to every other: 403 or 404, and nothing changes.

    The owner's own request is first shown to work where it is safe. Then another tenant sends it with a credential that
    is valid for itself. After a change that was refused, what it was about must be as it was, seen by its owner.
    """
    _spare(api)
    rival = api.rival
    if api.operation.safe:
        own: Exchange = yield api.ask()
        if not own.ok:
            raise Blocked(f"the owner's own request does not work: {own.says()}")
    stake = yield from _stake(api)
    content = (yield from body(api, api.operation, api.values)) if api.operation.body else MISSING
    before = yield from _seen(api, stake)
    answer: Exchange = yield api.ask(body=content, principal=rival)
    if answer.ok:
        raise Broken(f"403 or 404 for {rival.name}", answer.says())
    if answer.status not in {400, 401, 403, 404, 409}:
        raise Blocked(f"neither granted nor refused: {answer.says()}")
    after = yield from _seen(api, stake)
    if before != after:
        raise Broken(f"nothing changed by the refused request of {rival.name}", _difference(before, after))


def _stake(api: Api) -> Steps:
    """What a refused change must leave alone: a thing for it to destroy, where the request itself names none."""
    if on.bulk(api.contract, api.operation):
        return (yield from make(api, api.resource, api.values))
    return None


def _seen(api: Api, stake: Made | None) -> Steps:
    """The owner's view of what the request could change; only what this conversation made, since others write too."""
    resource = api.contract.resource_of(api.operation)
    if api.operation.safe or resource is None:
        return None
    if stake is not None:
        return (yield from _standing(api, stake.resource, stake.values, str(at(stake.thing, stake.resource.member))))
    if api.operation is resource.create:
        return (yield from _listed(api, resource))
    identifier = resource.identifier or ""
    return (yield from _standing(api, resource, api.values, api.values.get(identifier, "")))


def _standing(api: Api, resource: Resource, values: dict[str, str], own: str) -> Steps:
    """The thing itself as it reads now: by its own address, or in its list."""
    look = resource.read or resource.list
    if look is None:
        return None
    answer: Exchange = yield api.ask(look, path=values, fresh=True)
    if not answer.ok:
        return answer.status
    if look is resource.read:
        return json.dumps(answer.data, sort_keys=True)
    found = [item for item in answer.items if str(at(item, resource.member)) == own]
    return json.dumps(found, sort_keys=True)


def _listed(api: Api, resource: Resource) -> Steps:
    """How many items of the owner's list bear a name of this conversation's making."""
    if resource.list is None:
        return None
    path = yield from places(api, resource.list, fresh=False, known=api.values)
    answer: Exchange = yield api.ask(resource.list, path=path, fresh=True)
    return sum(api.tag + "-" in json.dumps(item) for item in answer.items) if answer.ok else answer.status


def _difference(before: Any, after: Any) -> str:
    if isinstance(after, int) and not isinstance(before, int):
        return f"the owner gets {after} now"
    return "it was applied all the same"
