"""A run: every selected conversation side by side, as budgets and quiet data (see `engine.scheduler`) allow."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from contracts.config.deployment import Principal
from contracts.core.exchange import Exchange
from contracts.core.failures import plain
from contracts.core.verdicts import BROKEN
from contracts.engine.attempts import Attempts
from contracts.engine.cleanup import sweep
from contracts.engine.context import Context
from contracts.engine.conversations import Conversations
from contracts.engine.credential_health import CredentialWatch
from contracts.engine.early_removal import EarlyRemoval
from contracts.engine.preflight import PreflightResult, introduce, preflight, prepare
from contracts.engine.recheck import ask_again
from contracts.engine.results import Results
from contracts.engine.scheduler import Scheduler, assign_phase, priority
from contracts.engine.threads import Workers, parse_source_in_turns
from contracts.engine.token_pool import TokenPool
from contracts.evidence.header import header
from contracts.evidence.recorder import Recorder
from contracts.evidence.used_tokens import UsedTokens
from contracts.judging import deviations, judge
from contracts.judging.checks import Judged, check_verdicts
from contracts.judging.grants import Granted
from contracts.judging.judge import Verdict
from contracts.laws.law import Law
from contracts.plan.plan import BUSY, Plan, PlanItem, alike
from contracts.steps.cleanup import unremoved
from contracts.steps.created import Ledger
from contracts.transport.client import Client
from contracts.transport.pacing import Queue
from contracts.transport.sender import Sender

FEW = 8
"""Plan items run side by side where requests or time are short: what was begun should come to an end."""
THREADS = 36
"""Plan items run side by side whose inputs Hypothesis draws."""
PATIENCE, GRACE = 30.0, 2.0
"""Seconds that a run which was ended from outside has for removing what it made, and for what it waits for."""
KEPT_FOR_REMOVAL = 5.0
"""The same where the seconds of the run are bounded."""


class Run:
    """Runs the selected items of a plan in a thread of its own; `verdict` waits for that of an item."""

    def __init__(
        self,
        plan: Plan,
        out: Path,
        seed: int = 0,
        *,
        max_requests: int | None = None,
        max_seconds: float | None = None,
        used_tokens: UsedTokens | None = None,
    ) -> None:
        """Send `max_requests` at most, removals included, and end after `max_seconds`.

        `used_tokens`: which of the deployment file's tokens were presented in earlier runs.
        """
        out.mkdir(parents=True, exist_ok=True)
        self.plan = plan
        self.out = out
        self.seed = seed
        self.left_behind: list[str] = []
        self.changes: list[dict[str, Any]] = []
        """What the run has created, changed and removed, by operation."""
        self.dead_credentials: dict[str, str] = {}
        """Principals whose credentials died during the run, and which requests may have killed them."""
        self.watch: CredentialWatch | None = None
        self.ended = "incomplete"
        self.gone: str | None = None
        self.not_served: str | None = None
        """Why nothing that was answered is held against the document: something else is served there."""
        self.started = time.time()
        self.recorder = Recorder(out / "evidence.ndjson", self.stop)
        self.exchanges: dict[int, Exchange] = {}
        self._granted = Granted(self.exchanges)
        self.conversations = Conversations(plan, self.recorder, seed, self.started)
        self.pool: TokenPool | None = None
        self._results = Results()
        self._judged: Judged = {}
        self._stopping = False
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._asking: asyncio.Task[None] | None = None
        self._max_requests = max_requests
        self._used_tokens = used_tokens
        self._max_seconds = plan.deployment.http.run if max_seconds is None else max_seconds
        self.selected: set[str] = set()
        self._standing: Callable[[], int] = int
        self._queue: Callable[[], Queue | None] = lambda: None
        self._attempts = Attempts(self.conversations, self.exchanges, self._living)
        self._side_by_side = asyncio.Semaphore(10_000 if max_requests is None and self._max_seconds is None else FEW)

    def start(self, selected: Iterable[str]) -> None:
        """Begin to run the items with these ids. Returns at once."""
        parse_source_in_turns()
        self.selected = set(selected)
        items = [item for item in self.plan.items if item.id in self.selected]
        self._thread = threading.Thread(target=self._main, args=(items,), name="conversations", daemon=True)
        self._thread.start()

    def verdict(self, identity: str, meanwhile: Callable[[], None] = lambda: None, every: float = 3600.0) -> Verdict:
        """The verdict of a plan item, as soon as it is known; until then `meanwhile` is called every few seconds."""
        return self._results.wait(identity, meanwhile, every)

    @property
    def failure(self) -> BaseException | None:
        """The error of the suite itself that has ended the run."""
        return self._results.failure

    @property
    def queue(self) -> Queue | None:
        """What the run waits for longest by its own pace."""
        return self._queue()

    @property
    def unsettled(self) -> set[str]:
        """The ids of selected items whose verdict is not known yet."""
        return self.selected - set(self._results.known)

    def stop(self) -> None:
        """Begin nothing new; what was created is removed before the run ends."""
        self._stopping, already = True, self._stopping
        if self._loop and self._asking and not (already or self._results.finished):
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
        known = self._results.known
        return [known[item.id] for item in self.plan.items if item.id in known]

    # -- in the run's own thread ----------------------------------------------------------------------------------

    def _main(self, items: list[PlanItem]) -> None:
        gc.freeze()  # the plan and all modules stay: each thread of Hypothesis has everything collected at first
        try:
            asyncio.run(self._run(items))
        except BaseException as error:
            self._results.fail(error)
        finally:
            gc.unfreeze()
            self.recorder.close()
            self._results.finish()

    async def _run(self, items: list[PlanItem]) -> None:
        self._loop = asyncio.get_running_loop()
        self.workers = Workers(self._loop, THREADS)
        self.recorder.write("header", **header(self.plan, self.seed, self.started))
        deployment = self.plan.deployment
        async with Client(deployment.base_url, deployment.vault, deployment.http, deployment.route) as client:
            ledger = Ledger(self.plan.contract, deployment.disposable)
            sender = Sender(deployment, client, self.recorder, ledger, self._on_exchange, self._used_tokens)
            self._queue = sender.budget.longest_queue
            self.pool = pool = TokenPool(self.plan, sender, lambda: self.conversations.begin("lending"), type(client))
            sender.authenticated.token_for = pool.token
            self.conversations.stand_in = lambda principal: self._living(principal, sender)
            self.watch = CredentialWatch(self.plan, sender, lambda: self.conversations.begin("health")[0])
            self.ended = await self._asked(items, sender)
            self.gone = sender.gone
            await self._clean_up(sender, self.watch)
            self.dead_credentials = dict(sender.dead)
            self.changes = ledger.changes()
        self._judge_rest()
        self.recorder.write(
            "footer",
            requests=self.recorder.requests,
            finished=time.time(),
            ended=self.ended,
            left_behind=self.left_behind,
            deaths=self.dead_credentials,
            **({"not_served": self.not_served} if self.not_served else {}),
        )

    async def _asked(self, items: list[PlanItem], sender: Sender) -> str:
        """Run until all items are done or the run is stopped; which of the two it was."""
        self._asking = asyncio.ensure_future(self._ask(items, sender))
        self._standing = lambda: len(sender.ledger.standing)
        if self._stopping:
            self._asking.cancel()
        if self._max_seconds is not None:
            asyncio.get_running_loop().call_later(self._asking_seconds(self._max_seconds), self._asking.cancel)
        try:
            await self._asking
        except asyncio.CancelledError:
            return "interrupted"
        finally:
            await self.workers.stop()
        return "complete"

    @staticmethod
    def _asking_seconds(whole: float) -> float:
        """Of the seconds of a whole run, those for its items: some are kept for removing what was made."""
        return max(whole / 2, whole - KEPT_FOR_REMOVAL)

    async def _clean_up(self, sender: Sender, watch: CredentialWatch) -> None:
        """What is done when nothing new is begun: chance is ruled out, and all that was made is removed."""
        if self.ended == "complete" and self._max_requests is None:
            begun = self.conversations.begin("confirmation")
            await ask_again(self.plan, sender, self.exchanges, begun, self._judged)
        await self._remove(sender)
        if self.ended == "complete":
            await self._last_look(sender, watch)

    async def _remove(self, sender: Sender) -> None:
        """Remove what was made; where the run was ended from outside, within a bound, and what is left is named."""
        number, tag = self.conversations.begin("sweep")
        stopped = self.ended != "complete"
        bound = (KEPT_FOR_REMOVAL if self._max_seconds is not None else PATIENCE) if stopped else None
        try:
            async with asyncio.timeout(bound):
                await sender.close(number, GRACE if stopped else None)
                self.left_behind = await sweep(sender, number, tag.partition("-")[0])
        except TimeoutError:
            self.left_behind = unremoved(sender.ledger, sender.deployment)
            await sender.close(number, 0.0)

    async def _last_look(self, sender: Sender, watch: CredentialWatch) -> None:
        """A credential may have depended on what was removed: so all are tried once more at the very end."""
        number, _ = self.conversations.begin("health")
        await sender.close(number)
        await watch.everyone(number)

    def _on_exchange(self, exchange: Exchange) -> None:
        if self.watch:
            self.watch.note(exchange)
        self.exchanges[exchange.seq] = exchange
        self.conversations.progress.requests += 1
        used = self.conversations.progress.requests + self._standing() + self.plan.deployment.http.in_flight
        if self._max_requests is not None and self._asking and used >= self._max_requests:
            self._asking.cancel()

    async def _ask(self, items: list[PlanItem], sender: Sender) -> None:
        health = await preflight(self.plan, sender, self.conversations.begin("preflight")[0])
        self.gone = self.not_served = sender.gone  # what goes away later was there before
        asked = [item for item in items if isinstance(item.rule, Law) and not item.closed]
        if self._max_requests is not None or self._max_seconds is not None:
            asked.sort(key=lambda item: priority(item, self.plan.depth))
        assert self.watch is not None
        sender.authenticated.died = self.watch.doubt
        sender.authenticated.renewed = self._renewed
        await introduce(self.plan, asked, sender)
        await prepare(self.plan, asked, sender, lambda: self.conversations.begin("prepare"))
        if not sender.gone:
            await asyncio.to_thread(self._attempts.pregenerate, asked, self._over)
        phases = {item.id: assign_phase(item, number, self.plan.contract) for number, item in enumerate(asked)}
        rooms = Scheduler((item.rooms, phases[item.id]) for item in asked)
        conversations = self.conversations
        early = EarlyRemoval(sender, lambda: conversations.open_now, lambda: conversations.begin("early removal")[0])
        meanwhile = asyncio.ensure_future(early.go_on())
        try:
            await asyncio.gather(*(self._ask_item(item, phases[item.id], rooms, sender, health) for item in asked))
        finally:
            meanwhile.cancel()
            await asyncio.gather(meanwhile, return_exceptions=True)

    async def _ask_item(
        self, item: PlanItem, phase: int, rooms: Scheduler, sender: Sender, health: PreflightResult
    ) -> None:
        await rooms.enter(item.rooms, phase)
        try:
            if phase >= BUSY and self.watch:
                await self.watch.freshly(item.principal)
            async with self._side_by_side:
                try:
                    await self._converse(item, sender, health, quiet=phase < BUSY)
                except Exception as error:  # what a driver trips over must not end the run
                    self.conversations.unasked(item, f"could not be run ({plain(error)})")
            verdict = self._law_verdict(item)
            if not verdict.awaits_grant:  # which may still come: at the end it is judged again
                self._settle(verdict)
        finally:
            await rooms.leave(item.rooms, phase)

    async def _converse(self, item: PlanItem, sender: Sender, health: PreflightResult, *, quiet: bool) -> None:
        """All conversations of a plan item."""
        law = item.rule
        assert isinstance(law, Law)
        if reason := sender.gone or health.why_not(self._living(item.principal, sender)):
            self.conversations.unasked(item, reason)
        elif law.stateful:
            from contracts.engine.stateful_driver import perform  # only here, as below: Hypothesis loads long

            await perform(self._context(sender), item)
        elif law.examples != (0, 0, 0):
            from contracts.engine.hypothesis_driver import explore

            await explore(self._context(sender), item, quiet=quiet)
        else:
            await self._attempts.each_input(item, law, sender, quiet)

    async def _renewed(self, exchange: Exchange, shown: str) -> bool:
        """Whether who was refused, though its token was shown as it is, holds another one now."""
        name = exchange.request.principal
        if name is None or self.watch is None or self.pool is None or not self.watch.shows_its_own(exchange):
            return False
        return await self.pool.again(name, shown)

    def _living(self, principal: Principal | None, sender: Sender) -> Principal | None:
        """Who asks for a principal: itself, or once its credential has died another one of the same kind."""
        if principal is None or principal.name not in sender.dead:
            return principal
        others = (each for each in self.plan.deployment.principals if alike(each, principal))
        return next((each for each in others if each.name not in sender.dead), principal)

    def _over(self) -> bool:
        """Whether the run was ended while its items are still run."""
        return self._asking is not None and (self._asking.cancelling() > 0 or self._asking.done())

    def _context(self, sender: Sender) -> Context:
        return Context(self.plan, self.seed, self.conversations, self.workers, sender)

    def _settle(self, *verdicts: Verdict) -> None:
        deployment = self.plan.deployment
        graded = [judge.graded(each, deployment) for each in verdicts]
        found = [deviations.apply(each, deployment.known, self.started) for each in graded]
        self.conversations.progress.broken += sum(each.verdict == BROKEN for each in found)
        self._results.put(*found)

    def _law_verdict(self, item: PlanItem) -> Verdict:
        return judge.law_verdict(item, self.conversations.ended(item), self.exchanges, self.plan, self._granted)

    def _judge_rest(self) -> None:
        """Checks judge everything; items that were begun get what they have come to, those that were not say so."""
        silent = [item for item in self.plan.items if isinstance(item.rule, Law) and item.id not in self._results.known]
        self._settle(*map(self._law_verdict, silent))
        self._settle(*check_verdicts(self.plan, self.exchanges, self.not_served, self._judged))
