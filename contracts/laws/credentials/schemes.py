"""Laws of credentials of several parts and kinds: what is declared to suffice suffices, and nothing less."""

from __future__ import annotations

from typing import Any

from contracts.config.deployment import Principal
from contracts.core.conversation import Broken, Conversation, NotObservable, Observed, Steps
from contracts.core.exchange import Exchange, Request
from contracts.laws.law import law
from contracts.request.api import RequestFactory
from contracts.request.credentials import alternative_for, callers
from contracts.request.url import path_values
from contracts.steps.access.allowed_by_another import allowed_by_another, shared_alternative
from contracts.steps.access.credential_variants import (
    body_to_refuse,
    credential_parts,
    fulfils,
    holders,
    named,
    others,
    path_for_refusal,
    repeated,
    request_with,
    require_refused,
    skip_if_harmful,
    sufficient,
    traits,
    turn_index,
    turned,
    unreadable,
)
from contracts.steps.access.nothing_shown import refused_at_worst
from contracts.steps.fixtures import resolve_path
from contracts.strategies.credentials import Carried, damaged, damages
from specs.contract import Alternative, selectors


def _parts(api: RequestFactory, depth: str) -> list[dict[str, Any]]:
    """Alternatives of several schemes, each with one scheme left out that the path does not name as well."""
    found = []
    for number, holder in holders(api):
        alternative = api.operation.security[number]
        in_path = {scheme.name for scheme, _ in repeated(api, alternative)}
        if len(alternative.schemes) > 1:
            left = [each.name for each in alternative.schemes if each.name not in in_path]
            secret = [each.name for each in alternative.schemes if _secret(alternative, holder, each.name)]
            if depth == "quick":
                left = _one_part(api, left, secret, first=number == 0)
            found += [{"alternative": number, "holder": holder.name, "without": each} for each in left]
    return found


def _one_part(api: RequestFactory, left: list[str], secret: list[str], *, first: bool) -> list[str]:
    """At depth quick: the secret is left out, in turn; of a further alternative what is open in it instead."""
    if turned(api):
        return [] if first else [each for each in left if each not in secret][:1]
    return [each for each in left if each in secret][:1]


def _secret(alternative: Alternative, holder: Principal, scheme: str) -> bool:
    """Whether what a holder shows for a scheme is a secret, not open like a client's id."""
    parts = dict(zip((each.name for each in alternative.schemes), credential_parts(alternative, holder), strict=True))
    return parts[scheme].secret is not None


@law(
    family="credentials",
    on=selectors.multi_scheme,
    kinds=("credential", "status/401"),
    asserts=("credential",),
    cases=_parts,
    no_path_setup=True,
    by_refusal=True,
)
def every_part_of_a_credential_is_needed(api: RequestFactory, part: dict[str, Any]) -> Conversation:
    """Where several schemes are needed together, one of them alone is refused with 401, or with 403.

    A 403 may mean that a part is known for what it is, and that its kind does not suffice alone. A scheme whose value
    the path names as well, such as the id of a client, is left out of this.
    """
    alternative = api.operation.security[part["alternative"]]
    holder = named(api, part["holder"])
    left = [each.name for each in alternative.schemes if each.name != part["without"]]
    shows_none = not any(_secret(alternative, holder, each) for each in left)
    if shows_none and (yield from refused_at_worst(api)):
        return
    kept = [each for each in alternative.schemes if each.name != part["without"]]
    credentials = [
        each
        for each, scheme in zip(credential_parts(alternative, holder), alternative.schemes, strict=True)
        if scheme in kept
    ]
    request = request_with(api, credentials, path=path_for_refusal(api), body=(yield from body_to_refuse(api)))
    yield from require_refused(api, request, f"401 without {part['without']}", {401, 403})


def _every_other(api: RequestFactory, depth: str) -> list[None]:
    """At depth quick, what looks in turn; what changes something is sent on behalf of other laws as well."""
    return [] if depth == "quick" and api.operation.safe and (turn_index(api) + api.seed) % 2 else [None]


@law(
    family="credentials",
    on=selectors.multi_scheme_with_path,
    kinds=("credential",),
    cases=_every_other,
    no_path_setup=True,
)
def what_the_path_names_need_not_be_repeated(api: RequestFactory, _: None) -> Conversation:
    """Where the path names the client and the document declares the header as optional, the secret suffices.

    Broken only by a 401. A change is sent to an id of nobody, so that nothing changes.
    """
    credentials = sufficient(api)
    if credentials is None:
        raise NotObservable("path and credential have no identifier in common, or no principal has one")
    if api.operation.safe:
        values = yield from resolve_path(api, api.operation, fresh=False)
        answer: Exchange = yield request_with(api, credentials, path=values)
    else:
        answer = yield unreadable(api, credentials)
    if answer.status == 401:
        kept = " and ".join(each.name for each in credentials)
        raise Broken(f"{kept} to suffice where the path says the rest", answer.summary())


def _unless_turned(api: RequestFactory, depth: str) -> list[None]:
    return [] if depth == "quick" and turned(api) else [None]


