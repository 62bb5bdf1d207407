"""Bodies that change nothing, since no schema allows them, and that count against a limit all the same, if any does.

What reads bodies may refuse a bare text or a list before a guard or a limiter has seen the request; an object gets
further. So objects come first.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from typing import Any

from contracts.strategies.schemathesis_cases import validator
from specs.contract import Contract, Operation

PLAIN = "this is no object"


@cache
def inert_bodies(contract: Contract, operation: Operation) -> tuple[str, ...]:
    """Texts of bodies that the operation has to refuse, the one that is most likely to be counted first."""
    if operation.body is None:
        return ()
    if "json" not in operation.body.media_type:
        return (json.dumps(PLAIN),)
    allowed = validator(contract, operation)
    wrong = (each for each in ({}, *_with_a_wrong_member(contract, operation), [], PLAIN) if not allowed.is_valid(each))
    return tuple(dict.fromkeys(json.dumps(each) for each in wrong)) or (json.dumps(PLAIN),)


def _with_a_wrong_member(contract: Contract, operation: Operation) -> Iterator[dict[str, Any]]:
    """An object with one member that is of no type it may be."""
    allowed = validator(contract, operation)
    for name in contract.body_rules(operation):
        for value in ({"no": "such"}, ["no"], "no", 7):
            if not allowed.is_valid({name: value}):
                yield {name: value}
                return
