"""What the tests share: the document, and a sandbox that runs as long as they do."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import settings

from contracts.gate.sandbox import Sandbox
from specs.contract import Contract, build
from specs.source.document import load

# how long one example takes tells of the machine and its other work, not of the code
settings.register_profile("tests", deadline=None)
settings.load_profile("tests")


@pytest.fixture(scope="session")
def contract() -> Contract:
    return build(load("calcom-v2"))


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    started = Sandbox(arguments=["--limits", "off"])
    yield started
    started.stop()
