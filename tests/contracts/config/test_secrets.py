"""Secrets of a deployment file: told by their origin, never confused with one another, never in a message."""

from __future__ import annotations

import pytest

from contracts.config.deployment import ConfigError, load
from contracts.config.secrets import is_secret
from contracts.core.conversation import Blocked

HEAD = '[deployment]\nbase_url = "http://127.0.0.1:1"\n'
CANARY = "canary-9f8e7d6c5b4a3210"


@pytest.fixture
def written(tmp_path):
    def write(*principals: str, head: str = HEAD):
        path = tmp_path / "staging.toml"
        path.write_text(head + "".join(f"[[principals]]\n{each}\n" for each in principals))
        return path

    return write


def who(name: str, *lines: str) -> str:
    return "\n".join([f'name = "{name}"', 'tenant = "t"', 'kind = "api_key"', *lines])


@pytest.mark.parametrize(
    "key", ["key", "secret", "X-Auth", "sessionid", "PHPSESSID", "apikey", "otp", "anything", "sid"]
)
def test_whatever_a_principal_knows_is_secret(key):
    assert is_secret(key)
    assert not is_secret(key, [key])


@pytest.mark.parametrize(
    "key", ["client_id", "org_id", "orgId", "id", "username", "user", "email", "team_slug", "role"]
)
def test_what_names_it_is_not(key):
    assert not is_secret(key)


def test_plain_keys_stay_plain_whatever_their_source(written, monkeypatch):
    monkeypatch.setenv("ACME_ID", "client-of-acme")
    deployment = load(written(who("acme", 'client_id = "env:ACME_ID"', 'team = "blue-team"', 'plain = ["team"]')))
    assert deployment.principals[0].values == {"client_id": "client-of-acme", "team": "blue-team"}
    assert deployment.value("t", "team") == "blue-team"
    assert deployment.vault.hide("client-of-acme of blue-team") == "client-of-acme of blue-team"


@pytest.mark.parametrize(
    "names",
    [
        ("acme-admin", "acme_admin"),
        ("acme", "ACME"),
        ("東京", "大阪"),
        ("1password", "2password"),
        ("", "x"),
    ],
)
def test_principals_with_like_names_hold_secrets_of_their_own(written, names):
    names = [each or "-" for each in names]
    deployment = load(written(*(who(name, f'key = "{CANARY}-{number}"') for number, name in enumerate(names))))
    held = [each.values["key"] for each in deployment.principals]
    assert len(set(held)) == len(names)
    assert [deployment.vault.reveal(each) for each in held] == [f"{CANARY}-0", f"{CANARY}-1"]


def test_a_literal_and_a_variable_of_the_same_name_are_two_secrets(written, monkeypatch):
    monkeypatch.setenv("ACME_KEY", "from-the-environment")
    monkeypatch.setenv("acme_key", "of-another-variable")
    lines = who("acme", f'key = "{CANARY}"'), who("b", 'key = "env:ACME_KEY"'), who("c", 'key = "env:acme_key"')
    again = who("d", 'key = "env:ACME_KEY"')
    deployment = load(written(*lines, again))
    real = [deployment.vault.reveal(each.values["key"]) for each in deployment.principals]
    assert real == [CANARY, "from-the-environment", "of-another-variable", "from-the-environment"]
    assert deployment.principals[1].values == deployment.principals[3].values


def test_damages_of_two_like_names_are_told_apart_too(written):
    lines = (who(name, 'username = "u"', f'password = "{CANARY}-{name}"') for name in ("a-b", "a_b"))
    deployment = load(written(*lines))
    first, second = (each.values["basic"] for each in deployment.principals)
    assert deployment.vault.reveal(f"{first}_CUT") != deployment.vault.reveal(f"{second}_CUT")
    assert "$" not in deployment.vault.reveal(f"{second}_CUT")


@pytest.mark.parametrize(
    "head",
    [
        f'[deployment]\nbase_url = "http://user:{CANARY}@"\n',
        f'[deployment]\nbase_url = "http://user:{CANARY}@127.0.0.1:1"\n',
        f'[deployment]\nbase_url = "http://127.0.0.1:1/?key={CANARY}"\n',
        f'{HEAD}limits = "{CANARY}"\n',
        f'{HEAD}writes = "{CANARY}"\n',
        f'{HEAD}time_scale = "{CANARY}"\n',
        f'{HEAD}overlay = [1, "{CANARY}"]\n',
        f'{HEAD}document = ["{CANARY}"]\n',
        f'{HEAD}[budget]\npace = "{CANARY}"\n',
        f'{HEAD}[gate]\nflaky = "{CANARY}"\n',
        f'{HEAD}[gate]\nfail_on = "{CANARY}"\n',
        f'{HEAD}[http]\ntimeout = "{CANARY}"\n',
        f'{HEAD}[[severity]]\nlevel = "{CANARY}"\n',
        f'{HEAD}[tokens]\nexpired_access = "env:{CANARY}"\n',
        f'{HEAD}[tokens]\nexpired_access = "file:{CANARY}"\n',
        f'{HEAD}[tokens]\nexpired_access = ["{CANARY}"]\n',
        f'{HEAD}x = "{CANARY}\n',
    ],
)
def test_no_mistake_shows_a_value(written, head):
    with pytest.raises(ConfigError) as error:
        load(written(head=head))
    assert CANARY not in str(error.value)


def test_a_file_that_everybody_can_read_draws_a_warning_and_an_empty_one_is_refused(written, tmp_path):
    file = tmp_path / "key"
    file.write_text(f"{CANARY}\n")
    file.chmod(0o600)
    path = written(who("acme", 'key = "file:key"'))
    assert load(path).warnings == ()
    file.chmod(0o644)
    (warning,) = load(path).warnings
    assert "principals.acme.key: everybody on this machine can read key" in warning
    file.write_text(" \n")
    with pytest.raises(ConfigError, match=r"principals\.acme\.key: key is empty"):
        load(path)


def test_a_short_secret_draws_a_warning(written, monkeypatch):
    monkeypatch.setenv("SHORT", "abc1")
    (warning,) = load(written(who("acme", 'key = "env:SHORT"'))).warnings
    assert "principals.acme.key has less than 8 characters" in warning
    assert "abc1" not in warning


def test_nothing_is_sent_with_the_placeholder_of_a_secret_that_is_not_there(written):
    vault = load(written(who("acme", f'key = "{CANARY}"'))).vault
    awaited = vault.expect("T_USER_TOKEN")
    for text in (
        awaited,
        "${T_USER_TOKEN%?}",
        "x.$SIGNATURE_0123456789AB",
        "$TOKEN_0123456789AB",
        "$COOKIE_0123456789AB",
    ):
        with pytest.raises(Blocked, match="is not there"):
            vault.reveal_url(f"Bearer {text}")
    vault.keep("T_USER_TOKEN", "now-it-is-there")
    assert vault.reveal(f"Bearer {awaited}") == "Bearer now-it-is-there"
    assert vault.reveal("costs $FIVE") == "costs $FIVE"


def test_an_earlier_value_of_a_name_stays_hidden_and_is_not_taken_for_the_later(written):
    vault = load(written()).vault
    vault.keep("T_USER_TOKEN", "first-token-0123456789")
    vault.keep("T_USER_TOKEN", "second-token-987654321")
    hidden = vault.hide("first-token-0123456789 second-token-987654321")
    assert "token-" not in hidden
    assert vault.reveal(hidden) == "first-token-0123456789 second-token-987654321"
