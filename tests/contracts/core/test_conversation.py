"""A law is heard without any I/O: by hand, as a driver would."""

from __future__ import annotations

import attrs
import pytest

from contracts.core.conversation import Broken, NotObservable, Observed, RunningConversation, Void
from contracts.core.exchange import Exchange, Request, Response
from contracts.core.verdicts import BLOCKED, BROKEN, NOT_OBSERVABLE, OBSERVED, UPHELD
from specs.contract import Contract


@pytest.fixture
def question(contract: Contract) -> Request:
    return Request(contract.operations[0], "/somewhere")


def answered(request: Request, seq: int, status: int = 200) -> Exchange:
    return Exchange(seq, request, Response(status, (), "{}", 2), None, 0.0, 0.1)


def test_returning_means_upheld_and_names_the_exchanges(question):
    def law():
        yield question
        yield question

    talk = RunningConversation(law())
    talk.reply(answered(question, 1))
    assert talk.ending is None
    talk.reply(answered(question, 2))
    assert talk.command is None
    assert talk.ending.verdict == UPHELD
    assert talk.ending.exchanges == (1, 2)


def test_broken_carries_expected_and_actual(question):
    def law():
        answer = yield question
        raise Broken("200", str(answer.status))

    talk = RunningConversation(law())
    talk.reply(answered(question, 7, 500))
    assert talk.ending == attrs.evolve(talk.ending, verdict=BROKEN, expected="200", actual="500", exchanges=(7,))


@pytest.mark.parametrize(("outcome", "verdict"), [(Observed("so"), OBSERVED), (NotObservable("so"), NOT_OBSERVABLE)])
def test_other_outcomes_keep_their_reason(outcome, verdict):
    def law():
        raise outcome
        yield

    ending = RunningConversation(law()).ending
    assert (ending.verdict, ending.reason) == (verdict, "so")


def test_a_driver_can_end_a_conversation_and_the_law_asks_no_more(question):
    heard = []

    def law():
        try:
            yield question
            heard.append("answer")
        finally:
            heard.append("closed")

    talk = RunningConversation(law())
    talk.give_up(Void("timeout"))
    assert heard == ["closed"]
    assert talk.thrown
    assert (talk.ending.verdict, talk.ending.reason) == (BLOCKED, "timeout")


def test_an_answer_no_law_foresaw_blocks_instead_of_crashing(question):
    def law():
        answer = yield question
        return answer.json["data"]["id"]

    talk = RunningConversation(law())
    talk.reply(answered(question, 1))
    assert talk.ending.verdict == BLOCKED
    assert "KeyError" in talk.ending.reason
