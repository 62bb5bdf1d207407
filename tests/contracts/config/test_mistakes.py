"""Mistakes that people make in deployment files: each ends with exit code 2, and one line with file, line and key."""

from __future__ import annotations

import json
import re

import pytest
from click.testing import CliRunner

from contracts.__main__ import main
from tests.newcomer.depot import document

HEAD = """[deployment]
base_url = "http://127.0.0.1:9"
document = "depot.json"
"""
LOGIN = """[[principals]]
name = "acme"
tenant = "acme"
kind = "login"
email = "ann@acme.example"
password = "pw-of-ann-0123456789"
"""
BEARER = """[[principals]]
name = "acme"
tenant = "acme"
kind = "bearer"
token = "token-0123456789"
"""
KEY = """[[principals]]
name = "acme"
tenant = "acme"
kind = "api_key"
key = "key-0123456789"
"""
GRANT = """[[principals]]
name = "acme"
tenant = "acme"
kind = "password"
username = "ann"
password = "pw-of-ann-0123456789"
"""
BY = {LOGIN: "login by e-mail", BEARER: "login by e-mail", KEY: "key in query", GRANT: "password grant"}
# what somebody writes, in place of what, below which principal, and what the one line has to say
TYPOS = [
    (LOGIN, "base_url", "base_ulr", "deployment.base_ulr: unknown key, did you mean 'base_url'?"),
    (LOGIN, "document =", "dokument =", "deployment.dokument: unknown key, did you mean 'document'?"),
    (LOGIN, "[deployment]", "[deploy]", "deploy: unknown key, did you mean 'deployment'?"),
    (LOGIN, "[[principals]]", "[[principal]]", "principal: unknown key, did you mean 'principals'?"),
    (LOGIN, "[[principals]]", "[principals]", "principals: write each as [[principals]]"),
    (LOGIN, 'name = "acme"', 'nmae = "acme"', "principals[0].name: a text is needed"),
    (LOGIN, 'tenant = "acme"', "", "principals[0].tenant: a text is needed"),
    (LOGIN, 'kind = "login"', "", "principals[0].kind: a text is needed"),
    (LOGIN, 'kind = "login"', "kind = 5", "principals[0].kind: a text is needed"),
    (LOGIN, 'kind = "login"', 'kind = "logn"', "principals.acme.kind: unknown kind 'logn', did you mean 'login'?"),
    (LOGIN, 'kind = "login"', 'kind = "wizard"', "principals.acme.kind: unknown kind 'wizard'; the document's schemes"),
    (BEARER, "token =", "access_token =", "principals.acme.access_token: unknown key, did you mean 'token'?"),
    (BEARER, "token =", "tokn =", "principals.acme.tokn: unknown key, did you mean 'token'?"),
    (BEARER, 'token = "token-0123456789"', "", "principals.acme: kind 'bearer' needs the key 'token'"),
    (BEARER, '"bearer"', '"api_key"', "principals.acme.token: unknown key"),
    (BEARER, '"bearer"\ntoken', '"api_key"\nkey', "principals.acme.kind: no scheme of the document takes a 'api_key'"),
    (BEARER, '"bearer"', '"Bearer"', "principals.acme.kind: unknown kind 'Bearer', did you mean 'bearer'?"),
    (BEARER, '"token-0123456789"', '"env:NO_SUCH_TOKEN"', "the environment variable NO_SUCH_TOKEN is not set"),
    (BEARER, '"token-0123456789"', '"file:gone.txt"', "principals.acme.token: gone.txt cannot be read"),
    (BEARER, '"token-0123456789"', '"cmd:false"', "principals.acme.token: its command failed (exit code 1)"),
    (BEARER, '"token-0123456789"', '"cmd:no-such-command-here"', "principals.acme.token: its command cannot be run"),
    (BEARER, '"token-0123456789"', '""', "principals.acme.token: a text or a number is needed, not an empty text"),
    (BEARER, '"token-0123456789"', '["a"]', "principals.acme.token: a text or a number is needed, not list"),
    (KEY, "key = ", "api_key = ", "principals.acme.api_key: unknown key, did you mean 'key'?"),
    (KEY, 'key = "key-0123456789"', "", "principals.acme: kind 'api_key' needs the key 'key'"),
    (KEY, '"api_key"', '"apikey"', "principals.acme.kind: unknown kind 'apikey', did you mean 'api_key'?"),
    (GRANT, 'username = "ann"', 'user = "ann"', "principals.acme.user: unknown key, did you mean 'username'?"),
    (GRANT, 'password = "pw', 'pasword = "pw', "principals.acme.pasword: unknown key, did you mean 'password'?"),
    (GRANT, 'username = "ann"', "", "principals.acme: kind 'password' needs the key 'username'"),
    (LOGIN, 'email = "ann@acme.example"', "", "principals.acme: kind 'login' needs the key 'email'"),
    (LOGIN, "email =", "mail =", "principals.acme.mail: unknown key, did you mean 'email'?"),
]  # fmt: skip
MORE = [
    ("writes = 'yes'", "deployment.writes: true or false is needed"),
    ("time_scale = inf", "deployment.time_scale: a number above 0 is needed"),
    ("time_scale = nan", "deployment.time_scale: a number above 0 is needed"),
    ("time_scale = '60'", "deployment.time_scale: a number above 0 is needed"),
    ("environment = 'prod'", "deployment.environment: one of staging, test"),
    ("env_file = 'gone.env'", "deployment.env_file: gone.env cannot be read"),
    ("headers = 'X-A: b'", "deployment.headers: a table is needed"),
    ("overlay = 'gone.yaml'", "gone.yaml: there is no such file"),
    ("[budget]\npace = 'slow'", "budget.pace: one of declared, none is needed"),
    ("[gate]\nfail_on = 'high'", "gate.fail_on: one of major, critical, minor is needed"),
    ("[gate]\nblocked = true", "gate.blocked: one of fail, pass is needed"),
    ("[gates]\nblocked = 'pass'", "gates: unknown key, did you mean 'gate'?"),
    ("[http]\ntimeout = 5", "http.timeout: unknown key"),
    ("[http]\ntotal = -1", "http.total: seconds above 0 are needed"),
    ("[http]\nca = 'gone.pem'", "http.ca: the file it names cannot be read"),
    ("[http]\ncert = 'depot.json'", "http.cert: the file cannot be used"),
    ("[http]\nproxy = 'ftp://proxy.example'", "http.proxy: an address of http, socks4, socks5, socks5h is needed"),
    ("[http]\nverify = 'no'", "http.verify: true or false is needed"),
    ("[writes]\nallow = ['POST /cratse']", "writes.allow: no operation of the document is 'POST /cratse', did you"),
    ("[writes]\nalow = []", "writes.alow: unknown key, did you mean 'allow'?"),
    ("[tokens]\naccess = 'x'", "tokens.access: unknown key, did you mean 'expired_access'?"),
    ("[parameters]\ncrateId = [1]", "parameters.crateId: a text or a number is needed"),
    ("[[severity]]\nlaw = 'x'", "severity[0].level: one of critical, major, minor is needed"),
    ("[load]\ntreshold = []", "load.treshold: unknown key, did you mean 'thresholds'?"),
    ("[known]\nfile = 'gone.toml'", "known.file"),
    ("[[principals]]\nname = 'acme'\ntenant = 'b'\nkind = 'anonymous'", "principals: two are named 'acme'"),
]  # fmt: skip
CASES = [(way, way.replace(right, wrong, 1) if right in way else way, HEAD if right in way else
          HEAD.replace(right, wrong, 1), words) for way, right, wrong, words in TYPOS]  # fmt: skip
