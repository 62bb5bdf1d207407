"""Tokens of the deployment file: presented once, and not again by a later run, whose verdict says when and by whom."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import attrs
import pytest

from contracts.config.writes import WriteRules
from contracts.core.conversation import NotObservable
from contracts.core.verdicts import BROKEN, NOT_OBSERVABLE, UPHELD
from contracts.engine import replay_driver
from contracts.engine.run import Run
from contracts.evidence import reader
from contracts.evidence.used_tokens import UsedTokens
from contracts.plan.plan import make
from tests.in_process import judged
from tests.power import harness

LAWS = {"tokens/an-expired-access-token-is-refused", "tokens/an-expired-refresh-token-is-refused"}


def sandbox(*faults: str) -> harness.Server:
    return harness.sandbox(["--limits", "off", *(each for fault in faults for each in ("--fault", fault))], "quick")


def ran(server: harness.Server, folder: Path) -> Run:
    items = [each.id for each in server.plan.items if each.rule.id in LAWS]
    return judged(server.application, server.plan, items, 0, folder, UsedTokens(folder))


def verdicts(run: Run) -> dict[str, tuple[str, str]]:
    return {each.item.rule.id: (each.verdict, each.reason or "") for each in run.verdicts if each.item.rule.id in LAWS}


def test_a_token_that_an_earlier_run_has_presented_shows_nothing(tmp_path: Path) -> None:
    server = sandbox()
    first, second = ran(server, tmp_path / "monday"), ran(server, tmp_path / "tuesday")
    assert {verdict for verdict, _ in verdicts(first).values()} == {UPHELD}
    for verdict, reason in verdicts(second).values():
        assert verdict == NOT_OBSERVABLE
        assert "it was used on 20" in reason
        assert "by run monday" in reason
    evidence = reader.read(tmp_path / "tuesday" / "evidence.ndjson", second.plan.contract)
    again = {each.item.id: each.verdict for each in replay_driver.verdicts(second.plan, evidence)}
    assert all(again[each.item.id] == each.verdict for each in second.verdicts)


def test_each_is_presented_once_in_a_run_even_where_it_is_accepted(tmp_path: Path) -> None:
    server = sandbox("expired-refresh-token-accepted", "expired-access-token-accepted")
    run = ran(server, tmp_path / "run")
    assert {verdict for verdict, _ in verdicts(run).values()} == {BROKEN}
    shown = Counter(
        name
        for each in run.exchanges.values()
        for name in ("EXPIRED_REFRESH", "EXPIRED_ACCESS")
        if name in f"{each.request.headers} {each.request.body}"
    )
    assert set(shown.values()) == {1}


def test_an_expired_token_is_shown_to_no_operation_that_may_not_be_asked(tmp_path: Path) -> None:
    """It might be accepted: then something would be changed that nobody has allowed."""
    server, denied = harness.sandbox(["--limits", "off"], "standard"), "POST /v2/organizations/{orgId}/attributes"
    deployment = attrs.evolve(server.plan.deployment, write_rules=WriteRules(deny=(denied,)))
    less = attrs.evolve(server, plan=make(server.plan.contract, deployment, "standard"))
    shown = [
        {
            each.operation.key
            for each in ran(one, tmp_path / name / "run").exchanges.values()
            if "EXPIRED_ACCESS" in str(each.request.headers)
        }
        for name, one in (("all", server), ("less", less))
    ]
    assert denied in shown[0] - shown[1]
    assert "POST /v2/organizations/{orgId}/attributes/options/{userId}" in shown[1]


def test_no_token_is_written_down(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    folder.mkdir()
    UsedTokens(folder).take("a-token-that-nobody-may-read")
    text = (folder / "used_tokens.json").read_text("utf-8")
    assert "nobody" not in text
    assert [each["run"] for each in json.loads(text).values()] == ["run"]


def test_a_damaged_file_of_an_earlier_run_stands_in_nobodys_way(tmp_path: Path) -> None:
    (tmp_path / "old").mkdir()
    (tmp_path / "old" / "used_tokens.json").write_text('["no object"]')
    folder = tmp_path / "new"
    folder.mkdir()
    used = UsedTokens(folder)
    used.take("once")
    with pytest.raises(NotObservable, match="in this run already"):
        used.take("once")
