"""From Locust's options to a process: files read, sandbox started, workers greeted. A mistake in a file: exit 2."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Any, TypeVar

import gevent
from gevent.event import AsyncResult
from locust.env import Environment
from locust.runners import MasterRunner, WorkerRunner

from contracts.config.deployment import ConfigError
from contracts.gate.sandbox import SandboxError
from load.runtime import setup as setups
from load.runtime.clock_offset import Clock
from load.runtime.distributed import Master, Worker
from load.runtime.processes import Local, Process, Scenarios

Made = TypeVar("Made")
GREETED_WITHIN = 60.0
"""Seconds in which a master and its workers find each other."""
PINGS = 8


def start(environment: Environment, scenarios: Scenarios) -> Process:
    """What this process is in the run (alone, master or worker), ready to begin."""
    runner = environment.runner
    if isinstance(runner, WorkerRunner):
        return _worker(environment, scenarios, runner)
    if isinstance(runner, MasterRunner):
        return _master(environment, scenarios, runner)
    return _or_exit(lambda: Local(environment, setups.read(environment.parsed_options), scenarios))


def _or_exit(read: Callable[[], Made], before: Callable[[], None] = lambda: None) -> Made:
    """What comes of reading files and of planning by them; a mistake in a file is shown in one line, and ends it."""
    try:
        return read()
    except (ConfigError, SandboxError) as error:
        before()
        print(f"error: {error}", file=sys.stderr)
        sys.exit(2)


def _master(environment: Environment, scenarios: Scenarios, runner: MasterRunner) -> Master:
    options: Any = environment.parsed_options
    greeting: AsyncResult[dict[str, Any]] = AsyncResult()
    greeted: set[str] = set()

    def hello(msg: Any, **_: Any) -> None:
        answer = {"asked": msg.data["asked"], "told": time.time()}
        if greeting.ready():
            answer["setup"] = greeting.get()
            greeted.add(msg.node_id)
        runner.send_message("suite.welcome", answer, msg.node_id)

    runner.register_message("suite.hello", hello)

    def refuse() -> None:
        """Workers that this process has started would wait for it."""
        greeting.set({})
        with gevent.Timeout(2.0, False):
            while options.processes and len(greeted) < options.expect_workers:
                gevent.sleep(0.02)

    setup = _or_exit(lambda: setups.read(options), refuse)
    process = _or_exit(lambda: Master(environment, setup, scenarios, runner), refuse)
    greeting.set(setup.for_workers(options))
    with gevent.Timeout(GREETED_WITHIN, False):
        while (options.headless or options.autostart) and len(process.loaded) < options.expect_workers:
            gevent.sleep(0.02)
    return process


def _worker(environment: Environment, scenarios: Scenarios, runner: WorkerRunner) -> Worker:
    told, clock = _greeted(runner)
    if not told:
        sys.exit(0)  # the master has said why
    own = getattr(environment.parsed_options, "deployment", "")
    process = Worker(environment, _or_exit(lambda: setups.like(told, own)), scenarios, runner)
    runner.send_message("suite.loaded", {"offset": clock.offset, "unsure": clock.unsure})
    return process


def _greeted(runner: WorkerRunner) -> tuple[dict[str, Any], Clock]:
    """Ask the master for its files until it has read them; several times, to compare the clocks."""
    clock, answers, told = Clock(), 0, None
    box: list[AsyncResult[dict[str, Any]]] = []

    def welcome(msg: Any, **_: Any) -> None:
        clock.pinged(msg.data["asked"], msg.data["told"], time.time())
        if box and not box[-1].ready():
            box[-1].set(msg.data)

    runner.register_message("suite.welcome", welcome)
    deadline = time.monotonic() + GREETED_WITHIN
    while time.monotonic() < deadline and (told is None or (told and answers < PINGS)):
        box.append(AsyncResult())
        runner.send_message("suite.hello", {"asked": time.time()})
        with gevent.Timeout(1.0, False):
            answer = box[-1].get()
            told = answer.get("setup", told)
            answers += 1
        gevent.sleep(0.01 if told is not None else 0.1)
    return told or {}, clock
