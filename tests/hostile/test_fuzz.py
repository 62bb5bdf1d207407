"""Spoiled files are read or refused in a line, whoever reads them; many more by `python -m tests.hostile.fuzz`."""

from __future__ import annotations

import pytest

from tests.hostile.fuzz import Readers, tried

EXAMPLES = 25


@pytest.fixture(scope="module")
def readers(tmp_path_factory: pytest.TempPathFactory) -> Readers:
    return Readers(tmp_path_factory.mktemp("fuzz"))


@pytest.mark.parametrize("name", ["deployment", "document", "overlay", "evidence", "verdicts"])
def test_no_reader_trips(readers: Readers, name: str) -> None:
    assert tried(readers, name, EXAMPLES, seed=3) == []
