"""Laws of input: what the document forbids is refused, in the query, the body, the path and the headers."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import attrs

from contracts.core.collector import BrokenCollector
from contracts.core.conversation import Broken, Conversation, NotObservable, Observed, Steps
from contracts.core.exchange import MISSING, Exchange
from contracts.core.rejection import ANY, NOT_IMPLEMENTED, refusal, refused
from contracts.core.verdicts import DEPTHS
from contracts.laws.law import law
from contracts.request.api import RequestFactory
from contracts.steps.access.credential_variants import turn_index, turned, unreadable, weaker
from contracts.steps.fixtures import placeholder_path
from contracts.steps.lifecycle.odd_creation import accepted_form, content, prepare_input
from contracts.steps.wrong_requests import TOGETHER, Cases, asked, not_seen_together, written, wrong_query_cases
from contracts.strategies.bodies import free_texts, way_of
from contracts.strategies.invalid_requests import MALFORMED, spread, varied, wrong_bodies
from contracts.strategies.samples import BEYOND, ODD, stranger
from contracts.strategies.schemathesis_cases import Case, cases, validator
from contracts.strategies.wrong_together import rows
from specs.contract import Rule, selectors

PER_PLACE = (2, 4, 50)
"""Invalid values tried in one place of a body, per depth."""
PER_BODY = (4, 22, 1000)
"""Invalid bodies sent to one operation, per depth; those that cannot be read come on top."""
UNREADABLE = (2, 5, 50)
"""Bodies that are none, per depth."""
FEW = 2
"""Kinds of such bodies that take turns at depth quick: the most informative ones."""
ELSEWHERE = {"Accept", "Content-Type", "Authorization"}
"""Header parameters that OpenAPI leaves to other parts of the document."""


def _invalid(api: RequestFactory, depth: str) -> list[Cases]:
    """Invalid cases, those in the body together: one conversation sends them all, to what it has created once."""
    contract, operation, level = api.contract, api.operation, DEPTHS.index(depth)
    if selectors.bulk(contract, operation):
        return []
    bodies = wrong_bodies(contract, operation)
    unreadable = [each for each in bodies if each.place in {"raw", "media"} or not each.name]
    placed = [each for each in bodies if each not in unreadable]
    bare = [*_unread(api, unreadable, level), *spread(placed, PER_PLACE[level], PER_BODY[level], api.seed)]
    body = written(bare, rows(placed, TOGETHER[level]))
    return [each for each in (wrong_query_cases(api, depth), body, written(_headers(api), [])) if each.get("alone")]


def _unread(api: RequestFactory, found: Sequence[Case], level: int) -> list[Case]:
    """Malformed JSON first, then the other bodies that are none, in turn where only a few of them are sent.

    At depth quick every other operation gets one of those, and of the updates every other a list.
    """
    first = [each for each in found if each.what == MALFORMED]
    others = [each for each in found if each.what != MALFORMED][: FEW if level == 0 else None]
    updates = api.operation.method in {"PATCH", "PUT"}
    start = (turn_index(api) + api.seed) % len(others) if others and level == 0 and not updates else 0
    most = UNREADABLE[level] - (level == 0 and turned(api))
    return [*first, *others[start:], *others[:start]][:most]


def _headers(api: RequestFactory) -> list[Case]:
    """Each header parameter the document requires, left out."""
    schemes = {s.parameter.lower() for alternative in api.operation.security for s in alternative.schemes}
    return [
        Case("header", each.name, "missing", False, None)
        for each in api.operation.parameters
        if each.location == "header" and each.required
        if each.name not in ELSEWHERE and each.name.lower() not in schemes
    ]


@law(
    family="input",
    on=selectors.every,
    kinds=("parameter", "body", "status"),
    asserts=("parameter", "body"),
    cases=_invalid,
    no_path_setup=True,
)
def what_the_document_forbids_is_refused(api: RequestFactory, wrong: Cases) -> Conversation:
    """A query, body or header that violates its declaration is refused with 400 or 422, never accepted.

    Every request is right but for one place, or for several where its refusal names each of them: a value of another
    type or out of range, not in its enumeration, of a wrong format, null, or missing; or a body that is no JSON, or
    says that it is something else. Schemathesis finds such values too, and whether a value really breaks its schema is
    decided by the schema alone. Resources that the path or the body names are there, so that nothing else can be the
    reason.

    Proof: a success or a server error; where the document states that rule, any other status than 400 too (422 counts
    as 400 here; whether it is declared is judged elsewhere; bodies that cannot be read, and operations without a 400 or
    422, may answer any 4xx). Not asserted: unknown members and parameters, texts longer than
    needed, and 401.
    """
    found = BrokenCollector()
    bodies = any(each["place"] not in {"query", "header"} for each in wrong["alone"])
    if bodies:
        yield from accepted_form(api)
    right = yield from prepare_input(api, bodies=bodies, traded=False)
    left: list[Case] = yield from not_seen_together(api, wrong, right)
    for case in left:
        if case.what != MALFORMED or not (yield from _unread_by_others(api)):
            yield from _tried(api, case, right, found, bodies=bodies)
    if bodies and api.depth != "quick":
        yield from _called_otherwise(api, right, found)
    found.close()


def _called_otherwise(api: RequestFactory, right: Any, found: BrokenCollector) -> Steps:
    """JSON that says it is something else, where nothing has to be sent: taken for nothing it changes nothing.

    What has to be sent is among the invalid bodies: there a success is enough to see that it was read.
    """
    declared = api.operation.body
    if declared is None or "json" not in declared.media_type or not isinstance(right, dict):
        return
    name = next(iter(free_texts(api.contract.json_schema(declared.schema, direction="request"), right)), None)
    if name is None or not validator(api.contract, api.operation).is_valid({}):
        return
    value = f"{right[name]} read"
    answer: Exchange = yield api.ask(body={name: value}, headers=(("Content-Type", "text/plain"),))
    if answer.ok and isinstance(answer.data, dict) and answer.data.get(name) == value:
        found.add("body", f"a refusal of JSON that is called text/plain, or nothing done with its {name}", answer)


def _tried(api: RequestFactory, case: Case, right: Any, found: BrokenCollector, *, bodies: bool) -> Steps:
    """Send one invalid case, and note what is wrong with its answer. `bodies`: what it needs may be used up."""
    request = asked(api, case, right)
    if request is None:
        return
    answer: Exchange = yield request
    if bodies and answer.status in {403, 404, 409}:
        own = yield from prepare_input(api, alone=True)
        answer = (yield again) if (again := asked(api, case, own)) else answer
    expected = ANY if case.place in {"raw", "media"} else refusal(api.operation)
    strict = Rule.INVALID_IS_400 in api.contract.rules
    if answer.status == 401 or refused(answer, expected, strict=strict) or _forbidden(api, answer):
        return
    if answer.status < 500 or not (yield from _fails_anyway(api, right)):
        answer = yield from _leaner(api, case, answer)
        found.add(case.where, f"{expected} for {case.where}: {_short(case)} ({case.what})", answer)


def _fails_anyway(api: RequestFactory, right: Any) -> Steps:
    """Whether a request with nothing wrong in it fails as well: then what is wrong here says nothing."""
    control: Exchange = yield api.ask(body=right)
    return control.status >= 500


def _leaner(api: RequestFactory, case: Case, answer: Exchange) -> Steps:
    """The same with no more in the body than has to be, where that is answered alike: a smaller proof says more."""
    declared = api.operation.body
    if declared is None or declared.sources or case.place not in {"body", "gone"} or not case.name:
        return answer
    right = yield from content(api)
    schema = api.contract.json_schema(declared.schema, direction="request")
    needed = {*way_of(schema, right).get("required", ()), case.name.partition("/")[0]}
    lean = {name: value for name, value in right.items() if name in needed}
    request = asked(api, case, lean) if lean.keys() < right.keys() else None
    if request is None:
        return answer
    again: Exchange = yield request
    return again if again.status == answer.status else answer


def _unread_by_others(api: RequestFactory) -> Steps:
    """Whether a body that is no JSON is refused as such where laws of credentials send one anyway."""
    credential = weaker(api)
    if credential is None:
        return False
    answer: Exchange = yield unreadable(api, credential)
    return answer.status in {400, 413, 415, 422}


def _forbidden(api: RequestFactory, answer: Exchange) -> bool:
    """Whether the user whom the suite created may not call this at all, with a valid body or not."""
    return answer.status == 403 and api.principal is not None and api.principal.provisioned


def _short(case: Case) -> str:
    text = "(none)" if case.place in {"gone", "header"} else json.dumps(case.value, ensure_ascii=False)
    return text if len(text) <= 60 else text[:57] + "…"


def _ids(api: RequestFactory, depth: str) -> list[dict[str, Any]]:
    """Impossible values of the last id in the path; at depth quick not of what names the tenant itself, then one."""
    if selectors.bulk(api.contract, api.operation):
        return []
    found = [case for case in cases(api.contract, api.operation) if case.place == "path" and not case.valid]
    own = [each for each in found if each.name in api.operation.path_parameters[-1:]]
    given = any(api.deployment.value(api.tenant, each.name) for each in own)
    telling = sorted(own, key=lambda case: case.value != "0")
    odd = [attrs.evolve(each, what="an odd text", value=ODD_IDS[0]) for each in own[:1]]
    below = [attrs.evolve(each, what="below zero", value="-1") for each in telling[:1] if each.value == "0"]
    most = {"quick": 1 - given, "standard": 1 if given else 3}.get(depth, 50)
    return [case.written() for case in [*odd, *below, *varied(telling)][:most]]


@law(
    family="input",
    on=selectors.every,
    kinds=("parameter", "status"),
    asserts=("parameter/path",),
    cases=_ids,
    no_path_setup=True,
)
def an_impossible_id_is_refused(api: RequestFactory, wrong: dict[str, Any]) -> Conversation:
    """A malformed id is answered with 400 or 404, or with 403 where the caller has no access at all."""
    case = Case(**wrong)
    right = api.operation.body.examples[0] if api.operation.body and api.operation.body.examples else MISSING
    answer: Exchange = yield api.ask(path={**placeholder_path(api), case.name: case.value}, body=right)
    strict = Rule.INVALID_IS_400 in api.contract.rules
    _require_offered(answer)
    if answer.status not in {400, 404, 422, 403, 401} and (strict or not 400 <= answer.status < 500):
        raise Broken(f"400 or 404 for {case.name} {_short(case)}", answer.summary())


def _require_offered(answer: Exchange) -> None:
    """Raises NotObservable where the server says that it does not offer what was asked for at all."""
    if answer.status == NOT_IMPLEMENTED:
        raise NotObservable(f"this server does not offer it: {answer.summary()}")


ODD_IDS = (ODD, "x" * 300, "../../x", '"; DROP TABLE x; --', "a\u0000b", "-1", "1e400")


def _odd_ids(api: RequestFactory, depth: str) -> list[str]:
    """Odd texts for the id of what is read or deleted; a first one is sent as an impossible id where it is one."""
    resource = api.contract.resource_of(api.operation)
    asking = (resource.read,) if resource and depth == "quick" else (resource.read, resource.delete) if resource else ()
    lists = depth != "quick" and api.operation.safe and bool(api.operation.path_parameters[1:])
    if resource is None or not (api.operation in asking or lists):
        return []
    asked = bool(_ids(api, depth))
    most = {"quick": 1, "standard": 3}.get(depth, 50) if api.operation is resource.read else 1
    return [*_beyond(api), *ODD_IDS[int(asked) : most]]


def _beyond(api: RequestFactory) -> list[str]:
    own = [api.operation.parameter(name, "path") for name in api.operation.path_parameters[-1:]]
    kinds = [api.contract.json_schema(each.schema).get("type") for each in own if each]
    return [BEYOND] if {*kinds} & {"number", "integer"} else []


@law(family="input", on=selectors.every, kinds=("parameter", "status"), asserts=(), cases=_odd_ids, no_path_setup=True)
def an_odd_id_is_no_server_error(api: RequestFactory, odd: str) -> Conversation:
    """Whatever is sent in place of an id, the server does not fail, and does not succeed.

    Sent are quotes, accents, long texts, zero bytes and a number too large for 32 bits. Which refusal it gets is not
    judged here, only that it is one: such an id names nothing. Where nothing is listed or created that it could name,
    or a plain id that never was succeeds as well, it may be any value, and only a server error is held against the
    deployment.
    """
    name = api.operation.path_parameters[-1:]
    if not name:
        return
    answer: Exchange = yield api.ask(path={**placeholder_path(api), name[0]: odd})
    _require_offered(answer)
    if answer.status >= 500:
        raise Broken(f"a refusal of {name[0]} {odd[:20]!r}", answer.summary())
    if (
        answer.ok
        and api.operation is not api.resource.list
        and (api.resource.list or api.resource.create or api.resource.delete)
    ):
        parameter = api.operation.parameter(name[0], "path")
        plain = {**placeholder_path(api), name[0]: stranger(parameter.schema if parameter else {})}
        if (yield api.ask(path=plain)).ok:
            raise Observed(f"{name[0]} may be any value, as far as this shows")
        raise Broken(f"a refusal of {name[0]} {odd[:20]!r}", answer.summary())
