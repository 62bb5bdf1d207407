"""From endings to verdicts."""

from __future__ import annotations

import json

import attrs
import pytest

from contracts.checks import Check
from contracts.config.deployment import Deployment
from contracts.config.vault import Vault
from contracts.core.conversation import Result
from contracts.core.verdicts import BLOCKED, BROKEN, NOT_ASKED, NOT_OBSERVABLE, OBSERVED, UPHELD
from contracts.judging import judge
from contracts.judging.checks import check_verdicts
from contracts.judging.judge import Attempt
from contracts.judging.promises import promise_verdicts
from contracts.laws.law import Law
from contracts.plan.plan import Plan, PlanItem, make
from specs.promises.promise import Promise
from tests.contracts.checks.exchanges import GET, exchange


@pytest.fixture
def line(contract):
    rule = Law("family", "a-law", "A law.", "A law.", lambda _: iter(()), lambda _: (), ("page",))
    return PlanItem(rule, contract.operations[0], None, writes=False, promises=())


@pytest.fixture
def plan(contract, line):
    return Plan(contract, Deployment("d", "http://h", "calcom-v2", (), Vault()), "quick", (line,), ())


def attempts(*endings):
    return [Attempt(key, Result(verdict, "this", "that", "because")) for key, verdict in endings]


@pytest.mark.parametrize(
    ("endings", "verdict"),
    [
        ([], NOT_ASKED),
        ([("a", UPHELD)], UPHELD),
        ([("a", BROKEN), ("a", BROKEN)], BROKEN),
        ([("a", BROKEN)], OBSERVED),
        ([("a", BROKEN), ("a", UPHELD)], OBSERVED),
        ([("a", BROKEN), ("a", BLOCKED)], OBSERVED),
        ([("a", BROKEN), ("a", UPHELD), ("b", BROKEN), ("b", BROKEN)], BROKEN),
        ([("a", UPHELD), ("b", NOT_OBSERVABLE)], UPHELD),
        ([("a", NOT_OBSERVABLE), ("b", BLOCKED)], NOT_OBSERVABLE),
        ([("a", BLOCKED)], BLOCKED),
        ([("a", OBSERVED), ("b", UPHELD)], OBSERVED),
    ],
)
def test_a_line_is_broken_only_where_it_was_shown_twice(line, endings, verdict, plan):
    assert judge.law_verdict(line, attempts(*endings), {}, plan).verdict == verdict


@pytest.mark.parametrize(
    ("rounds", "verdict", "confidence"),
    [
        ((BROKEN, UPHELD, UPHELD, UPHELD), OBSERVED, None),
        ((BROKEN, UPHELD, BROKEN), BROKEN, "seen in 2 of 3 rounds"),
    ],
)
def test_a_race_that_was_lost_once_is_observed_and_one_that_was_lost_twice_broken(
    line, plan, rounds, verdict, confidence
):
    racing = attrs.evolve(line, rule=attrs.evolve(line.rule, by_luck=True))
    found = judge.law_verdict(racing, attempts(*(("a", each) for each in rounds)), {}, plan)
    assert (found.verdict, found.confidence) == (verdict, confidence)


def test_what_uses_up_its_own_proof_is_broken_by_one_sighting(line, plan):
    spent = attrs.evolve(line, rule=attrs.evolve(line.rule, one_sighting=True))
    assert judge.law_verdict(spent, attempts(("a", BROKEN)), {}, plan).verdict == BROKEN


def test_what_could_not_tell_is_said_beside_what_was_upheld(line, plan):
    found = judge.law_verdict(line, attempts(("a", UPHELD), ("b", BLOCKED)), {}, plan)
    assert found.reason == "1 of 2 conversations were not conclusive: because"


def test_a_broken_line_says_how_often_it_was_repeated(line, plan):
    found = judge.law_verdict(line, attempts(("a", BROKEN), ("a", BROKEN)), {}, plan)
    assert (found.confidence, found.expected, found.actual) == ("repeated 2 of 2", "this", "that")


def test_the_promise_that_a_verdict_speaks_of_comes_first(line, plan):
    promises = [Promise(f"#/{name}", "parameter", None, name, name=name) for name in ("skip", "take")]
    found = judge.law_verdict(attrs.evolve(line, promises=tuple(promises)), [], {}, plan)
    spoken = attrs.evolve(found, verdict=BROKEN, expected="400 for take=1001", actual="200")
    assert [promise.name for promise in found.promises] == ["skip", "take"]
    assert [promise.name for promise in spoken.promises] == ["take", "skip"]


def test_a_finding_on_the_least_page_does_not_speak_of_the_greatest(line, plan):
    promises = tuple(Promise(f"#/{topic}", "page", None, topic, topic, "size") for topic in ("maximum", "pages"))
    found = attrs.evolve(judge.law_verdict(line, [], {}, plan), item=attrs.evolve(line, promises=promises))
    least = attrs.evolve(found, verdict=BROKEN, expected="no items on a page of 0, the declared minimum", actual="8")
    most = attrs.evolve(found, verdict=BROKEN, expected="a page of 100, the declared maximum", actual="400")
    assert [promise.topic for promise in least.promises] == ["pages"]
    assert [promise.topic for promise in most.promises] == ["maximum", "pages"]


