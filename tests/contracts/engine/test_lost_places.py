"""A place that many laws share and that is deleted in the middle of a run takes no law with it: it is made anew."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from contracts.core.verdicts import BLOCKED, BROKEN, OBSERVED, UPHELD
from contracts.engine import replay_driver
from contracts.engine.run import Run
from contracts.evidence import reader
from tests.in_process import judged
from tests.power import harness

OPTIONS = "/v2/organizations/{orgId}/attributes/{attributeId}/options"
LAWS = ("state/what-was-created-can-be-read", "state/what-was-sent-is-what-is-kept")


class Deleting:
    """The sandbox, in which the first attribute that gets an option is gone from then on."""

    def __init__(self, application: Any, *, reads_too: bool) -> None:
        self.application, self.reads_too = application, reads_too
        self.gone = ""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        parts = scope["path"].split("/")
        below = "attributes" in parts and parts[-1] == "options"
        if self.gone and self.gone in parts and (self.reads_too or below):
            content = json.dumps({"status": "error", "message": "There is nothing."}).encode()
            headers = [(b"content-type", b"application/json"), (b"cache-control", b"no-cache")]
            await send({"type": "http.response.start", "status": 404, "headers": headers})
            await send({"type": "http.response.body", "body": content})
            return
        await self.application(scope, receive, send)
        if not self.gone and below and scope["method"] == "POST":
            self.gone = parts[-2]


def ran(folder: Path, *, reads_too: bool, laws: Sequence[str] = LAWS) -> tuple[Run, Deleting]:
    server = harness.sandbox(["--limits", "off"], "quick")
    items = [each.id for each in server.plan.items if each.rule.id in laws and each.operation.path == OPTIONS]
    application = Deleting(server.application, reads_too=reads_too)
    return judged(application, server.plan, items, 0, folder), application


def verdicts(run: Run) -> dict[str, str]:
    here = (each for each in run.verdicts if each.item.operation.path == OPTIONS and each.item.rule.id in LAWS)
    return {each.item.rule.id: each.verdict for each in here}


def test_what_stood_on_a_place_that_is_gone_is_held_again_on_another(tmp_path: Path) -> None:
    run, application = ran(tmp_path, reads_too=True)
    assert application.gone
    assert set(verdicts(run).values()) == {UPHELD}
    evidence = reader.read(tmp_path / "evidence.ndjson", run.plan.contract)
    again = {each.item.id: each.verdict for each in replay_driver.verdicts(run.plan, evidence)}
    assert all(again[each.item.id] == each.verdict for each in run.verdicts if each.item.rule.id in LAWS)


def test_a_place_that_is_there_excuses_nothing(tmp_path: Path) -> None:
    run, _ = ran(tmp_path, reads_too=False)
    assert verdicts(run)[LAWS[0]] == OBSERVED


@pytest.mark.parametrize("law", LAWS)
def test_every_law_alone_is_held_again_too(tmp_path: Path, law: str) -> None:
    run, _ = ran(tmp_path, reads_too=True, laws=[law])
    assert {BROKEN, BLOCKED}.isdisjoint(verdicts(run).values())
