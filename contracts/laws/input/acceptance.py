"""Laws of input: what the document allows is accepted, and what is merely odd makes no server fail."""

from __future__ import annotations

import contextlib
from typing import Any

from contracts.core.collector import BrokenCollector
from contracts.core.conversation import Blocked, Broken, Conversation, NotObservable, Observed, Outcome, Steps
from contracts.core.exchange import MISSING, Exchange
from contracts.core.rejection import INVALID, NOT_IMPLEMENTED, UNACCEPTED
from contracts.core.verdicts import DEPTHS
from contracts.laws.law import law
from contracts.request.api import RequestFactory
from contracts.request.parameters import left_to_prose, unsaid
from contracts.steps.access.allowed_by_another import allowed_by_another
from contracts.steps.access.credential_variants import turn_index
from contracts.steps.fixtures import unmade
from contracts.steps.lifecycle.odd_creation import (
    created,
    may_be_tried,
    oddly,
    prepare_input,
    with_charset,
    with_what_it_names,
)
from contracts.steps.tokens.forced import forced
from contracts.steps.tokens.pairs import issue, refresh_request
from contracts.strategies.allowed_queries import allowed_rows
from contracts.strategies.bodies import is_free_text
from contracts.strategies.schemathesis_cases import validator
from specs.contract import selectors
from specs.contract.schema_queries import members

UNKNOWN = frozenset((400, 401, 403, 404, 422))
"""How a login refuses a name, a password or a token that it does not know: such a refusal is right."""
ROWS = (1, 6, 100)
"""Queries of allowed values, per depth; each sets every parameter it can."""


def _allowed(api: RequestFactory, depth: str) -> list[list[list[str]]]:
    """Queries to send together: the plain one first, then rows of allowed values."""
    if not may_be_tried(api.contract, api.operation):
        return []
    rows = allowed_rows(api.contract, api.operation)[: ROWS[DEPTHS.index(depth)]]
    return [[], *rows]


@law(
    family="input",
    on=selectors.every,
    kinds=("parameter", "body", "status"),
    asserts=("parameter", "body"),
    cases=_allowed,
    no_path_setup=True,
)
def what_the_document_allows_is_accepted(api: RequestFactory, query: list[list[str]]) -> Conversation:
    """A request that fits the document is not refused as invalid (400, 415, 422), and does not make the server fail.

    The document's own example of a body is sent, made unique where that matters and its references made real; and each
    query parameter of a page, an enumeration, a truth or a time, with values at its boundaries. A body is first sent
    with letters of many scripts in its texts, as JSON that says its charset; only where that is refused, as it is.
    Several parameters are sent at once; when that is refused each is sent alone, and only what is refused alone is held
    against the deployment, and not where the same request is refused without it as well. A body with secrets of another
    system may be refused, since those cannot be made up: observed only. So may one without the things that an example
    names, where none can be made, one that was made up from its schema, where the document has no example, and a number
    of a page that no page can have or that 32 bits cannot hold, where the document states no bound. A login that
    refuses what it is given is not observable, since the suite may not know what it would accept; nor is what says
    whether a token or a code is right, or what wants one of several parameters in words alone. Nor may a right
    credential be met with 401. An update that may be empty is sent empty as well, and one whose texts are empty; at
    depth quick, one of the two in turn. They may be refused, but make no server fail.
    """
    if name := unsaid(api.operation):
        raise NotObservable(f"the query parameter {name} is required, and the document states no value for it")
    answer, right = yield from _sent(api, query)
    if not _amiss(answer):
        yield from _said_charset(api, answer, right)
        yield from _nothing(api, query)
        return
    if answer.status == NOT_IMPLEMENTED:
        raise NotObservable(f"this server does not offer it: {answer.summary()}")
    if answer.status == 401 and not api.operation.security:
        raise NotObservable(f"it wants a credential of which the document says nothing: {answer.summary()}")
    if answer.status in UNKNOWN and selectors.takes_credentials(api.contract, api.operation):
        raise NotObservable(f"its body carries credentials, and those sent are not accepted: {answer.summary()}")
    if answer.status in UNKNOWN and selectors.weighs_a_secret(api.operation):
        raise NotObservable(
            f"it says whether something secret is right, and nothing right is known: {answer.summary()}"
        )
    if answer.status in UNACCEPTED and left_to_prose(api.operation):
        raise NotObservable(f"one of several parameters has to be sent, and no schema says which: {answer.summary()}")
    if not query:
        raise _not_accepted(api, answer, right)
    yield from _each_alone(api, query, right)


def _not_accepted(api: RequestFactory, answer: Exchange, right: Any) -> Outcome:
    """What a refused body shows: nothing certain where it was made up, in whole or in part."""
    body = api.operation.body
    if answer.status in UNACCEPTED and _secretive(right):
        return Observed(f"the document's own example, with secrets made up, is refused: {answer.summary()}")
    if answer.status in UNACCEPTED and body and body.composed:
        return Observed(
            f"the document has no example, and a body made up from its schema is refused: {answer.summary()}"
        )
    if answer.status in UNACCEPTED and _forbidden(api, right):
        return Observed(f"the document's own example, which its own schema forbids, is refused: {answer.summary()}")
    if answer.status in UNACCEPTED and body and (lacking := unmade(api, api.operation, right)):
        named = ", ".join(sorted(lacking))
        return Observed(f"the document's own example is refused without what {named} names: {answer.summary()}")
    like = "like the document's own example" if body is not None and not body.composed else "that fits the document"
    return Broken(f"a request {like} to be accepted", answer.summary(), [answer])


