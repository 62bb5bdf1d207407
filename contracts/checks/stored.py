"""The check on what a creation or an update answers: what was sent is what is shown."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from contracts.checks import check
from contracts.checks.helpers import asked_as_declared
from contracts.core.conversation import Broken
from contracts.core.exchange import Exchange
from contracts.steps.lifecycle.comparison import is_made_of, same_value
from contracts.steps.unique_values import says_nothing
from specs.contract import Contract, Operation, selectors
from specs.contract.member_names import Hint

LONGEST = 200
"""Letters of a text that no server has a reason to shorten."""


def _is_written_by(operation: Operation, contract: Contract) -> bool:
    """Whether an operation creates or changes a resource."""
    resource = contract.resource_of(operation)
    return resource is not None and operation.key in {each.key for each in (resource.create, resource.update) if each}


@check(family="state", kinds=("state", "body"), asserts=(), of="successes", concerns=_is_written_by)
def an_answer_shows_what_was_sent(exchange: Exchange, contract: Contract) -> bool:
    """The response to a creation or an update shows the declared members that were sent, with the values sent.

    Truths, whole numbers, choices of an enumeration and plain texts are compared where both sides are of one kind; a
    text may come back trimmed, in another case, without signs, or with something added. Secrets, and members that say
    how far a resource has come, may be shown as the server likes; so may its id, which no request sets, and a text that
    nothing but its type was known of.
    """
    if exchange.status == 202:
        return False  # it is not done yet
    if not exchange.ok or not asked_as_declared(exchange) or not _is_written_by(exchange.operation, contract):
        return False
    if selectors.may_have_found(exchange.operation, exchange.status):
        return False  # what was there already is as it was made
    sent, shown = exchange.request.json, exchange.data
    if not (isinstance(sent, dict) and isinstance(shown, dict)):
        return False
    heard = False
    rules = contract.body_rules(exchange.operation)
    # in the document's order: which of several deviations is told must not depend on how texts are hashed
    for name in (each for each in rules if each in sent and each in shown):
        if any(contract.names.suggest(name, each) for each in (Hint.SECRET, Hint.LIFECYCLE)):
            continue
        if _is_identity(contract, exchange.operation, name) or says_nothing(contract.names, name, sent[name]):
            continue
        if same_value(sent[name], shown[name]) or is_made_of(shown[name], shown):
            heard = True
            continue
        for one, other in _comparable(sent[name], shown[name]):
            heard = True
            if one != other:
                raise Broken(f"{name} as sent: {sent[name]!r}"[:200], f"{shown[name]!r}"[:200])
    return heard


def _is_identity(contract: Contract, operation: Operation, name: str) -> bool:
    """Whether a member is the resource's id: it is given out, and updates send another to see it passed over."""
    resource = contract.resource_of(operation)
    if resource is None or resource.member != f"/{name}":
        return False
    return resource.create is not operation or contract.names.suggest(name, Hint.ID)


def _comparable(sent: Any, shown: Any) -> Iterator[tuple[Any, Any]]:
    """The two sides of a member in a form in which they have to be equal; nothing where it cannot be known."""
    if isinstance(sent, list) and isinstance(shown, list):
        if all(isinstance(each, str) for each in [*sent, *shown]) and len(set(sent)) == len(sent):
            yield sorted(map(_plain, sent)), sorted(map(_plain, shown))
    elif type(sent) is not type(shown):
        return
    elif isinstance(sent, bool | int):
        yield sent, shown
    elif isinstance(sent, str) and sent.isprintable() and len(sent) <= LONGEST and (words := _words(sent)):
        yield words, [each for each in words if each in _plain(shown)]


@lru_cache(maxsize=4096)
def _plain(text: str) -> str:
    """A text without marks, signs and letter case."""
    bare = unicodedata.normalize("NFKD", text.casefold())
    return re.sub(r"[^a-z0-9]+", " ", bare).strip()


def _words(text: str) -> list[str]:
    """The words of letters that every server can keep."""
    return _plain(text).split() if text.isascii() else []
