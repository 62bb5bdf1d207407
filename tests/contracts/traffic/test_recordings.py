"""Traffic that others recorded: every form is read alike, nothing secret is written, and what is left out is said."""

from __future__ import annotations

import json

import attrs
import pytest
from click.testing import CliRunner

from contracts.__main__ import main
from tests.contracts.traffic.recording import (
    BASE,
    BOOKINGS,
    KEY,
    REFRESH,
    SECRET,
    WEBHOOK,
    Call,
    archive,
    cassette,
    client,
    entry,
    judge,
    lines,
)

LIST = "GET /v2/organizations/{orgId}/bookings"
NO_JSON = Call("GET", BOOKINGS, 200, answered={"Content-Type": "text/html"})
AGAIN = attrs.evolve(NO_JSON, at=5)
"""What a check sees once is observed; this makes it broken."""
ERROR = {"status": "error", "message": "no"}


@pytest.mark.parametrize("form", [archive, cassette, lines])
def test_every_form_of_recording_gives_the_same_verdicts(tmp_path, form):
    found = judge(tmp_path, form(NO_JSON, AGAIN, client(WEBHOOK, 404, ERROR, at=1)))
    assert found.result.exit_code == 1
    assert f"3 exchanges with {BASE} are judged" in found.result.output
    assert found.verdict("schema/content-type-is-declared", LIST)["verdict"] == "broken"
    webhook = "GET /v2/oauth-clients/{clientId}/webhooks/{webhookId}"
    assert found.verdict("errors/error-fits-its-schema", webhook)["verdict"] == "upheld"


def test_what_is_written_can_be_judged_again(tmp_path):
    found = judge(tmp_path, archive(NO_JSON, AGAIN))
    again = CliRunner().invoke(main, ["judge", str(found.folder)])
    assert again.exit_code == 1
    assert again.output.splitlines()[-1] == found.result.output.splitlines()[-2]


def test_no_secret_of_a_recording_is_written(tmp_path):
    issued = {
        "status": "success",
        "data": {"accessToken": "acc-4c61f0e2b7d34a55", "refreshToken": "ref-91b7d34a55cc01"},
    }
    calls = [
        Call("GET", f"{BOOKINGS}?api_key=q-7781aab0934fce", 200, {"status": "success", "data": [], "echo": KEY}),
        client(REFRESH, 200, issued, method="POST", body={"refreshToken": "old-5c0ffee5c0ffee55"}),
        Call("GET", BOOKINGS, 401, ERROR, headers={"Authorization": "Basic dXNlcjpodW50ZXIyLWxvbmc="}),
        Call("GET", BOOKINGS, 401, ERROR, headers={"Cookie": "session=c00k1e-a1b2c3d4e5"}),
        Call(
            "GET", f"{BOOKINGS}/nowhere?token=t-00aa11bb22cc33", 404, ERROR, headers={"X-Api-Key": "k-99aa88bb77cc66"}
        ),
        Call("GET", BOOKINGS, 200, {}, answered={"Set-Cookie": "session=n3w-c00k1e-99ff; HttpOnly"}),
    ]
    secrets = [
        KEY, SECRET, "acc-4c61f0e2b7d34a55", "ref-91b7d34a55cc01", "old-5c0ffee5c0ffee55", "q-7781aab0934fce",
        "dXNlcjpodW50ZXIyLWxvbmc=", "hunter2-long", "c00k1e-a1b2c3d4e5", "t-00aa11bb22cc33", "k-99aa88bb77cc66",
        "n3w-c00k1e-99ff",
    ]  # fmt: skip
    found = judge(tmp_path, archive(*calls))
    assert "errors/credentials-are-not-echoed" in found.written
    assert [each for each in secrets if each in found.written] == []


def test_what_is_left_out_is_said(tmp_path):
    cut = entry(NO_JSON)
    cut["response"]["content"] = {"size": 9000}
    cached = entry(NO_JSON) | {"_fromCache": "disk"}
    bad = {"request": {"method": "GET"}}
    calls = [
        NO_JSON,
        Call("GET", "/metrics", 200),
        Call("GET", BOOKINGS, 0),
        Call("GET", "/", 200, base="https://x.example"),
    ]
    text = json.dumps({"log": {"entries": [*map(entry, calls), cut, cached, bad]}})
    output = judge(tmp_path, text).result.output
    for told in (
        "1 exchanges with",
        "1 to other addresses",
        "1 that no operation of the document describes: GET /metrics",
        "1 without a recorded answer",
        "1 whose body was not recorded, or not whole",
        "1 that the client answered out of its own cache",
        "1 that cannot be read, the first: entry 7: response: an object is needed",
    ):
        assert told in output


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (archive(Call("GET", "/other", 200)), "none of 1 of its requests is an operation of"),
        ('{"log": {"entries": [', "it is no JSON"),
        ("http_interactions: [", "it is no YAML"),
        ("", "none of its requests is an operation of"),
        (archive(Call("GET", BOOKINGS, 0)), "nothing in it can be judged"),
    ],
)
def test_a_file_without_anything_to_judge_is_a_mistake_told_in_one_line(tmp_path, text, told):
    result = judge(tmp_path, text).result
    assert result.exit_code == 2
    assert told in result.output
    assert "Traceback" not in result.output


def test_a_document_has_to_be_named(tmp_path):
    assert "--document or --deployment is needed" in judge(tmp_path, archive(NO_JSON), document=None).result.output


def test_the_deployment_file_says_what_is_known_and_whose_secrets_they_are(tmp_path):
    file = tmp_path / "there.toml"
    file.write_text(
        f'[deployment]\nname = "there"\nbase_url = "{BASE}"\nsynthetic = true\n[gate]\nfail_on = "critical"\n'
        f'[[principals]]\nname = "acme-admin"\ntenant = "acme"\nkind = "api_key"\nkey = "{KEY}"\n',
        "utf-8",
    )
    found = judge(tmp_path, archive(NO_JSON, AGAIN), "--deployment", str(file), document=None)
    assert found.result.exit_code == 0
    assert '"principal": "acme-admin"' in found.written
    assert "$ACME_ADMIN_KEY" in found.written


def test_a_server_error_is_broken_when_it_comes_again_and_only_observed_when_nobody_asked_again(tmp_path):
    once = judge(tmp_path / "once", archive(Call("GET", BOOKINGS, 500, ERROR)))
    assert once.verdict("status/no-server-error", LIST)["verdict"] == "observed"
    twice = judge(tmp_path / "twice", archive(*(Call("GET", BOOKINGS, 500, ERROR, at=each) for each in (0, 9))))
    assert twice.verdict("status/no-server-error", LIST)["verdict"] == "broken"
    well = Call("GET", BOOKINGS, 401, ERROR, at=9)
    mended = judge(tmp_path / "mended", archive(Call("GET", BOOKINGS, 500, ERROR), well))
    assert mended.verdict("status/answers-are-reliable", LIST)["verdict"] == "observed"
    assert mended.verdict("status/no-server-error", LIST)["verdict"] == "upheld"


def test_what_recordings_do_not_have_is_held_against_nobody(tmp_path):
    said = {"Content-Type": "application/json", "Content-Length": "7", "Content-Encoding": ""}
    found = judge(tmp_path, archive(Call("GET", BOOKINGS, 401, ERROR, answered=said)))
    verdict = found.verdict("protocol/a-body-is-as-long-as-told", LIST)
    assert (verdict["verdict"], verdict["reason"]) == (
        "not observable",
        "a recording does not hold the bytes that came over the wire",
    )
