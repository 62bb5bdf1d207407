"""Credentials as they are in the world: each opens a depot, and none of its secrets is shown."""

from __future__ import annotations

import asyncio
import base64
import json
import re
from itertools import count
from urllib.parse import parse_qsl

import pytest

from contracts.config import deployment as deployments
from contracts.core.verdicts import BROKEN, UPHELD
from contracts.engine.probe import probe
from contracts.plan import planning
from tests import in_process
from tests.newcomer.depot import KEYS, Depot, Refusal, document
from tests.newcomer.joining import BASE, told

CLIENT = ("client-of-acme", "secret-of-client-0123456789")
ELSEWHERE = "https://login.example"
LOOK = "status/|schema/|pagination/"


class Guarded(Depot):
    """A depot whose tokens come from an authorization server elsewhere, and that takes whatever a test says."""

    def __init__(self, takes=None, *, basic=False, **lifetime):
        super().__init__("login by e-mail", **lifetime)
        self.takes, self.basic, self.asked_of_server = takes, basic, []

    def answer(self, asked):
        if asked.steps == ["oauth", "token"] or asked.steps[:1] == [".well-known"]:
            self.asked_of_server.append(asked)
            try:
                return 200, self.authorized(asked), []
            except Refusal as refusal:
                return refusal.status, {"error": refusal.message}, []
        return super().answer(asked)

    def authorized(self, asked):
        if asked.steps[0] == ".well-known":
            return {"issuer": ELSEWHERE, "token_endpoint": f"{ELSEWHERE}/oauth/token"}
        form = self.form(asked)
        shown = (form.get("client_id"), form.get("client_secret"))
        if self.basic:
            shown = tuple(base64.b64decode(asked.headers.get("authorization", "")[6:]).decode().split(":"))
        if form["grant_type"] == "refresh_token":
            return self._traded(form["refresh_token"])
        if shown != CLIENT:
            raise Refusal(401, "invalid_client")
        return self._pair("acme")

    @staticmethod
    def form(asked):
        return dict(parse_qsl(asked.raw.decode()))

    def _who(self, asked):
        if self.takes is None:
            return super()._who(asked)
        if not self.takes(asked):
            raise Refusal(401, "who are you?")
        return "acme"


def files(folder, scheme, principal, *tables):
    """A document with one scheme, and the file of somebody who satisfies it."""
    told = document("key in query")
    told["components"]["securitySchemes"]["guard"] = scheme
    (folder / "depot.json").write_text(json.dumps(told))
    head = f'[deployment]\nbase_url = "{BASE}/api"\ndocument = "depot.json"\nwrites = true\n'
    lines = ["[[principals]]", 'name = "acme"', 'tenant = "acme"', *principal]
    (folder / "depot.toml").write_text("\n".join([head, *tables, *lines]) + "\n")
    return folder / "depot.toml"


def run(folder, depot, file, law=LOOK):
    plan = planning.planned(file)
    made = in_process.judged(
        depot, plan, [each.id for each in plan.items if re.search(law, each.id)], folder=folder / "run"
    )
    shown = "".join(each.read_text("utf-8", "replace") for each in (folder / "run").rglob("*") if each.is_file())
    return made, shown


def opens(made):
    """Whether the credential was accepted everywhere."""
    assert made.dead_credentials == {}
    assert [each.item.id for each in made.verdicts if each.verdict == BROKEN] == []
    reads = [each for each in made.verdicts if each.item.rule.id == "schema/body-fits-its-schema"]
    assert sum(each.verdict == UPHELD for each in reads) >= 4


FLOW = {
    "type": "oauth2",
    "flows": {"clientCredentials": {"tokenUrl": f"{ELSEWHERE}/oauth/token", "scopes": {"x": "X."}}},
}
OPEN_ID = {"type": "openIdConnect", "openIdConnectUrl": f"{ELSEWHERE}/.well-known/openid-configuration"}
BY_CLIENT = ['kind = "client_credentials"', 'client_id = "env:ID"', 'client_secret = "env:SECRET"']
URL = f'token_url = "{ELSEWHERE}/oauth/token"'


