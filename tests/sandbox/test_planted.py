"""Every planted fault shows in the tour of its operation, and nothing shows without it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from itertools import zip_longest

import pytest

from sandbox.planted.planting import PLANTED
from tests.sandbox.tours import tour
from tests.sandbox.wire import Wire, document

BY_NAME = {fault.name: fault for fault in sorted(PLANTED, key=lambda fault: fault.scope[0])}
"""By operation, so that what its tour shows without a fault is seldom asked for by more than one process of tests."""


def toured(operation_id: str, *faults: str) -> Iterator[str]:
    """What the tour of an operation shows of a fresh sandbox."""
    with Wire(strict=False, limits=False, faults=faults) as wire:
        yield from tour(wire, operation_id)


@cache
def seen_without(operation_id: str) -> list[str]:
    """All of it without any fault."""
    return list(toured(operation_id))


def test_every_operation_has_faults_planted_at_it_alone() -> None:
    planted = {operation_id for fault in PLANTED for operation_id in fault.scope}
    assert planted == {operation.operation_id for operation in document().operations}
    assert all(len(fault.operations(document())) == 1 for fault in PLANTED)


@pytest.mark.parametrize("operation_id", sorted(operation.operation_id for operation in document().operations))
def test_a_tour_shows_the_same_every_time(operation_id: str) -> None:
    assert list(toured(operation_id)) == seen_without(operation_id)


@pytest.mark.parametrize("name", BY_NAME)
def test_a_planted_fault_shows_in_the_tour_of_its_operation(name: str) -> None:
    operation_id = BY_NAME[name].scope[0]
    both = zip_longest(toured(operation_id, name), seen_without(operation_id))
    assert any(shown != usual for shown, usual in both)  # what comes after the first difference is not asked for
