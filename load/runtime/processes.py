"""The processes of a run: one that does everything, or a master that judges and workers that send."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Any

import gevent
from locust.env import Environment

from load.runtime.mailbox import Inbox
from load.runtime.outputs import Outputs
from load.runtime.run import LoadRun, Send
from load.runtime.scenario import Scenario
from load.runtime.setup import Setup
from load.runtime.transport import Wire

Scenarios = Mapping[str, type[Scenario]]
"""All scenarios by name, handed in: the frame knows none of them."""
LOG = logging.getLogger(__name__)


class Process:
    """What all processes have in common. One scenario at a time; the web UI may start several in turn."""

    def __init__(self, environment: Environment, setup: Setup, scenarios: Scenarios) -> None:
        self.environment = environment
        self.setup = setup
        self.kind: type[Scenario] = scenarios[setup.scenario]
        self.run: LoadRun
        self.scenario: Scenario | None = None
        environment.user_classes = list(self.kind.users)

    def _start_scenario(self, run: LoadRun) -> Scenario:
        self.run = run
        run.elsewhere = self.elsewhere
        self.scenario = self.kind(self)
        for user in self.kind.users:
            user.host = self.setup.deployment.base_url
            vars_of: Any = user
            vars_of.scenario = self.scenario
        return self.scenario

    def wire(self) -> Send:
        """A way to the deployment outside of any user."""
        return Wire.alone(self.environment, self.setup.deployment).send

    def elsewhere(self, base_url: str) -> Send:
        """A way to another origin, which gives out the deployment's tokens."""
        return Wire.alone(self.environment, self.setup.deployment, base_url).send

    def assign(self, worker: str, data: Any) -> None:
        raise NotImplementedError

    def report(self, data: Any) -> None:
        raise NotImplementedError

    def done(self) -> None:
        raise NotImplementedError

    def begin(self) -> None:
        """Locust's `test_start`."""

    def stopping(self) -> None:
        """Locust's `test_stopping`: users are still there."""

    def stopped(self) -> None:
        """Locust's `test_stop`."""

    def finish(self) -> int:
        """Locust's `quitting`; gives the exit code."""
        return 0


class Judging(Process):
    """The process that plans, judges and writes."""

    def __init__(self, environment: Environment, setup: Setup, scenarios: Scenarios) -> None:
        super().__init__(environment, setup, scenarios)
        self.plan = self.kind.plan(setup)
        self.outputs: Outputs | None = None
        self.failure: str | None = None
        self.code = 0
        self._runs = 0
        environment.shape_class = self.kind.shape(setup)

    def workers(self) -> list[str]:
        raise NotImplementedError

    def begin(self) -> None:
        options = self.environment.parsed_options
        self._runs += 1
        out = options.out if options else ""
        further = f"-{self._runs}" if out and self._runs > 1 else ""
        self.outputs = Outputs(self.setup, self.plan, f"{out}{further}" or None)
        self.failure = None
        scenario = self._start_scenario(self.outputs.run)
        if told := self.kind.forecast(self.setup):
            print(told, flush=True)
        self.guarded(scenario.begin, self.workers())

    def done(self) -> None:
        """The run is complete: Locust ends, or (with its web UI) waits for the next run."""
        if self.failure is None:
            self.run.ended = "complete"
        gevent.spawn(self._stop)

    def _stop(self) -> None:
        runner, options = self.environment.runner, self.environment.parsed_options
        if runner is None:
            return
        if options is None or options.headless or self.environment.web_ui is None:
            runner.quit()
        else:
            runner.stop()

    def guarded(self, step: Callable[..., Any], *arguments: Any) -> None:
        """Do a step of the scenario; what goes wrong in it ends the run and is reported, where Locust would go on."""
        try:
            step(*arguments)
        except Exception as error:
            LOG.exception("the scenario failed")
            self.failure = f"{type(error).__name__}: {error}"
            self.done()

    def finish(self) -> int:
        """Write the outputs, once per run. With no run at all the code is 3."""
        if self.outputs is None:
            return self.code or 3
        if not self.outputs.written:
            self.code = self.outputs.write(self.scenario, self.failure, self.gathered())
        return self.code

    def gathered(self) -> list[Inbox]:
        """What came from workers."""
        return []


class Local(Judging):
    """One process that does everything."""

    def workers(self) -> list[str]:
        return ["local"]

    def assign(self, worker: str, data: Any) -> None:
        if self.scenario:
            self.guarded(self.scenario.on_task, data)

    def report(self, data: Any) -> None:
        if self.scenario:
            self.guarded(self.scenario.on_report, "local", data, lambda seq: seq)

    def stopped(self) -> None:
        if self.scenario and self.outputs and not self.outputs.written:
            self.guarded_end(self.scenario)
        if self.environment.web_ui is not None:
            self.finish()

    def guarded_end(self, scenario: Scenario) -> None:
        """Clean up; a failure there must not keep the report from being written."""
        try:
            scenario.end()
        except Exception as error:
            LOG.exception("cleaning up failed")
            self.failure = self.failure or f"{type(error).__name__}: {error}"

    def finish(self) -> int:
        runner = self.environment.runner
        if runner is not None and self.outputs is not None and not self.outputs.written:
            runner.stop()  # after Ctrl-C, users still run here
        return super().finish()
