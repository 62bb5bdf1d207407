"""Laws of input: what the document allows is accepted, and what is merely odd makes no server fail."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

from contracts.core.collector import BrokenCollector
from contracts.core.conversation import Blocked, Broken, Conversation, Draw, NotObservable, Observed, Outcome, Steps
from contracts.core.exchange import Exchange
from contracts.core.rejection import INVALID
from contracts.core.verdicts import DEPTHS
from contracts.laws.law import law
from contracts.request.api import RequestFactory
from contracts.request.parameters import unsaid
from contracts.steps.access.allowed_by_another import allowed_by_another
from contracts.steps.lifecycle.create import CreatedResource, create_full
from contracts.steps.lifecycle.odd_creation import content, created, oddly, prepare_input
from contracts.steps.tokens.forced import forced
from contracts.steps.tokens.pairs import issue, refresh_request
from contracts.strategies.allowed_queries import allowed_rows, free_parameters
from contracts.strategies.bodies import way_of, written_oddly, wrong_bodies
from contracts.strategies.invalid_requests import example
from contracts.strategies.samples import ODD
from contracts.strategies.schemathesis_cases import validator
from specs.contract import Contract, Operation, Parameter, selectors
from specs.contract.schema_queries import rule_of

REFUSED = frozenset((*INVALID, 415))
"""Statuses that call a request itself wrong; others speak of the state of resources."""
UNKNOWN = frozenset((400, 401, 403, 404, 422))
"""How a login refuses a name, a password or a token that it does not know: such a refusal is right."""
NOT_IMPLEMENTED = 501
"""How a server says of a request that it does not offer that at all: whether it should is not for a request to say."""
ROWS = (1, 6, 100)
"""Queries of allowed values, per depth; each sets every parameter it can."""


def _plain(contract: Contract, operation: Operation) -> bool:
    return not selectors.bulk(contract, operation) and operation.method != "DELETE"


def _allowed(api: RequestFactory, depth: str) -> list[list[list[str]]]:
    """Queries to send together: the plain one first, then rows of allowed values."""
    if not _plain(api.contract, api.operation):
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
    with letters of many scripts in its texts; only where that is refused, as it is. Several parameters are sent at
    once; when that is refused each is sent alone, and only what is refused alone is held against the deployment. A body
    with secrets of another system may be refused, since those cannot be made up: observed only. A login that refuses
    what it is given is not observable, since the suite may not know what it would accept. So may one that was made up
    from its schema, where the document has no example. Nor may a right credential be met with 401. An update that may
    be empty is sent empty as well, but for depth quick: it may be refused, but makes no server fail. So may a number of
    a page that no page can have or that 32 bits cannot hold, where the document states no bound.
    """
    if name := unsaid(api.operation):
        raise NotObservable(f"the query parameter {name} is required, and the document states no value for it")
    answer, right = yield from _sent(api, query)
    if not _amiss(answer):
        yield from _nothing(api, query)
        return
    if answer.status == NOT_IMPLEMENTED:
        raise NotObservable(f"this server does not offer it: {answer.summary()}")
    if answer.status == 401 and not api.operation.security:
        raise NotObservable(f"it wants a credential of which the document says nothing: {answer.summary()}")
    if answer.status in UNKNOWN and selectors.takes_credentials(api.contract, api.operation):
        raise NotObservable(f"its body carries credentials, and those sent are not accepted: {answer.summary()}")
    if not query:
        raise _not_accepted(api, answer, right)
    yield from _each_alone(api, query, right)


def _not_accepted(api: RequestFactory, answer: Exchange, right: Any) -> Outcome:
    """What a refused body shows: nothing certain where it was made up, in whole or in part."""
    body = api.operation.body
    if answer.status in REFUSED and _secretive(right):
        return Observed(f"the document's own example, with secrets made up, is refused: {answer.summary()}")
    if answer.status in REFUSED and body and body.composed:
        return Observed(
            f"the document has no example, and a body made up from its schema is refused: {answer.summary()}"
        )
    like = "like the document's own example" if body is not None and not body.composed else "that fits the document"
    return Broken(f"a request {like} to be accepted", answer.summary(), [answer])


