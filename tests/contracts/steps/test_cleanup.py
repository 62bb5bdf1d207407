"""What a run created is removed by conversations that anybody may hold, and what nobody was told of is found."""

from __future__ import annotations

import pytest

from contracts.core.conversation import RunningConversation, Unheard, Void, Wait, carry
from contracts.request.api import RequestFactory
from contracts.steps.cleanup import AT_ONCE, GAVE_UP, LOST, sweep
from contracts.steps.created import Ledger
from tests.contracts.laws.state.notebook import CONTRACT, Notebooks, deployment, principals

MARK = "ct000001"


def creation(title):
    api = RequestFactory(CONTRACT, deployment(), CONTRACT.operation("addNotebook"), principals()[0], f"{MARK}-1")
    return api.ask(body={"title": title})


def swept(server, ledger, mark="", refuse=lambda request: None):
    """Hold the conversations of a sweep, one after the other; what stays behind."""

    def answer(request):
        if isinstance(request, Wait):
            return None
        refuse(request)
        exchange = server.answer(request)
        ledger.note(exchange)
        return exchange

    def held(batch):
        talks = [RunningConversation(each) for each in batch]
        for talk in talks:
            talk.drive(answer)
        return [talk.ending for talk in talks]

    return carry(sweep(ledger, deployment(), mark), held)


@pytest.fixture
def server():
    return Notebooks()


@pytest.fixture
def ledger():
    return Ledger(CONTRACT)


def test_all_that_was_created_is_removed_and_counted(server, ledger):
    for title in ("one", "two"):
        ledger.note(server.answer(creation(title)))
    assert swept(server, ledger) == []
    assert (server.notebooks, ledger.standing, ledger.removed) == ({}, {}, 2)


def test_what_no_answer_told_of_is_found_by_its_mark_and_nothing_else_is_touched(server, ledger):
    server.answer(creation(f"{MARK}-1 of ours"))
    server.answer(creation("somebody's own"))
    ledger.tried[creation("x").target].add(principals()[0].name)
    assert swept(server, ledger, MARK) == []
    assert [each["title"] for each in server.notebooks.values()] == ["somebody's own"]


def test_without_a_mark_no_list_is_read_for_it(server, ledger):
    server.answer(creation(f"{MARK}-1 of ours"))
    ledger.tried[creation("x").target].add(principals()[0].name)
    before = len(server.asked)
    assert swept(server, ledger) == []
    assert len(server.asked) == before


def test_what_cannot_be_removed_is_told_with_the_reason(server, ledger):
    ledger.note(server.answer(creation("one")))

    def refuse(request):
        if request.verb == "DELETE":
            raise Void("no answer")

    (told,) = swept(server, ledger, refuse=refuse)
    assert told.startswith("DELETE /notebooks/")
    assert told.endswith(": no answer")
    assert server.notebooks


def test_what_is_gone_already_is_not_left_behind(server, ledger):
    ledger.note(server.answer(creation("one")))
    server.notebooks.clear()
    assert swept(server, ledger) == []
    assert (ledger.standing, ledger.removed) == ({}, 0)


@pytest.mark.parametrize("recovers", [False, True])
def test_a_server_that_is_down_is_left_in_peace_and_one_that_recovers_is_not(server, ledger, recovers):
    for number in range(100):
        ledger.note(server.answer(creation(f"number {number}")))
    asked = []

    def refuse(request):
        asked.append(request.verb)
        if not recovers or len(asked) <= AT_ONCE:
            raise Unheard("no answer from removeNotebook: 503 in its place")

    told = swept(server, ledger, MARK, refuse)
    if recovers:
        assert (told, server.notebooks) == ([], {})
        return
    assert len(asked) <= LOST + AT_ONCE
    assert len(told) == len(server.notebooks) == 100
    assert sum(each.endswith(GAVE_UP) for each in told) >= 100 - LOST - AT_ONCE
