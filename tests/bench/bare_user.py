"""A bare FastHttpUser that asks what it is told, for comparison; prints its requests and its processor time.

Started by load_cost.py with the requests in the file that BARE_REQUESTS names.
"""

from __future__ import annotations

import itertools
import json
import os
import time
from pathlib import Path
from typing import Any

from locust import FastHttpUser, events, task

ASKED = json.loads(Path(os.environ["BARE_REQUESTS"]).read_text("utf-8"))
STARTED: list[float] = []


class BareUser(FastHttpUser):
    """One request after the other, nothing looked at."""

    @task
    def ask(self) -> None:
        for target, headers in itertools.cycle(ASKED):
            self.client.get(target, headers=headers, name="bare")


@events.test_start.add_listener
def _started(**_: Any) -> None:
    STARTED.append(time.process_time())


@events.quitting.add_listener
def _ended(environment: Any, **_: Any) -> None:
    total = environment.stats.total
    told = {"requests": total.num_requests, "failed": total.num_failures, "cpu": time.process_time() - STARTED[0]}
    print("BARE " + json.dumps(told), flush=True)
