"""Runs a module as `python -m` does, and writes at its end what this process itself has used.

    python tests/bench/measured.py OUT.json MODULE [ARGUMENT …]

Seconds of processor time and the most memory, of the process and not of those it has started; `theirs` is the time of
those that have ended.
"""

from __future__ import annotations

import atexit
import json
import os
import resource
import runpy
import sys

sys.path.insert(0, os.getcwd())


def _write(place: str) -> None:
    used, theirs = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    told = {"cpu": used.ru_utime + used.ru_stime, "mib": used.ru_maxrss / 1024}
    with open(place, "w", encoding="ascii") as file:
        json.dump({**told, "theirs": theirs.ru_utime + theirs.ru_stime, "their mib": theirs.ru_maxrss / 1024}, file)


if __name__ == "__main__":
    atexit.register(_write, sys.argv[1])
    sys.argv = sys.argv[2:]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
