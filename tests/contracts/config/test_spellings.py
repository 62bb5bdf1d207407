"""A secret is hidden however a server spells it, and nothing that comes of it later shows it."""

from __future__ import annotations

import json
import secrets
import time

import pytest

from contracts.config.vault import Vault
from tests.contracts.config.spelled import FORMS, shown

CANARY = 'cal-Live/7f"3K&9q+Zr<2=pLx_8TvYw%41'


@pytest.fixture
def vault():
    made = Vault()
    made.keep("ACME_KEY", CANARY)
    return made


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("around", ["%s", '{"message": "got %s, sorry"}', "https://a.example/x?key=%s&more=1"])
def test_no_form_of_a_known_secret_is_shown(vault, form, around):
    hidden = vault.hide(around.replace("%s", FORMS[form](CANARY)))
    assert not shown(CANARY, hidden)
    assert "ACME_KEY" in hidden


@pytest.mark.parametrize("form", FORMS)
def test_json_inside_of_json_shows_none_either(vault, form):
    inner = json.dumps({"error": FORMS[form](CANARY)})
    hidden = vault.hide(json.dumps({"cause": inner}))
    assert not shown(CANARY, json.loads(json.loads(hidden)["cause"])["error"])


def test_a_text_without_secrets_stays_as_it_is(vault):
    text = json.dumps({"name": 'Ä \\ %41 &amp; "x"', "url": "https://a.example/?q=%2F%252F", "n": [1, 2.5, None]})
    assert vault.hide(text) == text


@pytest.mark.parametrize(
    ("text", "placeholder"),
    [
        (CANARY, "$ACME_KEY"),
        (CANARY[:-1], f"${{ACME_KEY:0:{len(CANARY) - 1}}}"),
        (CANARY[1:], "${ACME_KEY:1}"),
        (CANARY[:12], "${ACME_KEY:0:12}"),
        (CANARY.upper(), "${ACME_KEY^^}"),
        (CANARY.lower(), "${ACME_KEY,,}"),
        (CANARY.swapcase(), "${ACME_KEY~~}"),
        (f"{CANARY}then", "${ACME_KEY}then"),
    ],
)
def test_what_is_hidden_of_a_secret_is_sent_again_as_it_was(vault, text, placeholder):
    assert vault.hide(text) == placeholder
    assert vault.reveal(placeholder) == text


@pytest.mark.parametrize("form", ["Base64 without padding", "Base64 of user:token", "hexadecimal", "split by blanks"])
def test_a_spelling_of_its_own_has_a_placeholder_of_its_own(vault, form):
    text = FORMS[form](CANARY)
    hidden = vault.hide(f"<{text}>")
    assert hidden.startswith("<$ACME_KEY_AS_")
    assert vault.reveal(hidden) == f"<{text}>"


def test_what_many_secrets_begin_with_hides_nothing_in_others():
    vault = Vault()
    vault.keep("SHORT", "administrator1")
    assert vault.hide("an administrator") == "an administrator"
    assert vault.hide("administrator1") == "$SHORT"


def test_a_short_secret_is_hidden_where_it_stands_alone():
    vault = Vault()
    vault.keep("PIN", "s3cr")
    headers, body = vault.hide_answer([("X-Pin", "s3cr")], '{"pin": "s3cr", "s3cr": "as3cr", "u": "/?p=s3cr&b"}', "")
    assert headers == ["$PIN"]
    assert body == '{"pin": "$PIN", "s3cr": "as3cr", "u": "/?p=$PIN&b"}'


def test_a_secret_of_digits_leaves_json_behind():
    vault = Vault()
    vault.keep("PIN_CODE", "1234567890")
    assert json.loads(vault.hide('{"pin": 1234567890, "also": [1234567890]}')) == {
        "pin": "$PIN_CODE",
        "also": ["$PIN_CODE"],
    }


def test_a_secret_that_is_a_common_word_hides_no_name_of_a_member():
    vault = Vault()
    vault.keep("WORD", "password")
    assert json.loads(vault.hide('{"password" : "password"}')) == {"password": "$WORD"}


def test_texts_do_not_run_into_one_another(vault):
    headers, body = vault.hide_answer([("X-A", CANARY[:20]), ("X-B", CANARY[20:])], "{}", "")
    assert headers == ["${ACME_KEY:0:20}", "${ACME_KEY:20}"]
    assert body == "{}"


def test_hiding_takes_time_in_step_with_the_text():
    vault = Vault()
    for number in range(40):
        vault.keep(f"KEY_{number}", secrets.token_urlsafe(32))
    nasty = '{"a": "' + "\\u0041%41&amp; token=" * 4000 + '"}'
    vault.hide(nasty)
    begun = time.process_time()
    vault.hide(nasty)
    once = time.process_time() - begun
    vault.hide(nasty * 4)
    assert time.process_time() - begun - once < max(0.5, 12 * once)
