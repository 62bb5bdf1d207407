"""Shell lines of findings, run as printed: of six faults here, of all by `python -m tests.power shell-lines`."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.power.shell_lines import complaints, drawn, shell

DRAWN = drawn(6, seed=20)


@pytest.mark.parametrize("fault", DRAWN)
def test_the_lines_show_the_finding_twice_and_leave_nothing(fault: str, tmp_path: Path) -> None:
    assert complaints(fault, shell(tmp_path)) == []