def test_what_was_expected_is_what_was_promised_not_what_came(line, plan):
    promises = tuple(Promise(f"#/{name}", "status", None, name, name, name) for name in ("200", "401", "403"))
    found = attrs.evolve(judge.law_verdict(line, [], {}, plan), item=attrs.evolve(line, promises=promises))
    refused = attrs.evolve(found, verdict=BROKEN, expected="403 or 404", actual="200")
    assert [promise.name for promise in refused.promises] == ["403", "200", "401"]


def test_the_promise_for_the_status_of_the_answer_that_shows_it_comes_first(contract):
    plan = make(contract, Deployment("d", "http://h", "calcom-v2", (), Vault()), "quick")
    refusal = exchange(GET, 404, "not found", ("Content-Type", "text/plain"))
    verdicts = check_verdicts(plan, {number: attrs.evolve(refusal, seq=number) for number in (1, 2)})
    found = [each for each in verdicts if each.verdict == BROKEN and "content-type" in each.item.rule.id]
    assert [each.promises[0].topic for each in found] == ["404"]


@pytest.mark.parametrize("apart", [True, False])
def test_an_answer_may_show_what_was_written_to_the_same_thing_at_that_moment(contract, apart):
    plan = make(contract, Deployment("d", "http://h", "calcom-v2", (), Vault()), "quick")
    key = "PATCH /v2/organizations/{orgId}/attributes/{attributeId}"
    sent = {}
    for number in range(1, 5):
        one = exchange(key, 200, {"status": "success", "data": {"name": "Another name"}})
        body = json.dumps({"name": "Another name" if number % 2 else "Some name"})
        begun = 10.0 * number if apart else 100.0 * (number // 3) + number / 10
        sent[number] = attrs.evolve(
            one, seq=number, sent=begun, received=begun + 1, request=attrs.evolve(one.request, body=body)
        )
    found = [each for each in check_verdicts(plan, sent) if each.verdict == BROKEN and "what-was-sent" in each.item.id]
    assert bool(found) is apart


def test_every_promise_of_our_document_is_judged_by_a_line_of_the_plan(contract):
    plan = make(contract, Deployment("d", "http://h", "calcom-v2", (), Vault()), "quick")
    judged = {promise.pointer for item in plan.items for promise in item.asserted}
    assert [each.pointer for each in plan.promises if each.pointer not in judged] == []


def test_a_promise_names_only_what_asserts_its_very_words(contract):
    plan = make(contract, Deployment("d", "http://h", "calcom-v2", (), Vault()), "quick")
    success = exchange(GET, 200, '{"status": "success", "data": []}', ("Content-Type", "application/json"))
    told = promise_verdicts(plan, check_verdicts(plan, {success.seq: success}))
    status = next(each for each in plan.promises if (each.operation, each.kind, each.topic) == (GET, "status", "200"))
    error = next(each for each in plan.promises if (each.operation, each.kind, each.topic) == (GET, "error", "401"))
    assert told[status.pointer]["laws"] == ["schemathesis/schemathesis-finds-nothing-more", "status/status-is-declared"]
    assert told[status.pointer]["verdict"] == UPHELD
    assert told[error.pointer]["verdict"] == NOT_OBSERVABLE  # no error was heard


def test_what_was_seen_of_a_promise_stands_before_what_was_not(line, plan):
    promise = Promise("#/it", "body", None, "It.", name="it")
    rule = attrs.evolve(line.rule, kinds=("body",), asserts=("body",))
    other = attrs.evolve(line, rule=rule, promises=(promise,))
    plan = attrs.evolve(plan, promises=(promise,))
    blocked, upheld, loose = (
        judge.Verdict(other, BLOCKED), judge.Verdict(other, UPHELD),
        judge.Verdict(attrs.evolve(other, rule=attrs.evolve(rule, asserts=())), BROKEN),
    )  # fmt: skip
    assert promise_verdicts(plan, [blocked, upheld])["#/it"]["verdict"] == UPHELD
    assert promise_verdicts(plan, [loose])["#/it"]["verdict"] == "none yet"


def test_an_answer_that_is_nested_too_deeply_for_a_check_says_nothing(line, plan):
    def endless(*_):
        return endless()

    check = Check("schema", "deep", "Deep.", "Deep.", endless, ("body",))
    item = attrs.evolve(line, rule=check)
    success = exchange(GET, 200, "[]", ("Content-Type", "application/json"))
    sent = {1: attrs.evolve(success, seq=1, request=attrs.evolve(success.request, operation=item.operation))}
    (found,) = check_verdicts(attrs.evolve(plan, items=(item,)), sent)
    assert found.verdict == NOT_OBSERVABLE
