"""After the last law: everything the suite created is removed, also when the run was interrupted.

First goes what hangs on nothing else, since much of the rest goes with it. Then the lists are read, once: they show
what is still there, and what no response has shown, created by a request whose answer never came or in spite of a
refusal. Every name the suite makes up begins with a mark of the run; of the latter only what shows it is touched.

No sending is done here: the gate and the load each hold the conversations that `sweep` yields in their own way.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator, Iterable, Iterator, Sequence
from typing import Any

import attrs

from contracts.config.deployment import Deployment
from contracts.core.conversation import Blocked, Conversation, Result, Steps, Wait, tee
from contracts.core.exchange import MISSING, Exchange, Request, at
from contracts.request.api import RequestFactory
from contracts.steps.cleanup_lists import GONE, Scope, View, address_in, read_list, read_lists
from contracts.steps.created import Kept, Ledger, address_of, signed
from contracts.steps.lists.identity import bears
from contracts.steps.own_things import bears_mark, filled
from specs.contract import selectors
from specs.contract.removals import Removal, removal_of
from specs.source.pointers import split

AT_ONCE = 10
"""Removals that go on side by side."""
LOST = 3 * AT_ONCE
"""Removals without an answer after which no further one is tried: a server that is down is left in peace."""
GAVE_UP = f"not tried, since {LOST} removals before it had no answer"
RECOVERY = 10.0
"""Seconds that a server is given to recover which answers none of so many."""

Batches = Generator[list[Conversation], Sequence[Result], list[str]]
"""Conversations that may go on side by side, several times; sent back is how each of them ended."""


def sweep(ledger: Ledger, deployment: Deployment, mark: str = "") -> Batches:
    """Remove what is still there; returns what stays behind, in words for the user. `mark`: what its names show."""
    scope = Scope(ledger, deployment)
    # A parent takes its children with it, so most removals are saved by removing parents first.
    left = yield from _all_removed(scope, free(scope))
    if scope.ledger.silenced >= LOST:
        return _untried(scope, left)
    views = yield from read_lists(scope, _standing(scope), mark)
    forgotten: set[str] = set()
    for view in views:
        forgotten |= yield from _forget(scope, view)
    later = yield from _all_removed(scope, _standing(scope))
    # what was refused because something hung on it, now that this is gone
    later |= yield from _all_removed(scope, [each for each in _standing(scope) if later.get(address_of(each))])
    if scope.ledger.silenced >= LOST:
        return _untried(scope, left | later)
    # What bears the mark but was never recorded: a creation whose response was lost on the way.
    survivors: list[str] = []
    if mark:
        strays = [
            (view, each) for view in views for each in _strays(scope, view, mark) if address_of(each) not in later
        ]
        later |= yield from _all_removed(scope, [each for _, each in strays])
        for view in views:
            survivors += yield from _unfound(scope, view, {address_of(each) for by, each in strays if by is view}, mark)
    left |= later
    survivors += yield from _survivors(scope, views)
    # what could be read when it was tried may have gone since by another name
    left |= yield from _all_removed(scope, [each for each in _standing(scope) if left.get(address_of(each))])
    told = [f"DELETE {target}: {why}" for target, why in left.items() if why and target not in forgotten]
    unknown = [each for view in views for each in _unknown(scope, view)]
    kept = yield from _still_kept(scope, views)
    return [*told, *survivors, *unknown, *_unlooked(scope, views), *_kept(kept)]


def _unlooked(scope: Scope, views: Iterable[View]) -> Iterator[str]:
    """Creations of which no answer told what they made, where the list that would show it could not be read."""
    unread = [each for each in views if each.items is None and not scope.ledger.went_with_its_parent(_address(each))]
    lost = Counter(
        (request.operation.key, view.api.operation.key)
        for request in scope.ledger.own.unheard
        for view in unread
        if view.resource.create is request.operation
    )
    for (creation, listing), count in lost.items():
        yield f"what {count} {creation} without a clear answer made, if anything: {listing} did not show its items"


def _address(view: View) -> str:
    return filled(view.resource.collection, view.api.values)


def _unknown(scope: Scope, view: View) -> Iterator[str]:
    """What came into a list during the run, of which no answer told and which bears no name of the run."""
    own, place = scope.ledger.own, _address(view)
    items = view.items or []
    count = own.became_nameless(place, view.viewer, view.resource, items)
    if count > 0 and any(each.rpartition("/")[0] == place for each in scope.ledger.vanished):
        member = split(view.resource.member)[-1]
        yield f"{count} shown by {view.api.operation.key} whose {member} has become null: no request can name it"
    for item in items:
        address = address_in(view, item)
        if address and own.came_meanwhile(place, view.viewer, address) and not any(map(bears_mark, _texts(item))):
            yield f"{address}: it came during the run and may be its own, though no response told of it"


def _texts(item: Any) -> Iterable[Any]:
    return item.values() if isinstance(item, dict) else ()


def _survivors(scope: Scope, views: Iterable[View]) -> Generator[Any, Any, list[str]]:
    """What is still in lists whose resources are removed by a name: two may have had the same, and go one by one."""
    found: list[str] = []
    for view in views:
        removal = removal_of(view.api.contract, view.resource)
        if removal is not None and removal.parameter != view.resource.identifier:
            yield [read_list(view)]
            yield [removed(scope, each, absent=True) for each in _ours(scope, view, removal)]
            yield [read_list(view)]
            found += [f"{address_of(each)}: it is still listed" for each in _ours(scope, view, removal)]
    return found


def _unfound(scope: Scope, view: View, tried: set[str], mark: str) -> Generator[Any, Any, list[str]]:
    """What a list still shows whose deletion was no failure: its address may want another of its names than its id."""
    if not tried:
        return []
    yield [read_list(view)]
    still = [item for item in view.items or () if address_in(view, item) in tried]
    yield [removed(scope, each, absent=True) for item in still for each in _by_other_names(scope, view, item, mark)]
    if still:
        yield [read_list(view)]
    shown = [address for item in view.items or () if (address := address_in(view, item)) in tried]
    return [f"DELETE {address}: it is still listed" for address in shown]


def _by_other_names(scope: Scope, view: View, item: Any, mark: str) -> Iterator[Request]:
    """Deletions of an item by the names that the run gave it."""
    removal = removal_of(view.api.contract, view.resource)
    for name in filter(lambda each: bears({"": each}, mark), _texts(item)):
        if removal is not None and name != at(item, removal.member):
            place = {**view.api.values, removal.parameter: name}
            request = view.api.ask(removal.operation, path=place)
            scope.ledger.own.adopt(address_of(request))
            yield request


def _ours(scope: Scope, view: View, removal: Removal) -> list[Request]:
    """Deletions by name of all the run has made that a list shows now."""
    found: list[Request] = []
    for item in view.items or ():
        own = {**view.api.values, view.resource.identifier or "": str(at(item, view.resource.member))}
        name = at(item, removal.member)
        if filled(view.resource.item or "", own) in scope.ledger.own.made and bears_mark(name):
            place = {**view.api.values, removal.parameter: str(name)}
            found.append(view.api.ask(removal.operation, path=place))
            scope.ledger.own.adopt(address_of(found[-1]))
    return found


def _still_kept(scope: Scope, views: Iterable[View]) -> Generator[Any, Any, list[Kept]]:
    """What cannot be removed but for what no name is known of, where its list shows by now that it is gone too."""
    nameless = {each.operation for each in scope.ledger.kept if not each.name}
    seen = [view for view in views if view.resource.create and view.resource.create.key in nameless]
    yield [read_list(view) for view in seen if not view.api.values]  # one place, so that nothing is elsewhere
    gone = {view.resource.create.key for view in seen if view.resource.create and view.items == []}
    left = [each for each in scope.ledger.kept if each.name or each.operation not in gone]
    return [each for each in left if not scope.ledger.went_with_its_parent(each.place)]


def _kept(kept: Iterable[Kept]) -> Iterator[str]:
    """What cannot be removed, one line for each operation and reason, with as many names as are known."""
    groups: dict[tuple[str, str], list[str]] = {}
    for each in kept:
        names = groups.setdefault((each.operation, each.why), [])
        names.extend([each.name] if not each.name or each.name not in names else [])
    for (operation, why), names in groups.items():
        shown = ", ".join(name for name in names if name)
        yield f"{len(names)} made by {operation}{f' ({shown})' if shown else ''}, {why}"


def unremoved(ledger: Ledger, deployment: Deployment) -> list[str]:
    """What is still there where there is no time to remove it, in words for the user."""
    return [f"DELETE {address_of(each)}: no time was left" for each in ledger.removals(deployment)]


def and_removed(api: RequestFactory, steps: Steps) -> Steps:
    """The same steps of a conversation, and at their end the removal of what they have made, one by one."""
    ledger = Ledger(api.contract, api.disposable)
    yield from tee(steps, ledger.note)
    for request in ledger.removals(api.deployment):  # noqa: UP028 - answers are sent back in
        yield request


def _standing(scope: Scope) -> list[Request]:
    return scope.ledger.removals(scope.deployment)


def free(scope: Scope) -> list[Request]:
    """Removals of what nothing else that is there belongs to, neither by its address nor by what it refers to."""
    contract = scope.ledger.contract
    owners = {address_of(each): contract.resource_of(each.operation) for each in _standing(scope)}
    hanging = {kin.name for each in {*owners.values()} if each for kin in selectors.child_resources(contract, each)}
    return [each for each in _standing(scope) if (own := owners[address_of(each)]) and own.name not in hanging]


def _all_removed(scope: Scope, requests: Iterable[Request]) -> Generator[Any, Any, dict[str, str]]:
    """Why each of these could not be removed; "" where it was."""
    told: dict[str, str] = {}
    waiting = list(requests)
    while waiting and scope.ledger.silenced < LOST:
        some, waiting = waiting[:AT_ONCE], waiting[AT_ONCE:]
        told |= yield from _some_removed(scope, some)
    return told | {address_of(each): GAVE_UP for each in waiting}


def _some_removed(scope: Scope, requests: list[Request]) -> Generator[Any, Any, dict[str, str]]:
    """The same of a few. Those without an answer are tried once more, where others had one or after a moment."""
    endings: Sequence[Result] = yield [removed(scope, each) for each in requests]
    told = {address_of(each): ending.reason or "" for each, ending in zip(requests, endings, strict=True)}
    lost = [each for each, ending in zip(requests, endings, strict=True) if ending.unheard]
    scope.ledger.silenced += len(lost)
    if len(lost) == AT_ONCE:
        yield [_pause()]
    if lost and scope.ledger.silenced < LOST:  # to remove a resource twice does no harm
        endings = yield [removed(scope, each) for each in lost]
        scope.ledger.silenced += sum(each.unheard for each in endings)
        told |= {address_of(each): ending.reason or "" for each, ending in zip(lost, endings, strict=True)}
    return told


def _pause() -> Conversation:
    yield Wait(RECOVERY)


def _untried(scope: Scope, left: dict[str, str]) -> list[str]:
    """What is still there where the server does not answer any more."""
    standing = [address_of(each) for each in _standing(scope)]
    return [*(f"DELETE {each}: {left.get(each) or GAVE_UP}" for each in standing), *_kept(scope.ledger.kept)]


def removed(scope: Scope, request: Request, *, absent: bool = False) -> Conversation:
    """One removal. Raises Blocked, with the reason, where it is refused, or where it may still be there.

    `absent`: its list does not show it any more.
    """
    exchange: Exchange = yield request
    ledger, address = scope.ledger, address_of(request)
    if exchange.status in GONE and not absent and address in ledger.standing:
        ledger.vanished.add(address.rstrip("/"))
        yield from _doubted(scope, address, exchange)
    elif not (exchange.ok or exchange.status in GONE):
        raise Blocked(exchange.summary())
    ledger.standing.pop(address, None)
    ledger.removed += exchange.ok


def _doubted(scope: Scope, address: str, refused: Exchange) -> Steps:
    """Look for something that its deletion did not find. Raises Blocked where it is not known to be gone.

    It is gone where it was seen at this address before, or a look does not find it either. Where a look shows it, it is
    called otherwise by now.
    """
    ledger = scope.ledger
    if ledger.was_seen(address):
        return
    look = ledger.looks.get(address)
    request = look and signed(look, scope.deployment)
    if not request:
        raise Blocked(f"{refused.summary()}, and nothing showed that it was there")
    shown: Exchange = yield attrs.evolve(request, bypass_cache=True)
    if not shown.ok:
        return
    moved = ledger.moved(address, shown, scope.deployment)
    again: Exchange = (yield moved) if moved else refused
    if not again.ok:
        raise Blocked(f"{again.summary()}, and it can still be read")
    ledger.removed += 1


def _forget(scope: Scope, view: View) -> Generator[Any, Any, set[str]]:
    """What its list does not show any more is gone, if the deletion of one of them says so too."""
    lost = [each for each in _standing(scope) if view.lacks(each)]
    if not lost:
        return set()
    # One is enough: a list that forgets what exists would do so for all of them, and its deletion would then succeed.
    before = scope.ledger.removed
    endings: Sequence[Result] = yield [removed(scope, lost[0], absent=True)]
    if any(each.reason for each in endings) or scope.ledger.removed != before:
        return set()
    for each in lost:
        scope.ledger.standing.pop(address_of(each), None)
    return {address_of(each) for each in lost}


def _made_unheard(scope: Scope, view: View) -> set[str]:
    """Addresses of what a list shows and a creation made that had no answer."""
    place = _address(view)
    things = {address: item for item in view.items or () if (address := address_in(view, item))}
    return scope.ledger.own.made_unheard(place, view.viewer, things)


def _strays(scope: Scope, view: View, mark: str) -> Iterator[Request]:
    """Deletions of what a list shows under the run's mark, and of what the run made and believes to be gone.

    And of what is as a creation asked for whose answer never came: it bears no mark where the body was drawn.
    """
    removal = removal_of(view.api.contract, view.resource)
    unheard = _made_unheard(scope, view)
    for item in view.items or ():
        own = at(item, removal.member) if removal else MISSING
        if removal is None or own is MISSING:
            continue
        request = view.api.ask(removal.operation, path={**view.api.values, removal.parameter: str(own)})
        address = address_of(request)
        if bears(item, mark) or address.rstrip("/") in scope.ledger.own.made or address_in(view, item) in unheard:
            scope.ledger.own.adopt(address)
            yield request
