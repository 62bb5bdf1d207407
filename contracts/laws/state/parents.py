"""Laws of things below two parents: each has its own, and what is done below one leaves the other alone."""

from __future__ import annotations

from typing import Any

from contracts.core.conversation import Broken, Conversation, NotObservable, Observed, Steps
from contracts.core.exchange import MISSING, Exchange
from contracts.laws.law import law
from contracts.request.api import RequestFactory
from contracts.steps.fixtures import CONFLICT, body, candidates
from contracts.steps.lifecycle.create import lookable, observe, removable, sent_by
from contracts.steps.lifecycle.two_parents import TwoParents, below, two_parents
from contracts.steps.lists.identity import find_in
from contracts.steps.lists.shared_values import texts_apart, values_shared
from specs.contract import selectors

OTHERS = 6
"""Parents whose lists are read, to see whether two of them share a value."""


@law(
    family="state",
    on=selectors.nested_creations,
    kinds=("state/create", "state/delete"),
    asserts=(),
    writes=True,
    no_path_setup=True,
    depth="deep",
)
def below_two_parents_each_has_its_own(api: RequestFactory) -> Conversation:
    """The same thing made below two parents is there twice: what is done below one leaves the other alone.

    Two parents are made, and the same is created below each, one after the other; then the first is deleted. Broken if
    a creation shows below the other parent, or not below its own; if the deletion leaves what it has deleted, or takes
    the other one; or if a list that names the first parent since then names somebody else as well, or not the second
    one beside it. Not observable where the second creation is refused.
    """
    removable(api)
    scene: TwoParents = yield from two_parents(api)
    _require_lists(*scene.empty, *scene.after_first)
    if _twins_in(scene):
        raise Broken("nothing below a parent in whose place nothing was created", "the like of what another got")
    for page, empty, made in ((scene.after_first[0], scene.empty[0], scene.first), *_second(scene)):
        if not (find_in(page.items, made) or len(page.items) > len(empty.items)):
            raise Broken("what was created in the list of its parent", f"{len(page.items)} items, as before", [page])
    for roll in scene.rolls:
        if more := roll.since - roll.before - {scene.keys[0]}:
            raise Broken(
                f"{scene.keys[0]} alone to come to {roll.member} of {roll.listing.key}", f"{min(more)} as well"
            )
    for roll, names in scene.named:
        if missing := [each for each in scene.keys if each not in names]:
            raise Broken(f"{' and '.join(scene.keys)} in {roll.member} of {roll.listing.key}", f"not {missing[0]}")
    _deleted_alone(scene)
    if not scene.second.ok:
        raise NotObservable(f"the same is not created below a second parent: {scene.second.summary()}")


def _require_lists(*pages: Exchange) -> None:
    for page in pages:
        if not page.ok:
            raise NotObservable(f"a list of a parent was not given: {page.summary()}")


def _second(scene: TwoParents) -> tuple[tuple[Exchange, Exchange, Any], ...]:
    if scene.after_second is None or not scene.after_second[1].ok:
        return ()
    return ((scene.after_second[1], scene.empty[1], scene.twin),)


def _twins_in(scene: TwoParents) -> bool:
    """Whether the second parent has got, with the first creation, what is like it but for its id and its parent."""
    one = next(iter(find_in(scene.after_first[0].items, scene.first)), None)
    new = [each for each in scene.after_first[1].items if each not in scene.empty[1].items]
    return any(find_in([each], scene.first) or _is_like(each, one, scene) for each in new)


def _is_like(item: Any, one: Any, scene: TwoParents) -> bool:
    if not (isinstance(item, dict) and isinstance(one, dict)):
        return False
    own = {"id", scene.api.resource.member.removeprefix("/")}
    names = [name for name, value in one.items() if name not in own and str(value) != scene.keys[0]]
    texts = [name for name in names if isinstance(one[name], str)]
    return bool(texts) and all(item.get(name, MISSING) == one[name] for name in texts)


def _deleted_alone(scene: TwoParents) -> None:
    if scene.left is None or not all(page.ok for page in scene.left):
        return
    seen = [page.items for page in scene.after_second] if scene.after_second else [[], []]
    if find_in(seen[0], scene.first) and find_in(scene.left[0].items, scene.first):
        raise Broken("what was deleted not below its parent", "it is still there")
    if find_in(seen[1], scene.twin) and not find_in(scene.left[1].items, scene.twin):
        raise Broken("what is below another parent to stay", "it is gone with the first one's")


@law(
    family="state",
    on=selectors.nested_creations,
    kinds=("state/create",),
    asserts=(),
    writes=True,
    no_path_setup=True,
    depth="deep",
)
def a_list_below_a_new_parent_is_given(api: RequestFactory) -> Conversation:
    """What stands below something new is a list, though there is nothing in it yet.

    Broken by a 404 for it where the parent can be read, and where the same list is given once something was made in it.
    """
    removable(api)
    scene: TwoParents = yield from two_parents(api)
    for empty, full in zip(scene.empty, (scene.after_first[0], *(page for page, _, _ in _second(scene))), strict=False):
        if empty.ok or empty.status != 404 or not full.ok:
            continue
        parent = scene.parents[0]
        if lookable(parent.resource) and (yield from observe(scene.api, parent)).seen:
            raise Broken("an empty list below what is there", empty.summary(), [empty, full])
    _require_lists(*scene.empty)


@law(
    family="state",
    on=selectors.nested_creations,
    kinds=("state/create", "status/409"),
    asserts=(),
    writes=True,
    no_path_setup=True,
    depth="deep",
)
def what_is_taken_below_one_parent_is_free_below_another(api: RequestFactory) -> Conversation:
    """What must be unique below a parent may be the same below another one.

    Judged only where the deployment itself has the same value, of each member that could be the reason, below two
    parents. Broken if the creation that one parent has accepted is a conflict below another, where one with texts of
    its own is accepted; a conflict is observed where no two parents are seen to share such a value.
    """
    removable(api)
    scene: TwoParents = yield from two_parents(api)
    if scene.second.ok:
        return
    texts = texts_apart(sent_by(scene.first.answer))
    if scene.second.status != CONFLICT or not texts:
        raise NotObservable(f"the same is not created below a second parent: {scene.second.summary()}")
    lists = [page.items for page in (scene.after_first[0], scene.after_first[1]) if page.ok]
    lists += yield from _of_others(scene)
    if not texts <= values_shared(lists):
        raise Observed(f"what one parent has is a conflict below another: {scene.second.summary()}")
    create = scene.api.resource.create
    assert create is not None
    content = yield from body(scene.api, create, scene.paths[1])
    unlike: Exchange = yield scene.api.ask(create, path=scene.paths[1], body=content)
    if not unlike.ok:
        raise NotObservable(f"one with texts of its own is refused, too: {unlike.summary()}")
    raise Broken("no conflict with what is below another parent", scene.second.summary(), [scene.second, unlike])


def _of_others(scene: TwoParents) -> Steps:
    """The lists of a few other parents."""
    create, found = scene.api.resource.create, []
    assert create is not None
    name = create.path_parameters[-1]
    others: list[str] = yield from candidates(scene.api, create, name)
    for value in [each for each in others if each not in scene.keys][:OTHERS]:
        page: Exchange = yield from below(scene.api, {**scene.paths[0], name: value})
        found += [page.items] if page.ok else []
    return found
