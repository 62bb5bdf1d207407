"""Laws of tenants: what belongs to one is refused to all others, whichever way they try, and nothing of it changes."""

from __future__ import annotations

from typing import Any

from contracts.core.conversation import Broken, Conversation, NotObservable, Observed, Outcome, Steps
from contracts.core.exchange import Exchange
from contracts.laws.law import law
from contracts.request.api import RequestFactory
from contracts.request.url import path_values
from contracts.steps.access.attackers import Attempt, Attempts, run_attempts
from contracts.steps.access.credential_variants import repeated
from contracts.steps.access.granted_to_all import granted_to_all
from contracts.steps.access.mixed_paths import alike, distinct, looking
from contracts.steps.fixtures import placeholder_path, resolve_path
from specs.contract import Rule, selectors


def _foreign(api: RequestFactory, *, contradicts: bool = False) -> set[int]:
    """What another tenant's valid credential may be answered: 403 or 404, or 400 where no 404 is declared.

    Where the credential contradicts what the path names, that may be the reason of the refusal: 400 or 401 as well.
    """
    declared = {each.status for each in api.operation.answers}
    allowed = {403, 404}
    if "404" not in declared or contradicts:
        allowed |= {400}
    if contradicts or not declared & {"403", "404", "4XX", "default"}:
        allowed |= {401}
    return _lenient(api, allowed)


def _lenient(api: RequestFactory, statuses: set[int]) -> set[int]:
    """The statuses of a refusal: these where the document states the rule, else whatever says no to somebody known."""
    return statuses if Rule.FOREIGN_IS_403_OR_404 in api.contract.rules else {*statuses, 401, 403, 404, 405, 410}


def _refused(scene: Attempts, allowed: set[int], expected: str) -> None:
    """Nobody got through, and nothing came of it. Raises Broken, or NotObservable for an answer that is neither."""
    unclear = [each for each in scene.attempts if each.answer.status in {400, 409, 412, 415, 422, 428} - allowed]
    for attempt in scene.attempts:
        if attempt.answer.status not in allowed and attempt not in unclear:
            raise Broken(f"{expected} for {attempt.intruder.called}", attempt.answer.summary())
    _unchanged(scene)
    for attempt in unclear:
        raise NotObservable(f"neither granted nor refused: {attempt.intruder.called} got {attempt.answer.summary()}")


def _unchanged(scene: Attempts) -> None:
    """Nothing came of it. Raises Broken where the owner sees something else than before."""
    if scene.before != scene.after:
        called = " and ".join(each.intruder.called for each in scene.attempts)
        raise Broken(f"nothing changed by the refused request of {called}", _difference(scene.before, scene.after))


def _difference(before: Any, after: Any) -> str:
    if isinstance(after, int) and not isinstance(before, int):
        return f"the owner gets {after} now"
    return "it was applied all the same"


@law(
    family="credentials",
    on=selectors.with_path_parameter,
    kinds=("credential", "status"),
    asserts=(),
    needs_second_tenant=True,
    no_path_setup=True,
    by_refusal=True,
)
def another_tenant_is_refused(api: RequestFactory) -> Conversation:
    """A tenant cannot access another tenant's resources: 403 or 404, and nothing changes.

    The owner's own request is first shown to work where it is safe. Then another tenant sends it with each kind of
    credential that is valid for itself. After a change that was refused, what it was about must be as it was, seen by
    its owner. Where the path names what the credential names as well, 400 and 401 are refusals too. An action that is
    granted for an id of nobody just as well, and changes nothing, is observed: it does not look at what it names. So is
    what the other tenant finds in a list of its own, where nothing in it names an owner: it may be meant for everybody.
    """
    scene: Attempts = yield from run_attempts(api, "tenants")
    yield from granted_to_all(api, scene)
    contradicts = any(repeated(api, each.intruder.under) for each in scene.attempts)
    _refused(scene, _foreign(api, contradicts=contradicts), "403 or 404")


@law(
    family="credentials",
    on=selectors.unsafe_protected,
    kinds=("credential", "status"),
    asserts=(),
    no_path_setup=True,
    by_refusal=True,
)
def a_reader_changes_nothing(api: RequestFactory) -> Conversation:
    """A read-only credential cannot change anything: every change is refused with 403 or 404.

    Asked where the deployment file says of a principal that it `may = "read"`.
    """
    scene: Attempts = yield from run_attempts(api, "readers")
    _refused(scene, _lenient(api, {403, 404}), "403")


