"""Laws of unusual input: what is odd makes nothing fail, and what is right though it is no example is accepted."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from contracts.core.collector import BrokenCollector
from contracts.core.conversation import Broken, Conversation, Draw, NotObservable, Steps
from contracts.core.exchange import Exchange, Request
from contracts.core.rejection import UNACCEPTED
from contracts.core.verdicts import DEPTHS
from contracts.laws.law import law
from contracts.request.api import RequestFactory
from contracts.steps.lifecycle.create import CreatedResource, create_full, differing_members, patch_of
from contracts.steps.lifecycle.odd_creation import content, may_be_tried, prepare_input, unchosen
from contracts.steps.lifecycle.siblings import Siblings, create_siblings
from contracts.steps.lifecycle.update import Updated, update_resource
from contracts.strategies.allowed_queries import allowed_rows, free_parameters
from contracts.strategies.bodies import way_of, written_oddly, wrong_bodies
from contracts.strategies.invalid_requests import example
from contracts.strategies.samples import ODD, ZERO
from contracts.strategies.schemathesis_cases import validator
from specs.contract import Contract, Operation, Parameter
from specs.contract.member_names import Hint
from specs.contract.schema_queries import rule_of


def _bodies(contract: Contract) -> Iterator[Operation]:
    """Operations that take a JSON object and can be called without harm."""
    for operation in contract.operations:
        if operation.body and "json" in operation.body.media_type and may_be_tried(contract, operation):
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

    Letters of many scripts, control characters, very long texts, members given twice, deep nesting and numbers out of
    range; where the deployment is disposable, also a zero in a text, half of a surrogate pair and a number that is
    infinite. Which of these are accepted is not judged; a 5xx that comes twice is, unless a body with nothing odd is
    answered so as well.
    """
    schema = _schema(api)
    right = yield from prepare_input(api)
    found = BrokenCollector()
    odd = list(written_oddly(schema, right, unwritable=api.disposable)) if isinstance(right, dict) else []
    for what, text in [odd[number] for number in chosen if number < len(odd)]:
        answer: Exchange = yield api.ask(raw=text)
        if answer.status >= 500:
            found.add(what, f"an answer below 500 to a body with {what}", answer)
    if found.found:
        yield from _without_what_is_odd(api.ask(body=right))
    found.close()


