"""A deployment file is read, or refused in one line that names the file and the key."""

from __future__ import annotations

import pytest

from contracts.config.deployment import ConfigError, load

GOOD = """
[deployment]
base_url = "http://127.0.0.1:1"
writes = true
[[principals]]
name = "acme"
tenant = "acme"
kind = "oauth_client"
client_id = "cl1"
secret = "env:ACME_SECRET"
org_id = 123
"""


@pytest.fixture
def written(tmp_path, monkeypatch):
    monkeypatch.setenv("ACME_SECRET", "very-secret")

    def write(text: str):
        path = tmp_path / "staging.toml"
        path.write_text(text)
        return path

    return write


def test_secrets_become_placeholders_and_plain_values_serve_as_path_parameters(written):
    deployment = load(written(GOOD))
    principal = deployment.principals[0]
    assert principal.values["secret"] == "$ACME_SECRET"
    assert deployment.value("acme", "orgId") == "123"
    assert deployment.value("acme", "clientId") == "cl1"
    assert deployment.value("acme", "secret") is None
    assert "very-secret" not in repr(principal)
    assert deployment.pace == "declared"


def test_a_literal_secret_works_and_draws_a_warning(written):
    deployment = load(written(GOOD.replace("env:ACME_SECRET", "plain")))
    assert deployment.principals[0].values["secret"] == "$ACME_SECRET"
    assert "principals.acme.secret" in deployment.warnings[0]


def test_a_secret_can_stand_in_a_file_of_its_own(written, tmp_path):
    (tmp_path / "key").write_text("from-file\n")
    deployment = load(written(GOOD.replace("env:ACME_SECRET", "file:key")))
    assert deployment.vault.reveal("$ACME_SECRET") == "from-file"


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("http://127.0.0.1:1", "staging"), "deployment.base_url"),
        (("writes = true", 'writes = "yes"'), "deployment.writes"),
        (("writes = true", "time_scale = 0"), "deployment.time_scale"),
        (("writes = true", "wirtes = true"), "did you mean 'writes'"),
        (("ACME_SECRET", "NOT_SET_ANYWHERE"), "NOT_SET_ANYWHERE is not set"),
        (("env:ACME_SECRET", "file:nowhere"), "nowhere cannot be read"),
        (('tenant = "acme"', ""), "principals[0].tenant"),
        (("[deployment]", "[deployments]"), "deployments: unknown key"),
        (("writes = true", "writes = "), "not valid TOML"),
        (("[[principals]]", "[principals]"), "principals"),
    ],
)
def test_every_mistake_is_told_in_one_line_with_file_and_key(written, change, told):
    path = written(GOOD.replace(*change))
    with pytest.raises(ConfigError) as error:
        load(path)
    assert str(path) in str(error.value)
    assert told in str(error.value)
    assert "\n" not in str(error.value)


def test_a_missing_file_is_told(tmp_path):
    with pytest.raises(ConfigError, match="cannot be read"):
        load(tmp_path / "none.toml")
