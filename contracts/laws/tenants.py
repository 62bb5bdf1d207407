"""Laws of tenants: what belongs to one is refused to all others, whichever way they ask, and nothing of it changes."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any

from contracts import on
from contracts.api import Api
from contracts.exchange import MISSING, Exchange
from contracts.fixtures import body, candidates, nowhere, places
from contracts.intruders import Intruder, Scene, played, seen
from contracts.law import Blocked, Broken, Conversation, NotObservable, Observed, Steps, law
from contracts.signatures import repeated, spare
from contracts.strategies.credentials import owner_swaps

_ID = re.compile(r"(?:^|[/_-])u?u?id$|U?u?Id$|UUID$|ID$")
"""How the name of a member ends that tells a thing from all others."""


def _foreign(api: Api, *, contradicts: bool = False) -> set[int]:
    """What another tenant's valid credential may be answered: 403 or 404, or 400 where no 404 is declared.

    Where the credential contradicts what the path names, that may be the reason of the refusal: 400 or 401 as well.
    """
    declared = {each.status for each in api.operation.answers}
    allowed = {403, 404}
    if "404" not in declared or contradicts:
        allowed |= {400}
    if contradicts or not declared & {"403", "404", "4XX", "default"}:
        allowed |= {401}
    return allowed


def _refused(scene: Scene, allowed: set[int], expected: str) -> None:
    """Nobody got through, and nothing came of it. Raises Broken, or Blocked where an answer is neither yes nor no."""
    unclear = [each for each in scene.attempts if each.answer.status in {400, 409, 422} - allowed]
    for attempt in scene.attempts:
        if attempt.answer.status not in allowed and attempt not in unclear:
            raise Broken(f"{expected} for {attempt.intruder.called}", attempt.answer.says())
    _unchanged(scene)
    for attempt in unclear:
        raise Blocked(f"neither granted nor refused: {attempt.intruder.called} got {attempt.answer.says()}")


def _unchanged(scene: Scene) -> None:
    """Nothing came of it. Raises Broken where the owner sees something else than before."""
    if scene.before != scene.after:
        called = " and ".join(each.intruder.called for each in scene.attempts)
        raise Broken(f"nothing changed by the refused request of {called}", _difference(scene.before, scene.after))


def _difference(before: Any, after: Any) -> str:
    if isinstance(after, int) and not isinstance(before, int):
        return f"the owner gets {after} now"
    return "it was applied all the same"


@law(family="credentials", on=on.owned, kinds=("credential", "status"), rival=True, nowhere=True)
def another_tenant_is_refused(api: Api) -> Conversation:
    """What belongs to one tenant is refused to every other: 403 or 404, and nothing changes.

    The owner's own request is first shown to work where it is safe. Then another tenant sends it with each kind of
    credential that is valid for itself. After a change that was refused, what it was about must be as it was, seen by
    its owner. Where the path names what the credential names as well, 400 and 401 are refusals too.
    """
    scene: Scene = yield from played(api, "tenants")
    contradicts = any(repeated(api, each.intruder.under) for each in scene.attempts)
    _refused(scene, _foreign(api, contradicts=contradicts), "403 or 404")


@law(family="credentials", on=on.unsafe_protected, kinds=("credential", "status"), nowhere=True)
def a_reader_changes_nothing(api: Api) -> Conversation:
    """A credential that may only read is refused every change: 403 or 404, and nothing changes.

    Asked where the deployment file says of a principal that it `may = "read"`.
    """
    scene: Scene = yield from played(api, "readers")
    _refused(scene, {403, 404}, "403")


@law(family="credentials", on=on.owned, kinds=("credential", "status"), nowhere=True)
def a_credential_of_another_kind_is_refused(api: Api) -> Conversation:
    """A valid credential of a kind that the operation does not declare is refused with 401 or 403.

    The owner's own tenant sends it: the token of a user where a client's secret is needed, or the other way round.
    """
    scene: Scene = yield from played(api, "kinds")
    _refused(scene, {401, 403}, "401 or 403")


@law(family="credentials", on=on.repeating, kinds=("credential", "status"), rival=True, nowhere=True)
def a_credential_that_contradicts_the_path_is_refused(api: Api) -> Conversation:
    """Where path and credential both name the owner, they must agree: else 400, 401 or 403.

    The owner's own secret is sent with the id of another tenant beside it, to a path that names the owner.
    """
    scene: Scene = yield from played(api, "contradictions")
    for attempt in scene.attempts:
        if attempt.answer.status == 404:
            raise Observed(f"{attempt.intruder.called} gets {attempt.answer.says()}")
        if attempt.answer.status not in {400, 401, 403}:
            raise Broken(f"400, 401 or 403 for {attempt.intruder.called}", attempt.answer.says())
    _unchanged(scene)


def _swaps(api: Api, depth: str) -> list[list[str]]:
    """Which parts of the path are another tenant's: where little is asked, what lies below the tenant."""
    names = api.operation.path_parameters
    tenants = {name for name in names if api.deployment.value(api.tenant, name)}
    mixtures = [mix for mix in owner_swaps(names, tenants) if tenants]
    if depth == "quick":
        return [mix for mix in mixtures[:3] if not tenants & set(mix) or api.operation.safe]
    return mixtures[:4] if depth == "standard" else mixtures