CASES += [(LOGIN, f"\n{text}\n{LOGIN}" if text.startswith("[") else LOGIN,
           HEAD if text.startswith("[") else f"{HEAD}{text}\n", words) for text, words in MORE]  # fmt: skip


@pytest.mark.parametrize(("way", "principal", "head", "words"), CASES, ids=[each[-1][:60] for each in CASES])
def test_a_mistake_ends_with_two_and_names_file_line_and_key(tmp_path, way, principal, head, words):
    (tmp_path / "depot.json").write_text(json.dumps(document(BY[way])))
    file = tmp_path / "staging.toml"
    file.write_text(head + principal)
    done = CliRunner().invoke(main, ["plan", "--deployment", str(file)], catch_exceptions=False)
    assert done.exit_code == 2, done.output
    said = done.output.strip()
    assert len(said.splitlines()) == 1
    assert words in said
    if "gone.yaml" not in words:
        assert re.match(r"error: .*staging\.toml:\d+: ", said), said


def test_there_are_forty():
    assert len(CASES) >= 40
    assert len({words for *_, words in CASES}) >= 40


def test_what_nobody_can_call_is_told_first_with_the_lines_to_add(tmp_path):
    told = document("key in query")
    told["components"]["securitySchemes"]["other"] = {"type": "http", "scheme": "basic"}
    told["paths"]["/me"]["get"]["security"] = [{"other": []}]
    (tmp_path / "depot.json").write_text(json.dumps(told))
    file = tmp_path / "staging.toml"
    file.write_text(HEAD + KEY)
    done = CliRunner().invoke(main, ["plan", "--deployment", str(file)], catch_exceptions=False)
    assert done.exit_code == 0
    first = done.output.splitlines()[0]
    assert "1 of 10 operations nobody here can call: 1 for other" in first
    assert 'kind = "basic", username = "env:USERNAME", password = "env:PASSWORD"' in first
