"""A credential that is nearly right, shown by those requests of a resource's life that are to be refused.

Such a request lacks nothing else, so what is granted to it changes something. Which damage it has takes turns over the
operations that accept the same credential.
"""

from __future__ import annotations

from collections.abc import Sequence

from contracts.core.exchange import Pairs
from contracts.request.api import RequestFactory
from contracts.request.credentials import alternative_for
from contracts.steps.access.credential_variants import credential_parts, traits, turn_index
from contracts.strategies.credentials import HARDLY_MORE, IN_QUERY, SUBTLE, Carried, damaged, damages
from specs.contract import Operation

NONE = "no credential"


def damages_in_turn(api: RequestFactory, carried: Sequence[Carried]) -> list[str]:
    """All damages but the most telling one, which every operation gets anyway: another one first at each operation.

    At depth quick without those that show hardly more.
    """
    able = damages(carried, lambda secret: traits(api, secret))
    weak = {*SUBTLE, IN_QUERY, *(HARDLY_MORE if api.depth == "quick" else ())}
    rest = [each for each in able if each not in weak][1:]
    start = (turn_index(api) + api.seed) % len(rest) if rest else 0
    return [*rest[start:], *rest[:start]]


def nearly_right(api: RequestFactory, operation: Operation) -> tuple[str, Pairs]:
    """What is wrong with the credential of a request to be refused, and the headers that show it."""
    view = api.for_operation(operation)
    caller = view.caller(operation)
    alternative = alternative_for(operation, caller)
    carried = credential_parts(alternative, caller) if alternative else []
    # where every name and password is somebody of its own, what such a request makes would belong to that somebody
    able = all(each.location == "header" and not each.basic for each in carried)
    found = damages_in_turn(view, carried) if able else []
    if not found:
        return NONE, ()
    wrong = damaged(carried, found[0])
    # in the words of a credential that is damaged alone: findings of one damage are one problem
    return worded(caller.name, found[0]), tuple((each.name, f"{each.scheme}{each.value}") for each in wrong)


def worded(holder: str, damage: str) -> str:
    """Whose credential is shown, and what is wrong with it."""
    return f"the credential of {holder}: {damage}"