def _each_alone(api: RequestFactory, query: list[list[str]], right: Any) -> Steps:
    """Every parameter by itself: only what is refused alone is held against the deployment."""
    found = BrokenCollector()
    unbounded = ""
    for name, value in query:
        alone: Exchange = yield api.ask(query=[(name, value)], body=right)
        if alone.status in REFUSED and _goes_without_saying(api, name, value):
            unbounded = f"{name}={value} is refused, and the document states no bound: {alone.summary()}"
        elif _amiss(alone):
            found.add(name, f"query {name}={value} to be accepted", alone)
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
    """An update without members, at which those stumble that put their statements together from what was sent."""
    declared = api.operation.body
    if api.depth == "quick":
        return  # it has room for one odd body of an update, which is a list
    if query or api.operation.method not in {"PATCH", "PUT"} or declared is None or "json" not in declared.media_type:
        return
    if validator(api.contract, api.operation).is_valid({}):
        answer: Exchange = yield api.ask(body={})
        if answer.status >= 500:
            raise Broken("no server error for an update without members", answer.summary())


def _amiss(answer: Exchange) -> bool:
    return answer.status in REFUSED or answer.status >= 500 or answer.status == 401


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
    right = yield from prepare_input(api)
    if not query and (odd := oddly(api, right)):
        answer = yield api.ask(raw=odd)
        if answer.ok or answer.status >= 500:
            return answer, right
    pairs = [(name, value) for name, value in query]
    if query and (shared := (yield from allowed_by_another(api, pairs))):
        return shared, right
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


def _bodies(contract: Contract) -> Iterator[Operation]:
    """Operations that take a JSON object and can be called without harm."""
    for operation in contract.operations:
        if operation.body and "json" in operation.body.media_type and _plain(contract, operation):
            yield operation


def _oddities(api: RequestFactory, depth: str) -> list[list[int]]:
    """Which odd bodies to send, by their number: all in one conversation, which makes what it needs once.

    The first of all is sent as a right one elsewhere.
    """
    return [list(range(1, {"standard": 6}.get(depth, 12)))]


@law(
    family="input",
    on=_bodies,
    kinds=("body", "status"),
    asserts=(),
    cases=_oddities,
    depth="standard",
    no_path_setup=True,
)
def an_odd_body_is_no_server_error(api: RequestFactory, chosen: list[int]) -> Conversation:
    """Whatever a body holds, the server does not fail: it accepts it, or refuses it with a 4xx.

    Letters of many scripts, control characters, half of a surrogate pair, very long texts, members given twice, deep
    nesting and numbers out of range. Which of these are accepted is not judged; a 5xx that comes twice is.
    """
    schema = _schema(api)
    right = yield from prepare_input(api)
    found = BrokenCollector()
    odd = list(written_oddly(schema, right)) if isinstance(right, dict) else []
    for what, text in [odd[number] for number in chosen if number < len(odd)]:
        answer: Exchange = yield api.ask(raw=text)
        if answer.status >= 500:
            found.add(what, f"an answer below 500 to a body with {what}", answer)
    found.close()


def _schema(api: RequestFactory) -> dict[str, Any]:
    assert api.operation.body is not None
    return api.contract.json_schema(api.operation.body.schema, direction="request")


def _asking(contract: Contract) -> Iterator[Operation]:
    """Operations that only read and take query parameters that nothing but their schema can refuse.

    The values themselves take long to make: here it is enough that there may be some.
    """
    return (each for each in contract.operations if each.safe and any(free_parameters(contract, each)))


@law(family="input", on=_asking, kinds=("parameter", "status"), asserts=(), depth="standard", no_path_setup=True)
def an_odd_query_is_no_server_error(api: RequestFactory) -> Conversation:
    """However a query string is written, the server does not fail: it accepts it, or refuses it with a 4xx.

    Parameters that come twice, with brackets behind their names, without a value, or with quotes in a text. Which of
    these are understood is not judged; a 5xx that comes twice is.
    """
    rows = allowed_rows(api.contract, api.operation)
    if not rows:
        raise NotObservable("no value is known that its query parameters surely take")
    row = [(name, value) for name, value in rows[0]]
    yield from prepare_input(api, bodies=False)
    found = BrokenCollector()
    empty = [[(name, "")] for name, _ in row][: (0, 3, 99)[DEPTHS.index(api.depth)]]
    quoted = [(each.name, ODD) for each in api.operation.parameters if _any_text(api, each)]
    for query in (row + row, [(f"{name}[]", value) for name, value in row], *empty, *([quoted] if quoted else [])):
        answer: Exchange = yield api.ask(query=query)
        if answer.status >= 500:
            found.add(f"query {query[0][0]}", f"an answer below 500 to {_written(query)}", answer)
    found.close()


