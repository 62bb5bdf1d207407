"""A forced refresh and the token pairs before and after it."""

from __future__ import annotations

import attrs

from contracts.core.conversation import NotObservable, Steps
from contracts.request.api import RequestFactory
from contracts.steps.fixtures import Made
from contracts.steps.tokens.pairs import Pair, issue, pair_of, rules


@attrs.define
class Forced:
    """A user's tokens through two forced refreshes at once after another, and a bystander's."""

    stage: RequestFactory
    first: Pair
    made: Made
    second: Pair
    third: Pair
    bystander: Pair


def forced(api: RequestFactory) -> Steps:
    """The scene of a forced refresh, which the laws about it share."""
    force = rules(api).force
    if force is None:
        raise NotObservable("the document has no forced refresh")
    stage = api.sharing("a forced refresh")
    bystander, _ = yield from issue(stage)
    first, made = yield from issue(stage)
    if made is None:
        raise NotObservable("it is not known whose tokens a forced refresh would renew")
    second = pair_of(stage, (yield stage.ask(force, path=made.values)))
    third = pair_of(stage, (yield stage.ask(force, path=made.values)))
    return Forced(stage, first, made, second, third, bystander)
