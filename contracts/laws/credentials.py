"""Laws of credentials: nothing without one, nothing with a wrong one, and whatever is declared to suffice suffices."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from contracts import on
from contracts.api import Api, alternative_for
from contracts.deployment import Principal
from contracts.exchange import Exchange, Request
from contracts.fixtures import places
from contracts.law import Broken, Conversation, NotObservable, Observed, Steps, law
from contracts.signatures import (
    address,
    carried,
    example,
    fulfils,
    harmless,
    holders,
    named,
    repeated,
    shown,
    sufficing,
    traits,
    turn,
    unreadable,
)
from contracts.strategies.credentials import SPELLINGS, SUBTLE, damaged, damages, spelled
from specs.contract import Alternative, Parameter

SPELLED = 3
"""Spellings of a credential tried at one operation at depth standard."""


def _refusals(api: Api) -> set[int]:
    """What the operation declares for a missing credential: 401, or 403 where it declares no 401."""
    return {401} if api.operation.answer(401) else {401, 403}


def _wrong(api: Api) -> Parameter | None:
    """A parameter of the query, or else of the path, whose type a text could miss."""
    typed = [each for each in api.operation.parameters if each.location in {"query", "path"} and _typed(api, each)]
    return min(typed, key=lambda each: each.location != "query", default=None)


def _typed(api: Api, parameter: Parameter) -> bool:
    schema = api.contract.json_schema(parameter.schema)
    return schema.get("type") in {"number", "integer", "boolean"} or "enum" in schema


def _anonymous(api: Api, *, wrong: Parameter | None = None, spoiled: bool = False) -> Request:
    """The request without a credential: with an impossible parameter, or a body that no schema of an object allows."""
    path = address(api)
    if wrong is not None and wrong.location == "path":
        path[wrong.name] = "nonsense"
    query = [(wrong.name, "nonsense")] if wrong is not None and wrong.location == "query" else []
    body = [] if spoiled and api.operation.body else example(api)
    return api.ask(path=path, query=query, body=body, credentials=())


def _at_worst(api: Api) -> Steps:
    """Whether even the hardest question is refused for its lack of a credential: wrong in every place it has.

    It is asked once for all laws that would ask of one place each; where it is refused as it should be, they all hold.
    """
    worst = api.playing(f"nothing shown at {api.operation.key}")
    answer: Exchange = yield _anonymous(worst, wrong=_wrong(api), spoiled=True)
    return answer.status in _refusals(api)


@law(family="credentials", on=on.protected, kinds=("credential", "status/401"), nowhere=True)
def nothing_without_a_credential(api: Api) -> Conversation:
    """A request without a credential is refused with 401.

    Asked first with an impossible parameter and an invalid body, since what refuses that for its credential refuses
    everything; else with a request that is well-formed. It addresses nothing that exists.
    """
    if (yield from _at_worst(api)):
        return
    answer: Exchange = yield _anonymous(api)
    if answer.status not in _refusals(api):
        raise Broken("401 without a credential", answer.says(), [answer])


@law(family="credentials", on=on.protected_with_body, kinds=("credential", "status/401"), nowhere=True)
def the_credential_comes_before_the_body(api: Api) -> Conversation:
    """Without a credential even an invalid body is answered with 401: nobody learns what a body must look like."""
    if (yield from _at_worst(api)):
        return
    answer: Exchange = yield _anonymous(api, spoiled=True)
    if answer.status not in _refusals(api):
        raise Broken("401 before the body is looked at", answer.says(), [answer])


@law(family="credentials", on=on.protected, kinds=("credential", "status/401"), nowhere=True)
def the_credential_comes_before_the_parameters(api: Api) -> Conversation:
    """Without a credential even an impossible parameter is answered with 401.

    One parameter of the query, or else of the path, that is declared to be a number or one of a few words is sent as
    another word.
    """
    wrong = _wrong(api)
    if wrong is None:
        raise NotObservable("no parameter has a type that a text could miss")
    if (yield from _at_worst(api)):
        return
    answer: Exchange = yield _anonymous(api, wrong=wrong)
    if answer.status not in _refusals(api):
        raise Broken(f"401 before {wrong.name} is looked at", answer.says(), [answer])


def _damages(api: Api, depth: str) -> list[dict[str, Any]]:
    """Wrong credentials in the place of every alternative's right one; few of them where little is asked."""
    found: list[dict[str, Any]] = []
    places: set[tuple[str, ...]] = set()
    for number, holder in holders(api):
        right = carried(api.operation.security[number], holder)
        able = damages(right, lambda secret: traits(api, secret))
        place = tuple(each.name for each in right)
        if depth == "quick":
            able = [] if place in places or (places and not _turned(api)) else _few(api, able, alone=not places)
        elif depth == "standard":
            able = _taken(api, able, 2 if places else 4)
        places.add(place)
        found += [{"alternative": number, "holder": holder.name, "damage": each} for each in able]
    return found


