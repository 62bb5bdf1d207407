"""The forms in which a document lets a body be written: its example, and others where a server refuses that one."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

from contracts.strategies.schemathesis_cases import validator
from specs.contract import Contract, Operation
from specs.contract.example_bodies import composed
from specs.contract.schema_queries import alternatives
from specs.source.bundle import copied
from specs.source.pointers import MISSING

FORMS = 3
"""Forms of one body that are tried at most."""
NAMING_OTHERS = FORMS
"""The number of one more form: the first, with the optional members that name other things, which are made for it."""
Content = dict[str, Any]


def body_forms(contract: Contract, operation: Operation) -> list[Content]:
    """The richest example of a body first, then other forms that its schema allows; at least one, three at most."""
    return [body_form(contract, operation, number) for number in range(len(_forms(contract, operation)))]


def body_form(contract: Contract, operation: Operation, number: int) -> Content:
    """One of them, by its place."""
    found: Content = copied(_forms(contract, operation)[number % NAMING_OTHERS])
    return found


@cache  # asked for by every conversation that sends a body
def _forms(contract: Contract, operation: Operation) -> tuple[Content, ...]:
    examples = [each for each in (operation.body.examples if operation.body else ()) if isinstance(each, dict)]
    richest = max(examples, key=lambda each: len(str(each)), default={})
    found: list[Content] = [richest]
    for each in _others(contract, operation, richest, examples):
        if len(found) < FORMS and each not in found and validator(contract, operation).is_valid(each):
            found.append(each)
    return tuple(found)


def _others(contract: Contract, operation: Operation, richest: Content, examples: list[Content]) -> Iterator[Content]:
    """Lists for single values and the reverse, what another branch of a choice asks for, then no more than needed."""
    if operation.body is None:
        return
    other = {name: _listed_otherwise(contract, operation, richest, name) for name in richest}
    yield other
    members = {frozenset(richest)}
    yield from (each for each in examples if frozenset(each) not in members)
    raw = contract.document.raw
    ways = alternatives(raw, operation.body.schema)
    made = [composed(raw, way) for way in ways] if len(ways) > 1 else []
    yield from (each for each in made if each is not MISSING and isinstance(each, dict) and set(each) != set(richest))
    yield minimal_body(contract, operation, other)
    yield minimal_body(contract, operation, richest)


def _listed_otherwise(contract: Contract, operation: Operation, content: Content, name: str) -> Any:
    """A single value as a list of it, or a list of one as that, where the schema allows both; else as it was."""
    value = content[name]
    one = isinstance(value, list) and len(value) == 1
    other = value[0] if one else value if isinstance(value, list | dict) else [value]
    return other if validator(contract, operation).is_valid({**content, name: other}) else value


def minimal_body(contract: Contract, operation: Operation, content: Content) -> Content:
    """What is left of a valid body without the members its schema does not require."""
    left = dict(content)
    for name in reversed(list(content)):
        fewer = {key: value for key, value in left.items() if key != name}
        if validator(contract, operation).is_valid(fewer):
            left = fewer
    return left
