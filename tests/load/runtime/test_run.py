"""The driver of conversations under load answers every command as the gate does."""

from __future__ import annotations

import json
import time

import attrs
import gevent
import pytest

from contracts.config.deployment import Deployment, Principal
from contracts.config.vault import Vault
from contracts.core.conversation import Blocked, Concurrently, Draw, NotObservable, Token, Wait
from contracts.core.exchange import Request, Response
from contracts.evidence.recorder import Recorder
from contracts.request.url import path_values
from contracts.steps.tokens.pairs import with_users
from load.runtime.run import LoadRun, Sent

ACME = Principal("acme", "acme", "oauth_client", values={"client_id": "cl1", "secret": "$S"})
TOOK = 0.02


class Server:
    """Answers after a while; tells how many requests were under way at most, and issues tokens."""

    def __init__(self) -> None:
        self.asked: list[Request] = []
        self.now = self.most = 0

    def send(self, request: Request):
        begun = time.time()
        self.asked.append(request)
        self.now += 1
        self.most = max(self.most, self.now)
        gevent.sleep(TOOK)
        self.now -= 1
        number = len(self.asked)
        content = {"id": number, "accessToken": f"access-{number}", "refreshToken": f"refresh-{number}"}
        data = {**content, "user": {"id": number}, "accessTokenExpiresAt": (time.time() + 3600) * 1000}
        body = json.dumps({"status": "success", "data": data})
        return Sent(Response(201, (("Content-Type", "application/json"),), body, len(body)), None, begun, time.time())


@pytest.fixture
def run(contract):
    deployment = with_users(
        contract, Deployment("x", "http://127.0.0.1:1", "x", (ACME,), Vault(), time_scale=20.0, writes=True)
    )
    return LoadRun(contract, deployment, "quick", Recorder(None))


def reading(contract, number=0):
    return Request(contract.operations[0], f"/{number}")


def test_requests_that_belong_together_are_sent_at_the_same_moment(run, contract):
    server = Server()
    several = Concurrently.of(reading(contract, number) for number in range(5))
    exchanges = run.answer(several, server.send, 1)
    assert server.most == 5
    assert [each.request.target for each in exchanges] == [f"/{number}" for number in range(5)]
    assert sorted(run.exchanges) == [1, 2, 3, 4, 5]


def test_a_wait_is_one_of_the_deployments_own_time(run):
    begun = time.monotonic()
    assert run.answer(Wait(2.0), Server().send, 1) is None
    assert 0.1 <= time.monotonic() - begun < 1.0


def test_a_token_is_lent_once_and_its_first_stays_known(run):
    server = Server()
    token = run.answer(Token("acme-user"), server.send, 1)
    assert token
    assert run.answer(Token("acme-user", first=True), server.send, 1) == token
    assert len(server.asked) == 1
    assert path_values(server.asked[0].operation, server.asked[0].target) == {"clientId": "cl1"}


def test_nothing_is_drawn(run):
    with pytest.raises(Blocked, match="drawn"):
        run.answer(Draw(None), Server().send, 1)


def test_where_writes_are_not_allowed_none_is_sent_alone_or_together(run, contract):
    run.deployment = attrs.evolve(run.deployment, writes=False)
    write, server = attrs.evolve(reading(contract), method="POST"), Server()
    for command in (write, Concurrently((reading(contract), write))):
        with pytest.raises(NotObservable):
            run.answer(command, server.send, 1)
    assert server.asked == []
