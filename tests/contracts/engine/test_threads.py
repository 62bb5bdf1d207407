"""Asking from other threads: the answer comes back, and a run that has ended keeps nobody waiting."""

from __future__ import annotations

import ast
import asyncio
import gc
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from contracts.engine.threads import Stopped, Workers, parse_source_in_turns


async def answered(value: str) -> str:
    return value


async def never(begun: threading.Event) -> None:
    begun.set()
    await asyncio.Event().wait()


def test_an_answer_is_heard_in_the_thread_that_asked() -> None:
    async def run() -> str:
        loop = asyncio.get_running_loop()
        return await asyncio.to_thread(lambda: Workers(loop).call(answered("yes")))

    assert asyncio.run(run()) == "yes"


def test_who_waits_for_an_answer_is_told_when_the_run_ends() -> None:
    loop = asyncio.new_event_loop()
    running = threading.Thread(target=loop.run_forever)
    running.start()
    with ThreadPoolExecutor(1) as threads:
        begun = threading.Event()
        waiting = threads.submit(Workers(loop).call, never(begun))
        assert begun.wait(30)
        loop.call_soon_threadsafe(loop.stop)
        running.join()
        loop.close()
        with pytest.raises(Stopped):
            waiting.result(30)


def test_who_asks_after_the_end_is_told_at_once() -> None:
    loop = asyncio.new_event_loop()
    loop.close()
    with pytest.raises(Stopped):
        Workers(loop).call(answered("too late"))


def test_who_waits_is_told_when_the_run_is_stopped_and_the_run_waits_for_it() -> None:
    told: list[str] = []

    async def run() -> None:
        workers, begun = Workers(asyncio.get_running_loop()), threading.Event()

        def work() -> None:
            try:
                workers.call(never(begun))
            finally:
                told.append("stopped")

        working = asyncio.ensure_future(workers.run(work))
        await asyncio.to_thread(begun.wait, 30)
        await workers.stop()
        assert told == ["stopped"]
        await working

    asyncio.run(run())


def test_threads_that_parse_source_at_once_all_get_their_tree() -> None:
    """CPython before 3.11.8 answers one with SystemError: collecting garbage lets another thread in meanwhile."""
    parse_source_in_turns()
    source = ("[" * 60 + "]" * 60 + "\n") * 40
    threshold, let_others_in = gc.get_threshold(), lambda *_: time.sleep(0.0002)
    gc.set_threshold(30)
    gc.callbacks.append(let_others_in)
    try:
        with ThreadPoolExecutor(4) as threads:
            trees = list(threads.map(ast.parse, [source] * 20))
    finally:
        gc.callbacks.remove(let_others_in)
        gc.set_threshold(*threshold)
    assert [len(tree.body) for tree in trees] == [40] * 20