@pytest.mark.parametrize("basic", [False, True])
def test_a_token_endpoint_elsewhere_is_asked_where_the_file_names_it(tmp_path, monkeypatch, basic):
    monkeypatch.setenv("ID", CLIENT[0])
    monkeypatch.setenv("SECRET", CLIENT[1])
    depot = Guarded(basic=basic)
    more = [URL, 'scope = "crates other"', 'audience = "depot"', *(['client_auth = "basic"'] if basic else [])]
    made, shown = run(tmp_path, depot, files(tmp_path, FLOW, [*BY_CLIENT, *more]))
    opens(made)
    form = depot.form(depot.asked_of_server[0])
    assert (form["grant_type"], form["scope"], form["audience"]) == ("client_credentials", "crates other", "depot")
    assert ("client_secret" in form) is not basic
    assert [each for each in (*depot.given, CLIENT[1]) if each in shown] == []


def test_no_secret_goes_to_another_origin_that_only_the_document_names(tmp_path, monkeypatch):
    monkeypatch.setenv("ID", CLIENT[0])
    monkeypatch.setenv("SECRET", CLIENT[1])
    code, said = told("plan", "--deployment", files(tmp_path, FLOW, BY_CLIENT))
    assert code == 2
    assert "another origin than base_url; token_url = 'https://login.example/oauth/token' says that it may" in said


def test_open_id_connect_is_asked_for_its_token_endpoint(tmp_path, monkeypatch):
    monkeypatch.setenv("ID", CLIENT[0])
    monkeypatch.setenv("SECRET", CLIENT[1])
    depot = Guarded()
    where = f'discovery = "{OPEN_ID["openIdConnectUrl"]}"'
    made, _ = run(tmp_path, depot, files(tmp_path, OPEN_ID, [*BY_CLIENT, where]))
    opens(made)
    assert [each.steps[0] for each in depot.asked_of_server] == [".well-known", "oauth"]


def test_a_refresh_token_is_traded_and_its_successor_after_it(tmp_path, monkeypatch):
    depot = Guarded(lifetime=30, clock=count().__next__)
    monkeypatch.setenv("REFRESH", depot._pair("acme")["refresh_token"])
    principal = ['kind = "refresh_token"', 'refresh_token = "env:REFRESH"', URL]
    made, shown = run(tmp_path, depot, files(tmp_path, FLOW, principal), "status/|schema/|pagination/|state/")
    opens(made)
    presented = [depot.form(each)["refresh_token"] for each in depot.asked_of_server]
    assert len(presented) == len(set(presented)) >= 2
    assert [each for each in depot.given if each in shown] == []


def _header(name, value):
    return lambda asked: asked.headers.get(name) == value


KEY = {"type": "apiKey", "in": "header", "name": "X-Auth"}
STATIC = {
    "a raw value with a word before it": (KEY, ['kind = "api_key"', 'key = "env:IT"'], "Token x-0123456789-abcdef",
                                          "x-auth", "Token x-0123456789-abcdef"),
    "a cookie": ({"type": "apiKey", "in": "cookie", "name": "sid"}, ['kind = "api_key"', 'key = "env:IT"'],
                 "cookie-0123456789-abc", "cookie", "sid=cookie-0123456789-abc"),
    "a bearer token": ({"type": "http", "scheme": "bearer"}, ['kind = "bearer"', 'token = "env:IT"'],
                       "bearer-0123456789-abc", "authorization", "Bearer bearer-0123456789-abc"),
    "basic": ({"type": "http", "scheme": "basic"}, ['kind = "basic"', 'username = "ann"', 'password = "env:IT"'],
              "basic-0123456789-abc", "authorization",
              f"Basic {base64.b64encode(b'ann:basic-0123456789-abc').decode()}"),
    "what a command prints": ({"type": "http", "scheme": "bearer"},
                              ['kind = "bearer"', """token = "cmd:sh -c 'echo printed-$((1200 + 34))-0123456789'" """],
                              "printed-1234-0123456789", "authorization", "Bearer printed-1234-0123456789"),
}  # fmt: skip


