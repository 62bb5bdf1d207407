"""Laws of deletion: what was deleted is gone, stays gone, and nothing else went with it."""

from __future__ import annotations

from typing import Any

import attrs

from contracts.core.conversation import Blocked, Broken, Conversation, NotAsked, NotObservable, Observed, Steps
from contracts.core.exchange import MISSING, Exchange, at
from contracts.laws.law import law
from contracts.request.api import RequestFactory
from contracts.request.permission import allowed, line
from contracts.steps.fixtures import create_resource, resolve_path
from contracts.steps.lifecycle.create import observe, read_list
from contracts.steps.lifecycle.delete import Deleted, delete_resource
from contracts.steps.lifecycle.tombstones import require_gone, sign_of_removal
from contracts.steps.lists.identity import find_in
from contracts.steps.lists.page_sizes import largest
from specs.contract import Operation, Rule, selectors


@law(family="state", on=selectors.deletions, kinds=("state", "credential"), asserts=(), writes=True, no_path_setup=True)
def a_refused_deletion_deletes_nothing(api: RequestFactory) -> Conversation:
    """A deletion that is refused for its credential deletes nothing.

    Broken if the deletion with a credential that follows does not find it any more. Not observable where deletions
    succeed whether or not there is something to delete.
    """
    end: Deleted = yield from delete_resource(api)
    if end.refusal is None or not 400 <= end.refusal.status < 500:
        raise NotObservable("a deletion without the right credential is not refused here")
    if end.deleted_anonymously:
        raise Broken(f"nothing deleted by a deletion answered {end.refusal.status}", end.answer.summary())
    if end.answer.ok and end.repeatable:
        raise NotObservable("a deletion succeeds here even where there is nothing to delete")


@law(
    family="state",
    on=selectors.deletions,
    kinds=("state", "status"),
    asserts=("state/delete",),
    writes=True,
    no_path_setup=True,
)
def what_was_deleted_is_gone(api: RequestFactory) -> Conversation:
    """A deleted resource cannot be read any more, and is in no list.

    Nor is it counted in its list, and nothing else goes with it: what this run has made beside it stays. How its
    absence is expressed (403, 404, 410) is not judged here. What is kept and says so of itself (`deleted: true`, a
    status, a date of removal) is observed. Where the answer to the deletion shows a resource, it is the one deleted.
    """
    end: Deleted = yield from delete_resource(api)
    if end.deleted_anonymously:
        raise NotObservable("a refused deletion has deleted it before")
    if end.answer.status in {409, 423}:
        raise NotObservable(f"the deletion was refused: {end.answer.summary()}")
    if not end.answer.ok:
        raise Broken("a deletion that succeeds", end.answer.summary())
    if (other := _another_shown(end)) is not None:
        raise Broken("what was deleted in the answer to its deletion", f"another of its kind, {other!r}")
    require_gone(end.before.thing, end.after.thing, "can still be read")
    listed = find_in(end.items or [], end.life.made)
    require_gone(end.before.thing, listed[0] if listed else MISSING, "is still in the list")
    for other in end.beside:
        if end.items is not None and not find_in(end.items, other):
            sight = yield from observe(end.life.api, other, known=True)
            if not sight.seen:
                raise Broken("what was made beside a deleted resource to stay", "it is gone with it")
    yield from _counted(end)


def _another_shown(end: Deleted) -> Any:
    """The id of another resource that a deletion was answered with; None where it shows none, or the one deleted."""
    shown, thing = end.answer.data, end.before.thing
    if end.answer.status != 200 or not (isinstance(shown, dict) and isinstance(thing, dict)):
        return None
    own, told = (at(each, end.life.resource.member) for each in (thing, shown))
    alike = shown.keys() >= thing.keys() and MISSING not in (own, told)
    return told if alike and str(own) != str(told) else None


def _counted(end: Deleted) -> Steps:
    """Raises Broken where the list, read to its end on one page, twice says the same number, and a wrong one."""
    heard = [end.page] if end.page is not None and end.page.ok else []
    size = largest(end.life.api.for_operation(end.page.operation)) if end.page is not None else None
    if not heard or size is None or not 0 < len(heard[0].items) < size or _true_total(heard[0]):
        return
    _, again = yield from read_list(end.life.api, end.life.made, sure=True)
    same = again.ok and again.items == heard[0].items and again.page("total") == heard[0].page("total")
    if same and not _true_total(again):
        raise Broken(f"{len(again.items)} items in all, as the list shows", f"{again.page('total')}")


def _true_total(page: Exchange) -> bool:
    total = page.page("total")
    return not isinstance(total, int) or total == len(page.items)


