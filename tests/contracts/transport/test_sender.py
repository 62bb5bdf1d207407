"""What the live driver sends for several conversations that ask the same."""

from __future__ import annotations

import asyncio
import time

import attrs
import pytest

from contracts.config import deployment as deployments
from contracts.core.conversation import Blocked, Concurrently, NotObservable, Void
from contracts.core.exchange import Request, Response
from contracts.evidence.recorder import Recorder
from contracts.steps.created import Ledger
from contracts.transport.recording import GIVE_UP_AFTER
from contracts.transport.retries import PAUSES
from contracts.transport.sender import Sender
from contracts.transport.wire_format import ClientResult
from specs.contract import Limit


class Everything:
    """A client whose deployment grants whatever it is asked."""

    def __init__(self) -> None:
        self.sent: list[float] = []

    async def send(self, request: Request) -> ClientResult:
        self.sent.append(time.monotonic())
        return ClientResult(Response(200, (), "{}", 2), None, time.time(), time.time())


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


def sender_for(contract, tmp_path, client, writes="true"):
    file = tmp_path / "staging.toml"
    file.write_text(
        f'[deployment]\nbase_url = "http://127.0.0.1:9"\ndocument = "calcom-v2"\nwrites = {writes}\ndisposable = true\n'
        '[budget]\npace = "none"\n'
    )
    return Sender(deployments.load(file), client, Recorder(None), Ledger(contract))


def reading(contract):
    return Request(next(each for each in contract.operations if each.method == "GET"), "/thing")


def test_a_known_answer_is_not_asked_for_again_until_something_beside_it_changes(contract, tmp_path) -> None:
    client, read = Everything(), reading(contract)
    change = attrs.evolve(read, method="POST")

    async def run() -> None:
        sender = sender_for(contract, tmp_path, client)
        both = await asyncio.gather(*(sender.answer(read, conversation, reuse=True) for conversation in (1, 2)))
        assert both[0] is both[1]
        await sender.answer(change, 3)
        await sender.answer(read, 4, reuse=True)

    asyncio.run(run())
    assert len(client.sent) == 3


def test_nothing_is_asked_with_a_dead_credential_but_a_probe(contract, tmp_path) -> None:
    client, read = Everything(), attrs.evolve(reading(contract), principal="acme")

    async def run() -> None:
        sender = sender_for(contract, tmp_path, client)
        sender.dead["acme"] = "the credential of acme died"
        with pytest.raises(Blocked, match="acme died"):
            await sender.answer(read, 1)
        assert (await sender.probe(read, 1)).ok

    asyncio.run(run())
    assert len(client.sent) == 1


def test_a_deployment_that_may_not_be_written_to_is_only_read(contract, tmp_path) -> None:
    client = Everything()

    async def run() -> None:
        sender = sender_for(contract, tmp_path, client, writes="false")
        with pytest.raises(NotObservable, match="does not allow writes"):
            await sender.answer(attrs.evolve(reading(contract), method="DELETE"), 1)

    asyncio.run(run())
    assert client.sent == []


def test_once_closed_only_one_conversation_may_send(contract, tmp_path) -> None:
    client, read = Everything(), reading(contract)

    async def run() -> None:
        sender = sender_for(contract, tmp_path, client)
        await sender.close(7)
        await sender.answer(read, 7)
        with pytest.raises(Blocked, match="stopped"):
            await sender.answer(read, 8)

    asyncio.run(run())
    assert len(client.sent) == 1


def test_a_deployment_that_answers_nobody_counts_as_gone(contract, tmp_path) -> None:
    class Silent:
        asked = 0

        async def send(self, request: Request) -> ClientResult:
            self.asked += 1
            return ClientResult(None, "the connection is refused", time.time(), time.time())

    client, read = Silent(), reading(contract)

    async def run() -> None:
        sender = sender_for(contract, tmp_path, client)
        for conversation in range(GIVE_UP_AFTER // (1 + len(PAUSES))):
            with pytest.raises(Void, match="no answer"):
                await sender.answer(read, conversation)
        with pytest.raises(Blocked, match="does not answer"):
            await sender.answer(read, 99)

    asyncio.run(run())
    assert client.asked == GIVE_UP_AFTER