@law(
    family="credentials",
    on=selectors.multi_scheme,
    kinds=("credential",),
    cases=_unless_turned,
    no_path_setup=True,
    needs_second_tenant=True,
    by_refusal=True,
)
def parts_of_two_credentials_do_not_fit(api: RequestFactory, _: None) -> Conversation:
    """A tenant's secret does not work with another tenant's id: the request is refused.

    Sent where the path does not name the owner itself; the request is one that only reads, or addresses nothing.
    """
    for number, holder in holders(api):
        alternative = api.operation.security[number]
        other = next((each for each in others(api) if fulfils(each, alternative)), None)
        open_parts = [each for each in credential_parts(alternative, holder) if each.secret is None]
        if len(alternative.schemes) < 2 or not open_parts or other is None or repeated(api, alternative):
            continue
        theirs = {each.name: each for each in credential_parts(alternative, other)}
        mixed = [theirs[each.name] if each.secret is None else each for each in credential_parts(alternative, holder)]
        values = (
            (yield from resolve_path(api, api.operation, fresh=False)) if api.operation.safe else path_for_refusal(api)
        )
        content = yield from body_to_refuse(api)
        answer: Exchange = yield request_with(api, mixed, path=values, body=content)
        if answer.ok or answer.status >= 500 or answer.status == 404:
            raise Broken(f"401 for a secret of {holder.name} with the id of {other.name}", answer.summary())
        return
    raise NotObservable("no alternative here has an id and a secret apart")


def _alternatives(api: RequestFactory, depth: str) -> list[dict[str, Any]]:
    """All alternatives; at depth quick, the one that all other laws use only where that costs nothing."""
    found: list[dict[str, Any]] = [{"alternative": number, "holder": holder.name} for number, holder in holders(api)]
    if api.operation.safe and not all(each.schemes for each in api.operation.security):
        found.append({"alternative": None, "holder": ""})
    own = alternative_for(api.operation, api.principal) if api.principal else None
    if depth != "quick" and api.operation.safe:
        found += [{"alternative": number, "holder": each.name} for number, each in _readers(api)]
    if depth != "quick" or own is None or api.operation.safe:
        return found
    return [each for each in found if api.operation.security[each["alternative"]] != own]


def _readers(api: RequestFactory) -> list[tuple[int, Principal]]:
    """Who of this tenant may only read, with the first alternative each fulfils."""
    able = [each for each in callers(api.deployment, api.operation) if each.tenant == api.tenant and each.reads_only]
    numbered = [
        (number, each)
        for each in able
        for number, alternative in enumerate(api.operation.security)
        if alternative.schemes and fulfils(each, alternative) and each is not api.principal
    ]
    return numbered[:1]


@law(family="credentials", on=selectors.protected, kinds=("credential",), cases=_alternatives, no_path_setup=True)
def every_alternative_suffices(api: RequestFactory, choice: dict[str, Any]) -> Conversation:
    """Each of the credentials the document accepts is accepted by itself: it gets no 401.

    From depth standard on that of somebody who may only read is shown as well, where nothing is changed.

    What only reads is sent plainly. What would change something is sent to an id of nobody, or with a body that is
    none, since after a right credential only 400, 403 or 404 can follow. A 403 is observed: the principal may lack
    rights. So is a 401 with other words than the same request gets with a damaged credential: some servers refuse so
    what somebody whom they know may not do.
    """
    if choice["alternative"] is None:
        yield from _open_to_all(api)
        return
    holder, alternative = named(api, choice["holder"]), api.operation.security[choice["alternative"]]
    kinds = " and ".join(each.name for each in alternative.schemes)
    if choice["alternative"] == shared_alternative(api):
        answer: Exchange = yield from allowed_by_another(api)
    elif api.operation.safe:
        values = yield from resolve_path(api, api.operation, fresh=False)
        answer = yield api.ask(path=values, principal=holder, under=alternative)
    else:
        skip_if_harmful(api)
        answer = yield unreadable(api, credential_parts(alternative, holder))
    if answer.status == 401:
        wrong: Exchange = yield _damaged(api, answer, credential_parts(alternative, holder))
        if wrong.status == 401 and wrong.summary() != answer.summary():
            raise Observed(f"{kinds} of {holder.name} is known: {answer.summary()}; damaged, {wrong.summary()}")
        if selectors.weighs_a_secret(api.operation):
            raise Observed(f"it says whether something secret is right, and this may be of that: {answer.summary()}")
        raise Broken(f"{kinds} to be accepted from {holder.name}", answer.summary(), [answer])
    if answer.status == 403:
        raise Observed(f"{holder.name} is known by {kinds} and refused: {answer.summary()}")


def _damaged(api: RequestFactory, refused: Exchange, right: list[Carried]) -> Request:
    """The request that was refused once more, with a credential that nobody has."""
    able = damages(right, lambda secret: traits(api, secret))
    wrong = damaged(right, able[0]) if able else []
    values = path_values(api.operation, refused.request.target)
    if refused.request.body:
        return request_with(api, wrong, path=values, raw=refused.request.body)
    return request_with(api, wrong, path=values)


def _open_to_all(api: RequestFactory) -> Steps:
    """What the document says needs no credential is not refused for the lack of one."""
    values = yield from resolve_path(api, api.operation, fresh=False)
    answer: Exchange = yield api.ask(path=values, credentials=())
    if answer.status == 401:
        raise Broken("no credential to be needed, as the document says", answer.summary())
