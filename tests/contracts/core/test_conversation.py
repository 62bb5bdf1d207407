"""A law is heard without any I/O: by hand, as a driver would."""

from __future__ import annotations

import asyncio

import attrs
import pytest

from contracts.core.conversation import (
    Broken,
    Concurrently,
    NotObservable,
    Observed,
    RunningConversation,
    Void,
    Wait,
    carry,
    tee,
)
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


def test_a_driver_answers_every_command_to_the_ending(question):
    def law():
        first = yield question
        second = yield Wait(2)
        raise Observed(f"{first.seq}, {second}")

    talk = RunningConversation(law())
    talk.drive(lambda command: answered(command, 4) if isinstance(command, Request) else "waited")
    assert talk.ending.reason == "4, waited"


def test_an_outcome_in_place_of_an_answer_ends_the_conversation(question):
    def refuse(command):
        raise Void("a 429 nobody expected")

    def law():
        yield question

    talk = RunningConversation(law())
    talk.drive(refuse)
    assert (talk.ending.verdict, talk.ending.reason) == (BLOCKED, "a 429 nobody expected")


def test_a_driver_may_leave_commands_of_one_type_to_somebody_else(question):
    def law():
        yield question
        yield Wait(2)
        yield question

    talk = RunningConversation(law())
    talk.drive(lambda command: answered(command, 1), until=Wait)
    assert talk.command == Wait(2)
    talk.reply(None)
    assert talk.command == question


def test_an_answer_that_has_to_be_awaited_drives_the_same(question):
    async def answer(command):
        if command == Wait(1):
            raise Void("stopped")
        return answered(command, 3)

    def law():
        yield question
        yield Wait(1)

    talk = RunningConversation(law())
    asyncio.run(talk.drive_async(answer))
    assert (talk.ending.reason, talk.ending.exchanges) == ("stopped", (3,))


def test_carrying_out_steps_gives_what_they_return(question):
    def steps():
        one = yield question
        return one.seq + 1

    assert carry(steps(), lambda command: answered(command, 1)) == 2


def test_steps_that_cannot_be_answered_are_closed(question):
    closed = []

    def steps():
        try:
            yield question
        finally:
            closed.append(True)

    def refuse(command):
        raise Void("gone")

    with pytest.raises(Void):
        carry(steps(), refuse)
    assert closed


def test_whoever_listens_hears_every_exchange_and_may_change_what_is_asked(question):
    def steps():
        yield question
        yield Wait(1)
        both = yield Concurrently((question, question))
        return len(both)

    asked, heard = [], []

    def answer(command):
        asked.append(command)
        if isinstance(command, Concurrently):
            return [answered(each, seq) for seq, each in enumerate(command.requests, 2)]
        return answered(command, 1) if isinstance(command, Request) else None

    def retried(command):
        return command.retried() if isinstance(command, Request) else command

    assert carry(tee(steps(), heard.append, retried), answer) == 2
    assert [exchange.seq for exchange in heard] == [1, 2, 3]
    assert asked[0].bypass_cache
