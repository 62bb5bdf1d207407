"""What a request may show as its credential, apart from the principal's own: damaged, misplaced, mixed, another's."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from functools import cache, lru_cache
from typing import Any

import attrs

from contracts.config.deployment import Principal
from contracts.core.conversation import Broken, NotObservable, Steps
from contracts.core.exchange import MISSING, Exchange, Request
from contracts.core.forms import UNFINISHED
from contracts.request.api import RequestFactory
from contracts.request.credentials import PREFIX, alternative_for, callers, credentials, secret_of
from contracts.steps.fixtures import placeholder_path, resolve_path, target_of
from contracts.steps.tokens.pairs import issue, refresh_body
from contracts.strategies.credentials import Carried
from contracts.strategies.samples import BEYOND, ODD, stranger
from specs.contract import Alternative, Contract, Operation, Rule, Scheme, selectors
from specs.contract.effects import may_put
from specs.contract.operations import sites, stated_parameters


def holders(api: RequestFactory) -> Iterator[tuple[int, Principal]]:
    """For every security alternative of the operation, by its number, who of this tenant can fulfil it.

    Where two are fulfilled by the very same headers, such as a bearer and OAuth2 with one token, no server can tell
    them apart: the first stands for both.
    """
    shown: set[Any] = set()
    able = [each for each in callers(api.deployment, api.operation) if each.tenant == api.tenant]
    if api.principal in able:
        able = [api.principal, *(each for each in able if each is not api.principal)]
    for number, alternative in enumerate(api.operation.security):
        holder = next((each for each in able if alternative.schemes and fulfils(each, alternative)), None)
        if holder and (carried := credentials(alternative, holder)) not in shown:
            shown.add(carried)
            yield number, holder


def fulfils(principal: Principal, alternative: Alternative) -> bool:
    return all(secret_of(principal, scheme) is not None for scheme in alternative.schemes)


def turn_index(api: RequestFactory) -> int:
    """The number of an operation among those that accept the same credentials: what takes turns goes by it."""
    return _turn_index(api.contract, api.operation)


@cache
def _turn_index(contract: Contract, operation: Operation) -> int:
    alike = [each for each in contract.operations if _first(each) == _first(operation)]
    return alike.index(operation)


def turned(api: RequestFactory) -> bool:
    """At depth quick of a further alternative: whether a damage of it is tried here, or else a part left out."""
    return (turn_index(api) + api.seed) % 2 == 1


def others(api: RequestFactory) -> list[Principal]:
    """The principals of all other tenants."""
    return [each for each in api.deployment.principals if each.tenant != api.tenant]


def _first(operation: Operation) -> list[str]:
    return [scheme.name for alternative in operation.security[:1] for scheme in alternative.schemes]


def named(api: RequestFactory, name: str) -> Principal:
    """The principal of a name, as a law's input gives it."""
    return next(each for each in api.deployment.principals if each.name == name)


def credential_parts(alternative: Alternative, principal: Principal) -> list[Carried]:
    """What a principal shows for one security alternative, scheme by scheme."""
    return [
        Carried(each.location, each.parameter, _scheme(each), secret_of(principal, each) or "")
        for each in alternative.schemes
    ]


def _scheme(scheme: Scheme) -> str:
    return PREFIX.get(scheme.kind, "") if scheme.location == "header" else ""


def request_with(api: RequestFactory, credentials: Sequence[Carried], **asking: Any) -> Request:
    """The request with exactly these credentials, wherever they are carried."""
    headers = [(each.name, f"{each.scheme}{each.value}") for each in credentials if each.location == "header"]
    cookies = [f"{each.name}={each.value}" for each in credentials if each.location == "cookie"]
    if cookies:
        headers.append(("Cookie", "; ".join(cookies)))
    query = [(each.name, each.value) for each in credentials if each.location == "query"]
    return api.ask(credentials=tuple(headers), query=[*asking.pop("query", ()), *query], **asking)


def unreadable(api: RequestFactory, credentials: Sequence[Carried]) -> Request:
    """A request that changes nothing, with a valid credential that few other laws use.

    Where a body is expected it sends one that is no JSON, so the answer says two things: whether the credential is
    accepted, and what becomes of such a body. It is sent once for all who want to know either. Where none is, it
    addresses something odd.
    """
    body = api.operation.body
    names = [f"{each.name} {each.scheme}{each.value}" for each in credentials]
    place = path_for_refusal(api)
    scene = api.sharing(f"no JSON at {api.operation.key} {sorted(place.items())} with {' and '.join(names)}")
    if body is None:
        return request_with(scene, credentials, path=_oddly_addressed(api))
    if "json" not in body.media_type:
        return request_with(scene, credentials, path=place, body=example(api))
    return request_with(scene, credentials, path=place, raw=UNFINISHED)


