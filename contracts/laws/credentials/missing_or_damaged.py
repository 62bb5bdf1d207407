"""Laws of credentials: nothing without one, nothing with a wrong one, and whatever is declared to suffice suffices."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from contracts.core.conversation import Broken, Conversation, NotObservable, Observed, Outcome, Steps
from contracts.core.exchange import Exchange, Request
from contracts.laws.law import law
from contracts.request.api import RequestFactory
from contracts.steps.access.credential_variants import (
    body_to_refuse,
    credential_parts,
    credential_refusals,
    holders,
    judge_refusal,
    named,
    path_for_refusal,
    request_with,
    require_refused,
    traits,
    turn_index,
    turned,
)
from contracts.steps.access.nearly_right import damages_in_turn, nearly_right, worded
from contracts.steps.access.nothing_shown import refused_at_worst, with_odd_body, without_credential, wrong_parameter
from contracts.steps.access.unknown_credentials import anyone_is_somebody, asks_nobody
from contracts.steps.lifecycle.refused import has_part_in_life, refused_in_life
from contracts.strategies.credentials import IN_QUERY, SUBTLE, Carried, damaged, damages
from specs.contract import Alternative, Rule, selectors

IN_LIFE = "one of them where a resource is made, changed or deleted"


@law(
    family="credentials",
    on=selectors.protected,
    kinds=("credential", "status/401"),
    no_path_setup=True,
    by_refusal=True,
)
def nothing_without_a_credential(api: RequestFactory) -> Conversation:
    """A request without a credential is refused with 401.

    Asked first with an impossible parameter, an invalid body and what is no credential where it stands (the secret in
    the query), since what refuses that refuses everything; else with a request that is well-formed. It addresses
    nothing that exists.
    """
    if (yield from refused_at_worst(api)):
        return
    try:
        yield from require_refused(api, without_credential(api), "401 without a credential")
    except Broken:
        if (told := (yield from asks_nobody(api))) and told is not api.operation:
            raise NotObservable(f"nobody is asked for a credential here: told at {told.key}") from None
        raise


@law(
    family="credentials",
    on=selectors.protected_with_body,
    kinds=("credential", "status/401"),
    no_path_setup=True,
    by_refusal=True,
)
def the_credential_comes_before_the_body(api: RequestFactory) -> Conversation:
    """Without a credential even an invalid body is answered with 401: nobody learns what a body must look like.

    Asked with a body that is no JSON where JSON is declared, else with one that no schema of an object allows; and with
    one of another media type and with a list: at depth quick with damaged credentials that are sent anyway, where the
    document says that credentials come first.
    """
    if not (yield from _oddly_refused(api)):
        other: Exchange = yield _of_another_type(api)
        if other.status not in {*credential_refusals(api), 415}:
            raise _out_of_order(api, "401 before the media type of the body is looked at", other)
        listed: Exchange = yield api.ask(path=path_for_refusal(api), raw="[]", credentials=())
        if listed.status not in credential_refusals(api):
            raise _out_of_order(api, "401 before it is seen that the body is a list", listed)
    if (yield from refused_at_worst(api)):
        return
    answer: Exchange = yield without_credential(api, spoiled=True)
    if answer.status not in credential_refusals(api):
        raise _out_of_order(api, "401 before the body is looked at", answer)


def _oddly_refused(api: RequestFactory) -> Steps:
    """Whether damaged credentials are refused as such with a list or another media type; at depth quick alone."""
    damaged_here = [each for each in _damages(api, api.depth) if each["damage"] not in {IN_LIFE, IN_QUERY}]
    for wrong in damaged_here if api.depth == "quick" else ():
        if (request := with_odd_body(api, _shown(api, wrong), most=wrong is damaged_here[0])) is not None:
            answer: Exchange = yield request
            if answer.status not in credential_refusals(api):
                return False
    return api.depth == "quick"


def _of_another_type(api: RequestFactory) -> Request:
    """The request without a credential, with a body of a media type that nobody declares."""
    headers = (("Content-Type", "application/x-nobody"),)
    return api.ask(path=path_for_refusal(api), raw="nothing", headers=headers, credentials=())


@law(
    family="credentials",
    on=selectors.protected,
    kinds=("credential", "status/401"),
    no_path_setup=True,
    by_refusal=True,
)
def the_credential_comes_before_the_parameters(api: RequestFactory) -> Conversation:
    """Without a credential even an impossible parameter is answered with 401.

    One parameter of the query, or else of the path, that is declared to be a number or one of a few words is sent as
    another word.
    """
    wrong = wrong_parameter(api)
    if wrong is None:
        raise NotObservable("no parameter has a type that a text could miss")
    if (yield from refused_at_worst(api)):
        return
    answer: Exchange = yield without_credential(api, wrong=wrong)
    if answer.status not in credential_refusals(api):
        raise _out_of_order(api, f"401 before {wrong.name} is looked at", answer)


def _out_of_order(api: RequestFactory, expected: str, answer: Exchange) -> Outcome:
    """A refusal for another reason than the missing credential breaks nothing but what the document says of order."""
    if answer.ok or answer.status >= 500 or Rule.CREDENTIAL_FIRST in api.contract.rules:
        return Broken(expected, answer.summary(), [answer])
    return Observed(f"without a credential it is refused for another reason first: {answer.summary()}")


def _damages(api: RequestFactory, depth: str) -> list[dict[str, Any]]:
    """Wrong credentials in the place of every alternative's right one; few of them at depth quick."""
    found: list[dict[str, Any]] = []
    places: set[tuple[str, ...]] = set()
    for number, holder in holders(api):
        right = credential_parts(api.operation.security[number], holder)
        able = damages(right, lambda secret: traits(api, secret))
        place = tuple(each.name for each in right)
        if depth == "quick":
            able = _few(api, able, right, alone=not places) if not places or _in_turn(api, place, places) else []
        elif depth == "standard":
            plain = [each for each in able if each not in SUBTLE]
            able = _taken(api, plain, 6) if places else plain
        places.add(place)
        found += [{"alternative": number, "holder": holder.name, "damage": each} for each in able]
        if number == 0 and has_part_in_life(api):
            found.append({"alternative": number, "holder": holder.name, "damage": IN_LIFE})
    return found


