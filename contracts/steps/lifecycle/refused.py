"""The requests of a resource's life that are refused for their credential, to be judged by themselves."""

from __future__ import annotations

from contracts.core.conversation import NotObservable, Steps
from contracts.core.exchange import Exchange
from contracts.request.api import RequestFactory
from contracts.steps.lifecycle.create import patch_of
from contracts.steps.lifecycle.delete import Deleted, delete_resource
from contracts.steps.lifecycle.hostile_updates import HostileUpdates, hostile_updates
from contracts.steps.lifecycle.siblings import Siblings, create_siblings, why_not
from specs.contract import selectors


def has_part_in_life(api: RequestFactory) -> bool:
    """Whether the life of a resource has a request to this operation that is refused for its credential."""
    resource = api.contract.resource_of(api.operation)
    if resource is None or resource.create is None or not selectors.requires_credential(api.operation):
        return False
    parts = [resource.create, patch_of(resource), resource.delete]
    return api.deployment.writes and any(api.operation is each for each in parts) and not why_not(api)


def refused_in_life(api: RequestFactory) -> Steps:
    """The answer to that request. Raises NotObservable where the life did not come so far."""
    answer: Exchange | None = None
    if api.operation is api.resource.create:
        peers: Siblings = yield from create_siblings(api)
        peers.needed()
        answer = peers.refused[-1] if peers.refused else None
    elif api.operation is api.resource.delete:
        end: Deleted = yield from delete_resource(api)
        answer = end.refusal
    else:
        seen: HostileUpdates = yield from hostile_updates(api)
        answer = seen.unknown
    if answer is None:
        raise NotObservable("no such resource could be made and changed here")
    return answer
