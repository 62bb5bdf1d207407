"""Laws of requests with a word of their own for it: a PUT replaces, If-Match guards, an idempotency key repeats."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from contracts.core.conversation import Blocked, Broken, Conversation, NotObservable
from contracts.core.exchange import MISSING, Exchange, at
from contracts.laws.law import law
from contracts.request.api import RequestFactory
from contracts.request.url import path_values
from contracts.steps.fixtures import CONFLICT, body, resolve_path
from contracts.steps.lifecycle.values import short
from contracts.steps.lists.links import address, same_server
from contracts.steps.unique_values import make_unlike
from contracts.strategies.samples import stranger
from specs.contract import Contract, Operation, selectors

KEYS = frozenset(("idempotencykey", "xidempotencykey"))
"""How headers are called under which a request may be sent again without being carried out again."""


def _keyed(contract: Contract) -> Iterator[Operation]:
    """Creations that take an idempotency key."""
    for operation in selectors.creations_with_body(contract):
        if _key_header(operation):
            yield operation


def _key_header(operation: Operation) -> str:
    headers = (each.name for each in operation.parameters if each.location == "header")
    return next((name for name in headers if re.sub(r"[^a-z]", "", name.lower()) in KEYS), "")


@law(family="state", on=_keyed, kinds=("state", "parameter"), asserts=(), writes=True, no_path_setup=True)
def a_request_sent_again_under_its_key_is_done_once(api: RequestFactory) -> Conversation:
    """A creation that is sent again under the same idempotency key creates nothing more.

    The second answer may be the first one again, or a refusal. Broken if both succeed and show different resources.
    """
    stage = api.sharing(f"again under a key in {api.resource.collection}")
    values = yield from resolve_path(stage, api.operation, fresh=True)
    content = yield from body(stage, api.operation, values)
    headers = ((_key_header(api.operation), stage.unique_name()),)
    first: Exchange = yield stage.ask(path=values, body=content, headers=headers)
    if first.status == CONFLICT:
        headers = ((_key_header(api.operation), stage.unique_name()),)
        first = yield stage.ask(path=values, body=make_unlike(stage, api.operation, content), headers=headers)
    if not first.ok:
        raise Blocked(f"the creation was refused: {first.summary()}")
    same = first.request.json
    again: Exchange = yield stage.ask(path=values, body=same, headers=headers)
    ids = [at(each.data, api.resource.member) for each in (first, again)]
    if again.ok and MISSING in ids:
        raise NotObservable("the answers do not show what was created")
    if again.ok and ids[0] != ids[1]:
        raise Broken(f"the resource created first, {short(ids[0])}", f"another one, {short(ids[1])}", [first, again])


def _located(contract: Contract) -> Iterator[Operation]:
    """Operations that answer a POST with the address of what it made or began."""
    for operation in contract.operations:
        declared = [header for answer in operation.success for header in answer.headers]
        if operation.method == "POST" and any(header.name.lower() == "location" for header in declared):
            yield operation


@law(family="state", on=_located, kinds=("header", "state"), asserts=(), writes=True)
def a_location_leads_to_what_was_made(api: RequestFactory) -> Conversation:
    """The Location of a creation, or of accepted work, is a URL that can be read.

    Only an address below this deployment that one of the document's own operations reads is requested. Broken if there
    is nothing, or the server fails.
    """
    content = (yield from body(api, api.operation, api.values)) if api.operation.body else MISSING
    made: Exchange = yield api.ask(body=content)
    location = made.response.header("Location") if made.ok and made.response else None
    if location is None:
        raise NotObservable(f"no Location is given: {made.summary()}")
    reading = _read_at(api, address(api, made, location))
    if reading is None:
        raise NotObservable(f"no operation of the document reads {location[:80]}")
    seen: Exchange = yield api.ask(reading[0], path=reading[1], bypass_cache=True)
    if seen.status in {404, 410} or seen.status >= 500:
        raise Broken(f"something at the Location {location[:80]}", seen.summary(), [made, seen])


def _read_at(api: RequestFactory, whole: str) -> tuple[Operation, dict[str, str]] | None:
    """The operation that reads an address of this deployment, and its path's values."""
    base = urlsplit(api.deployment.base_url).path.rstrip("/")
    path = urlsplit(whole).path
    if not same_server(api, whole) or not path.startswith(base + "/"):
        return None
    for operation in api.contract.operations:
        values = path_values(operation, path.removeprefix(base)) if operation.method == "GET" else {}
        if values:
            return operation, values
    return None


def _reads(contract: Contract) -> Iterator[Operation]:
    """Reads of one thing, and lists of what belongs to one, for which the document declares that it may not be there.

    What whole resources hang on is a tenant's own as a rule: whoever names another is refused for that.
    """
    for resource in contract.resources:
        below = resource.list if resource.list and len(resource.list.path_parameters) > 1 else None
        for operation in (resource.read, below):
            if operation is not None and any(answer.status == "404" for answer in operation.answers):
                yield operation


@law(family="state", on=_reads, kinds=("status",), asserts=("status/404",), no_path_setup=True)
def what_never_was_is_not_found(api: RequestFactory) -> Conversation:
    """Reading a resource that never existed is refused with 404, or as one that the caller may not see.

    So is a list of what belongs to it: that there is nothing is not that it has nothing. Asked with a number, a UUID or
    a text that nothing is called; not where ids have a form of their own, since one that was made up might be
    somebody's. Broken by a success.
    """
    name = api.operation.path_parameters[-1]
    parameter = api.operation.parameter(name, "path")
    schema = api.contract.json_schema(parameter.schema) if parameter else {}
    free = schema.get("type") in {"integer", "number", "string"} and not {"enum", "pattern", "maximum"} & schema.keys()
    if not free or schema.get("format", "uuid") not in {"uuid", "int32", "int64"}:
        raise NotObservable(f"nobody can say which {name} is nobody's")
    values = yield from resolve_path(api, api.operation, fresh=False, known={name: stranger(schema)})
    answer: Exchange = yield api.ask(path=values)
    if answer.ok:
        empty = ", an empty list" if isinstance(answer.data, list) and not answer.data else ""
        raise Broken(f"404 for {name} {values[name]}", f"{answer.summary()}{empty}")
