"""Creates a resource from an unusual body and finds out what was kept of it."""

from __future__ import annotations

import contextlib
from typing import Any

from contracts.core.conversation import NotObservable, Steps
from contracts.core.exchange import MISSING, Exchange
from contracts.core.rejection import INVALID
from contracts.request.api import RequestFactory
from contracts.request.url import path_values
from contracts.steps.access.credential_variants import living_refresh_token
from contracts.steps.fixtures import Made, body, find_form, made_by, resolve_path, unmade
from contracts.steps.lifecycle.full_bodies import other_choices
from contracts.steps.tokens.pairs import issue, refresh_body, refresh_request, token_grant
from contracts.strategies.bodies import ODDEST, written_oddly
from contracts.strategies.body_forms import NAMING_OTHERS
from specs.contract import Contract, Operation, selectors

TURN = 1
"""Which other choices these creations have: none that a life and its siblings have made."""


def may_be_tried(contract: Contract, operation: Operation) -> bool:
    """Whether right and odd requests may be sent to an operation: it is about one resource, and removes none."""
    return not selectors.bulk(contract, operation) and operation.method != "DELETE"


def created(api: RequestFactory) -> Steps:
    """The answer to a right creation, oddly written where its texts allow that: sent once for all who need it.

    At depth quick with choices that no life of such a resource has made; where they are refused, with the example's.
    """
    answers: list[Exchange] = yield from _created(api)
    return answers[-1]


def unchosen(api: RequestFactory) -> Steps:
    """The refusal of those choices, where the same was accepted with the example's; else none."""
    answers: list[Exchange] = yield from _created(api)
    return answers[:-1] if answers[-1].ok else []


def _created(api: RequestFactory) -> Steps:
    """The answers to such creations, of which the last is the one that counts."""
    stage = api.sharing(f"what input at {api.operation.key} stands on")
    stage.values = yield from resolve_path(stage, api.operation, fresh=True)
    right = yield from content(stage)
    answers: list[Exchange] = []
    other = _other(api, right)
    for chosen in [right] if other == right else [other, right]:
        odd, called = oddly(api, chosen), with_charset(api.operation)
        asked = stage.ask(body=chosen, headers=called) if odd is None else stage.ask(raw=odd, headers=called)
        answers.append((yield asked))
        if answers[-1].status not in INVALID:
            break
    return answers


def _other(api: RequestFactory, right: Any) -> Any:
    """A right body with other choices than the example's, at depth quick."""
    if api.depth != "quick" or not isinstance(right, dict):
        return right
    return other_choices(api.contract.body_rules(api.operation), right, TURN)


def with_charset(operation: Operation) -> tuple[tuple[str, str], ...]:
    """The header of a JSON body that says in which letters it is written, as many clients say it; none for others."""
    declared = operation.body
    json = declared is not None and declared.media_type == "application/json"
    return (("Content-Type", "application/json; charset=utf-8"),) if json else ()


def with_what_it_names(api: RequestFactory) -> Steps:
    """The answer to a creation whose body has what an example names, made for it; None where nothing can be made."""
    if not unmade(api, api.operation):
        return None
    stage = api.sharing(f"what a body of {api.operation.key} names")
    stage.learnt.forms[api.operation.key] = NAMING_OTHERS
    stage.values = yield from resolve_path(stage, api.operation, fresh=True)
    right = yield from content(stage)
    return None if unmade(api, api.operation, right) else (yield stage.ask(body=right))


def oddly(api: RequestFactory, right: Any) -> str | None:
    """A right body with odd letters in its texts; None where a text may be a token or name something else."""
    body = api.operation.body
    if not isinstance(right, dict) or not right or body is None or body.sources or "json" not in body.media_type:
        return None
    if selectors.takes_credentials(api.contract, api.operation):
        return None
    schema = api.contract.json_schema(body.schema, direction="request")
    what, text = next(written_oddly(schema, right))
    return text if what == ODDEST else None


def accepted_form(api: RequestFactory) -> Steps:
    """Finds the form in which a creation's body is accepted, so that what is wrong in another place is looked at."""
    resource = api.contract.resource_of(api.operation)
    if resource is None or resource.create is not api.operation or not resource.item:
        return
    answer: Exchange = yield from created(api)
    if answer.status in INVALID:
        yield from find_form(api, api.operation, path_values(api.operation, answer.request.target))


def content(api: RequestFactory, *, traded: bool = True) -> Steps:
    """A body that is right in every way, the token it presents included; MISSING where none is declared.

    Where it is not to be `traded`, at depth quick that token is the one of all whose requests are to be refused.
    """
    if api.contract.tokens and api.operation is api.contract.tokens.refresh:
        if not traded and api.depth == "quick":
            return refresh_body(api, (yield from living_refresh_token(api)))
        pair, _ = yield from issue(api)
        return refresh_request(api, pair.refresh).json
    with contextlib.suppress(NotObservable):
        operation, known, _ = token_grant(api.contract, api.deployment, api.tenant)
        if operation is api.operation:
            return known
    return (yield from body(api, api.operation, api.values)) if api.operation.body else MISSING


def prepare_input(api: RequestFactory, *, bodies: bool = True, alone: bool = False, traded: bool = True) -> Steps:
    """Finds the conversation's place, and answers a right body for it (MISSING where none is declared).

    What a body refers to, and what a change is made to, is made once for all laws of input at an operation. `alone`:
    where that may have been used up by another, everything is made anew. `traded`: as in `content`.
    """
    if api.operation.safe:
        api.values = yield from resolve_path(api, api.operation, fresh=False)
        return (yield from content(api)) if bodies else MISSING
    stage = api if alone else api.sharing(f"what input at {api.operation.key} stands on")
    stage.learnt.forms.update(api.learnt.forms)
    thing: Made | None = None if alone else (yield from _resource_to_change(api))
    known = thing.values if thing else {}
    stage.values = api.values = yield from resolve_path(stage, api.operation, fresh=True, known=known)
    return (yield from content(stage, traded=traded)) if bodies else MISSING


def _resource_to_change(api: RequestFactory) -> Steps:
    """The resource that laws of input change, made once for all of them; None where the operation acts upon none.

    It is made by a creation that is right and oddly written, if the deployment takes that: so its making proves that.
    """
    resource = api.contract.resource_of(api.operation)
    if (
        resource is None
        or resource.create is None
        or resource.item is None
        or selectors.bulk(api.contract, api.operation)
    ):
        return None
    if api.operation is resource.create or not api.operation.path.startswith(resource.item):
        return None
    answer = yield from created(api.for_operation(resource.create))
    return made_by(resource, answer, path_values(resource.create, answer.request.target)) if answer.ok else None
