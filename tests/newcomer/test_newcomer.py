"""Who is new gets it right the first time: from `init` to a run that judges, with nothing edited but secrets."""

from __future__ import annotations

import tomllib
from itertools import count

import pytest

from contracts.core.verdicts import BLOCKED, BROKEN, OBSERVED, UPHELD
from sandbox.build import Options
from sandbox.build import build as sandbox
from sandbox.deployment import deployment_toml
from tests.newcomer.depot import WAYS, Depot
from tests.newcomer.joining import BASE, begun, judged, secrets, told


@pytest.fixture
def variables(monkeypatch):
    for name, value in secrets().items():
        monkeypatch.setenv(name, value)
    return secrets()


def of(run, *words):
    return [each for each in run.verdicts if each.verdict in words]


@pytest.mark.parametrize("way", WAYS)
def test_from_init_to_a_run_that_judges_nine_of_ten_operations(tmp_path, way, variables):
    depot, file = Depot(way), begun(tmp_path, way)
    assert told("init", "--check", file)[0] == 0
    run = judged(depot, file, tmp_path)
    assert [f"{each.item.id}: {each.expected}, {each.got} {each.reason}" for each in of(run, BROKEN, BLOCKED)] == []
    operations = {each.key for each in run.plan.contract.operations}
    judged_ones = {each.item.operation.key for each in of(run, UPHELD, BROKEN, OBSERVED)}
    assert len(judged_ones) >= 0.9 * len(operations), operations - judged_ones
    shown = "".join(each.read_text("utf-8", "replace") for each in (tmp_path / "run").rglob("*") if each.is_file())
    assert [each for each in (*depot.given, *variables.values()) if each in shown and "@" not in each] == []


FAULTS = {
    "idor": "credentials/",
    "offset-overlap": "pagination/",
    "refresh-reuse": "tokens/a-spent-refresh-token-is-refused",
}


@pytest.mark.parametrize("way", ["login by e-mail", "password grant"])
def test_planted_faults_are_found_with_the_file_as_it_is_written(tmp_path, way, variables):
    run = judged(Depot(way, *FAULTS), begun(tmp_path, way, both=True), tmp_path)
    broken = {each.item.id for each in of(run, BROKEN)}
    for fault, law in FAULTS.items():
        assert any(each.startswith(law) for each in broken), (fault, sorted(broken))


def test_tokens_that_end_during_a_run_are_renewed_in_time(tmp_path, variables):
    depot = Depot("login by e-mail", lifetime=2.0)
    run = judged(depot, begun(tmp_path, "login by e-mail"), tmp_path, "pagination/|state/|credentials/")
    assert of(run, BLOCKED) == []
    assert run.dead_credentials == {}


def test_a_session_that_ends_before_its_time_is_begun_anew(tmp_path, variables):
    depot = Depot("session cookie", lifetime=30, clock=count().__next__)  # which nothing tells
    run = judged(depot, begun(tmp_path, "session cookie"), tmp_path, "pagination/|filters/|schema/")
    assert run.dead_credentials == {}
    assert depot.logins > 1


WHOLE = "state/.*(created|hangs|delet|below)|credentials/nothing-without|tokens/a-(refresh|forced)|pagination/"
"""Laws that come by every operation of Cal.com; all of them would take a minute."""


def test_cal_com_is_judged_by_the_file_that_init_writes(tmp_path, monkeypatch):
    server = sandbox(Options(limits=False))
    secrets_of = tomllib.loads(deployment_toml(server.world, Options(limits=False), BASE, "calcom-v2"))["principals"]
    client, admin = secrets_of[0], secrets_of[1]
    for name, value in (("CLIENT_ID", client["client_id"]), ("SECRET", client["secret"])):
        monkeypatch.setenv(f"ACME_OAUTH_CLIENT_{name}", value)
    monkeypatch.setenv("ACME_KEY", admin["key"])
    monkeypatch.setenv("ACME_ORG_ID", str(admin["org_id"]))
    file = tmp_path / "calcom.toml"
    assert told("init", "calcom-v2", "--base-url", BASE, "-o", file)[0] == 0
    assert told("init", "--check", file)[0] == 0
    run = judged(server, file, tmp_path, WHOLE)
    assert of(run, BROKEN, BLOCKED) == []
    operations = {each.key for each in run.plan.contract.operations}
    judged_ones = {each.item.operation.key for each in of(run, UPHELD, BROKEN, OBSERVED)}
    assert len(judged_ones) >= 0.9 * len(operations), operations - judged_ones


def test_a_check_tells_all_that_is_missing_scheme_by_scheme(tmp_path, monkeypatch):
    for name in secrets():
        monkeypatch.delenv(name, raising=False)
    file = begun(tmp_path, "login by e-mail")
    code, said = told("init", "--check", file)
    assert code == 2
    assert "guard" in said
    assert "10 operations: acme (login)" in said
    assert "missing: the environment variable ACME_EMAIL" in said
    assert "missing: the environment variable ACME_PASSWORD" in said
    assert said.endswith("2 things are missing\n")


def test_init_writes_over_nothing_by_itself_and_says_what_is_wrong_in_one_line(tmp_path):
    file = begun(tmp_path, "key in query")
    before = file.read_text()
    code, said = told("init", tmp_path / "depot.json", "-o", file)
    assert (code, len(said.splitlines())) == (2, 1)
    assert file.read_text() == before
    assert told("init", tmp_path / "gone.json")[0] == 2
    assert told("init")[0] == 2
