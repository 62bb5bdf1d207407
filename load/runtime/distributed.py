"""A run over several processes: the master that judges, and the workers that send."""

from __future__ import annotations

import itertools
import logging
import os
import signal
import time
from collections.abc import Iterator
from typing import Any

import gevent
from locust.env import Environment
from locust.runners import MasterRunner, WorkerRunner

from contracts.evidence.reader import read_exchange
from load.runtime.mailbox import REPORT, Inbox, Outbox
from load.runtime.processes import Judging, Process, Scenarios
from load.runtime.rows import read as read_row
from load.runtime.run import LoadRun
from load.runtime.setup import Setup

LOG = logging.getLogger(__name__)
END_WITHIN = 90.0
"""Seconds that workers have to remove what they made and to send the rest of their rows."""
SILENT_LOOKS = 6
"""Looks in a row, half a second apart, at which a worker is missing before it counts as gone.

Its last words may be on their way, and on a busy machine it may only have been late with its heartbeat.
"""
SHIP_EVERY = 0.2
"""Seconds between two parcels of a worker."""


class Master(Judging):
    """Judges what its workers send."""

    def __init__(self, environment: Environment, setup: Setup, scenarios: Scenarios, runner: MasterRunner) -> None:
        super().__init__(environment, setup, scenarios)
        self.runner = runner
        self.inboxes: dict[str, Inbox] = {}
        self.loaded: dict[str, tuple[float, float]] = {}
        """Workers that have read their files: how far the master's clock is ahead of theirs, and how sure that is."""
        self._seqs: Iterator[int] = itertools.count(1)
        self._talks: Iterator[int] = itertools.count(1)
        self._ending = False
        runner.register_message("suite.loaded", self._loaded)
        runner.register_message("suite.parcel", self._parcel)
        runner.register_message("suite.done", self._done)
        gevent.spawn(self._watch)

    def workers(self) -> list[str]:
        return [name for name in self.loaded if name in self.runner.clients]

    def begin(self) -> None:
        self._seqs, self._talks = itertools.count(1), itertools.count(1)
        self._ending = False
        self.inboxes = {name: Inbox(self._name(name), *self.loaded[name]) for name in self.workers()}
        for name in self.workers():
            self.runner.send_message("suite.begin", {"started": time.time(), "place": self._name(name)}, name)
        super().begin()

    def _name(self, worker: str) -> str:
        runner: Any = self.runner
        return f"{runner.get_worker_index(worker) + 1}"

    def assign(self, worker: str, data: Any) -> None:
        self.runner.send_message("suite.given", {"data": data}, worker)

    def _loaded(self, msg: Any, **_: Any) -> None:
        self.loaded[msg.node_id] = (msg.data["offset"], msg.data["unsure"])

    def _parcel(self, msg: Any, **_: Any) -> None:
        inbox = self.inboxes.get(msg.node_id)
        if inbox is None or self.outputs is None or self.outputs.written:
            return
        for line in inbox.take(msg.data["first"], msg.data["lines"]):
            if line["type"] == REPORT:
                if self.scenario:
                    self.guarded(self.scenario.on_report, msg.node_id, line["data"], inbox.seqs.get)
            else:
                self._merge(inbox.renumbered(line, self._talks, self._seqs))

    def _merge(self, line: dict[str, Any]) -> None:
        fields = {name: value for name, value in line.items() if name != "type"}
        self.run.recorder.write(line["type"], **fields)
        if line["type"] == "row":
            self.run.rows.append(read_row(line))
        if line["type"] == "exchange":
            deployment, contract = self.setup.deployment, self.setup.contract
            exchange = read_exchange(line, contract.operation(line["operation"]), deployment.base_url)
            self.run.keep(exchange)
            self.run.clock.learn(exchange)

    def _done(self, msg: Any, **_: Any) -> None:
        if inbox := self.inboxes.get(msg.node_id):
            inbox.sent, inbox.left_behind = msg.data["sent"], msg.data["left_behind"]
            if not self._ending:
                self._gone(msg.node_id, inbox)

    def _watch(self) -> None:
        """Notice workers that are gone."""
        missed: dict[str, int] = {}
        while True:
            gevent.sleep(0.5)
            silent = [name for name, each in self.inboxes.items() if each.sent is None and self._missing(name)]
            missed = {name: missed.get(name, 0) + 1 for name in silent}
            for name in (name for name, times in missed.items() if times >= SILENT_LOOKS):
                self._gone(name, self.inboxes[name])

    def _missing(self, name: str) -> bool:
        client = self.runner.clients.get(name)
        return client is None or client.state == "missing"

    def _gone(self, name: str, inbox: Inbox) -> None:
        """A worker has left the run before its end, with or without a word."""
        if inbox.left or self.outputs is None or self.outputs.written:
            return
        inbox.left = True
        LOG.error("worker %s is gone before the end%s", inbox.worker, f": {inbox.gap}" if inbox.gap else "")
        if self.scenario:
            self.guarded(self.scenario.lost, name)
        if all(each.left for each in self.inboxes.values()) and not self._ending:
            self.run.ended = "incomplete"
            gevent.spawn(self._stop)

    def stopping(self) -> None:
        """Have every worker stop its users, clean up and send what it has left."""
        self._ending = True
        for name, inbox in self.inboxes.items():
            if not inbox.left:
                self.runner.send_message("suite.end", None, name)
        with gevent.Timeout(END_WITHIN, False):
            while any(each.sent is None and not each.left for each in self.inboxes.values()):
                gevent.sleep(0.02)
        self.run.left_behind = [left for each in self.inboxes.values() for left in each.left_behind]

    def stopped(self) -> None:
        if self.environment.web_ui is not None:
            self.finish()

    def gathered(self) -> list[Inbox]:
        return list(self.inboxes.values())


