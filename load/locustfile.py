"""Declared limits under load: `locust -f load/locustfile.py [--deployment FILE] [--depth quick|full|soak] --headless`.

Without a deployment file the sandbox is started. `--help` lists the suite's own options among Locust's.
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

from contracts.deployment import ConfigError  # noqa: E402
from contracts.embedded import SandboxError  # noqa: E402
from load import options  # noqa: E402
from load.session import Session  # noqa: E402
from load.users.limits import LimitUser, Scenario  # noqa: E402

SESSION: list[Session] = []


@events.init_command_line_parser.add_listener
def _options(parser: Any) -> None:
    options.add(parser)


@events.init.add_listener
def _begin(environment: Any, **_: Any) -> None:
    """Read the files, start the sandbox if need be, and set as many users as there are limits to examine."""
    chosen = environment.parsed_options
    try:
        session = Session(chosen)
    except (ConfigError, SandboxError) as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(2)
    SESSION.append(session)
    LimitUser.host = session.run.deployment.base_url
    LimitUser.scenario = Scenario(session.run, lambda: _over(environment))
    chosen.num_users = chosen.spawn_rate = max(1, len(LimitUser.scenario.waiting))
    gevent.get_hub().loop.update_now()  # or --run-time would begin before all this


def _over(environment: Any) -> None:
    gevent.spawn_later(0.1, environment.runner.quit)


@events.quitting.add_listener
def _end(environment: Any, **_: Any) -> None:
    """Also after Ctrl-C and at the end of --run-time: what was seen is judged and written."""
    for session in SESSION:
        environment.process_exit_code = session.finish()
