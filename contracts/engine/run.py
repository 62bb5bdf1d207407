"""A run: every selected conversation side by side, as budgets and quiet data (see `contracts.rooms`) allow."""

from __future__ import annotations

import asyncio
import contextlib
import re
import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from contracts.core.conversation import NotObservable, Outcome
from contracts.core.exchange import Exchange
from contracts.core.verdicts import BROKEN, NOT_OBSERVABLE
from contracts.engine.cleanup import sweep
from contracts.engine.conversations import Conversations
from contracts.engine.credential_health import Watch
from contracts.engine.hypothesis_driver import explore
from contracts.engine.preflight import Health, introduce, preflight, prepare
from contracts.engine.recheck import ask_again
from contracts.engine.scheduler import Rooms, phase_of, price
from contracts.engine.stateful_driver import perform
from contracts.engine.threads import Workers
from contracts.engine.token_pool import Lender
from contracts.evidence.header import header
from contracts.evidence.recorder import Recorder
from contracts.judging import deviations, judge
from contracts.judging.judge import Verdict
from contracts.laws.law import Law
from contracts.plan.plan import BUSY, Line, Plan
from contracts.transport.client import Client
from contracts.transport.created import Ledger
from contracts.transport.sender import IN_FLIGHT, Live

FEW = 8
"""Lines asked side by side where requests or time are short: what was begun should come to an end."""
THREADS = 36
"""Lines asked side by side whose inputs Hypothesis draws."""
ENOUGH = 3
"""So many different inputs that break a law, and the line's other inputs need not be asked."""


