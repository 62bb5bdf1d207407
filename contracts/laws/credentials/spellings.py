"""Laws of right credentials that are written unusually, or sent beside others: the server does not fail."""

from __future__ import annotations

from contracts.core.conversation import Broken, Conversation, NotObservable, Observed, Steps
from contracts.core.exchange import Exchange
from contracts.laws.law import law
from contracts.request.api import RequestFactory
from contracts.steps.access.credential_variants import (
    credential_parts,
    fulfils,
    holders,
    others,
    request_with,
    turn_index,
)
from contracts.strategies.credentials import SPELLINGS, Carried, spelled
from specs.contract import selectors

SPELLED = 3
"""Spellings of a credential tried at one operation at depth standard."""


def _spellings(api: RequestFactory, depth: str) -> list[list[str]]:
    """All spellings together, at depth standard a few in turn."""
    start = (turn_index(api) * SPELLED + api.seed) % len(SPELLINGS)
    return [list(SPELLINGS) if depth == "deep" else [*SPELLINGS[start:], *SPELLINGS[:start]][:SPELLED]]


@law(
    family="credentials",
    on=selectors.safe_protected,
    kinds=("credential",),
    asserts=(),
    cases=_spellings,
    depth="standard",
)
def other_spellings_of_a_credential_do_no_harm(api: RequestFactory, spellings: list[str]) -> Conversation:
    """However a valid credential is written or combined with others, the server does not fail.

    Letter case of the scheme, blanks, and headers that are sent twice. What is accepted is observed; only an answer of
    500 or above breaks this.
    """
    number, holder = next(holders(api), (0, None))
    if holder is None:
        raise NotObservable("nobody here can call this")
    right = credential_parts(api.operation.security[number], holder)
    seen: list[str] = []
    for spelling in spellings:
        again = spelled(right, spelling)
        if again == right or any(each.basic and each.value == "nobody" for each in again):
            continue
        answer: Exchange = yield request_with(api, again)
        if answer.status >= 500:
            yield from _unfailing(api, right)
            raise Broken(f"no server error for a right credential ({spelling})", answer.summary())
        seen.append(f"{spelling}: {'accepted' if answer.ok else f'refused with {answer.status}'}")
    if seen:
        raise Observed("; ".join(seen))


@law(
    family="credentials",
    on=selectors.multi_alternative_reads,
    kinds=("credential",),
    asserts=(),
    depth="standard",
    needs_second_tenant=True,
)
def two_credentials_that_disagree_show_nothing_of_anothers(api: RequestFactory) -> Conversation:
    """A request with two credentials of different tenants does not make the server fail.

    The first alternative is fulfilled by this tenant, the second by another. Which of them counts is observed.
    """
    pairs = [(number, holder) for number, holder in holders(api)]
    for first, holder in pairs:
        own = credential_parts(api.operation.security[first], holder)
        for alternative in api.operation.security:
            other = next((each for each in others(api) if alternative.schemes and fulfils(each, alternative)), None)
            theirs = credential_parts(alternative, other) if other else []
            if not theirs or {each.name.lower() for each in own} & {each.name.lower() for each in theirs}:
                continue
            answer: Exchange = yield request_with(api, [*own, *theirs])
            if answer.status >= 500:
                yield from _unfailing(api, own)
                raise Broken("no server error for two credentials that disagree", answer.summary())
            counts = "the owner's counts" if answer.ok else f"refused with {answer.status}"
            raise Observed(f"with a credential of {holder.name} and one of {other.name if other else ''}: {counts}")
    raise NotObservable("no two alternatives here travel in different headers")


def _unfailing(api: RequestFactory, right: list[Carried]) -> Steps:
    """Raises NotObservable where the server fails at the credential as it is, too."""
    plain: Exchange = yield request_with(api, right)
    if plain.status >= 500:
        raise NotObservable(f"the server fails whatever the credential is: {plain.summary()}")
