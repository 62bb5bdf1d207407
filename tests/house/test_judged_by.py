"""Generated files say what the code says."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_the_list_of_judges_is_that_of_the_laws_and_checks():
    done = subprocess.run(
        [sys.executable, "-m", "contracts", "laws", "--judged-by"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert (ROOT / "specs" / "judged-by.toml").read_text("utf-8") == done.stdout
