"""A plain count to hold the table against: what each limiter admits of requests that come all the time.

python -m tests.limiters.counting             all of them, about eight minutes
python -m tests.limiters.counting express     those whose names begin so

Nothing of the estimator is used. A limit of 5 in 10 s admits 5 at once, then 5 in each further window (a bucket one at
a time), and never more than 10 in any 10 s; one that counts refused requests admits no more at all while they come.
"""

from __future__ import annotations

import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from load.scenarios.limits.refusals import Refusals
from tests.limiters.catalogue import LIMITERS, Limiter
from tests.limiters.examining import OPERATION, asked
from tests.limiters.running import npm_modules, running

WINDOWS, EVERY = 3.2, 0.2


def counted(limiter: Limiter, folder: Path) -> str:
    """How many requests were admitted, and when, in seconds after the first."""
    with running(limiter.server, limiter.environment(), folder) as port:
        asked(port)
        time.sleep(limiter.window * 2.1)
        begun, times, refusals = time.time(), [], Refusals(OPERATION)
        while (now := time.time()) < begun + WINDOWS * limiter.window:
            if not refusals.read(asked(port)).refused:
                times.append(now - begun)
            time.sleep(EVERY if refusals.statuses else 0.0)
    most = max(sum(0 <= other - each < limiter.window for other in times) for each in times)
    moments = " ".join(f"{each:.1f}" for each in times)
    return f"{limiter.name}: {len(times)} in {WINDOWS:g} windows, at most {most} in one; at {moments}"


def main() -> None:
    """Count for each that was chosen."""
    chosen = [each for each in LIMITERS if not sys.argv[1:] or any(each.name.startswith(name) for name in sys.argv[1:])]
    with tempfile.TemporaryDirectory() as temporary, ThreadPoolExecutor(6) as pool:
        folder = Path(temporary)
        if any(each.server.endswith(".js") for each in chosen):
            npm_modules(folder)
        for line in pool.map(lambda limiter: counted(limiter, folder), chosen):
            print(line, flush=True)


if __name__ == "__main__":
    main()
