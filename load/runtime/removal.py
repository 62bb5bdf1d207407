"""Removes what a run under load created: what is to be done is the gate's, the sending is this process's own."""

from __future__ import annotations

import gevent
from gevent.pool import Pool

from contracts.core.conversation import Blocked, Command, Conversation, Result, RunningConversation, Void, carry
from contracts.core.exchange import Exchange, Request
from contracts.core.verdicts import BLOCKED
from contracts.steps.cleanup import sweep
from contracts.transport.retries import Answer, next_step
from load.runtime.run import LoadRun, Send

LANES = 8
"""Removals that go on at once."""


def remove(run: LoadRun, send: Send, *, others: bool = False) -> None:
    """Remove what was created, within the limits; what stays behind is named in `run.left_behind`.

    Lists are read for what no response has shown only where a request that changes something was not answered.
    `others`: they are, and what other processes of the run have made is removed as well, since those are gone.
    """
    run.left_behind = _standing(run)  # if there is no time for it
    if not (run.ledger.tried or others):
        return
    number, tag = run.open("sweep")
    mark = tag.partition("-")[0] if others else tag.rpartition("-")[0] if _uncertain(run) else ""

    def held(batch: list[Conversation]) -> list[Result]:
        talks = [RunningConversation(each) for each in batch]
        pool = Pool(LANES)
        try:
            for talk in talks:
                pool.spawn(talk.drive, lambda command: settled(run, command, send, number))
            pool.join()
        finally:
            pool.kill()
            run.left_behind = _standing(run)
        return [each.ending or Result(BLOCKED, reason="it did not come to an end") for each in talks]

    run.left_behind = carry(sweep(run.ledger, run.deployment, mark), held)


def settled(run: LoadRun, command: Command, send: Send, conversation: int) -> Exchange:
    """The answer to a request, sent within the limits and repeated as in the gate. Raises Outcome."""
    if not isinstance(command, Request):
        raise Blocked("only single requests remove something")
    exchange: Exchange | None = None
    attempts = 0
    while True:
        run.await_turn(command)
        exchange, attempts = run.ask(command, send, conversation, earlier=exchange), attempts + 1
        step = next_step(command, exchange, attempts, time_scale=run.deployment.time_scale)
        if isinstance(step, Void):
            raise step
        if isinstance(step, Answer):
            return exchange
        if exchange.status == 429:
            run.budget.hold(command.operation, command.principal, step.wait)
        else:
            gevent.sleep(step.wait)


def _standing(run: LoadRun) -> list[str]:
    return [f"DELETE {target}" for target in run.ledger.standing]


def _uncertain(run: LoadRun) -> bool:
    """Whether something may have been created that no response has shown."""
    return any(not each.request.safe and (not each.status or each.status >= 500) for each in run.exchanges.values())