class Run:
    """Asks what is selected of a plan in a thread of its own; `verdict` waits for a line's."""

    def __init__(
        self, plan: Plan, out: Path, seed: int = 0, *, most: int | None = None, within: float | None = None
    ) -> None:
        """`most` requests are sent, its own removals included, and nothing new `within` so many seconds is over."""
        out.mkdir(parents=True, exist_ok=True)
        self.plan = plan
        self.out = out
        self.seed = seed
        self.left_behind: list[str] = []
        self.deaths: dict[str, str] = {}
        """Principals whose credentials died during the run, and which requests may have killed them."""
        self.watch: Watch | None = None
        self.ended = "incomplete"
        self.gone: str | None = None
        self.started = time.time()
        self.recorder = Recorder(out / "evidence.ndjson")
        self.exchanges: dict[int, Exchange] = {}
        self.talks = Conversations(plan, self.recorder, seed, self.started)
        self._verdicts: dict[str, Verdict] = {}
        self._changed = threading.Condition()
        self._finished = False
        self._stopping = False
        self._failure: BaseException | None = None
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._asking: asyncio.Task[None] | None = None
        self._most = most
        self._within = within
        self._standing: Callable[[], int] = int
        self._side_by_side = asyncio.Semaphore(10_000 if most is None and within is None else FEW)

    def start(self, selected: Iterable[str]) -> None:
        """Begin asking the lines with these ids. Returns at once."""
        chosen = set(selected)
        lines = [line for line in self.plan.lines if line.id in chosen]
        self._thread = threading.Thread(target=self._main, args=(lines,), name="conversations", daemon=True)
        self._thread.start()

    def verdict(self, identity: str) -> Verdict:
        """The verdict of a line, as soon as it stands."""
        with self._changed:
            self._changed.wait_for(lambda: identity in self._verdicts or self._finished)
        if self._failure:
            raise self._failure
        return self._verdicts[identity]

    def stop(self) -> None:
        """Ask nothing new; what was created is removed before the run ends."""
        self._stopping, already = True, self._stopping
        if self._loop and self._asking and not (already or self._finished):
            with contextlib.suppress(RuntimeError):  # the run has just ended by itself
                self._loop.call_soon_threadsafe(self._asking.cancel)

    def wait(self, timeout: float | None = None) -> bool:
        """Wait for the run to end; whether it did."""
        if self._thread:
            self._thread.join(timeout)
            return not self._thread.is_alive()
        return True

    @property
    def verdicts(self) -> list[Verdict]:
        """All verdicts in the order of the plan."""
        return [self._verdicts[line.id] for line in self.plan.lines if line.id in self._verdicts]

    # -- in the run's own thread ----------------------------------------------------------------------------------

    def _main(self, lines: list[Line]) -> None:
        try:
            asyncio.run(self._run(lines))
        except BaseException as error:
            self._failure = error
        finally:
            self.recorder.close()
            with self._changed:
                self._finished = True
                self._changed.notify_all()

    async def _run(self, lines: list[Line]) -> None:
        self._loop = asyncio.get_running_loop()
        self.workers = Workers(self._loop, THREADS)
        self.recorder.write("header", **header(self.plan, self.seed, self.started))
        async with Client(self.plan.deployment.base_url, self.plan.deployment.vault) as client:
            live = Live(self.plan.deployment, client, self.recorder, Ledger(self.plan.contract), self._noted)
            live.lend = Lender(self.plan, live, lambda: self.talks.begin("lending")).lend
            self.watch = Watch(self.plan, live, lambda: self.talks.begin("health")[0])
            self.ended = await self._asked(lines, live)
            self.gone = live.gone
            await self._tidied(live, self.watch)
            self.deaths = dict(live.dead)
        self._judge_rest()
        self.recorder.write(
            "footer",
            requests=self.recorder.requests,
            finished=time.time(),
            ended=self.ended,
            left_behind=self.left_behind,
            deaths=self.deaths,
        )

    async def _asked(self, lines: list[Line], live: Live) -> str:
        """Ask until all is asked or the run is stopped; which of the two it was."""
        self._asking = asyncio.ensure_future(self._ask(lines, live))
        self._standing = lambda: len(live.ledger.standing)
        if self._stopping:
            self._asking.cancel()
        if self._within is not None:
            asyncio.get_running_loop().call_later(self._within, self._asking.cancel)
        try:
            await self._asking
        except asyncio.CancelledError:
            return "interrupted"
        finally:
            await self.workers.stop()
        return "complete"

    async def _tidied(self, live: Live, watch: Watch) -> None:
        """What is done when nothing new is asked: chance is ruled out, and all that was made is removed."""
        if self.ended == "complete" and self._most is None:
            await ask_again(self.plan, live, self.exchanges, self.talks.begin("confirmation")[0])
        number, tag = self.talks.begin("sweep")
        await live.close(number)
        self.left_behind = await sweep(live, number, tag.partition("-")[0])
        if self.ended == "complete":
            await self._last_look(live, watch)

    async def _last_look(self, live: Live, watch: Watch) -> None:
        """What was removed may have been what a credential lived on: so they are asked about when all is done."""
        number, _ = self.talks.begin("health")
        await live.close(number)
        watch.opens = lambda: number
        await watch.everyone()

    def _noted(self, exchange: Exchange) -> None:
        if self.watch:
            self.watch.note(exchange)
        self.exchanges[exchange.seq] = exchange
        self.talks.progress.requests += 1
        used = self.talks.progress.requests + self._standing() + IN_FLIGHT
        if self._most is not None and self._asking and used >= self._most:
            self._asking.cancel()

    async def _ask(self, lines: list[Line], live: Live) -> None:
        health = await preflight(self.plan, live, self.talks.begin("preflight")[0])
        self.gone = live.gone
        asked = [line for line in lines if isinstance(line.rule, Law) and not line.closed]
        if self._most is not None or self._within is not None:
            asked.sort(key=lambda line: price(line, self.plan.depth))
        assert self.watch is not None
        live.doubt = self.watch.doubt
        await introduce(self.plan, asked, live)
        await prepare(self.plan, asked, live, lambda: self.talks.begin("prepare"))
        if not live.gone:
            await asyncio.to_thread(self._foresee, asked)
        phases = {line.id: phase_of(line, number, self.plan.contract) for number, line in enumerate(asked)}
        rooms = Rooms((line.rooms, phases[line.id]) for line in asked)
        await asyncio.gather(*(self._line(line, phases[line.id], rooms, live, health) for line in asked))

    async def _line(self, line: Line, phase: int, rooms: Rooms, live: Live, health: Health) -> None:
        await rooms.enter(line.rooms, phase)
        try:
            if phase >= BUSY and self.watch:
                await self.watch.freshly(line.principal)
            async with self._side_by_side:
                try:
                    await self._converse(line, live, health, quiet=phase < BUSY)
                except Exception as error:  # what a driver trips over must not end the run
                    self.talks.unasked(line, f"could not be asked ({type(error).__name__}: {error})"[:200])
            self._settle(judge.of_law(line, self.talks.ended(line), self.exchanges, self.plan))
        finally:
            await rooms.leave(line.rooms, phase)

    async def _converse(self, line: Line, live: Live, health: Health, *, quiet: bool) -> None:
        """All conversations of a line."""
        law = line.rule
        assert isinstance(law, Law)
        if reason := live.gone or health.why_not(line.principal):
            self.talks.unasked(line, reason)
        elif law.stateful:
            await perform(self, line, live)
        elif law.examples != (0, 0, 0):
            await explore(self, line, live, quiet=quiet)
        else:
            await self._each_input(line, law, live, quiet)

    async def _each_input(self, line: Line, law: Law, live: Live, quiet: bool) -> None:
        """A conversation for every input, until enough of them have broken the law."""
        try:
            inputs = await asyncio.to_thread(self._inputs, line, law)
        except Outcome as outcome:
            return self.talks.unasked(line, outcome.reason, outcome.verdict)
        if not inputs:
            return self.talks.unasked(line, "the document leaves nothing to ask here", NOT_OBSERVABLE)
        broken = 0
        for batch in _batched(inputs, 8):
            broken += sum(await asyncio.gather(*(self._breaks(line, law, each, live, quiet) for each in batch)))
            if broken >= ENOUGH:
                break
        return None

    def _inputs(self, line: Line, law: Law) -> list[Any]:
        if law.each is None:
            return [None]
        try:
            return list(law.each(self.talks.api(line, ""), line.depth or self.plan.depth))
        except (ValueError, re.error) as error:  # a schema that is none must not end the run
            first = str(error).partition("\n")[0][:120]
            raise NotObservable(f"a schema of the document cannot be used: {first}") from None

    def _foresee(self, lines: Iterable[Line]) -> None:
        """Make the cases of all lines before the first is asked: Hypothesis and Schemathesis share no thread well."""
        for line in lines:
            law = line.rule
            assert isinstance(law, Law)
            if law.each is not None and law.examples == (0, 0, 0):
                with contextlib.suppress(Outcome):
                    self._inputs(line, law)

    async def _breaks(self, line: Line, law: Law, inputs: Any, live: Live, quiet: bool) -> bool:
        """Whether a conversation breaks the law. Then it is held once more: a lock or a deploy may have caused it."""
        first = await self.talks.whole(line, inputs, 1, live, reuse=quiet)
        if first.ending.verdict != BROKEN:
            return False
        if not law.race:
            await self.talks.whole(line, inputs, 2, live, reuse=False)
        return True

    def _settle(self, *verdicts: Verdict) -> None:
        with self._changed:
            for each in verdicts:
                verdict = deviations.settled(each, self.plan.deployment.known, self.started)
                self._verdicts[verdict.line.id] = verdict
                self.talks.progress.broken += verdict.verdict == BROKEN
            self._changed.notify_all()

    def _judge_rest(self) -> None:
        """The checks hear everything; lines that were begun tell what they have come to, those not asked say so."""
        silent = [line for line in self.plan.lines if isinstance(line.rule, Law) and line.id not in self._verdicts]
        self._settle(*(judge.of_law(line, self.talks.ended(line), self.exchanges, self.plan) for line in silent))
        self._settle(*judge.of_checks(self.plan, self.exchanges))


def _batched(values: list[Any], size: int) -> Iterable[list[Any]]:
    return (values[start : start + size] for start in range(0, len(values), size))
