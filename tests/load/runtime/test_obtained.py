"""Under load too, who has to log in does so before its first request, and again before its token ends."""

from __future__ import annotations

import json
import time

import pytest

from contracts.config import deployment as deployments
from contracts.core.conversation import Blocked
from contracts.core.exchange import Response
from contracts.evidence.recorder import Recorder
from contracts.plan import planning
from contracts.request.api import RequestFactory
from contracts.steps.tokens.grants import bound
from load.runtime.run import LoadRun, Sent
from tests.newcomer.depot import Asked, Depot, document


class Way:
    """Sends to a depot in this process, as a wire would: secrets put in on the way out, and out on the way in."""

    def __init__(self, depot, vault):
        self.depot, self.vault, self.asked = depot, vault, []

    def send(self, request):
        begun = time.time()
        self.asked.append(request.target)
        headers = {name.lower(): self.vault.reveal(value) for name, value in request.headers}
        form = "form" in headers.get("content-type", "")
        reveal = self.vault.reveal_url if form else self.vault.reveal_json
        raw = reveal(request.body or "").encode()
        steps = ["api", *request.target.partition("?")[0].strip("/").split("/")]
        status, body, more = self.depot.answer(Asked(request.verb, steps, {}, headers, raw))
        told = [("Content-Type", "application/json"), *((name.decode(), value.decode()) for name, value in more)]
        values, text = self.vault.hide_answer(told, "" if body is None else json.dumps(body), request.operation.key)
        pairs = tuple((name, value) for (name, _), value in zip(told, values, strict=True))
        return Sent(Response(status, pairs, text, len(text)), None, begun, time.time())


def prepared(folder, way, principal, lifetime=3600.0):
    """A run under load as one principal, and the way to its depot."""
    (folder / "depot.json").write_text(json.dumps(document(way)))
    file = folder / "depot.toml"
    head = '[deployment]\nbase_url = "http://127.0.0.1:1/api"\ndocument = "depot.json"\nsynthetic = true\n'
    file.write_text(f'{head}[[principals]]\nname = "acme"\ntenant = "acme"\n{principal}')
    deployment = deployments.load(file)
    contract = planning.contract_of(deployment)
    planning.require_sound(contract, deployment)
    deployment = bound(contract, deployment)
    run = LoadRun(contract, deployment, "quick", Recorder(None))
    api = RequestFactory(contract, deployment, contract.operation("GET /me"), deployment.principals[0], "")
    return run, api, Way(Depot(way, lifetime=lifetime), deployment.vault)


LOGIN = 'kind = "login"\nemail = "ann@acme.example"\npassword = "pw-of-ann-0123456789"\n'
GRANT = 'kind = "password"\nusername = "ann@acme.example"\npassword = "pw-of-ann-0123456789"\n'
SESSION = 'kind = "login"\nusername = "ann@acme.example"\npassword = "pw-of-ann-0123456789"\n'
WAYS = [
    ("login by e-mail", LOGIN, "/auth/login"), ("password grant", GRANT, "/oauth/token"),
    ("session cookie", SESSION, "/session"),
]  # fmt: skip


@pytest.mark.parametrize(("way", "principal", "place"), WAYS, ids=[each[0] for each in WAYS])
def test_a_login_comes_before_the_first_request_and_no_other(tmp_path, way, principal, place):
    run, api, wire = prepared(tmp_path, way, principal)
    answers = [run.ask(api.ask(), wire.send, 1) for _ in range(3)]
    assert [each.status for each in answers] == [200, 200, 200]
    assert wire.asked == [place, "/me", "/me", "/me"]
    shown = " ".join(value for each in run.exchanges.values() for _, value in each.request.headers)
    assert [each for each in wire.depot.given if each in shown] == []


def test_a_token_is_renewed_before_it_ends(tmp_path):
    run, api, wire = prepared(tmp_path, "login by e-mail", LOGIN, lifetime=1.0)
    until = time.monotonic() + 1.2
    while time.monotonic() < until:
        assert run.ask(api.ask(), wire.send, 1).status == 200
        time.sleep(0.05)
    assert wire.asked.count("/auth/login") == 1
    assert wire.asked.count("/auth/refresh") >= 1


def test_a_wrong_password_blocks_with_a_reason(tmp_path):
    run, api, wire = prepared(tmp_path, "login by e-mail", LOGIN.replace("pw-of-ann", "pw-of-eve"))
    with pytest.raises(Blocked, match=r"acme gets no credential \(login\): 401 \(wrong name or password\)"):
        run.ask(api.ask(), wire.send, 1)