def _turned(api: Api) -> bool:
    """Where little is asked of a further alternative: whether a damage of it is asked here, or else a part left out."""
    return (turn(api) + api.seed) % 2 == 1


def _few(api: Api, able: Sequence[str], *, alone: bool) -> list[str]:
    """The most telling one, and another in turn: of every kind of credential each damage is asked somewhere.

    What travels in another header besides gets the most telling one alone.
    """
    plain = [each for each in able if each not in SUBTLE]
    elsewhere = len({tuple(each.parameter for each in one.schemes) for one in api.operation.security}) > 1
    return _taken(api, plain, 2 if alone and not elsewhere and turn(api) < len(plain) else 1)


def _taken(api: Api, able: Sequence[str], count: int) -> list[str]:
    """The most telling one, then others in turn: all operations that take a credential together see all its damages."""
    first, rest = list(able[:1]), able[1:]
    start = turn(api) * (count - 1) + api.seed
    return first + [rest[(start + each) % len(rest)] for each in range(min(count - 1, len(rest)))]


@law(family="credentials", on=on.protected, kinds=("credential", "status/401"), each=_damages, nowhere=True)
def nothing_with_a_damaged_credential(api: Api, wrong: dict[str, Any]) -> Conversation:
    """A credential that is not exactly right, or not where it belongs, is refused with 401.

    The caller's own secret is cut, changed or lengthened by a little, or sent under another scheme or in the query; the
    rest of the request is as it should be. Only damages that make another secret of this one are done: letters change
    case only where the secret has some that are no hexadecimal digits.
    """
    alternative = api.operation.security[wrong["alternative"]]
    credentials = damaged(carried(alternative, named(api, wrong["holder"])), wrong["damage"])
    answer: Exchange = yield shown(api, credentials, path=address(api), body=example(api))
    if answer.status not in _refusals(api):
        raise Broken(f"401 for the credential of {wrong['holder']}: {wrong['damage']}", answer.says())


def _parts(api: Api, depth: str) -> list[dict[str, Any]]:
    """Alternatives of several schemes, each with one scheme left out that is not told by the path as well."""
    found = []
    for number, holder in holders(api):
        alternative = api.operation.security[number]
        told = {scheme.name for scheme, _ in repeated(api, alternative)}
        if len(alternative.schemes) > 1:
            left = [each.name for each in alternative.schemes if each.name not in told]
            secret = [each.name for each in alternative.schemes if _secret(alternative, holder, each.name)]
            if depth == "quick":
                left = _one_part(api, left, secret, first=number == 0)
            found += [{"alternative": number, "holder": holder.name, "without": each} for each in left]
    return found


def _one_part(api: Api, left: list[str], secret: list[str], *, first: bool) -> list[str]:
    """Where little is asked: the secret is left out; of a further alternative in turn what is open in it."""
    open_ = [each for each in left if each not in secret]
    return open_[:1] if open_ and not first and _turned(api) else [each for each in left if each in secret][:1]