def _without_what_is_odd(plain: Request) -> Steps:
    """Raises NotObservable where a request with nothing odd in it makes the server fail as well."""
    answer: Exchange = yield plain
    if answer.status >= 500:
        raise NotObservable(f"it fails at what is not odd, too: {answer.summary()}")


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

    Parameters that come twice, with brackets behind their names, without a value, or with quotes or a zero byte in a
    text. Which of these are understood is not judged; a 5xx that comes twice is, unless a query with nothing odd is
    answered so as well.
    """
    rows = allowed_rows(api.contract, api.operation)
    if not rows:
        raise NotObservable("no value is known that its query parameters surely take")
    row = [(name, value) for name, value in rows[0]]
    yield from prepare_input(api, bodies=False)
    found = BrokenCollector()
    empty = [[(name, "")] for name, _ in row][: (0, 3, 99)[DEPTHS.index(api.depth)]]
    free = [each.name for each in api.operation.parameters if _any_text(api, each)]
    odd = [[(name, text) for name in free] for text in (ODD, ZERO) if free]
    for query in (row + row, [(f"{name}[]", value) for name, value in row], *empty, *odd):
        answer: Exchange = yield api.ask(query=query)
        if answer.status >= 500:
            found.add(f"query {query[0][0]}", f"an answer below 500 to {_written(query)}", answer)
    if found.found:
        yield from _without_what_is_odd(api.ask(query=row))
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
        return [[]] if resource is not None and api.operation in (resource.create, patch_of(resource)) else []
    found = list(_others(_schema(api), example(api.operation)))[: {"standard": 10}.get(depth, 40)]
    return [found] if found else []


def _others(schema: dict[str, Any], base: dict[str, Any]) -> Iterator[dict[str, Any]]:
    way = way_of(schema, base)
    required = set(way.get("required", ()))
    simple = {name: value for name, value in base.items() if name in required or not isinstance(value, dict | list)}
    if required and required < base.keys():
        yield {"drop": sorted(base.keys() - required), "set": {}}
    lists: dict[str, list[Any]] = {name: [] for name, value in simple.items() if isinstance(value, list)}
    if any(isinstance(value, dict) for value in simple.values()):
        return  # what one member may be can hang on another
    for name, member in way.get("properties", {}).items():
        rule = rule_of(schema, member)
        values = rule.get("enum", [True, False] if rule.get("type") == "boolean" and name in base else [])
        for value in [each for each in values if each != base.get(name) and each is not None]:
            yield {"drop": sorted(base.keys() - simple.keys()), "set": {name: value}, "empty": lists}


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
    example, sent right after: only where that is accepted is the difference held against the deployment. Where there
    is a list beside such a value, it is refused only if it is refused with nothing in the list as well. At depth quick,
    those values alone are tried with which a creation or an update was refused that is accepted without them. Broken as
    well if the answer shows another value than was sent; not so a status, which the server may move on.
    """
    found = BrokenCollector()
    shown: dict[str, list[tuple[Any, Exchange]]] = {}
    resource = api.contract.resource_of(api.operation)
    if resource is not None and api.operation in (resource.create, patch_of(resource)):
        variants = [*variants, *(each for each in (yield from _refused_before(api)) if each not in variants)]
    if not variants:
        return
    yield from prepare_input(api, bodies=False)
    for variant in variants:
        right = yield from content(api)
        other = {name: value for name, value in {**right, **variant["set"]}.items() if name not in variant["drop"]}
        if not validator(api.contract, api.operation).is_valid(other):
            continue
        answer: Exchange = yield api.ask(body=other)
        if answer.status in UNACCEPTED and variant.get("empty"):
            # what is in a list may hang on the value: without any, the example's own value has to be accepted as well
            if (yield from _emptied(api, {**variant, "set": {}})).status in UNACCEPTED:
                continue
            answer = yield from _emptied(api, variant)
        if answer.status in UNACCEPTED and (yield from _accepted(api)):
            named = ", ".join(f"{name}={value!r}" for name, value in variant["set"].items()) or "only what is required"
            found.add(named, f"a body with {named} to be accepted", answer)
        for name in variant["set"] if answer.ok else ():
            shown.setdefault(name, []).append((variant["set"][name], answer))
    for name, told in shown.items():
        _compared(api, name, told, found)
    found.close()


def _compared(api: RequestFactory, name: str, told: list[tuple[Any, Exchange]], found: BrokenCollector) -> None:
    """Which values of a member an answer shows otherwise; none where it says how far a thing has come by itself."""
    if api.contract.names.suggest(name, Hint.LIFECYCLE):
        return
    for value, answer in told:
        if differing_members({name: value}, answer.data):
            found.add(name, f"{name} as sent: {value!r}", answer)


def _emptied(api: RequestFactory, variant: dict[str, Any]) -> Steps:
    """The answer to a body with another value and nothing in the lists beside it."""
    right = {**(yield from content(api)), **variant["set"], **variant["empty"]}
    return (yield api.ask(body={name: value for name, value in right.items() if name not in variant["drop"]}))


def _refused_before(api: RequestFactory) -> Steps:
    """The single choices of bolder requests that were refused where plainer ones were accepted."""
    bold = [each.request.json for each in (yield from _bolder(api)) if each.status in UNACCEPTED]
    sent = [each for each in bold if isinstance(each, dict)]
    schema, right = _schema(api), example(api.operation)
    known = [{"set": {name: each[name]}} for each in sent for name in each if _of_a_format(schema, right, name)]
    known += [each for each in _others(schema, right) if any(each["set"].items() <= other.items() for other in sent)]
    return [{**each, "drop": []} for each in known]


def _of_a_format(schema: dict[str, Any], base: Any, name: str) -> bool:
    """Whether a member is an address, of which there are many that are right and hardly ever sent."""
    rule = rule_of(schema, way_of(schema, base).get("properties", {}).get(name, {})) if isinstance(base, dict) else {}
    return rule.get("format") in {"email", "uri", "url"} and "string" in str(rule.get("type"))


def _bolder(api: RequestFactory) -> Steps:
    """The refusals of what was sent first in the life of a resource, to make it and to change it."""
    if api.operation is not api.resource.create:
        done: Updated = yield from update_resource(api)
        return [*done.refused, *([done.one] if done.one is not None and not done.one.ok else [])]
    life: CreatedResource = yield from create_full(api)
    peers: Siblings = yield from create_siblings(api)
    return [*life.refused[:1], *peers.unchosen, *(yield from unchosen(api))]


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