class Worker(Process):
    """Sends, and reports to its master."""

    def __init__(self, environment: Environment, setup: Setup, scenarios: Scenarios, runner: WorkerRunner) -> None:
        super().__init__(environment, setup, scenarios)
        self.runner = runner
        self.outbox = Outbox()
        self._told_to_end = False
        if environment.parsed_options and environment.parsed_options.processes:
            gevent.signal_handler(signal.SIGINT, self.interrupted)
        runner.register_message("suite.begin", self._begin)
        runner.register_message("suite.given", self._given)
        runner.register_message("suite.end", self._end, concurrent=True)
        gevent.spawn(self._ship_on)

    def _begin(self, msg: Any, **_: Any) -> None:
        self.outbox = Outbox()
        setup = self.setup
        place = f"{msg.data['place']}-"
        self._start_scenario(
            LoadRun(setup.contract, setup.deployment, setup.depth, self.outbox, msg.data["started"], place)
        )

    def _given(self, msg: Any, **_: Any) -> None:
        if self.scenario:
            self.scenario.on_task(msg.data["data"])

    def report(self, data: Any) -> None:
        self.outbox.write(REPORT, data=data)
        self._ship()

    def _ship_on(self) -> None:
        while True:
            gevent.sleep(SHIP_EVERY)
            self._ship()

    def _ship(self) -> None:
        if parcel := self.outbox.parcel():
            self.runner.send_message("suite.parcel", parcel)

    def _end(self, **_: Any) -> None:
        self.rest()

    def rest(self) -> None:
        """Stop sending, clean up, and send what is left and how much it was in all; once per run."""
        scenario, self.scenario = self.scenario, None
        if scenario is None:
            return
        self.runner.stop_users(self.runner.user_classes_count)
        try:
            scenario.end()
        except Exception:
            LOG.exception("cleaning up failed")
        self._ship()
        self.runner.send_message("suite.done", {"sent": self.outbox.requests, "left_behind": self.run.left_behind})

    def finish(self) -> int:
        self.rest()  # the master may not have requested it: Ctrl-C in the terminal of this worker
        return 0

    def interrupted(self) -> None:
        """Ctrl-C in a terminal shared with the master: it ends the run, unless it is gone too or somebody insists."""
        gevent.spawn_later(0 if self._told_to_end else END_WITHIN, os.kill, os.getpid(), signal.SIGTERM)
        self._told_to_end = True
