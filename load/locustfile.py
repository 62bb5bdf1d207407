"""Promises under load: `locust -f load/locustfile.py [--deployment FILE] [--scenario NAME] [--depth D] --headless`.

Without a deployment file the sandbox is started. `python -m load --help` lists the suite's own options.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from locust import events  # first of all: it replaces the sockets of everything imported after it

ROOT = Path(__file__).resolve().parent.parent
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

import gevent  # noqa: E402

from load.runtime import options, web_tab  # noqa: E402
from load.runtime.processes import Judging, Process  # noqa: E402
from load.runtime.signals import EndingSignal  # noqa: E402
from load.runtime.startup import start  # noqa: E402
from load.scenarios.registry import SCENARIOS  # noqa: E402

PROCESSES: list[Process] = []
SIGNALS: list[EndingSignal] = []

# Locust looks for the classes of its users among the names of this module.
globals().update({user.__name__: user for scenario in SCENARIOS.values() for user in scenario.users})


@events.init_command_line_parser.add_listener
def _options(parser: Any) -> None:
    options.add(parser, list(SCENARIOS))


@events.init.add_listener
def _begin(environment: Any, web_ui: Any, **_: Any) -> None:
    """Read the files, start the sandbox if need be, and set as many users as the scenario needs."""
    process = start(environment, SCENARIOS)
    PROCESSES.append(process)
    if isinstance(process, Judging):
        SIGNALS.append(EndingSignal())
    options.users(environment.parsed_options, process)
    if web_ui and isinstance(process, Judging):
        web_tab.tab(web_ui, process)
    gevent.get_hub().loop.update_now()  # or --run-time would begin before all this


@events.test_start.add_listener
def _started(**_: Any) -> None:
    for process in PROCESSES:
        process.begin()


@events.test_stopping.add_listener
def _stopping(**_: Any) -> None:
    for process in PROCESSES:
        process.stopping()


@events.test_stop.add_listener
def _stopped(**_: Any) -> None:
    for process in PROCESSES:
        process.stopped()


@events.quitting.add_listener
def _end(environment: Any, **_: Any) -> None:
    """Also after Ctrl-C and at the end of --run-time: what was seen is judged and written."""
    for process in PROCESSES:
        code = process.finish()
        environment.process_exit_code = SIGNALS[0].code(code) if SIGNALS else code
