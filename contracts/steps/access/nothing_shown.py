"""The request that shows no credential and is wrong in every other place besides, sent once for many laws.

What refuses it for its lack of a credential refuses whatever is less wrong. Where the right secret counts in the query
as well, it is not refused for that.
"""

from __future__ import annotations

from collections.abc import Sequence

from contracts.core.conversation import Steps
from contracts.core.exchange import Exchange, Request
from contracts.core.forms import UNFINISHED
from contracts.request.api import RequestFactory
from contracts.steps.access.credential_variants import (
    credential_parts,
    credential_refusals,
    example,
    holders,
    path_for_refusal,
    request_with,
)
from contracts.strategies.credentials import Carried, misplaced
from specs.contract import Parameter, Rule
from specs.contract.effects import may_put


def refused_at_worst(api: RequestFactory) -> Steps:
    """Whether even the most invalid request without a credential is refused for that: then laws of single flaws hold.

    A parameter is impossible, the body is none, and the secret stands in the query.
    """
    worst = api.sharing(f"nothing shown at {api.operation.key}")
    answer: Exchange = yield without_credential(worst, wrong=wrong_parameter(api), spoiled=True, hidden=_hidden(api))
    return answer.status in credential_refusals(api)


def without_credential(
    api: RequestFactory,
    *,
    wrong: Parameter | None = None,
    spoiled: bool = False,
    hidden: tuple[Carried, ...] = (),
) -> Request:
    """The request without a credential: with an impossible parameter, a body that is none, or a misplaced secret."""
    path = path_for_refusal(api)
    if wrong is not None and wrong.location == "path":
        path[wrong.name] = "nonsense"
    query = [(wrong.name, "nonsense")] if wrong is not None and wrong.location == "query" else []
    if spoiled and api.operation.body and "json" in api.operation.body.media_type:
        return request_with(api, hidden, path=path, query=query, raw=UNFINISHED)
    body = [] if spoiled and api.operation.body else example(api)
    return request_with(api, hidden, path=path, query=query, body=body)


def with_odd_body(api: RequestFactory, shown: Sequence[Carried], *, most: bool) -> Request | None:
    """A request with a damaged credential and a list for a body, which says that it is something else (`most`).

    At depth quick, where the document says that the credential is looked at first: the one answer tells whether it is,
    and whether the damage is seen. None elsewhere. Sent once for both who want to know.
    """
    declared = api.operation.body
    if api.depth != "quick" or declared is None or "json" not in declared.media_type:
        return None
    if Rule.CREDENTIAL_FIRST not in api.contract.rules:
        return None
    names = [f"{each.name} {each.scheme}{each.value}" for each in shown]
    stage = api.sharing(f"an odd body at {api.operation.key} with {' and '.join(names)}")
    called = (("Content-Type", "application/x-nobody"),) if most else ()
    return request_with(stage, shown, path=path_for_refusal(api), raw="[]", headers=called)


def wrong_parameter(api: RequestFactory) -> Parameter | None:
    """A parameter of the query, or else of the path, whose type a text could miss; none by which something is put."""
    puts = not api.disposable and may_put(api.contract, api.operation)
    fixed = api.operation.path_parameters[-1:] if puts else ()
    typed = [
        each
        for each in api.operation.parameters
        if each.location in {"query", "path"} and _typed(api, each) and each.name not in fixed
    ]
    return min(typed, key=lambda each: each.location != "query", default=None)


def _typed(api: RequestFactory, parameter: Parameter) -> bool:
    schema = api.contract.json_schema(parameter.schema)
    return schema.get("type") in {"number", "integer", "boolean"} or "enum" in schema


def _hidden(api: RequestFactory) -> tuple[Carried, ...]:
    """What the caller's credentials are where they do not count, each once."""
    schemes = (scheme for way in api.operation.security for scheme in way.schemes)
    meant = {each.parameter.lower() for each in schemes if each.location == "query"}
    meant |= {each.name.lower() for each in api.operation.parameters if each.location == "query"}
    found: dict[tuple[str, str], Carried] = {}
    for number, holder in holders(api):
        for each in misplaced(credential_parts(api.operation.security[number], holder), meant):
            found.setdefault((each.location, each.name.lower()), each)
    return tuple(found.values())