@law(family="credentials", on=on.nested, kinds=("credential", "status"), each=_swaps, rival=True, nowhere=True)
def a_path_that_mixes_tenants_is_refused(api: Api, foreign: list[str]) -> Conversation:
    """What another tenant owns is not reached through one's own: 403 or 404, and nothing changes.

    With its own credential a tenant asks for a path that names things of both: another's user under its own client,
    its own option under another's attribute. A list of nothing is observed, since nothing is shown by it.
    """
    spare(api)
    theirs = api.beside(api.rival)
    fresh = not api.operation.safe
    _tell_apart(api, foreign)
    own, other = {}, (yield from places(theirs, api.operation, fresh=fresh))
    if set(api.operation.path_parameters) - set(foreign):
        own = yield from _kept(api, foreign, fresh)
    path = {name: (other if name in foreign else own)[name] for name in api.operation.path_parameters}
    if path in (own, other):
        raise NotObservable("the tenants have nothing apart that this path could mix")
    yield from _nothing_of_ones_own(api, path, foreign)
    owner = theirs if api.operation.path_parameters[-1] in foreign else api
    owner.values = other if owner is theirs else own
    content = (yield from body(api, api.operation, own)) if api.operation.body else MISSING
    before = yield from seen(owner)
    answer: Exchange = yield api.ask(path=path, body=content)
    if answer.ok and api.operation.safe:
        yield from _nothing_listed(api, path, foreign)
    _judged(api, answer, foreign)
    intruder = Intruder(api.principal.name if api.principal else "", api.rival, api.operation.security[0])
    after = yield from seen(owner, None, [answer])
    if before != after:
        raise Broken(f"nothing changed by the refused request of {intruder.called}", _difference(before, after))


def _tell_apart(api: Api, foreign: Collection[str]) -> None:
    """Names that several tenants may give alike, such as slugs, mix nothing."""
    for name in foreign:
        parameter = api.operation.parameter(name, "path")
        source = parameter.source if parameter else None
        if source and not api.deployment.value(api.tenant, name):
            resource = api.contract.resource_of(api.contract.operation(source.operation_id))
            if resource and source.value != resource.member and not _ID.search(source.value):
                raise NotObservable(f"{name} is no id: several tenants may use the same")


def _nothing_of_ones_own(api: Api, path: dict[str, str], foreign: Collection[str]) -> Steps:
    """Before a change: the mixed path must not name something of one's own, where ids are short enough to meet."""
    resource = api.contract.resource_of(api.operation)
    last = api.operation.path_parameters[-1]
    if api.operation.safe or resource is None or resource.read is None or last not in foreign or len(path[last]) > 15:
        return
    if resource.item == api.operation.path:
        answer: Exchange = yield api.ask(resource.read, path=path, fresh=True)
        if answer.ok:
            raise NotObservable(f"{last} {path[last]} can be read there: whose it is cannot be told")


def _nothing_listed(api: Api, path: dict[str, str], foreign: Collection[str]) -> Steps:
    """After a suspicious answer: tenants may number their things alike, and then it was one's own."""
    for name in foreign:
        listed = [] if api.deployment.value(api.tenant, name) else (yield from candidates(api, api.operation, name))
        if path[name] in listed:
            raise NotObservable(f"this tenant has a {name} {path[name]} of its own")


def _kept(api: Api, foreign: Collection[str], fresh: bool) -> Steps:
    """This tenant's own values for what stays its own: found or made only as far down as they are needed."""
    names = api.operation.path_parameters
    own = {name: value for name in names if (value := api.deployment.value(api.tenant, name))}
    if set(names) - set(foreign) <= own.keys():
        return own
    return (yield from places(api, api.operation, fresh=fresh))


def _judged(api: Api, answer: Exchange, foreign: Collection[str]) -> None:
    what = f"a path with {' and '.join(foreign)} of another tenant"
    if answer.ok and api.operation.safe and not answer.data:
        raise Observed(f"{what} is answered {answer.status} with nothing in it")
    names = {name for alternative in api.operation.security for _, name in repeated(api, alternative)}
    allowed = _foreign(api, contradicts=bool(names & set(foreign)))
    if answer.status in {400, 409, 422} - allowed:
        raise Blocked(f"neither granted nor refused: {answer.says()}")
    if answer.status not in allowed:
        raise Broken(f"403 or 404 for {what}", answer.says())


@law(family="credentials", on=on.nested_reads, kinds=("credential",), rival=True, nowhere=True)
def refusals_do_not_tell_what_exists(api: Api) -> Conversation:
    """Whether a refusal tells another tenant's existing thing from a missing one is observed.

    Asked of what only looks: the last thing of the path is first another tenant's, then nobody's.
    """
    _tell_apart(api, api.operation.path_parameters[-1:])
    theirs = api.beside(api.rival)
    last = api.operation.path_parameters[-1]
    other = yield from places(theirs, api.operation, fresh=False)
    own = yield from _kept(api, [last], fresh=False)
    missing: Exchange = yield api.ask(path={**own, last: nowhere(api)[last]})
    existing: Exchange = yield api.ask(path={**own, last: other[last]})
    if existing.ok or missing.ok:
        raise NotObservable("it was not refused")
    if existing.status != missing.status:
        raise Observed(f"another's existing {last} gets {existing.status}, a missing one {missing.status}")
