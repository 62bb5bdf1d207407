"""A user whose token never arrived blocks what needs it; nobody is blamed, and no word of ours is sent in its place."""

from __future__ import annotations

from unittest.mock import patch

from contracts.config import deployment as deployments
from contracts.core.failures import RESET, Failure
from contracts.core.verdicts import BLOCKED, BROKEN
from contracts.engine import run as running
from contracts.plan.plan import make
from contracts.transport.client import Client
from contracts.transport.messages import Incoming, Outgoing


class Losing(Client):
    """Loses the response to everything that creates a user; what it sent is kept."""

    sent: list[str] = []  # noqa: RUF012 - one run at a time

    async def exchange(self, request: Outgoing) -> Incoming:
        self.sent.append(f"{request.target!r} {request.headers!r} {request.body!r}")
        answer = await super().exchange(request)
        if request.verb == "POST" and request.target.endswith(b"/users") and answer.status < 300:
            raise Failure(RESET)
        return answer


def test_nothing_is_broken_and_no_placeholder_is_sent(contract, sandbox, tmp_path):
    plan = make(contract, deployments.load(sandbox.deployment), "quick")
    chosen = [item.id for item in plan.items if item.rule.family in ("credentials", "tokens")]
    Losing.sent.clear()
    with patch.object(running, "Client", Losing):
        made = running.Run(plan, tmp_path)
        made.start(chosen)
        made.wait()
    assert len(Losing.sent) > 100
    assert [each for each in Losing.sent if "_USER_TOKEN" in each or "$" in each] == []
    assert [each.item.id for each in made.verdicts if each.verdict == BROKEN] == []
    assert any(each.verdict == BLOCKED and each.item.id in chosen for each in made.verdicts)
