"""Whether a deployment knows wrong credentials at all, or takes every credential for a principal of its own.

Some servers do the latter on purpose: whoever shows a name and a password nobody has seen before becomes somebody who
owns nothing yet. There no credential can be wrong, and laws of wrong credentials have nothing to judge.
"""

from __future__ import annotations

from collections.abc import Iterator

from contracts.config.deployment import Principal
from contracts.core.conversation import NotObservable, Steps
from contracts.core.exchange import Exchange
from contracts.request.api import RequestFactory
from contracts.steps.access.credential_variants import credential_parts, request_with
from contracts.steps.fixtures import resolve_path
from contracts.strategies.credentials import damaged
from specs.contract import Alternative, Operation, selectors

NOBODY = "another one's name in its place"
"""The damage that makes somebody else of a credential's holder, whom nobody knows."""
TRIED = 3
"""Reads tried, until one shows something of the owner's."""


def anyone_is_somebody(api: RequestFactory, alternative: Alternative, holder: Principal) -> Steps:
    """Whether an unknown credential is accepted and shown something else than the owner is.

    One list that shows the owner something is read with the right credential and with one that nobody has. If the
    second is refused, the deployment knows whom it knows; if it is shown the same, nothing guards the list. Where no
    list shows anything, only HTTP Basic is believed to work so.
    """
    scene = api.sharing("whether unknown credentials are known")
    parts = credential_parts(alternative, holder)
    unknown = damaged(parts, NOBODY)
    accepted = False
    for operation in list(_reads(api, alternative))[:TRIED]:
        stage = scene.for_operation(operation, values={})
        try:
            path = yield from resolve_path(stage, operation, fresh=False)
        except NotObservable:
            continue
        wrong: Exchange = yield request_with(stage, unknown, path=path)
        if wrong.status in {401, 403}:
            return False
        accepted |= wrong.ok
        right: Exchange = yield request_with(stage, parts, path=path)
        if right.ok and right.items:
            return wrong.ok and wrong.items != right.items
    return accepted and any(each.basic for each in parts)


def asks_nobody(api: RequestFactory) -> Steps:
    """The first of several operations that are all carried out without a credential; None where any is refused.

    Then nothing is guarded here, which is one finding and not one for every operation.
    """
    reads = [each for each in selectors.safe_protected(api.contract) if _place(api, each) is not None][:TRIED]
    scene = api.sharing("whether anybody is asked for a credential")
    for operation in reads:
        answer: Exchange = yield scene.ask(operation, path=_place(api, operation), credentials=())
        if not answer.ok:
            return None
    return reads[0] if len(reads) > 1 else None


def _place(api: RequestFactory, operation: Operation) -> dict[str, str] | None:
    """The path values that the deployment file knows; None where it does not know them all."""
    values = {name: api.deployment.value(api.tenant, name) or "" for name in operation.path_parameters}
    return values if all(values.values()) else None


def _reads(api: RequestFactory, alternative: Alternative) -> Iterator[Operation]:
    """What only reads and accepts the same credential: lists first, and what needs no address of something."""
    alike = [
        each
        for each in api.contract.operations
        if each.safe and any(way.schemes == alternative.schemes for way in each.security)
    ]
    return iter(sorted(alike, key=lambda each: (len(each.path_parameters), each.paging is None)))
