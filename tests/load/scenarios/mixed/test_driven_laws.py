"""The laws of the gate under load: which are driven, in which order, and which sightings count."""

from __future__ import annotations

import attrs
import pytest

from contracts.config.deployment import Deployment, Principal
from contracts.config.vault import Vault
from contracts.core.conversation import Result
from contracts.core.verdicts import BLOCKED, BROKEN, NOT_ASKED, NOT_OBSERVABLE, OBSERVED, UPHELD
from contracts.evidence.recorder import Recorder
from contracts.laws.law import LAWS
from contracts.plan.plan import Plan
from load.runtime.run import LoadRun
from load.scenarios.mixed.driven_laws import AGAIN, MOST, Attempts, Changes, QuestionsInTurn, driven_items, questions
from tests.load.scenarios.exchanges import exchange

BOOKINGS = "GET /v2/organizations/{orgId}/bookings"
MEMBERS = "GET /v2/organizations/{orgId}/memberships"
JOIN = "POST /v2/organizations/{orgId}/memberships"
ACME = Principal("acme", "acme", "oauth_client", {"client_id": "c", "secret": "$S", "org_id": "1"})
DEPLOYMENT = Deployment("test", "http://127.0.0.1:1", "calcom-v2", (ACME,), Vault(), writes=True)


@pytest.fixture(scope="module")
def items(contract):
    return driven_items(contract, DEPLOYMENT, ())


@pytest.fixture
def plan(contract, items):
    return Plan(contract, DEPLOYMENT, "quick", tuple(items), ())


def line(items, law, operation):
    return next(each for each in items if (each.rule.id, each.operation.key) == (law, operation))


def test_the_laws_of_pages_and_of_single_resources_that_only_look_are_driven_as_they_are(items):
    found = {each.rule.id: each.rule for each in items}
    assert {"pagination/pages-do-not-overlap", "caching/a-tag-is-true", "state/what-never-was-is-not-found"} <= set(
        found
    )
    assert all(rule is LAWS[name] for name, rule in found.items())
    assert all(each.operation.safe and not each.rule.writes for each in items)


def test_every_law_has_its_turn_before_any_has_its_second(contract, items):
    run = LoadRun(contract, DEPLOYMENT, "quick", Recorder(None))
    asked = [each.item.rule.id for each in questions(run, items, "acme")]
    laws = set(asked)
    assert set(asked[: len(laws)]) == laws
    assert questions(run, items, "rival") == []


