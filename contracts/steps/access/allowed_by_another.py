"""A query that is allowed, sent by a credential of another kind: it shows that both are accepted, at depth quick."""

from __future__ import annotations

from collections.abc import Sequence

from contracts.core.conversation import Steps
from contracts.request.api import RequestFactory
from contracts.request.credentials import alternative_for
from contracts.steps.access.credential_variants import holders
from contracts.steps.fixtures import resolve_path
from contracts.strategies.allowed_queries import allowed_rows


def shared_alternative(api: RequestFactory) -> int | None:
    """The number of the security alternative by which that query is sent; None where each is sent by itself."""
    if api.depth != "quick" or not api.operation.safe or not allowed_rows(api.contract, api.operation):
        return None
    own = alternative_for(api.operation, api.principal) if api.principal else None
    return next((number for number, _ in holders(api) if api.operation.security[number] is not own), None)


def allowed_by_another(api: RequestFactory, query: Sequence[tuple[str, str]] | None = None) -> Steps:
    """The answer to the first allowed query as whoever holds the other credential; None where nobody does.

    `query`: what is to be asked, where that may be another one.
    """
    number = shared_alternative(api)
    if number is None:
        return None
    first = [(name, value) for name, value in allowed_rows(api.contract, api.operation)[0]]
    if query is not None and list(query) != first:
        return None
    stage = api.sharing(f"an allowed query at {api.operation.key} by another credential")
    holder = dict(holders(api))[number]
    values = yield from resolve_path(api, api.operation, fresh=False)
    return (yield stage.ask(path=values, query=first, principal=holder, under=api.operation.security[number]))
