"""A conforming sandbox for every test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.sandbox.wire import Wire


@pytest.fixture
def wire() -> Iterator[Wire]:
    """A sandbox without faults whose limits are off."""
    with Wire(limits=False) as opened:
        yield opened