@law(
    family="credentials",
    on=selectors.with_path_parameter,
    kinds=("credential", "status"),
    asserts=("credential",),
    no_path_setup=True,
    by_refusal=True,
)
def a_credential_of_another_kind_is_refused(api: RequestFactory) -> Conversation:
    """A valid credential of a kind that the operation does not declare is refused with 401 or 403.

    The owner's own tenant sends it: the token of a user where a client's secret is needed, or the other way round.
    """
    scene: Attempts = yield from run_attempts(api, "kinds")
    _refused(scene, _lenient(api, {401, 403}), "401 or 403")


@law(
    family="credentials",
    on=selectors.multi_scheme_with_path,
    kinds=("credential", "status"),
    asserts=(),
    needs_second_tenant=True,
    no_path_setup=True,
    by_refusal=True,
)
def a_credential_that_contradicts_the_path_is_refused(api: RequestFactory) -> Conversation:
    """A credential that contradicts the owner named in the path is refused with 400, 401 or 403.

    The owner's own secret is sent with the id of another tenant beside it, to a path that names the owner.
    """
    scene: Attempts = yield from run_attempts(api, "contradictions")
    for attempt in scene.attempts:
        if attempt.answer.status == 404:
            raise Observed(f"{attempt.intruder.called} gets {attempt.answer.summary()}")
        if attempt.answer.status not in _lenient(api, {400, 401, 403}):
            raise Broken(f"400, 401 or 403 for {attempt.intruder.called}", attempt.answer.summary())
    _unchanged(scene)


@law(
    family="credentials",
    on=selectors.nested,
    kinds=("credential", "status"),
    asserts=(),
    needs_second_tenant=True,
    no_path_setup=True,
    by_refusal=True,
)
def a_path_that_mixes_tenants_is_refused(api: RequestFactory) -> Conversation:
    """A path that mixes resources of two tenants is refused with 403 or 404, and nothing changes.

    Another tenant, with its own credential, requests a path that names resources of both: the owner's user under its
    own client, the owner's option under its own attribute; and the owner requests its own resource under the other's
    address. A list of nothing is observed, since nothing is shown by it. Where ids are so short that both tenants may
    have the same, that is looked up first.
    """
    scene: Attempts = yield from run_attempts(api, "mixtures")
    open_: list[Outcome] = [NotObservable(reason) for reason in scene.unasked]
    for attempt in scene.attempts:
        if outcome := (yield from _judged(api, attempt)):
            open_.insert(0, outcome)
    _unchanged(scene)
    if open_ and len(open_) >= len(scene.attempts):
        raise open_[0]


def _judged(api: RequestFactory, attempt: Attempt) -> Steps:
    """What a mixed path was answered: None for a refusal, what keeps it from being one; else raises Broken."""
    called, foreign, answer = attempt.intruder.called, attempt.intruder.foreign, attempt.answer
    names = {name for alternative in api.operation.security for _, name in repeated(api, alternative)}
    contradicts = bool(names & set(foreign)) or (attempt.intruder.astray is not None and bool(names))
    allowed = _foreign(api, contradicts=contradicts)
    if answer.status in allowed:
        return None
    if answer.status in {400, 409, 422}:
        return NotObservable(f"neither granted nor refused: {answer.summary()}")
    if answer.ok and api.operation.safe and not answer.data:
        return Observed(f"{called} gets {answer.status} with nothing in it")
    if answer.ok and api.operation.safe:
        path = path_values(api.operation, answer.request.target)
        asker = attempt.intruder.principal
        if asker.tenant != api.tenant and (name := (yield from alike(api, asker, foreign, path))):
            return NotObservable(f"{asker.tenant} has a {name} {path[name]} of its own")
    raise Broken(f"403 or 404 for {called}", answer.summary(), [answer])


@law(
    family="credentials",
    on=selectors.nested_reads,
    kinds=("credential",),
    asserts=(),
    needs_second_tenant=True,
    no_path_setup=True,
    depth="standard",
)
def refusals_do_not_tell_what_exists(api: RequestFactory) -> Conversation:
    """Whether a refusal reveals that another tenant's resource exists is not declared: it is observed.

    Sent to operations that only read: the last resource of the path is first another tenant's, then nobody's.
    """
    last = api.operation.path_parameters[-1]
    distinct(api, [last])
    other = yield from resolve_path(looking(api.as_principal(api.rival)), api.operation, fresh=False)
    own = yield from resolve_path(api, api.operation, fresh=False)
    missing: Exchange = yield api.ask(path={**own, last: placeholder_path(api)[last]})
    existing: Exchange = yield api.ask(path={**own, last: other[last]})
    if existing.ok or missing.ok:
        raise NotObservable("it was not refused")
    if existing.status != missing.status:
        raise Observed(f"another's existing {last} gets {existing.status}, a missing one {missing.status}")