def _any_text(api: RequestFactory, parameter: Parameter) -> bool:
    """Whether a query parameter takes a text without a form of its own."""
    schema = api.contract.json_schema(parameter.schema) if parameter.location == "query" else {}
    return schema.get("type") == "string" and not schema.keys() & {"enum", "format", "pattern"}


def _written(query: list[tuple[str, str]]) -> str:
    text = "&".join(f"{name}={value}" for name, value in query)
    return text if len(text) <= 80 else text[:77] + "…"


def _variants(api: RequestFactory, depth: str) -> list[list[dict[str, Any]]]:
    """Other right bodies than the richest example: the least there may be, every value of an enumeration."""
    if depth == "quick":
        resource = api.contract.resource_of(api.operation)
        return [[]] if resource is not None and resource.create is api.operation else []
    found = list(_others(_schema(api), example(api.operation)))[: {"standard": 10}.get(depth, 40)]
    return [found] if found else []


def _others(schema: dict[str, Any], base: dict[str, Any]) -> Iterator[dict[str, Any]]:
    way = way_of(schema, base)
    required = set(way.get("required", ()))
    simple = {name: value for name, value in base.items() if name in required or not isinstance(value, dict | list)}
    if required and required < base.keys():
        yield {"drop": sorted(base.keys() - required), "set": {}}
    if any(isinstance(value, dict | list) for value in simple.values()):
        return  # what one member may be can hang on another
    for name, member in way.get("properties", {}).items():
        rule = rule_of(schema, member)
        values = rule.get("enum", [True, False] if rule.get("type") == "boolean" and name in base else [])
        for value in [each for each in values if each != base.get(name) and each is not None]:
            yield {"drop": sorted(base.keys() - simple.keys()), "set": {name: value}}


@law(
    family="input",
    on=_bodies,
    kinds=("body", "status"),
    asserts=("body",),
    cases=_variants,
    no_path_setup=True,
)
def other_right_bodies_are_accepted(api: RequestFactory, variants: list[dict[str, Any]]) -> Conversation:
    """A body with the required members alone is accepted, and so is every value of an enumeration.

    Only bodies are sent in which no member can depend on another. What is refused is compared with the document's own
    example, sent right after: only where that is accepted is the difference held against the deployment. At depth
    quick, those values alone are tried with which a creation was refused that is accepted without them.
    """
    found = BrokenCollector()
    if api.depth == "quick":
        variants = yield from _refused_before(api)
        if not variants:
            return
    yield from prepare_input(api, bodies=False)
    for variant in variants:
        right = yield from content(api)
        other = {name: value for name, value in {**right, **variant["set"]}.items() if name not in variant["drop"]}
        if not validator(api.contract, api.operation).is_valid(other):
            continue
        answer: Exchange = yield api.ask(body=other)
        if answer.status in REFUSED and (yield from _accepted(api)):
            named = ", ".join(f"{name}={value!r}" for name, value in variant["set"].items()) or "only what is required"
            found.add(named, f"a body with {named} to be accepted", answer)
    found.close()


def _refused_before(api: RequestFactory) -> Steps:
    """The single choices of a bolder creation that was refused where a plainer one was accepted."""
    life: CreatedResource = yield from create_full(api)
    if not life.refused or life.refused[0].status not in REFUSED:
        return []
    bold = life.refused[0].request.json
    chosen = [
        each
        for each in _others(_schema(api), example(api.operation))
        for name, value in each["set"].items()
        if isinstance(bold, dict) and bold.get(name) == value
    ]
    return [{**each, "drop": []} for each in chosen]


def _accepted(api: RequestFactory) -> Steps:
    """Whether the document's own example is accepted now."""
    right = yield from content(api)
    answer: Exchange = yield api.ask(body=right)
    return answer.ok


@law(family="input", on=_bodies, kinds=("body", "status"), asserts=("body",), examples=(0, 0, 40), depth="deep")
def no_wrong_body_is_accepted(api: RequestFactory) -> Conversation:
    """No randomly drawn body that violates its schema is accepted, and none makes the server fail."""
    right = yield from content(api)
    wrong = yield Draw(wrong_bodies(_schema(api), right if isinstance(right, dict) else {}))
    answer: Exchange = yield api.ask(body=wrong)
    if answer.ok or answer.status >= 500:
        raise Broken("a refusal of a body that breaks its schema", answer.summary(), [answer])