def test_processes_begin_elsewhere_and_each_gets_round(contract, items):
    run = LoadRun(contract, DEPLOYMENT, "quick", Recorder(None))
    made = questions(run, items, "acme")
    one, other = QuestionsInTurn(made), QuestionsInTurn(made, len(made) // 2)
    first, second = [one.next(0.0) for _ in made], [other.next(0.0) for _ in made]
    assert first[0] is not second[0]
    assert {id(each) for each in first} == {id(each) for each in second} == {id(each) for each in made}


def test_what_was_seen_broken_is_asked_again_at_once_but_not_for_ever(contract, items):
    run = LoadRun(contract, DEPLOYMENT, "quick", Recorder(None))
    turns = QuestionsInTurn(questions(run, items, "acme"))
    suspect, asked = turns.next(0.0), []
    for _ in range(AGAIN + 2):
        turns.again(suspect)
        asked.append(turns.next(0.0))
    assert [each is suspect for each in asked] == [True] * AGAIN + [False] * 2


def ended(*exchanges, verdict=BROKEN):
    seqs = tuple(each.seq for each in exchanges)
    words = {"expected": "no item twice", "actual": "one"} if verdict == BROKEN else {"reason": "so"}
    return Result(verdict, exchanges=seqs, **words)


def looks(contract, begin, conversation, key=BOOKINGS):
    """The exchanges of a conversation of two looks, a second apart."""
    return [attrs.evolve(exchange(contract, key, sent=begin + each), conversation=conversation) for each in (0, 1)]


def verdict(plan, items, heard, *others, key=BOOKINGS):
    """What becomes of a law whose conversations ended so, among these other exchanges."""
    attempts, exchanges = Attempts(), list(others)
    item = line(items, "pagination/pages-do-not-overlap", key)
    for shown, ending in heard:
        attempts.add(item.id, "", ending)
        exchanges += shown
    return attempts.verdict(item, Changes({each.seq: each for each in exchanges}), plan)


def test_laws_send_so_many_requests_a_second_however_fast_the_load_is(contract, items):
    run = LoadRun(contract, DEPLOYMENT, "quick", Recorder(None))
    turns = QuestionsInTurn(questions(run, items, "acme"))
    sent = 0
    for moment in range(3000):  # a law could be run every millisecond
        if turns.next(7.0 + moment / 1000) is not None:
            turns.sent()
            sent += 1
    assert 3 * MOST <= sent <= 4 * MOST + 1
    assert turns.asked == sent


def broken_at(contract, *begins, key=BOOKINGS):
    made = [looks(contract, begin, number, key) for number, begin in enumerate(begins, 1)]
    return [(each, ended(*each)) for each in made]


def test_what_was_seen_twice_is_broken_as_in_the_gate(contract, plan, items):
    found = verdict(plan, items, broken_at(contract, 10.0, 20.0))
    assert (found.verdict, found.expected, found.actual) == (BROKEN, "no item twice", "one")
    assert found.reproduce


def test_what_was_seen_once_is_reported_as_seen(contract, plan, items):
    good = looks(contract, 20.0, 2)
    heard = [*broken_at(contract, 10.0), (good, ended(*good, verdict=UPHELD))]
    assert verdict(plan, items, heard).verdict == OBSERVED


@pytest.mark.parametrize("sent", [9.9, 10.5, 11.1])
def test_a_sighting_while_the_run_itself_changed_the_list_says_nothing(contract, plan, items, sent):
    change = exchange(contract, JOIN, sent=sent, status=201)
    found = verdict(plan, items, broken_at(contract, 10.0, key=MEMBERS), change, key=MEMBERS)
    assert found.verdict == NOT_OBSERVABLE
    assert "changed meanwhile" in found.reason


def test_the_whole_conversation_counts_not_only_what_is_shown_of_it(contract, plan, items):
    """The first look is not among what is shown, and the change was during it."""
    first, last = looks(contract, 10.0, 1, MEMBERS)
    change = exchange(contract, JOIN, sent=10.0, status=201)
    found = verdict(plan, items, [([first, last], ended(last))], change, key=MEMBERS)
    assert found.verdict == NOT_OBSERVABLE


@pytest.mark.parametrize(
    ("key", "sent"), [("POST /v2/oauth-clients/{clientId}/webhooks", 10.5), (JOIN, 5.0), (JOIN, 15.0)]
)
def test_changes_elsewhere_or_at_another_time_explain_nothing(contract, plan, items, key, sent):
    change = exchange(contract, key, sent=sent, status=201)
    found = verdict(plan, items, broken_at(contract, 10.0, 20.0, key=MEMBERS), change, key=MEMBERS)
    assert found.verdict == BROKEN


def test_a_change_that_was_never_answered_may_still_come(contract, plan, items):
    change = exchange(contract, JOIN, sent=1.0, status=0)
    found = verdict(plan, items, broken_at(contract, 10.0, 20.0, key=MEMBERS), change, key=MEMBERS)
    assert found.verdict == NOT_OBSERVABLE


def test_what_was_in_the_way_blocks_nothing_and_what_nobody_asked_was_not_asked(contract, plan, items):
    voided = looks(contract, 10.0, 1)
    assert verdict(plan, items, [(voided, ended(*voided, verdict=BLOCKED))]).verdict == NOT_OBSERVABLE
    assert verdict(plan, items, []).verdict == NOT_ASKED
