"""What an answer gives out is hidden there, and wherever it comes again."""

from __future__ import annotations

import json

import pytest

from contracts.config.vault import Vault

TOKEN = "opaque-4f9a2c7be81d"


def hidden(vault, body, headers=(), operation=""):
    values, text = vault.hide_answer(headers, body if isinstance(body, str) else json.dumps(body), operation)
    return "\n".join([*values, text])


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        ({"access_token": TOKEN}, ()),
        ({"recoveryTokens": ["one-9a8b7c6d5e", TOKEN]}, ()),
        ({"log": json.dumps({"apiKey": TOKEN})}, ()),
        ({"next": f"https://a.example/x?access_token={TOKEN}&page=2"}, ()),
        ({}, [("Set-Cookie", f"sid={TOKEN}; Path=/; HttpOnly")]),
        ({}, [("X-Auth-Token", TOKEN)]),
        ({"pin": TOKEN}, ()),
    ],
)
def test_what_is_called_like_a_secret_is_hidden_and_stays_so(body, headers):
    vault = Vault()
    vault.watch(["pin"], [])
    assert TOKEN not in hidden(vault, body, headers)
    again = hidden(vault, {"message": f"unknown {TOKEN}"})
    assert TOKEN not in again
    assert TOKEN in vault.reveal(again)


@pytest.mark.parametrize(
    "body", [{"ticket": TOKEN, "expires_in": 60}, [{"a": {"b": [TOKEN]}}], TOKEN, json.dumps(TOKEN)]
)
def test_whatever_a_login_answers_is_secret(body):
    vault = Vault()
    vault.watch([], ["POST /login"])
    assert TOKEN not in hidden(vault, body, operation="POST /login")
    assert TOKEN not in hidden(vault, {"message": TOKEN})


def test_what_a_login_tells_about_it_is_shown():
    told = {"token_type": "Bearer", "scope": "read", "id": "user-0123456789ab", "createdAt": "2030-01-01T00:00:00Z"}
    vault = Vault()
    vault.watch([], ["POST /login"])
    assert json.loads(hidden(vault, told, operation="POST /login")) == told


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        ({"next_page_token": "4f9a2c7be81d0a"}, ()),
        ({"token_count": "1234567890123456"}, ()),
        ({"name": "a-name-of-2-words"}, ()),
        ({}, [("X-RateLimit-Limit-Tokens", "40000")]),
    ],
)
def test_what_is_none_is_shown(body, headers):
    vault = Vault()
    vault.watch([], [], harmless=["token_count"])
    assert hidden(vault, body, headers) == "\n".join([*(value for _, value in headers), json.dumps(body)])


def test_what_we_made_up_and_sent_is_no_secret():
    vault = Vault()
    vault.ours(json.dumps({"secret": TOKEN}))
    assert TOKEN in hidden(vault, {"secret": TOKEN, "message": TOKEN})