def _oddly_addressed(api: RequestFactory) -> dict[str, str]:
    """The place of what is nobody's, by an id at which servers stumble: beyond 32 bits, or of other letters."""
    values = path_for_refusal(api)
    for name in api.operation.path_parameters[-1:]:
        parameter = api.operation.parameter(name, "path")
        schema = api.contract.json_schema(parameter.schema) if parameter else {}
        if api.deployment.value(api.tenant, name) is None:
            numeric = schema.get("type") in {"number", "integer"} and "maximum" not in schema
            values[name] = BEYOND if numeric else ODD if not schema.keys() & {"enum", "pattern"} else values[name]
    return values


def weaker(api: RequestFactory) -> list[Carried] | None:
    """A credential that laws of credentials use for `unreadable`: another alternative's, or the part that suffices."""
    own = alternative_for(api.operation, api.principal) if api.principal else None
    for number, holder in holders(api):
        if api.operation.security[number] is not own:
            return credential_parts(api.operation.security[number], holder)
    return sufficient(api)


def sufficient(api: RequestFactory) -> list[Carried] | None:
    """What is left of a credential without what the path says as well and the document lets one leave out."""
    for number, holder in holders(api):
        alternative = api.operation.security[number]
        in_path = {scheme.name for scheme, _ in repeated(api, alternative) if optional(api, scheme)}
        if in_path:
            pairs = zip(credential_parts(alternative, holder), alternative.schemes, strict=True)
            return [each for each, scheme in pairs if scheme.name not in in_path]
    return None


def traits(api: RequestFactory, secret: str) -> Sequence[str]:
    """What may be known of a secret's text."""
    return api.deployment.traits.get(secret, ("long", "cased") if secret.endswith("_USER_TOKEN") else ())


def repeated(api: RequestFactory, alternative: Alternative) -> list[tuple[Scheme, str]]:
    """Schemes whose value the path names as well, such as the id of a client, with the path parameter's name."""
    if len(alternative.schemes) < 2:
        return []
    found = []
    for scheme in alternative.schemes:
        for name in api.operation.path_parameters:
            known = [_plain(scheme.parameter), _plain(scheme.member or "")]
            if len(_plain(name)) > 3 and any(each.endswith(_plain(name)) for each in known):
                found.append((scheme, name))
    return found


@lru_cache(maxsize=4096)
def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


def optional(api: RequestFactory, scheme: Scheme) -> bool:
    """Whether the document declares what carries a scheme once more, as a parameter that may be left out."""
    raw = api.contract.document.raw
    site = next(each for each in sites(raw) if each.key == api.operation.key)
    for (location, name), (node, _) in stated_parameters(raw, site).items():
        if location == scheme.location and name.lower() == scheme.parameter.lower():
            return not node.get("required", False)
    return False


def example(api: RequestFactory) -> Any:
    """The document's own example of a body, or nothing."""
    body = api.operation.body
    return body.examples[0] if body and body.examples else MISSING


def body_to_refuse(api: RequestFactory) -> Steps:
    """The body of a request that is to be refused for its credential alone.

    Where a token is presented it is a living one: with the document's example every credential is refused. Elsewhere
    the document's own example, or nothing.
    """
    declared = api.contract.tokens
    if declared is None or api.operation is not declared.refresh:
        return example(api)
    return refresh_body(api, (yield from living_refresh_token(api)))


def living_refresh_token(api: RequestFactory) -> Steps:
    """A refresh token that nobody trades: all present it whose credential must be refused, and none spends it."""
    pair, _ = yield from issue(api.sharing("a living token, presented with what must be refused"))
    return pair.refresh


def skip_if_harmful(api: RequestFactory) -> None:
    """Raises NotObservable for what a valid credential would carry out: a request that needs nothing but its path."""
    operation = api.operation
    own = all(api.deployment.value(api.tenant, name) for name in operation.path_parameters)
    if selectors.bulk(api.contract, operation) or (own and not (operation.body and operation.body.required)):
        raise NotObservable("what a valid credential would do here is too costly to try")


