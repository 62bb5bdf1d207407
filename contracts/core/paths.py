"""Where runs are kept."""

from __future__ import annotations

from pathlib import Path

_ROOT = Path(__file__).resolve().parents[2]
_INSTALLED = (_ROOT / "__init__.py").is_file()
OUT = (Path.cwd() if _INSTALLED else _ROOT) / "reports" / "out"
"""In the checkout; of an installed suite, in the folder it is called from: nobody looks among its modules."""
