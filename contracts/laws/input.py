"""Laws of input: what the document allows is accepted, what it forbids is refused, nothing makes the server fail."""

from __future__ import annotations

import json
from collections.abc import Iterable
from itertools import zip_longest
from typing import Any

from contracts import on
from contracts.api import Api
from contracts.exchange import MISSING, Exchange
from contracts.fixtures import body, nowhere
from contracts.generate import Case, cases, validator
from contracts.law import DEPTHS, Broken, Conversation, NotObservable, Steps, law
from contracts.pairs import issued, presented

PER_PLACE = (2, 4, 50)
"""Invalid values tried in one place, per depth."""
PER_OPERATION = (12, 36, 1000)
"""Invalid requests to one operation, per depth."""


def _invalid(api: Api, depth: str) -> list[list[dict[str, Any]]]:
    """Invalid cases grouped by the place they are wrong in, so that one conversation can share what it stands on."""
    if on.bulk(api.contract, api.operation):
        return []
    level = DEPTHS.index(depth)
    places: dict[str, list[Case]] = {}
    for case in cases(api.contract, api.operation):
        if not case.valid and case.place != "path":
            places.setdefault(case.where, []).append(case)
    chosen = [_varied(group)[: PER_PLACE[level]] for group in places.values()]
    return _capped([[case.written() for case in group] for group in chosen], PER_OPERATION[level])


def _varied(group: list[Case]) -> list[Case]:
    """Different ways of being wrong first, wrong types last: those are what frameworks catch by themselves."""
    by_way: dict[str, list[Case]] = {}
    for case in group:
        by_way.setdefault(case.what, []).append(case)
    ways = sorted(by_way.values(), key=lambda cases: "type" in cases[0].what.lower())
    return [case for row in zip_longest(*ways) for case in row if case is not None]


def _capped(groups: list[list[dict[str, Any]]], most: int) -> list[list[dict[str, Any]]]:
    """At most so many cases: the first of every place before the second of any."""
    order = [(rank, number) for number, group in enumerate(groups) for rank in range(len(group))]
    kept = set(sorted(order)[:most])
    capped = [
        [case for rank, case in enumerate(group) if (rank, number) in kept] for number, group in enumerate(groups)
    ]
    return [group for group in capped if group]


@law(family="input", on=on.every, kinds=("parameter", "body", "status"), each=_invalid)
def what_the_document_forbids_is_refused(api: Api, wrong: list[dict[str, Any]]) -> Conversation:
    """A query or body that breaks its declared schema is refused with 400: never accepted, never a server error.

    Schemathesis generates what is wrong; everything else about the request is right, so that only that can be why.
    """
    for case in (Case(**each) for each in wrong):
        answer: Exchange = yield (yield from _asked(api, case))
        if answer.ok:
            raise Broken(f"400 for {case.where}: {_short(case)} ({case.what})", answer.says())
        if answer.status not in {400, 422}:
            raise Broken(f"400 for {case.where}: {_short(case)} ({case.what})", answer.says())


def _asked(api: Api, case: Case) -> Steps:
    """The request of a case; a body's broken member is set into a body that is right otherwise."""
    if case.place == "query":
        return api.ask(query=[(case.name, case.value)])
    value = case.value
    if case.name and isinstance(value, dict) and api.operation.body and api.depth != "deep":
        base = api.operation.body.examples[0] if api.operation.body.examples else {}
        if isinstance(base, dict):
            changed = {**base, case.name: value[case.name]} if case.name in value else value
            value = value if validator(api.contract, api.operation).is_valid(changed) else changed
    yield from ()
    return api.ask(body=value)


def _short(case: Case) -> str:
    value = case.value
    if case.place == "body" and case.name and isinstance(value, dict):
        value = {case.name: value.get(case.name, "(missing)")}
    text = value if isinstance(value, str) else json.dumps(value)
    return text if len(text) <= 60 else text[:57] + "…"