def _in_turn(api: RequestFactory, place: tuple[str, ...], places: Collection[tuple[str, ...]]) -> bool:
    """Whether a further alternative is damaged here: in turn, where no other operation has it as its first."""
    first = any(_place(each.security[0]) == place for each in api.contract.operations if each.security)
    return place not in places and not first and turned(api)


def _few(api: RequestFactory, able: Sequence[str], right: Sequence[Carried], *, alone: bool) -> list[str]:
    """The most informative one at every operation, and one of the others in turn; in the query costs nothing anywhere.

    What has a part in a resource's life shows the other one there. What travels in another header besides gets the most
    telling one alone, and so does what has no scheme before it where something is only read: it can be damaged in fewer
    ways, which other operations show.
    """
    plain = [each for each in able if each not in {*SUBTLE, IN_QUERY}]
    free = [each for each in able if each == IN_QUERY]
    many = not api.operation.safe or any(each.scheme for each in right)
    further = damages_in_turn(api, right)[:1] if alone and many and not has_part_in_life(api) else []
    return [*plain[:1], *further, *free]


def _place(alternative: Alternative) -> tuple[str, ...]:
    return tuple(each.parameter for each in alternative.schemes)


def _taken(api: RequestFactory, able: Sequence[str], count: int) -> list[str]:
    """The most telling one, then others in turn: all operations that take a credential together see all its damages."""
    first, rest = list(able[:1]), able[1:]
    start = turn_index(api) * (count - 1) + api.seed
    return first + [rest[(start + each) % len(rest)] for each in range(min(count - 1, len(rest)))]


@law(
    family="credentials",
    on=selectors.protected,
    kinds=("credential", "status/401"),
    cases=_damages,
    no_path_setup=True,
    by_refusal=True,
)
def nothing_with_a_damaged_credential(api: RequestFactory, wrong: dict[str, Any]) -> Conversation:
    """A credential that is damaged, or sent in another place than declared, is refused with 401.

    The caller's own secret is cut, changed or lengthened by a little, or sent under another scheme or in the query; the
    rest of the request is as it should be, and where a resource is made for it, it would be changed. Only damages that
    make another secret of this one are done: letters change case only where the secret has some that are no hexadecimal
    digits.
    """
    if wrong["damage"] == IN_QUERY and (yield from refused_at_worst(api)):
        return
    alternative = api.operation.security[wrong["alternative"]]
    try:
        yield from (_refused_in_life(api) if wrong["damage"] == IN_LIFE else _refused_alone(api, wrong))
    except Broken:
        if told := (yield from asks_nobody(api)):
            raise NotObservable(f"nobody is asked for a credential here: told at {told.key}") from None
        if (yield from anyone_is_somebody(api, alternative, named(api, wrong["holder"]))):
            raise Observed("every credential is accepted here, and is somebody of its own") from None
        raise


def _refused_in_life(api: RequestFactory) -> Steps:
    wrong, _ = nearly_right(api, api.operation)
    shown: Exchange = yield from refused_in_life(api)
    yield from judge_refusal(api, shown.request, shown, f"401 for {wrong}")


def _refused_alone(api: RequestFactory, wrong: dict[str, Any]) -> Steps:
    """With an odd body besides where that is refused for the credential anyway: it is, if either is looked at."""
    shown = _shown(api, wrong)
    if (oddly := with_odd_body(api, shown, most=wrong == _damages(api, api.depth)[0])) is not None:
        answer: Exchange = yield oddly
        if answer.status in credential_refusals(api):
            return
    request = request_with(api, shown, path=path_for_refusal(api), body=(yield from body_to_refuse(api)))
    yield from require_refused(api, request, f"401 for {worded(wrong['holder'], wrong['damage'])}")


def _shown(api: RequestFactory, wrong: dict[str, Any]) -> list[Carried]:
    """The damaged credential of a law's input."""
    alternative = api.operation.security[wrong["alternative"]]
    return damaged(credential_parts(alternative, named(api, wrong["holder"])), wrong["damage"])
