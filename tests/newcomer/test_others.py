"""Documents as frameworks write them: `init` names somebody who can call everything."""

from __future__ import annotations

import json
import tomllib

import pytest

from tests.newcomer.depot import NEW_CRATE, PAIR, answered
from tests.newcomer.joining import told

TEXT = {"type": "string"}
NAME = {"type": "object", "required": ["username", "password"], "properties": {"username": TEXT, "password": TEXT}}
TOKEN = {"type": "object", "properties": {"access_token": TEXT, "token_type": TEXT}}
FORM = {**NAME, "properties": {**NAME["properties"], "grant_type": {"type": "string", "pattern": "password"}}}


def posts(path, schema, answer, media="application/json", **more):
    body = {"required": True, "content": {media: {"schema": schema}}}
    return {path: {"post": {"requestBody": body, "responses": answered(answer, "200", "401"), **more}}}


def document(scheme, *logins, **more):
    things = {"/things": {"get": {"responses": answered({"type": "array", "items": NEW_CRATE}, "200", "401")}}}
    schemes = {"securitySchemes": {"guard": scheme, **more}}
    security = [{name: [] for name in schemes["securitySchemes"]}]
    paths = {key: value for each in (things, *logins) for key, value in each.items()}
    return {"openapi": "3.1.0", "info": {"title": "T", "version": "1"}, "paths": paths, "security": security,
            "components": schemes}  # fmt: skip


BEARER = {"type": "http", "scheme": "bearer"}
COOKIE = {"type": "apiKey", "in": "cookie", "name": "sid"}
FLOWS = {"password": {"scopes": {}, "tokenUrl": "token"}}
CLIENTS = {"clientCredentials": {"scopes": {}, "tokenUrl": "https://login.example/token"}}
CASES = {
    "a password flow with a relative tokenUrl": (
        document({"type": "oauth2", "flows": FLOWS},
                 posts("/token", FORM, TOKEN, "application/x-www-form-urlencoded", security=[])),
        {"kind": "password", "username": "env:ACME_USERNAME", "password": "env:ACME_PASSWORD"}),
    "a login that the document forgets to leave open": (
        document(BEARER, posts("/auth/login", NAME, {"type": "object", "properties": {"data": TOKEN}})),
        {"kind": "login", "login": {"operation": "POST /auth/login"}, "username": "env:ACME_USERNAME",
         "password": "env:ACME_PASSWORD"}),
    "a session cookie whose login also tells a token": (
        document(COOKIE, posts("/login", NAME, TOKEN, security=[])),
        {"kind": "login", "login": {"operation": "POST /login"}, "username": "env:ACME_USERNAME",
         "password": "env:ACME_PASSWORD"}),
    "a token in a header of its own": (
        document({**COOKIE, "in": "header", "name": "X-Auth-Token"}, posts("/session", NAME, PAIR, security=[])),
        {"kind": "login", "login": {"operation": "POST /session"}, "username": "env:ACME_USERNAME",
         "password": "env:ACME_PASSWORD"}),
    "a key": (document({"type": "apiKey", "in": "header", "name": "X-API-Key"}),
              {"kind": "api_key", "key": "env:ACME_KEY"}),
    "a registration is no login": (document(BEARER, posts("/auth/register", NAME, TOKEN, security=[])),
                                   {"kind": "bearer", "token": "env:ACME_TOKEN"}),
    "basic": (document({"type": "http", "scheme": "basic"}),
              {"kind": "basic", "username": "env:ACME_USERNAME", "password": "env:ACME_PASSWORD"}),
    "a bearer token and a key together": (
        document(BEARER, app={"type": "apiKey", "in": "header", "name": "X-App"}),
        {"kind": "bearer", "token": "env:ACME_TOKEN", "app": "env:ACME_APP"}),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_init_names_who_suits_the_document(tmp_path, monkeypatch, name):
    raw, expected = CASES[name]
    (tmp_path / "it.json").write_text(json.dumps(raw))
    file = tmp_path / "it.toml"
    code, said = told("init", tmp_path / "it.json", "--base-url", "http://127.0.0.1:1", "-o", file)
    assert code == 0, said
    (somebody,) = tomllib.loads(file.read_text())["principals"]
    assert {key: value for key, value in somebody.items() if key not in ("name", "tenant")} == expected
    for value in expected.values():
        if isinstance(value, str) and value.startswith("env:"):
            monkeypatch.setenv(value.removeprefix("env:"), "something-0123456789")
    code, said = told("init", "--check", file)
    assert code == 0, said


def test_clients_of_a_server_elsewhere_are_told_before_anything_goes_there(tmp_path, monkeypatch):
    (tmp_path / "it.json").write_text(json.dumps(document({"type": "oauth2", "flows": CLIENTS})))
    file = tmp_path / "it.toml"
    assert told("init", tmp_path / "it.json", "--base-url", "http://127.0.0.1:1", "-o", file)[0] == 0
    (somebody,) = tomllib.loads(file.read_text())["principals"]
    assert somebody["token_url"] == "https://login.example/token"
    for name in ("ACME_CLIENT_ID", "ACME_CLIENT_SECRET"):
        monkeypatch.setenv(name, "something-0123456789")
    assert told("init", "--check", file)[0] == 0


def test_a_path_parameter_may_be_called_as_a_key_of_every_principal_or_be_spelled_twice(tmp_path, monkeypatch):
    raw, _ = CASES["a key"]
    odd = ("owner", "tenant", "headers", "shelfId", "shelf_id")
    paths = {
        f"/{name}s/{{{name}}}/things": {
            "get": {**raw["paths"]["/things"]["get"],
                    "parameters": [{"in": "path", "name": name, "required": True, "schema": TEXT}]}
        }
        for name in odd
    }  # fmt: skip
    (tmp_path / "it.json").write_text(json.dumps({**raw, "paths": {**raw["paths"], **paths}}))
    file = tmp_path / "it.toml"
    code, said = told("init", tmp_path / "it.json", "--base-url", "http://127.0.0.1:1", "-o", file)
    assert code == 0, said
    written = tomllib.loads(file.read_text())
    (somebody,) = written["principals"]
    assert (somebody["tenant"], somebody["shelf_id"]) == ("acme", "env:ACME_SHELF_ID")
    assert written["parameters"] == {name: f"env:ANY_{name.upper()}" for name in odd[:3]}
    for variable in ("ACME_KEY", "ACME_SHELF_ID", "ANY_OWNER", "ANY_TENANT", "ANY_HEADERS"):
        monkeypatch.setenv(variable, "something-0123456789")
    assert told("init", "--check", file)[0] == 0