def _ids(api: Api, depth: str) -> list[dict[str, Any]]:
    if on.bulk(api.contract, api.operation):
        return []
    found = [case for case in cases(api.contract, api.operation) if case.place == "path" and not case.valid]
    own = api.operation.path_parameters[-1:]
    return [
        case.written()
        for case in _varied([each for each in found if each.name in own])[: PER_PLACE[DEPTHS.index(depth)]]
    ]


@law(family="input", on=on.every, kinds=("parameter", "status"), each=_ids, nowhere=True)
def an_impossible_id_is_refused(api: Api, wrong: dict[str, Any]) -> Conversation:
    """An id that cannot be one is answered with 400 or 404."""
    case = Case(**wrong)
    content = api.operation.body.examples[0] if api.operation.body and api.operation.body.examples else MISSING
    answer: Exchange = yield api.ask(path={**nowhere(api), case.name: case.value}, body=content)
    if answer.status not in {400, 404, 422, 403}:
        raise Broken(f"400 or 404 for {case.name} {case.value}", answer.says())


def _broken_bodies(api: Api, depth: str) -> list[str]:
    if api.operation.body is None or "json" not in api.operation.body.media_type:
        return []
    return ['{"unfinished": ', "[]", ""][: {"quick": 1}.get(depth, 3)]


@law(family="input", on=on.every, kinds=("body", "status"), each=_broken_bodies, nowhere=True)
def a_body_that_is_no_object_is_refused(api: Api, raw: str) -> Conversation:
    """A body that is not JSON, or not an object where one is needed, is refused with a 4xx and never a server error."""
    assert api.operation.body is not None
    if raw == "[]" and validator(api.contract, api.operation).is_valid([]):
        raise NotObservable("an array is a valid body here")
    answer: Exchange = yield api.ask(path=nowhere(api), raw=raw)
    if answer.ok or answer.status >= 500:
        raise Broken(f"a 4xx for the body {raw!r}", answer.says())


def _valid(api: Api, depth: str) -> list[dict[str, Any]]:
    if on.bulk(api.contract, api.operation) or api.operation.method == "DELETE":
        return []
    level = DEPTHS.index(depth)
    plain = Case("", "", "a plain request", True, None).written()
    queries = [each for each in cases(api.contract, api.operation) if each.valid and each.place == "query"]
    return [plain, *(case.written() for case in _spread(queries, (4, 12, 1000)[level]))]


def _spread(found: Iterable[Case], most: int) -> list[Case]:
    """One case of every parameter before the second of any."""
    by_name: dict[str, list[Case]] = {}
    for case in found:
        by_name.setdefault(case.name, []).append(case)
    return [case for row in zip_longest(*by_name.values()) for case in row if case is not None][:most]


@law(family="input", on=on.every, kinds=("parameter", "body", "status"), each=_valid)
def what_the_document_allows_is_accepted(api: Api, allowed: dict[str, Any]) -> Conversation:
    """A request that fits the document is not refused as invalid.

    The document's own example is sent, made unique where that matters, and each query parameter with values at its
    boundaries. What is refused for the state of things (403, 404, 409) is not judged here.
    """
    case = Case(**allowed)
    content = yield from _content(api)
    query = [(case.name, case.value)] if case.place == "query" else []
    answer: Exchange = yield api.ask(query=query, body=content)
    if answer.status in {400, 415, 422} or answer.status >= 500:
        what = f"{case.where}={case.value}" if case.place else case.what
        raise Broken(f"{what} to be accepted", answer.says())


def _content(api: Api) -> Steps:
    """A body that is right in every way, the token it presents included."""
    if api.contract.tokens and api.operation is api.contract.tokens.refresh:
        pair, _ = yield from issued(api)
        return presented(api, pair.refresh).json
    return (yield from body(api, api.operation, api.values)) if api.operation.body else MISSING