def path_for_refusal(api: RequestFactory) -> dict[str, str]:
    """The place of a request that must be refused for its credential alone: nowhere in particular.

    What would be changed or removed is nobody's even where the deployment file names one: it may be carried out. What
    may put something at an address where nothing is has what was made for that in its place (see `place_for_refusal`).
    """
    if api.values and not api.disposable and may_put(api.contract, api.operation):
        return dict(api.values)
    values = placeholder_path(api)
    resource = api.contract.resource_of(api.operation)
    itself = resource is not None and resource.item == api.operation.path and not api.operation.safe
    acted_upon = target_of(api, api.operation) if itself else None
    if acted_upon is not None:
        parameter = api.operation.parameter(acted_upon, "path")
        values[acted_upon] = stranger(parameter.schema if parameter else {})
    return values


def place_for_refusal(api: RequestFactory) -> Steps:
    """The place of such a request: with what was made for all of them, where it could create what it addresses."""
    if api.disposable or not may_put(api.contract, api.operation):
        return {}
    maker = api.sharing(f"what {api.operation.key} could put in its place")
    return (yield from resolve_path(maker, api.operation, fresh=True))


def credential_refusals(api: RequestFactory) -> set[int]:
    """What the operation declares for a missing credential: 401; where it declares none, 403 says it as well."""
    return {401} if any(each.status == "401" for each in api.operation.answers) else {401, 403}


def require_refused(api: RequestFactory, request: Request, expected: str, allowed: Collection[int] = ()) -> Steps:
    """Send a request whose credential is not right: it has to be refused for that. Raises Broken if it is granted.

    Where the document does not say that the credential is checked first, a refusal for another reason says nothing
    about the credential. A request that only reads is then sent to an address that exists, where nothing else can be
    the reason; one that changes something is not, and is not observable.
    """
    yield from judge_refusal(api, request, (yield request), expected, allowed)


def judge_refusal(
    api: RequestFactory, request: Request, answer: Exchange, expected: str, allowed: Collection[int] = ()
) -> Steps:
    """The same of a request that was sent already."""
    refusals = {*credential_refusals(api), *allowed}
    first = Rule.CREDENTIAL_FIRST in api.contract.rules
    if not (first or answer.ok or answer.status >= 500 or answer.status in {401, 403}) and api.operation.safe:
        if api.operation.path_parameters:
            values = yield from resolve_path(api, api.operation, fresh=False)
            there = api.ask(path=values, credentials=()).target
            answer = yield attrs.evolve(request, target=_with_query(there, request.target))
        refusals |= {400, 404}
    refusals |= set() if first else {401, 403, *range(300, 400)}
    if answer.status in refusals:
        return
    if answer.status >= 500 and (yield from _fails_anyway(api, request)):
        raise NotObservable(f"the server fails with the right credential as well: {answer.summary()}")
    if first or answer.ok or answer.status >= 500:
        raise Broken(expected, f"{answer.summary()}{', a page of HTML' if _is_mere_page(answer) else ''}", [answer])
    raise NotObservable(f"refused for another reason than its credential: {answer.summary()}")


def _is_mere_page(answer: Exchange) -> bool:
    """Whether a look at something got a page of HTML, such as a login, where the document has something else."""
    declared = answer.operation.answer(answer.status)
    kind = (answer.response and answer.response.header("Content-Type")) or ""
    if not kind.lower().startswith("text/html") or answer.json is not MISSING or not answer.operation.safe:
        return False
    return declared is None or not any("html" in each for each in declared.media_types)


def _fails_anyway(api: RequestFactory, request: Request) -> Steps:
    """Whether the same request with the caller's own credential gets a server error, too."""
    own = api.ask(path=dict.fromkeys(api.operation.path_parameters, "any"))  # only how it is signed is of interest
    media = tuple(each for each in request.headers if each[0].lower() == "content-type")
    headers = (*(each for each in own.headers if each[0].lower() != "content-type"), *media)
    target = _with_query(request.target, own.target)
    answer: Exchange = yield attrs.evolve(request, headers=headers, target=target, principal=own.principal)
    return answer.status >= 500


def _with_query(target: str, other: str) -> str:
    """An address with the query of another one, which may carry a credential."""
    query = other.partition("?")[2]
    return target.partition("?")[0] + (f"?{query}" if query else "")
