"""How long a run will take, said before it begins."""

from __future__ import annotations

from load.limiters.examination import most_windows
from load.runtime.setup import Setup
from load.scenarios.limits.coordinator import LOOKS
from load.scenarios.limits.examiner import FULL, IDLE, QUICK
from load.scenarios.limits.findings import jobs
from load.scenarios.limits.isolation import ROOM
from load.scenarios.limits.longer_limits import WINDOWS


def forecast(setup: Setup) -> str:
    """How many limits, how long they take, and what takes longer; "" where there is none."""
    examined = [*jobs(setup.contract, setup.deployment)]
    if not examined:
        return ""
    scale = setup.deployment.time_scale
    window = max(job.limit.window for job in examined) / scale
    least, most = (1 + ROOM, QUICK.windows + ROOM) if setup.depth == "quick" else (1.5, 2.5)
    told = f"{len(examined)} limits, all at once: about {_span(least * window, most * window)}"
    looks = LOOKS[setup.depth == "quick"]
    told += f"; a limit that looks too tight, or a bucket that is shared, {_lasts(2 * IDLE * window)} more"
    told += f" ({looks} of them are looked at)"
    if setup.depth != "quick":
        told += f"; no limit takes more than {_lasts(most_windows(FULL) * window)}"
    longest = max(limit.window for job in examined for limit in job.operation.limits) / scale
    return told + (f"; longer limits {_lasts(longest * WINDOWS)}" if setup.depth == "soak" else "")


def _span(least: float, most: float) -> str:
    return f"{_lasts(least).removesuffix(' s')} to {_lasts(most)}" if most < 120 else _lasts(most)


def _lasts(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} minutes"
