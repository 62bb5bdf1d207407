"""What callers of a shared pair hear when a refresh is refused."""

from __future__ import annotations

import time
from email.utils import formatdate
from typing import Any

import attrs
import pytest

from contracts.config.deployment import Deployment, Principal
from contracts.config.vault import Vault
from contracts.core.exchange import Response
from contracts.evidence.recorder import Recorder
from contracts.transport.token_client import Refused
from load.runtime.run import LoadRun, Sent
from load.scenarios.tokens import events
from load.scenarios.tokens.callers import Holder
from specs.contract import Contract


@pytest.mark.parametrize(
    ("told", "wait"),
    [("7", 7), ("0.493", 0.493), (formatdate(1_790_000_030, usegmt=True), 30), ("soon", None), (None, None)],
)
def test_a_refused_refresh_waits_as_long_as_the_answer_says(contract: Contract, told, wait) -> None:
    client = Principal("acme", "acme", "oauth_client", {"client_id": "c", "secret": "$S"})
    deployment = Deployment("test", "http://127.0.0.1:9", "calcom-v2", (client,), Vault(), writes=True)
    run = LoadRun(contract, deployment, "quick", Recorder(None))
    headers = (("Date", formatdate(1_790_000_000, usegmt=True)), *((("Retry-After", told),) if told else ()))

    def refuse(_: Any) -> Any:
        return Sent(Response(429, headers, "", 0), None, time.time(), time.time())

    assert contract.tokens is not None
    api = attrs.evolve(run.api(contract.tokens.refresh, client, "t"), values={"clientId": "c"})
    heard: list[events.Event] = []
    holder = Holder(run, 1, 1, "single-flight", api, 1, heard.append)
    assert holder.renew(events.RENEW, "old", refuse) == Refused(429, wait)
