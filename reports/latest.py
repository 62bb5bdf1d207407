"""`latest`: the name under which the last run is found."""

import os
from pathlib import Path

from reports.errors import ReportError

__all__ = ["follow", "mark_latest"]

NAME = "latest"


def mark_latest(out_root: str | Path, run_dir: str | Path) -> Path:
    """Make `out_root/latest` point to `run_dir` and return it.

    A relative symbolic link, put in place in one step; where there are no links, a text file with the same path in it.
    Raises ReportError when a real directory stands in its place.
    """
    root = Path(out_root)
    root.mkdir(parents=True, exist_ok=True)
    latest, part = root / NAME, root / f".{NAME}.{os.getpid()}"
    if latest.is_dir() and not latest.is_symlink():
        raise ReportError(f"{latest}: is a directory; move it away to let it name the last run")
    target = os.path.relpath(Path(run_dir).resolve(), root.resolve())
    part.unlink(missing_ok=True)
    try:
        part.symlink_to(target, target_is_directory=True)
    except (OSError, NotImplementedError):
        part.write_text(target + "\n", encoding="utf-8")
    part.replace(latest)
    return latest


def follow(run_dir: str | Path) -> Path:
    """The run directory a path names, also through a `latest` that is a text file."""
    path = Path(run_dir)
    if path.name == NAME and path.is_file():
        return path.parent / path.read_text(encoding="utf-8").strip()
    return path
