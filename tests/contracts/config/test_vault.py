"""Secrets go in and placeholders come out; only what is sent has secrets again."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from contracts.config.vault import Vault

JWT = "eyJhbGciOiJIUzI1NiJ9.eyJvd25lcklkIjo3fQ.c2lnbmF0dXJlLW9mLXRoaXM"


def test_a_known_secret_is_hidden_in_every_spelling():
    vault = Vault()
    placeholder = vault.keep("ACME_SECRET", 's3/cr"et+')
    text = 'plain s3/cr"et+ url s3%2Fcr%22et%2B json s3/cr\\"et+ basic czMvY3IiZXQr'
    assert vault.hide(text) == f"plain {placeholder} url {placeholder} json {placeholder} basic {placeholder}"


def test_the_parts_of_a_token_that_make_it_usable_are_hidden_and_equal_ones_stay_equal():
    vault = Vault()
    body = json.dumps({"accessToken": JWT, "again": JWT})
    hidden = vault.hide(body)
    first, again = json.loads(hidden).values()
    assert first == again
    assert "c2lnbmF0dXJl" not in hidden
    assert first.startswith("eyJhbGciOiJIUzI1NiJ9.eyJvd25lcklkIjo3fQ.$SIGNATURE_")
    assert vault.reveal(first) == JWT


@given(st.text(min_size=1).filter(lambda text: not text.startswith("eyJ") and "$" not in text))
def test_members_with_secret_names_are_hidden_and_can_be_sent_again(value):
    vault = Vault()
    hidden = json.loads(vault.hide(json.dumps({"refresh_token": value})))["refresh_token"]
    assert hidden.startswith("$TOKEN_")
    assert json.loads(vault.reveal_json(json.dumps({"token": hidden})))["token"] == value


def test_what_tells_about_a_secret_is_shown_and_what_is_one_is_not():
    told = {"token_type": "Bearer", "tokenUrl": "https://a.example/token", "password_changed_at": "2030-01-01"}
    vault = Vault()
    assert json.loads(vault.hide(json.dumps(told))) == told
    hidden = json.loads(vault.hide(json.dumps({"secretPlain": "one-secret", "accessToken": "another-secret"})))
    assert all(value.startswith("$TOKEN_") for value in hidden.values())


def test_values_we_made_up_ourselves_are_no_secrets():
    vault = Vault()
    vault.ours('{"secret": "made-up"}')
    assert vault.hide('{"secret": "made-up"}') == '{"secret": "made-up"}'


def test_damages_are_done_to_the_real_secret_in_the_notation_of_bash():
    vault = Vault()
    vault.keep("KEY", "abcdef")
    changes = ["${KEY%?}", "${KEY:2}", "${KEY:0:3}", "${KEY^^}", "x$KEY"]
    assert [vault.reveal(change) for change in changes] == ["abcde", "cdef", "abc", "ABCDEF", "xabcdef"]


def test_unknown_variables_are_left_alone():
    assert Vault().reveal("price $FIVE and ${OTHER%?}") == "price $FIVE and ${OTHER%?}"


def test_the_first_letters_of_a_token_hide_nothing_in_others():
    vault = Vault()
    vault.keep("TOKEN", JWT)
    vault.reveal("${TOKEN:0:12}")
    other = "eyJhbGciOiJIUzI1NiJ9.eyJvd25lcklkIjo4fQ.b3RoZXItc2lnbmF0dXJl"
    hidden = vault.hide(json.dumps({"accessToken": other}))
    assert "TOKEN:0:12" not in hidden
    assert "b3RoZXI" not in hidden


def test_an_equal_answer_is_freed_of_what_became_secret_meanwhile() -> None:
    vault, headers, body = Vault(), [("X-Request-Id", "id-of-a-request-1")], '{"note": "s3cret-of-the-run-1"}'
    assert vault.hide_answer(headers, body, "") == (["id-of-a-request-1"], body)
    assert vault.hide_answer(headers, body, "") == (["id-of-a-request-1"], body)
    vault.keep("RUN", "s3cret-of-the-run-1")
    assert vault.hide_answer(headers, body, "")[1] == '{"note": "$RUN"}'
    vault.keep("ID", "id-of-a-request-1")
    assert vault.hide_answer(headers, body, "")[0] == ["$ID"]


def test_a_header_that_reveals_a_secret_hides_it_in_a_body_that_came_before() -> None:
    vault, body = Vault(), '{"note": "q8w7e6r5t4z3u2i1"}'
    assert vault.hide_answer([], body, "")[1] == body
    values, hidden = vault.hide_answer([("X-Hint", "token=q8w7e6r5t4z3u2i1")], body, "")
    assert "q8w7e6r5t4z3u2i1" not in values[0] + hidden


def test_a_renewed_secret_goes_by_its_new_name_in_an_answer_that_came_before() -> None:
    vault, body = Vault(), '{"note": "first-token-123"}'
    vault.keep("T", "first-token-123")
    assert vault.hide_answer([], body, "")[1] == '{"note": "$T"}'
    vault.keep("T", "second-token-456")
    assert vault.hide_answer([], body, "")[1] not in {body, '{"note": "$T"}'}


def test_a_token_that_was_asked_for_is_hidden_wherever_it_comes_however_many_came_unasked() -> None:
    vault = Vault()
    vault.watch([], ["POST /token"])
    unasked = json.dumps([{"apiKey": f"k{number:04}Qx7Zr2Tw9Lm"} for number in range(6000)])
    assert "Qx7Zr2Tw9Lm" not in vault.hide_answer([], unasked, "GET /keys")[1]
    token = "t9Kq4Wz8Rn3Vb6Ys1Hd"
    assert token not in vault.hide_answer([], json.dumps({"access_token": token}), "POST /token")[1]
    assert token not in vault.hide(f"no such thing: {token}")


def test_what_only_contains_the_name_of_a_secret_is_none() -> None:
    vault = Vault()
    told = vault.hide(json.dumps({"token": "w5Tn8Rk2Zx-$TOKEN_0123456789AB"}))
    assert "w5Tn8Rk2Zx" not in told
    assert vault.hide(told) == told
