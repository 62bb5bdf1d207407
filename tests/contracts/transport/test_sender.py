"""What the live driver sends for several conversations that ask the same."""

from __future__ import annotations

import asyncio
import time

import attrs

from contracts.config import deployment as deployments
from contracts.core.conversation import Concurrently
from contracts.core.exchange import Request, Response
from contracts.evidence.recorder import Recorder
from contracts.transport.created import Ledger
from contracts.transport.sender import Sender
from specs.contract import Limit


class Everything:
    """A client whose deployment grants whatever it is asked."""

    def __init__(self) -> None:
        self.sent: list[float] = []

    async def send(self, request: Request) -> tuple[Response, None, float, float]:
        self.sent.append(time.monotonic())
        return Response(200, (), "{}", 2), None, time.time(), time.time()


def test_what_conversations_ask_together_under_one_name_takes_one_place_in_the_budget(contract, tmp_path) -> None:
    file = tmp_path / "staging.toml"
    file.write_text(
        '[deployment]\nbase_url = "http://127.0.0.1:9"\ndocument = "calcom-v2"\n[budget]\npace = "declared"\n'
    )
    operation = attrs.evolve(contract.operations[0], limits=(Limit("test", 3600.0, 3, "#"),))
    shared = Concurrently.of(Request(operation, f"/{number}", share_key=f"scene {number}") for number in range(2))
    client = Everything()

    async def run() -> None:
        sender = Sender(deployments.load(file), client, Recorder(None), Ledger(contract))  # type: ignore[arg-type]
        await asyncio.gather(*(sender.answer(shared, conversation) for conversation in range(20)))
        await asyncio.wait_for(sender.answer(Request(operation, "/once"), 21), 30)  # the third of three an hour

    asyncio.run(run())
    assert len(client.sent) == 3