def _forbidden(api: RequestFactory, right: Any) -> bool:
    """Whether the schema of a body has no place for what was sent: then the document contradicts itself."""
    body = api.operation.body
    if body is None or "json" not in body.media_type or right is MISSING:
        return False
    return not validator(api.contract, api.operation).is_valid(right)


def _each_alone(api: RequestFactory, query: list[list[str]], right: Any) -> Steps:
    """Every parameter by itself: only what is refused alone is held against the deployment."""
    found = BrokenCollector()
    unbounded = ""
    for name, value in query:
        alone: Exchange = yield api.ask(query=[(name, value)], body=right)
        if alone.status in UNACCEPTED and _goes_without_saying(api, name, value):
            unbounded = f"{name}={value} is refused, and the document states no bound: {alone.summary()}"
        elif _amiss(alone):
            found.add(name, f"query {name}={value} to be accepted", alone)
    if found.found:
        plain: Exchange = yield api.ask(query=[], body=right)
        if _amiss(plain):
            raise NotObservable(f"it is refused without these parameters as well: {plain.summary()}")
    found.close()
    if unbounded:
        raise Observed(unbounded)


def _goes_without_saying(api: RequestFactory, name: str, value: str) -> bool:
    """Whether a number of a page is one that no page has, or that 32 bits cannot hold, and no bound says so."""
    paging = api.operation.paging
    known = [each for each in (paging.size, paging.position) if each and each.name == name] if paging else []
    if paging is None or not known or not value.lstrip("-").isdigit():
        return False
    schema, least = api.contract.json_schema(known[0].schema), 1 if known[0] is paging.size else paging.first
    below = int(value) < least and not {"minimum", "exclusiveMinimum"} & schema.keys()
    beyond = int(value) >= 2**31 - 1 and not {"maximum", "exclusiveMaximum"} & schema.keys()
    return below or beyond


def _nothing(api: RequestFactory, query: list[list[str]]) -> Steps:
    """An update without members, at which those stumble that put their statements together from what was sent.

    And one with nothing in its texts, which some take for none.
    """
    declared = api.operation.body
    if query or api.operation.method not in {"PATCH", "PUT"} or declared is None or "json" not in declared.media_type:
        return
    schema = api.contract.json_schema(declared.schema, direction="request")
    empty = {name: "" for name in members(schema, schema) if is_free_text(schema, name)}
    bodies = [("without members", {}), ("with empty texts", empty)][: None if empty else 1]
    turn = turn_index(api) + api.seed
    for what, content in bodies if api.depth != "quick" else [bodies[turn % len(bodies)]]:
        if validator(api.contract, api.operation).is_valid(content):
            answer: Exchange = yield api.ask(body=content)
            if answer.status >= 500:
                raise Broken(f"no server error for an update {what}", answer.summary())


def _said_charset(api: RequestFactory, answer: Exchange, right: Any) -> Steps:
    """Raises Broken where a body is accepted, and the same is not when it says that it is JSON in UTF-8."""
    called = with_charset(api.operation)
    if not called or not answer.request.body or "charset" in str(answer.request.headers):
        return
    again: Exchange = yield api.ask(body=right, headers=called)
    if again.status in UNACCEPTED:
        raise Broken(f"{called[0][1]} to be accepted like application/json", again.summary(), [answer, again])


def _amiss(answer: Exchange) -> bool:
    return answer.status in UNACCEPTED or answer.status >= 500 or answer.status == 401


def _sent(api: RequestFactory, query: list[list[str]]) -> Steps:
    """The answer to a right request and its body: oddly written first, which proves the plain one too; then as it is.

    Where somebody else has used up what it speaks of, everything is made anew.
    """
    resource = api.contract.resource_of(api.operation)
    if not query and (traded := (yield from _traded(api))):
        return traded
    if resource and resource.create is api.operation and resource.item and not query:
        answer: Exchange = yield from created(api)
        if answer.ok or answer.status >= 500:
            return answer, answer.request.json
        if answer.status in INVALID and (named := (yield from with_what_it_names(api))):
            return named, named.request.json
    right = yield from prepare_input(api)
    called = with_charset(api.operation)
    if not query and (odd := oddly(api, right)):
        answer = yield api.ask(raw=odd, headers=called)
        if answer.ok or answer.status >= 500:
            return answer, right
    pairs = [(name, value) for name, value in query]
    if query and (shared := (yield from allowed_by_another(api, pairs))):
        return shared, right
    answer = yield api.ask(query=pairs, body=right, headers=called)
    if called and answer.status in UNACCEPTED:
        answer = yield api.ask(query=pairs, body=right)
    if answer.status in {403, 404, 409} and not api.operation.safe:
        right = yield from prepare_input(api, alone=True)
        answer = yield api.ask(query=pairs, body=right)
    return answer, right


def _traded(api: RequestFactory) -> Steps:
    """The answer to a refresh and its body, as the laws of tokens request it anyway; None for other operations."""
    declared = api.contract.tokens
    if declared is None or api.depth != "quick" or api.operation not in {declared.refresh, declared.force}:
        return None
    with contextlib.suppress(Blocked, NotObservable):  # then it is requested by itself, which says why
        if api.operation is declared.force:
            answer: Exchange = (yield from forced(api)).second.answer
        else:
            stage = api.sharing("a session")
            pair, _ = yield from issue(stage)
            answer = yield refresh_request(stage, pair.refresh)
        return answer, answer.request.json
    return None


def _secretive(right: Any) -> bool:
    return any(word in str(right).lower() for word in ("private_key", "clientsecret", "client_secret", "password"))
