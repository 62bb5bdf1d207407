"""Where runs are kept."""

from __future__ import annotations

from pathlib import Path

OUT = Path(__file__).resolve().parents[2] / "reports" / "out"
