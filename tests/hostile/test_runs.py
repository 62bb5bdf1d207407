"""Whole runs against servers that misbehave on one operation, or everywhere: deserved verdicts, the rest unharmed."""

from __future__ import annotations

from pathlib import Path

import pytest

from contracts.core.verdicts import BLOCKED, BROKEN, OBSERVED, UPHELD
from tests.hostile.judging import QUICK, Outcome, judged
from tests.hostile.server import Flaky

MESSAGE = "protocol/an-answer-is-an-http-message GET /status"
RELIABLE = "status/answers-are-reliable"


def broken(outcome: Outcome) -> set[str]:
    return {each.item.id for each in outcome.run.verdicts if each.verdict == BROKEN}


def test_a_server_that_behaves_is_found_to_behave(tmp_path: Path) -> None:
    outcome = judged("well", tmp_path)
    assert [each.item.id for each in outcome.run.verdicts if each.verdict in (BROKEN, BLOCKED)] == []
    assert outcome.run.left_behind == []


@pytest.mark.parametrize("mode", ["two-lengths", "status-20000", "many-headers", "bytes-after-the-answer"])
def test_what_is_no_http_is_broken_and_costs_nothing_else(mode: str, tmp_path: Path) -> None:
    outcome = judged(mode, tmp_path)
    assert broken(outcome) == {MESSAGE}
    assert outcome.others == []
    assert outcome.run.left_behind == []


def test_a_body_on_a_204_is_broken_where_it_stands(tmp_path: Path) -> None:
    outcome = judged("body-on-204", tmp_path)
    assert MESSAGE in broken(outcome)
    assert outcome.others == []


@pytest.mark.parametrize("mode", ["silent", "drop", "body-of-a-gigabyte", "br-bomb"])
def test_an_operation_without_an_answer_is_blocked_and_no_other(mode: str, tmp_path: Path) -> None:
    outcome = judged(mode, tmp_path)
    assert broken(outcome) == set()
    assert {each.verdict for each in outcome.odd} >= {BLOCKED}
    assert [each.reason for each in outcome.odd if each.reason == "no request was sent to this operation"] == []
    assert outcome.others == []
    assert outcome.run.left_behind == []
    assert outcome.run.gone is None


@pytest.mark.parametrize("mode", ["retry-after-squared", "retry-after-huge", "same-length-twice"])
def test_what_is_odd_but_allowed_breaks_nothing(mode: str, tmp_path: Path) -> None:
    outcome = judged(mode, tmp_path)
    assert MESSAGE not in broken(outcome)
    assert outcome.others == []


def test_garbage_everywhere_is_an_answer_too(tmp_path: Path) -> None:
    outcome = judged("garbage", tmp_path, everywhere=True)
    assert outcome.run.gone is None
    assert {each.partition(" ")[0] for each in broken(outcome)} == {MESSAGE.partition(" ")[0]}
    assert [each.item.id for each in outcome.run.verdicts if each.verdict == UPHELD] == []


def test_a_deployment_that_drops_everything_is_gone(tmp_path: Path) -> None:
    outcome = judged("drop", tmp_path, everywhere=True)
    assert (outcome.run.gone or "").endswith("does not answer: cut off: the connection was closed without an answer")
    assert broken(outcome) == set()


def test_a_flaky_deployment_is_told_to_be_flaky_and_breaks_nothing(tmp_path: Path) -> None:
    outcome = judged(Flaky(0.05, seed=1, delay=(0.5, 1.2)), tmp_path, everywhere=True)
    assert broken(outcome) == set()
    assert outcome.run.left_behind == []
    observed = {each.item.rule.id for each in outcome.run.verdicts if each.verdict == OBSERVED}
    assert RELIABLE in observed


def test_an_owner_may_set_how_flaky_is_too_flaky(tmp_path: Path) -> None:
    outcome = judged("flaky", tmp_path, QUICK, '[gate]\nflaky = "1%"', everywhere=True)
    assert {each.partition(" ")[0] for each in broken(outcome)} == {RELIABLE}


def test_what_may_have_been_carried_out_is_not_sent_twice_unless_that_does_no_harm(tmp_path: Path) -> None:
    outcome = judged("flaky", tmp_path, everywhere=True)
    exchanges = outcome.run.exchanges
    again = [exchanges[each.retry_of] for each in exchanges.values() if each.retry_of]
    retried = [each for each in again if each.response is None or each.status == 502]
    assert retried
    assert {each.request.verb for each in retried} <= {"GET", "HEAD", "OPTIONS", "PUT", "DELETE"}
    assert {text for _, note in outcome.server.notes.notes.values() for text in [note["text"]] if "ct" in text} == set()
