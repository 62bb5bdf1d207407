"""How every conversation begins: the values its operation's path needs are found, then the law speaks."""

from __future__ import annotations

from typing import Any

import attrs

from contracts.api import Api
from contracts.exchange import Exchange, Request
from contracts.fixtures import places
from contracts.law import Blocked, Broken, Conversation, Law, NotObservable, Outcome, Steps
from contracts.plan import Line
from contracts.subjects import spacious
from contracts.walks import names

CALM = 3
"""How often a list is asked whose items come and go meanwhile, before nothing more is said of it."""


def opened(line: Line, api: Api, inputs: Any) -> Conversation:
    """The whole conversation of a line: the law's own, after its place has been found.

    A law that writes stands on things of its own making, so that nothing of the owner's is changed.
    """
    heard: list[Exchange] = []
    try:
        yield from _overheard(_placed(line, api, inputs), heard, fresh=False)
    except (Broken, Blocked) as outcome:
        if heard and _not_permitted(api, heard[-1], outcome):
            last = heard[-1]
            raise NotObservable(
                f"{last.request.principal}, made for this run, may not ask {last.operation.key}"
            ) from None
        raise


def _not_permitted(api: Api, last: Exchange, outcome: Outcome) -> bool:
    """Whether a conversation ended with a 403 to a user whom the suite made itself: nobody says what such users may."""
    made = {each.name: each for each in api.deployment.principals if each.lent}
    asker = made.get(last.request.principal or "")
    return last.status == 403 and asker is not None and (asker is api.principal or isinstance(outcome, Blocked))


def _placed(line: Line, api: Api, inputs: Any) -> Conversation:
    law = line.rule
    assert isinstance(law, Law)
    if not law.nowhere:
        quiet = law.roomy and not line.writes
        api.values = yield from spacious(api) if quiet else places(api, api.operation, fresh=line.writes)
    yield from _calmly(law, api, inputs) if law.roomy else _spoken(law, api, inputs)


def _spoken(law: Law, api: Api, inputs: Any) -> Conversation:
    return law.ask(api) if law.each is None else law.ask(api, inputs)


def _calmly(law: Law, api: Api, inputs: Any) -> Conversation:
    """A law of a list, which holds for as long as nobody else adds or removes items.

    Before it says that something is broken, the first and the last question are asked again. If others stand there by
    now, or if answers of other moments were used, everything is asked anew.
    """
    for again in range(CALM):
        heard: list[Exchange] = []
        try:
            yield from _overheard(_spoken(law, api, inputs), heard, fresh=again > 0)
            return
        except Broken:
            if not (_mixed(heard) or (yield from _restless(api, heard))):
                raise
    raise NotObservable("items of the list came or went while it was asked")


def _overheard(conversation: Conversation, heard: list[Exchange], *, fresh: bool) -> Steps:
    """Pass a conversation on, keeping the answers; `fresh`: none that is known already will do."""
    answer: Any = None
    while True:
        try:
            command = conversation.send(answer)
        except StopIteration:
            return
        if fresh and isinstance(command, Request):
            command = attrs.evolve(command, fresh=True)
        answer = yield command
        if isinstance(answer, Exchange):
            heard.append(answer)


def _mixed(heard: list[Exchange]) -> bool:
    """Whether some answers were known from other conversations, and so speak of other moments."""
    return len({each.conversation for each in heard}) > 1


def _restless(api: Api, heard: list[Exchange]) -> Steps:
    """Whether the first question has other items by now, or the last one another number; order is not looked at."""
    asked = [each for each in heard if each.ok and each.operation is api.operation]
    for earlier in (asked[0], asked[-1]) if asked else ():
        again: Exchange = yield attrs.evolve(earlier.request, fresh=True)
        same = sorted(names(api, earlier.items)) == sorted(names(api, again.items))
        if again.ok and not (same if earlier is asked[0] else len(earlier.items) == len(again.items)):
            return True
    return False
