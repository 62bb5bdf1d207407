"""What a scenario is: its users, their tasks, what they report, and what is made of it.

A run has one judging side (the only process of a local run, or Locust's master) and one or more sending sides (the same
process, or Locust's workers). Each process holds one scenario object, and the frame (`processes`, `distributed`)
carries between them: what `host.assign` gets on the judging side arrives at `on_task` of that worker, and what
`host.report` gets on a sending side arrives at `on_report`, after every exchange that was recorded before it. In a
local run both are plain calls.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar, Protocol

from locust import LoadTestShape, User

from contracts.judging.judge import Verdict
from contracts.plan.plan import Plan
from load.runtime.removal import remove
from load.runtime.run import LoadRun, Send
from load.runtime.setup import Setup

Seqs = Callable[[int], int | None]
"""From the number a worker gave an exchange to its number in the evidence; None if it was lost."""
Row = dict[str, str]
"""A row of the web UI's table: operation, declared, observed, verdict and told, why."""


class Host(Protocol):
    """The process a scenario lives in, as far as a scenario needs to know it."""

    setup: Setup
    run: LoadRun

    def assign(self, worker: str, data: Any) -> None:
        """Judging side: send one worker something (plain JSON data)."""

    def report(self, data: Any) -> None:
        """Sending side: send the judging side something (plain JSON data)."""

    def done(self) -> None:
        """Judging side: everything is known, the run may end."""

    def wire(self) -> Send:
        """Sending side: a way to the deployment outside of any user."""


class Scenario:
    """Base of the scenarios; `users` get `scenario` and `host` set before they start."""

    name: ClassVar[str] = ""
    users: ClassVar[tuple[type[User], ...]] = ()
    shared: ClassVar[bool] = True
    """Whether its verdicts rest on what all workers have seen together, so that a lost worker leaves them unproven."""

    def __init__(self, host: Host) -> None:
        self.host = host
        self.run = host.run

    @classmethod
    def plan(cls, setup: Setup) -> Plan:
        """Every plan item there will be a verdict for; made once, before the run's time begins."""
        raise NotImplementedError

    @classmethod
    def user_count(cls, setup: Setup, workers: int) -> int:
        """How many users it needs in all, if the user of the suite does not say."""
        return workers

    @classmethod
    def shape(cls, setup: Setup) -> LoadTestShape | None:
        """How the number of users changes with time, if it does."""
        return None

    @classmethod
    def forecast(cls, setup: Setup) -> str:
        """How long it will take, in a line that is said before it begins; "" where nothing is known of that."""
        return ""

    # the judging side

    def begin(self, workers: Sequence[str]) -> None:
        """The run begins with these workers; hand out what is to be done. Must be quick: the run's time goes on."""

    def on_report(self, worker: str, data: Any, seqs: Seqs) -> None:
        """A worker reports."""

    def lost(self, worker: str) -> None:
        """A worker is gone, with what it had not reported."""

    def verdicts(self, plan: Plan) -> list[Verdict]:
        """A verdict for every plan item, at the end or (for the web UI) as far as is known."""
        raise NotImplementedError

    def content(self) -> dict[str, Any]:
        """Further members of verdicts.json."""
        return {}

    def table(self) -> list[Row]:
        """What is known so far, for the web UI. Asked every two seconds: must be cheap."""
        return []

    def notes(self) -> list[str]:
        """Lines for the terminal besides the totals."""
        return []

    def unproven(self) -> list[str]:
        """What the run was to prove and could not, though nothing of it is broken."""
        return []

    # a sending side

    def safely(self, step: Callable[..., Any], *arguments: Any) -> None:
        """Do a step in a greenlet of its own; what goes wrong in it is reported, so that nobody waits forever."""
        try:
            step(*arguments)
        except Exception as error:
            self.host.report({"failure": f"{type(error).__name__}: {error}"})
            raise

    def on_task(self, data: Any) -> None:
        """Something was given to this worker."""

    def end(self) -> None:
        """All users of this process have ended: remove what they made."""
        remove(self.run, self.host.wire())
