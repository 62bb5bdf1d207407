"""Whether a conversation stood on a place that is gone: made for many conversations, and deleted by another since.

What was seen there says nothing of the promise. So before such a conversation counts the place is looked at, and where
it is gone the conversation is held again, with everything made anew.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence

from contracts.core.conversation import Outcome, Result
from contracts.core.exchange import MISSING, Exchange, Request, at
from contracts.core.verdicts import BLOCKED, BROKEN, NOT_OBSERVABLE
from contracts.steps.created import address_of, look_at, signed
from contracts.steps.fixtures import PLACE
from contracts.transport.sender import Sender

GONE = {404, 410}


async def stood_on_nothing(
    ending: Result, exchanges: Mapping[int, Exchange], sender: Sender, begin: Callable[[], int]
) -> bool:
    """Look at the places a conversation was answered 404 in; whether one of them is not there any more.

    `begin`: opens the conversation in which that is asked.
    """
    if ending.verdict not in {BROKEN, BLOCKED, NOT_OBSERVABLE}:
        return False
    heard = [exchanges[seq] for seq in ending.heard if seq in exchanges]
    for look in _doubtful(heard, sender):
        with contextlib.suppress(Outcome):  # what cannot be looked at is taken to be there
            answer: Exchange = await sender.answer(look, begin())
            if answer.status in GONE:
                return True
    return False


def _doubtful(heard: Sequence[Exchange], sender: Sender) -> Iterator[Request]:
    """How to look at each shared place in which something was not found that this conversation did not delete."""
    for made in heard:
        resource = sender.ledger.contract.resource_of(made.operation)
        if (
            resource is None
            or made.operation is not resource.create
            or not made.ok
            or PLACE not in made.request.share_key
        ):
            continue
        named = at(made.data, resource.member)
        look = look_at(resource, made)
        missed = [each for each in heard if each.status in GONE and named is not MISSING and _below(each, str(named))]
        deleted = any(each.request.verb == "DELETE" and each.ok and _below(each, str(named)) for each in heard)
        if look and missed and not deleted and (asking := signed(look, sender.deployment)):
            yield asking.retried()


def _below(exchange: Exchange, named: str) -> bool:
    return named in address_of(exchange.request).split("/")