@pytest.mark.parametrize("name", STATIC)
def test_a_credential_of_the_file_is_sent_as_the_document_wants_it(tmp_path, monkeypatch, name):
    scheme, principal, secret, header, value = STATIC[name]
    monkeypatch.setenv("IT", secret)
    made, shown = run(tmp_path, Guarded(_header(header, value)), files(tmp_path, scheme, principal))
    opens(made)
    assert secret not in shown
    assert secret.rpartition(" ")[2] not in shown


def test_a_variable_may_stand_in_a_file_beside_the_deployment_file(tmp_path):
    (tmp_path / ".env").write_text("OF_FILE='from-file-0123456789'\nOTHER=1\n")
    file = files(tmp_path, KEY, ['kind = "api_key"', 'key = "env:OF_FILE"'])
    made, shown = run(tmp_path, Guarded(_header("x-auth", "from-file-0123456789")), file)
    opens(made)
    assert "from-file-0123456789" not in shown


def test_further_headers_are_sent_with_every_request_and_their_secrets_hidden(tmp_path, monkeypatch):
    monkeypatch.setenv("GATEWAY", "gateway-0123456789-abc")
    file = files(
        tmp_path, KEY, ['kind = "api_key"', f'key = "{KEYS["acme"]}"', 'headers = {X-Team = "blue"}'],
        '[deployment.headers]\nX-Gateway = "env:GATEWAY"\nX-Region = "eu"',
    )  # fmt: skip
    wanted = {"x-auth": KEYS["acme"], "x-team": "blue", "x-gateway": "gateway-0123456789-abc", "x-region": "eu"}
    made, shown = run(tmp_path, Guarded(lambda asked: wanted.items() <= asked.headers.items()), file)
    opens(made)
    assert "gateway-0123456789-abc" not in shown
    assert '"X-Region", "eu"' in shown


def test_two_schemes_at_once_are_one_principal(tmp_path, monkeypatch):
    monkeypatch.setenv("APP", "app-0123456789-abc")
    file = files(tmp_path, KEY, ['kind = "api_key"', f'guard = "{KEYS["acme"]}"', 'app = "env:APP"'])
    raw = json.loads((tmp_path / "depot.json").read_text())
    raw["components"]["securitySchemes"]["app"] = {"type": "apiKey", "in": "header", "name": "X-App"}
    raw["security"] = [{"guard": [], "app": []}]
    (tmp_path / "depot.json").write_text(json.dumps(raw))
    wanted = {"x-auth": KEYS["acme"], "x-app": "app-0123456789-abc"}
    made, shown = run(tmp_path, Guarded(lambda asked: wanted.items() <= asked.headers.items()), file)
    opens(made)
    assert "app-0123456789-abc" not in shown


async def probed(file, depot):
    deployment = deployments.load(file)
    contract = planning.contract_of(deployment)
    planning.require_sound(contract, deployment)
    return await probe(planning.make(contract, deployment), in_process.asking(depot))


@pytest.mark.parametrize(("secret", "works"), [(KEYS["acme"], True), ("wrong-0123456789", False)])
def test_a_probe_says_whether_a_credential_works(tmp_path, secret, works):
    file = files(tmp_path, KEY, ['kind = "api_key"', f'key = "{secret}"'])
    (found,) = asyncio.run(probed(file, Guarded(_header("x-auth", KEYS["acme"]))))
    assert (found.principal, found.works) == ("acme", works)
    assert "GET /me" in found.told


def test_a_login_that_is_refused_is_told_by_a_probe(tmp_path):
    principal = ['kind = "client_credentials"', 'client_id = "x"', 'client_secret = "wrong-0123456789"', URL]
    (found,) = asyncio.run(probed(files(tmp_path, FLOW, principal), Guarded()))
    assert found.works is False
    assert "acme gets no credential (client_credentials): 401 (invalid_client)" in found.told


def test_a_run_with_no_accepted_credential_stops_at_once(tmp_path):
    file = files(tmp_path, KEY, ['kind = "api_key"', 'key = "wrong-0123456789"'])
    made, _ = run(tmp_path, Guarded(_header("x-auth", KEYS["acme"])), file, "")
    assert made.gone == ("no credential is accepted: the credential of acme is not accepted: 401 ('who are you?')")
    assert made.recorder.requests < 5