def _secret(alternative: Alternative, holder: Principal, scheme: str) -> bool:
    """Whether what a holder shows for a scheme is a secret, not open like a client's id."""
    told = dict(zip((each.name for each in alternative.schemes), carried(alternative, holder), strict=True))
    return told[scheme].secret is not None


@law(family="credentials", on=on.compound, kinds=("credential", "status/401"), each=_parts, nowhere=True)
def every_part_of_a_credential_is_needed(api: Api, part: dict[str, Any]) -> Conversation:
    """Where several schemes are needed together, one of them alone is refused with 401, or with 403.

    A 403 may mean that a part is known for what it is, and that its kind does not suffice alone. A scheme whose value
    the path names as well, such as the id of a client, is left out of this.
    """
    alternative = api.operation.security[part["alternative"]]
    kept = [each for each in alternative.schemes if each.name != part["without"]]
    credentials = [
        each
        for each, scheme in zip(carried(alternative, named(api, part["holder"])), alternative.schemes, strict=True)
        if scheme in kept
    ]
    answer: Exchange = yield shown(api, credentials, path=address(api), body=example(api))
    if answer.status not in {401, 403}:
        raise Broken(f"401 without {part['without']}", answer.says())


def _every_other(api: Api, depth: str) -> list[None]:
    """Where little is asked, what looks in turn; what changes something asks on behalf of other laws as well."""
    return [] if depth == "quick" and api.operation.safe and (turn(api) + api.seed) % 2 else [None]


@law(family="credentials", on=on.repeating, kinds=("credential",), each=_every_other, nowhere=True)
def what_the_path_names_need_not_be_repeated(api: Api, _: None) -> Conversation:
    """Where the path names the client and the document declares the header as optional, the secret suffices.

    Broken only by a 401. A change is asked of nobody, so that nothing changes.
    """
    credentials = sufficing(api)
    if credentials is None:
        raise NotObservable("nothing here is told by the path and the credential alike, or nobody holds it")
    if api.operation.safe:
        values = yield from places(api, api.operation, fresh=False)
        answer: Exchange = yield shown(api, credentials, path=values)
    else:
        answer = yield unreadable(api, credentials)
    if answer.status == 401:
        kept = " and ".join(each.name for each in credentials)
        raise Broken(f"{kept} to suffice where the path says the rest", answer.says())


def _unless_turned(api: Api, depth: str) -> list[None]:
    return [] if depth == "quick" and _turned(api) else [None]


@law(family="credentials", on=on.compound, kinds=("credential",), each=_unless_turned, nowhere=True, rival=True)
def parts_of_two_credentials_do_not_fit(api: Api, _: None) -> Conversation:
    """A secret of one tenant with the id of another is no credential: it is refused.

    Asked where the path does not name the owner itself; the request is one that only looks, or addresses nothing.
    """
    for number, holder in holders(api):
        alternative = api.operation.security[number]
        other = next((each for each in _others(api) if fulfils(each, alternative)), None)
        open_parts = [each for each in carried(alternative, holder) if each.secret is None]
        if len(alternative.schemes) < 2 or not open_parts or other is None or repeated(api, alternative):
            continue
        theirs = {each.name: each for each in carried(alternative, other)}
        mixed = [theirs[each.name] if each.secret is None else each for each in carried(alternative, holder)]
        values = (yield from places(api, api.operation, fresh=False)) if api.operation.safe else address(api)
        body_ = example(api)
        answer: Exchange = yield shown(api, mixed, path=values, body=body_)
        if answer.ok or answer.status >= 500 or answer.status == 404:
            raise Broken(f"401 for a secret of {holder.name} with the id of {other.name}", answer.says())
        return
    raise NotObservable("no alternative here has an id and a secret apart")


def _others(api: Api) -> list[Any]:
    return [each for each in api.deployment.principals if each.tenant != api.tenant]


