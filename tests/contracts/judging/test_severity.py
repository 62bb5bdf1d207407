"""How grave a finding is: by the suite's table, by the owner's rows before it, and what fails the gate."""

from __future__ import annotations

import attrs
import pytest

from contracts import checks, laws
from contracts.config import deployment as deployments
from contracts.config.deployment import ConfigError, Deployment
from contracts.config.severity import LEVELS, read_rows
from contracts.config.vault import Vault
from contracts.core.verdicts import BROKEN, UPHELD
from contracts.judging.judge import Verdict, fails, graded
from contracts.judging.severity import severity_of, table
from contracts.plan.plan import PlanItem

FILE = """
[deployment]
name = "d"
base_url = "http://127.0.0.1:9"
[[principals]]
name = "ann"
tenant = "ann"
kind = "api_key"
key = "env:HOME"
"""
FORBIDDEN = "input/what-the-document-forbids-is-refused"


@pytest.mark.parametrize(
    ("law", "expected", "got", "level"),
    [
        ("credentials/another-tenant-is-refused", "403 or 404 for bob", "200", "critical"),
        ("credentials/another-tenant-is-refused", "403 or 404 for bob", "400 ('no')", "minor"),
        ("credentials/nothing-without-a-credential", "401 without a credential", "200", "critical"),
        (
            "credentials/nothing-with-a-damaged-credential",
            "401 for the key of ann: in the query",
            "200",
            "minor",
        ),
        ("credentials/every-part-of-a-credential-is-needed", "401 without the secret", "200", "critical"),
        ("state/what-was-deleted-can-be-made-again", "a creation of what was deleted", "409 ('taken')", "minor"),
        ("state/what-was-deleted-is-gone", "404", "200", "critical"),
        ("state/what-never-was-is-not-found", "404 for thingId 2147480000", "200", "major"),
        ("state/what-never-was-is-not-found", "404 for thingId 2147480000", "200, an empty list", "minor"),
        (
            "input/what-the-document-allows-is-accepted",
            "application/json; charset=utf-8 to be accepted like application/json",
            "415",
            "minor",
        ),
        ("credentials/every-part-of-a-credential-is-needed", "401 without apiVersion", "200", "minor"),
        ("state/what-was-deleted-stays-deleted", "404 for a second deletion", "204", "minor"),
        ("state/what-was-deleted-stays-deleted", "404 for a change of what is deleted", "200", "critical"),
        (FORBIDDEN, "400 for query limit: 5000 (above the maximum)", "200", "minor"),
        ("tokens/a-spent-refresh-token-is-refused", "400 or 401 for a refresh token that was used", "200", "critical"),
        ("state/what-was-sent-is-what-is-kept", "name as sent", "another", "critical"),
        ("pagination/pages-do-not-overlap", "no item on both pages", "2 shared", "major"),
        (FORBIDDEN, "400 for /take: 5000 (above the maximum)", "200", "major"),
        (FORBIDDEN, '400 for /take: "7" (another type)', "200", "minor"),
        (FORBIDDEN, '400 for /take: "x" (another type)', "500", "major"),
        (FORBIDDEN, "400 for body rules/*/required: 1 (a number for a truth)", "200", "minor"),
        (FORBIDDEN, "400 for body name: (none) (missing)", "200", "major"),
        (FORBIDDEN, "400 for body kind: 'x' (not in the enum)", "200", "major"),
        ("status/status-is-declared", "one of 200, 401", "418", "minor"),
        ("protocol/a-refused-method-names-the-others", "Allow on a 405", "none", "minor"),
        ("schema/body-fits-its-schema", "a body that fits", "'/things/7' is not a 'uri'", "minor"),
        ("schema/body-fits-its-schema", "a body that fits", "'seven' is not a 'uri'", "major"),
        ("errors/error-fits-its-schema", "a body that fits", "null, as in the document's own example", "minor"),
        ("errors/error-fits-its-schema", "a body that fits the schema at /data", "null is no object", "major"),
        ("errors/credentials-are-not-echoed", "no secret", "x-key repeated", "critical"),
    ],
)
def test_a_finding_is_as_grave_as_what_it_shows(law, expected, got, level):
    told = severity_of(law, "GET /things", expected, got)
    assert told.level == level
    assert told.reason.endswith(".")


def test_every_row_is_about_a_law_or_check_that_exists():
    ids = {each.id for each in (*laws.load().values(), *checks.load().values())}
    plain = [attrs.evolve(row, operation="*", expected="", got="") for row in table()]
    assert [row.law for row in plain if not any(row.fits(each, "", "", "") for each in ids)] == []


def _verdict(contract, word=BROKEN):
    law = laws.load()["pagination/pages-do-not-overlap"]
    item = PlanItem(law, contract.operations[0], None, writes=False, promises=())
    return Verdict(item, word, "no item on both pages", "2 shared")


def test_the_owners_rows_come_first_and_decide_what_fails(contract):
    deployment = Deployment("d", "http://h", "calcom-v2", (), Vault())
    assert fails(graded(_verdict(contract), deployment), deployment)
    lenient = attrs.evolve(deployment, severity=[{"law": "pagination/*", "level": "minor", "reason": "We know."}])
    found = graded(_verdict(contract), lenient)
    assert found.written()["severity"] == {"level": "minor", "reason": "We know."}
    assert not fails(found, lenient)
    assert fails(found, attrs.evolve(lenient, fail_on="minor"))
    elsewhere = attrs.evolve(lenient, severity=[{**lenient.severity[0], "operation": "GET /nowhere"}])
    assert fails(graded(_verdict(contract), elsewhere), elsewhere)


def test_only_what_is_broken_has_a_severity(contract):
    deployment = Deployment("d", "http://h", "calcom-v2", (), Vault())
    assert "severity" not in graded(_verdict(contract, UPHELD), deployment).written()


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ({"law": "a/b", "level": "grave"}, "severity[0].level"),
        ({"level": "minor"}, "severity[0].law"),
        ({"law": "a/b", "level": "minor", "got": "("}, "severity[0].got"),
        ({"law": "a/b", "level": "minor", "lawe": "x"}, "severity[0].lawe"),
    ],
)
def test_a_row_that_is_wrong_is_named(row, told):
    with pytest.raises(ValueError, match="severity") as caught:
        read_rows([row])
    assert str(caught.value).startswith(told)


def test_the_deployment_file_says_what_fails_and_how_grave_things_are(tmp_path):
    file = tmp_path / "d.toml"
    file.write_text(f'{FILE}[gate]\nfail_on = "minor"\n[[severity]]\nlaw = "headers/*"\nlevel = "{LEVELS[0]}"\n')
    read = deployments.load(file)
    assert (read.fail_on, read.severity) == ("minor", [{"law": "headers/*", "level": "critical"}])
    file.write_text(f'{FILE}[gate]\nfail_on = "never"\n')
    with pytest.raises(ConfigError, match=r"gate\.fail_on"):
        deployments.load(file)
