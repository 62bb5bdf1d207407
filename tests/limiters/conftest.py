"""Servers with real limiters, each a process of its own; what npm brings is installed once, into a temporary folder."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.limiters.running import npm_modules, running


@pytest.fixture(scope="session")
def modules(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the packages of package.json and the servers that use them."""
    return npm_modules(tmp_path_factory.mktemp("npm"))


@pytest.fixture
def serve(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[..., int]]:
    """Start a server by name; gives its port."""
    with ExitStack() as stack:

        def start(name: str, **settings: str) -> int:
            folder = request.getfixturevalue("modules") if name.endswith(".js") else tmp_path
            return stack.enter_context(running(name, settings, folder))

        yield start
