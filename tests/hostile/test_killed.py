"""What was under way when a run was killed is in its record, and what it made is looked for and removed."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path

import attrs
import pytest
from click.testing import CliRunner, Result

from contracts.__main__ import main
from contracts.core.exchange import Exchange, Request, Response
from contracts.evidence.header import header
from contracts.evidence.reader import read
from contracts.evidence.recorder import Recorder
from contracts.plan.planning import planned
from tests.hostile.judging import judged
from tests.hostile.killed_at import moments
from tests.hostile.notes import FEW, KEYS, Asked, files
from tests.hostile.server import Hostile

KEY, USER = next(iter(KEYS.items()))
DRAWN = json.dumps({"text": "0"})


@attrs.frozen
class Killed:
    """A record that ends in the middle of a run, and the server it was made with."""

    server: Hostile
    folder: Path

    def command(self, *arguments: str) -> Result:
        return CliRunner().invoke(main, [*arguments])

    def clean(self) -> Result:
        return self.command("clean", str(self.folder), "--deployment", str(self.folder / "deployment.toml"))

    def made(self) -> None:
        """A note as the creation under way asked for."""
        body = DRAWN.encode()
        asked = Asked("POST", "/notes", {"x-key": KEY, "content-type": "application/json"}, body)
        assert self.server.notes.answer(asked)[0] == 201


@pytest.fixture
def killed(tmp_path: Path) -> Iterator[Killed]:
    with Hostile("well") as server:
        plan = planned(files(tmp_path, server.base_url))
        recorder = Recorder(tmp_path / "evidence.ndjson")
        recorder.write("header", **header(plan, 0, time.time()))
        recorder.write("conversation", id=1, line="", inputs=None, attempt=1, tag="ct012345-1")
        listing, creation = (plan.contract.operation(key) for key in ("GET /notes", "POST /notes"))
        _, _, notes = server.notes.answer(Asked("GET", "/notes", {"x-key": KEY}, b""))
        body = json.dumps(notes)
        now, plain = time.time() - 10.0, (("Content-Type", "application/json"),)
        asked, answer = Request(listing, "/notes", principal=USER), Response(200, plain, body, len(body))
        looked = Exchange(1, asked, answer, None, now, now + 0.1, conversation=1)
        recorder.exchange(looked, server.base_url)
        recorder.sending(Request(creation, "/notes", plain, DRAWN, USER), 1, now + 1, server.base_url)
        recorder.close()
        yield Killed(server, tmp_path)


def test_a_creation_under_way_is_told_by_whoever_judges_the_record(killed: Killed) -> None:
    done = killed.command("judge", str(killed.folder))
    assert "1 requests have no answer in the record and may have been carried out (POST /notes)" in done.output


def test_what_a_creation_under_way_made_is_removed_though_it_bears_no_name_of_the_run(killed: Killed) -> None:
    killed.made()
    done = killed.clean()
    assert done.output.splitlines() == ["1 removed"]
    assert len(killed.server.notes.notes) == FEW * len(KEYS)


def test_of_two_that_are_alike_none_is_touched_and_both_are_told(killed: Killed) -> None:
    killed.made()
    killed.made()
    told = killed.clean().output.splitlines()
    assert told[0] == "0 removed"
    assert len([each for each in told if "it came during the run and may be its own" in each]) == 2
    assert len(killed.server.notes.notes) == FEW * len(KEYS) + 2


def test_a_creation_that_made_nothing_leaves_nothing_to_be_removed(killed: Killed) -> None:
    assert killed.clean().output.splitlines() == ["0 removed"]
    assert len(killed.server.notes.notes) == FEW * len(KEYS)


def test_what_was_there_before_stays_though_it_is_alike(killed: Killed) -> None:
    before = next(note for owner, note in killed.server.notes.notes.values() if owner == USER)
    lines = (killed.folder / "evidence.ndjson").read_text().splitlines()
    asked = {"text": before["text"]}
    lines[-1] = json.dumps(
        {**(line := json.loads(lines[-1])), "request": {**line["request"], "body": json.dumps(asked)}}
    )
    (killed.folder / "evidence.ndjson").write_text("\n".join(lines))
    assert killed.clean().output.splitlines() == ["0 removed"]
    assert len(killed.server.notes.notes) == FEW * len(KEYS)


def test_an_answer_of_a_good_server_leaves_no_request_under_way(tmp_path: Path) -> None:

    outcome = judged("well", tmp_path)
    recorded = read(outcome.run.out / "evidence.ndjson", outcome.run.plan.contract)
    assert any(each.request.may_create for each in recorded.exchanges.values())
    assert recorded.under_way == []


def test_whenever_a_run_is_killed_all_it_made_is_found_again(tmp_path: Path) -> None:
    outcome = judged("well", tmp_path, depth="standard")
    left = {}
    whole = [*moments(outcome.run.out / "evidence.ndjson")]
    for number, moment in enumerate(each for each in whole if len(each.under_way) > 1):
        with Hostile("well") as server:
            deployment = files(tmp_path, server.base_url)
            moment.record(tmp_path, outcome.server.base_url, server.base_url)
            moment.bring_about(server.notes)
            CliRunner().invoke(main, ["clean", str(tmp_path), "--deployment", str(deployment)])
            left[number] = [*server.notes.notes.values()][FEW * len(KEYS) :]
    assert len(left) > 10
    assert {number: each for number, each in left.items() if each} == {}