def _alternatives(api: Api, depth: str) -> list[dict[str, Any]]:
    """All alternatives; where little is asked, not the one by which all other laws ask."""
    found = [{"alternative": number, "holder": holder.name} for number, holder in holders(api)]
    own = alternative_for(api.operation, api.principal) if api.principal else None
    if depth != "quick" or own is None:
        return found
    return [each for each in found if api.operation.security[int(str(each["alternative"]))] != own]


@law(family="credentials", on=on.protected, kinds=("credential",), each=_alternatives, nowhere=True)
def every_alternative_suffices(api: Api, choice: dict[str, Any]) -> Conversation:
    """Each of the credentials the document accepts is accepted by itself: it gets no 401.

    What only looks is asked plainly. What would change something is asked of nobody, or with a body that is none, since
    after a right credential only 400, 403 or 404 can follow. A 403 is observed: the principal may lack rights.
    """
    holder, alternative = named(api, choice["holder"]), api.operation.security[choice["alternative"]]
    kinds = " and ".join(each.name for each in alternative.schemes)
    if api.operation.safe:
        values = yield from places(api, api.operation, fresh=False)
        answer: Exchange = yield api.ask(path=values, principal=holder, under=alternative)
    else:
        harmless(api)
        answer = yield unreadable(api, carried(alternative, holder))
    if answer.status == 401:
        raise Broken(f"{kinds} to be accepted from {holder.name}", answer.says())
    if answer.status == 403:
        raise Observed(f"{holder.name} is known by {kinds} and refused: {answer.says()}")


def _spellings(api: Api, depth: str) -> list[list[str]]:
    """All spellings together, at depth standard a few in turn."""
    start = (turn(api) * SPELLED + api.seed) % len(SPELLINGS)
    return [list(SPELLINGS) if depth == "deep" else [*SPELLINGS[start:], *SPELLINGS[:start]][:SPELLED]]


@law(family="credentials", on=on.safe_protected, kinds=("credential",), each=_spellings, depth="standard")
def other_spellings_of_a_credential_do_no_harm(api: Api, spellings: list[str]) -> Conversation:
    """However a right credential is spelled, or with whatever it stands together, the server does not fail.

    Letter case of the scheme, blanks, and headers that stand there twice. What is accepted is observed; only an answer
    of 500 or above breaks this.
    """
    number, holder = next(holders(api), (0, None))
    if holder is None:
        raise NotObservable("nobody here can call this")
    right = carried(api.operation.security[number], holder)
    told: list[str] = []
    for spelling in spellings:
        again = spelled(right, spelling)
        if again == right or any(each.basic and each.value == "nobody" for each in again):
            continue
        answer: Exchange = yield shown(api, again)
        if answer.status >= 500:
            raise Broken(f"no server error for a credential with {spelling}", answer.says())
        told.append(f"{spelling}: {'accepted' if answer.ok else f'refused with {answer.status}'}")
    if told:
        raise Observed("; ".join(told))


@law(family="credentials", on=on.ambiguous, kinds=("credential",), depth="standard", rival=True)
def two_credentials_that_disagree_show_nothing_of_anothers(api: Api) -> Conversation:
    """A request with two credentials of different tenants does not make the server fail.

    The first alternative is fulfilled by this tenant, the second by another. Which of them counts is observed.
    """
    pairs = [(number, holder) for number, holder in holders(api)]
    for first, holder in pairs:
        own = carried(api.operation.security[first], holder)
        for alternative in api.operation.security:
            other = next((each for each in _others(api) if alternative.schemes and fulfils(each, alternative)), None)
            theirs = carried(alternative, other) if other else []
            if not theirs or {each.name.lower() for each in own} & {each.name.lower() for each in theirs}:
                continue
            answer: Exchange = yield shown(api, [*own, *theirs])
            if answer.status >= 500:
                raise Broken("no server error for two credentials that disagree", answer.says())
            counts = "the owner's counts" if answer.ok else f"refused with {answer.status}"
            raise Observed(f"with a credential of {holder.name} and one of {other.name if other else ''}: {counts}")
    raise NotObservable("no two alternatives here travel in different headers")