@law(
    family="state",
    on=selectors.deletions,
    kinds=("state", "status"),
    asserts=("state/delete",),
    writes=True,
    no_path_setup=True,
)
def what_was_deleted_stays_deleted(api: RequestFactory) -> Conversation:
    """What is deleted can be neither changed nor deleted again: both are refused, and neither is a server error.

    Where the document declares no answer for what is not there, a success is no more than observed. Where it states
    that what is missing is 404, and declares that, a 400 is none: the same id was right before.
    """
    end: Deleted = yield from delete_resource(api)
    if end.again is None:
        raise NotObservable(f"the deletion did not succeed: {end.answer.summary()}")
    if end.after.seen and (sign := sign_of_removal(end.before.thing, end.after.thing)):
        raise Observed(f"what was deleted can still be read, and says of itself that it is removed ({sign!r})")
    for answer, what in ((end.changed, "a change of what is deleted"), (end.again, "a second deletion")):
        if answer is None:
            continue
        stated = Rule.MISSING_IS_404 in api.contract.rules and answer.status == 400
        if answer.status >= 500 or ((answer.ok or stated) and _may_be_missing(answer.operation)):
            raise Broken(f"404 for {what}", answer.summary())
        if answer.ok:
            raise Observed(f"{what} succeeds ({answer.status}), and the document declares no 404 for it")


def _may_be_missing(operation: Operation) -> bool:
    """Whether the document declares how the operation tells that there is nothing."""
    return any(answer.status.upper() in {"404", "410", "4XX"} for answer in operation.answers)


@law(
    family="state",
    on=selectors.bulk_deletions,
    kinds=("state", "status"),
    asserts=("state/delete_all",),
    writes=True,
    no_path_setup=True,
    exclusive=True,
)
def deleting_all_empties_the_list(api: RequestFactory) -> Conversation:
    """Deleting all removes every item of the caller's list, and none of anybody else's.

    All are deleted, at least two, and the list is read: it must show none of them, and one must be gone by its address
    too. Where there is a second tenant, its list must not be empty thereafter. Then all is deleted once more, when
    nothing is there. Asked only where the deployment file allows it, or where both lists hold nothing but what this run
    has made.
    """
    resource = api.resource
    values = yield from resolve_path(api, api.operation, fresh=True)
    own = yield from _at_least(api, values, 2)
    theirs = yield from _rivals_list(api)
    _ours(api, [*own, *(theirs[1] if theirs else ())])
    answer: Exchange = yield api.ask(path=values)
    if not answer.ok:
        raise Broken("a deletion of all that succeeds", answer.summary())
    left: Exchange = yield api.ask(resource.list, path=values, bypass_cache=True)
    if not left.ok or still(own, left.items, resource.member):
        raise Broken("an empty list", left.summary() if not left.ok else f"{len(left.items)} items of {len(own)}")
    identifier = at(own[0], resource.member)
    if resource.read and resource.identifier and identifier is not MISSING:
        path = {**values, resource.identifier: str(identifier)}
        seen: Exchange = yield api.ask(resource.read, path=path, bypass_cache=True)
        require_gone(own[0], seen.data if seen.ok else MISSING, "can still be read, though it was deleted with all")
    if theirs:
        after: Exchange = yield theirs[0].ask(resource.list, principal=theirs[0].principal, bypass_cache=True)
        if theirs[1] and after.ok and not still(theirs[1], after.items, resource.member):
            raise Broken(f"the list of {theirs[0].tenant} as before", f"all {len(theirs[1])} items gone")
    if not left.items:
        nothing: Exchange = yield api.ask(path=values)
        if nothing.status >= 500:
            raise Broken("no server error for a deletion of all where there is nothing", nothing.summary())


def still(before: list[Any], after: list[Any], member: str) -> list[Any]:
    """The items of a list that were there before; others may be somebody else's, who came meanwhile."""
    known = {str(at(item, member)) for item in before}
    return [item for item in after if str(at(item, member)) in known]


def _at_least(view: RequestFactory, values: dict[str, str], count: int) -> Steps:
    """The items of a list, after so many were made that there are at least as many as needed."""
    listed: Exchange = yield view.ask(view.resource.list, path=values, principal=view.principal, bypass_cache=True)
    if not listed.ok:
        raise Blocked(f"the list was not given: {listed.summary()}")
    for _ in range(count - len(listed.items)):
        yield from create_resource(view, view.resource, values)
    if len(listed.items) < count:
        listed = yield view.ask(view.resource.list, path=values, principal=view.principal, bypass_cache=True)
    return listed.items


def _rivals_list(api: RequestFactory) -> Steps:
    """The other tenant's view and the items of its list, one at least; None where there is no other tenant."""
    try:
        view = attrs.evolve(api, principal=api.rival, values={})
        view.values = yield from resolve_path(view, api.operation, fresh=False)
        return view, (yield from _at_least(view, view.values, 1))
    except (Blocked, NotObservable):
        return None


def _ours(api: RequestFactory, items: list[object]) -> None:
    """Raises NotObservable where something in a list is not this run's to delete."""
    run = api.tag.partition("-")[0] + "-"
    if not allowed(api.deployment, api.operation, api.tenant) and any(run not in repr(item) for item in items):
        raise NotAsked(f"the list holds what this run has not made; {line(api.operation)} allows to delete it")
