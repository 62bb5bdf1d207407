"""The budget never lets more through than a limit allows, whatever window a server counts in."""

from __future__ import annotations

import attrs
from hypothesis import given
from hypothesis import strategies as st

from contracts.plan.duration import duration
from contracts.transport.pacing import Budget
from specs.contract import Contract, Limit


class Clock:
    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


def limited(contract: Contract, *limits: tuple[int, float]):
    made = tuple(Limit("test", window, requests, "#") for requests, window in limits)
    return attrs.evolve(contract.operations[0], limits=made)


@given(
    requests=st.integers(1, 10),
    window=st.floats(0.5, 60),
    pauses=st.lists(st.floats(0, 30), min_size=1, max_size=60),
)
def test_no_window_of_any_phase_holds_more_than_the_limit(contract, requests, window, pauses):
    clock = Clock()
    budget = Budget("declared", 1.0, clock)
    operation = limited(contract, (requests, window))
    sent = []
    for pause in pauses:
        clock.now = max(clock.now + pause, sent[-1] if sent else 0)
        sent.append(budget.reserve(operation, "acme"))
    for start in sent:
        assert sum(start <= moment < start + window for moment in sent) <= requests


@given(
    requests=st.integers(1, 6),
    asked=st.lists(st.tuples(st.floats(0, 20), st.integers(1, 6)), min_size=1, max_size=40),
)
def test_what_is_sent_together_leaves_no_window_too_full_and_is_not_put_off_for_ever(contract, requests, asked):
    clock = Clock()
    budget = Budget("declared", 1.0, clock)
    operation = limited(contract, (requests, 60.0))
    sent = []
    for pause, count in asked:
        clock.now += pause
        count = min(count, requests)
        sent += (
            [budget.together([(operation, "acme")] * count)] * count
            if count > 1
            else [budget.reserve(operation, "acme")]
        )
    for start in sent:
        assert sum(start <= moment < start + 60 for moment in sent) <= requests
    assert max(sent) <= clock.now + 64 * (2 * len(sent) / requests + 1)


def test_principals_and_operations_have_budgets_of_their_own(contract):
    clock = Clock()
    budget = Budget("declared", 1.0, clock)
    operation = limited(contract, (1, 60.0))
    other = attrs.evolve(operation, key="GET /other")
    assert budget.reserve(operation, "acme") == 0
    assert budget.reserve(operation, "rival") == 0
    assert budget.reserve(other, "acme") == 0
    assert budget.reserve(operation, "acme") >= 60


def test_the_tighter_of_two_limits_binds(contract):
    budget = Budget("declared", 1.0, Clock())
    operation = limited(contract, (5, 60.0), (6, 3600.0))
    times = [budget.reserve(operation, "acme") for _ in range(7)]
    assert times[4] == 0
    assert 60 <= times[5] < 120
    assert times[6] >= 3600


def test_a_scaled_deployment_is_asked_that_much_faster(contract):
    budget = Budget("declared", 60.0, Clock())
    operation = limited(contract, (1, 60.0))
    budget.reserve(operation, "acme")
    assert 1 <= budget.reserve(operation, "acme") < 1.2


def test_patience_asked_for_is_given(contract):
    budget = Budget("none", 1.0, Clock())
    operation = limited(contract, (1, 60.0))
    budget.hold(operation, "acme", 9.0)
    assert budget.reserve(operation, "acme") == 9.0


def test_a_refusal_before_its_time_teaches_how_many_are_let_through(contract):
    clock = Clock()
    budget = Budget("declared", 1.0, clock)
    operation = limited(contract, (10, 60.0))
    for _ in range(8):
        budget.reserve(operation, "acme")
    budget.hold(operation, "acme", 5.0)  # the eighth was refused
    clock.now = 200.0
    assert [budget.reserve(operation, "acme") for _ in range(7)] == [200.0] * 7
    assert budget.reserve(operation, "acme") > 260


def test_a_refusal_of_nearly_everything_is_somebody_elses_doing(contract):
    clock = Clock()
    budget = Budget("declared", 1.0, clock)
    operation = limited(contract, (10, 60.0))
    budget.reserve(operation, "acme")
    budget.hold(operation, "acme", 5.0)
    clock.now = 200.0
    assert [budget.reserve(operation, "acme") for _ in range(10)] == [200.0] * 10


def test_the_stated_duration_is_that_of_the_slowest_operation(contract):
    fast, slow = limited(contract, (60, 60.0)), attrs.evolve(limited(contract, (5, 60.0)), key="POST /slow")
    assert duration([(fast, "acme", 60), (slow, "acme", 11)], 1.0, 1.0) == 126.0


def test_processes_share_a_limit_without_a_remainder(contract):
    operation = limited(contract, (10, 60.0))
    for workers in (1, 2, 3, 7, 40):
        sent = 0
        for worker in range(workers):
            budget = Budget("declared", 1.0, Clock(), worker, workers)
            while budget.may(operation, "acme"):
                budget.take(operation, "acme")
                sent += 1
        assert sent == 10


def test_what_was_kept_is_left_to_whom_it_was_promised(contract):
    operation, budget = limited(contract, (3, 60.0)), Budget("declared", 1.0, Clock())
    budget.keep(operation, "acme", 3)
    assert not budget.may(operation, "acme")
    assert budget.may(operation, "acme", kept=True)
    assert budget.may(operation, "rival")
    budget.keep(operation, "acme", -1)
    assert budget.may(operation, "acme")


def test_after_a_refusal_nothing_of_its_kind_may_be_sent_for_a_while(contract):
    clock = Clock()
    operation, budget = limited(contract, (3, 60.0)), Budget("declared", 1.0, clock)
    budget.hold(operation, "acme", 5.0)
    assert not budget.may(operation, "acme")
    clock.now = 5.0
    assert budget.may(operation, "acme")


def test_the_longest_queue_says_who_waits_where_and_how_long(contract):
    clock = Clock()
    budget = Budget("declared", 1.0, clock)
    slow, fast = limited(contract, (2, 60.0)), attrs.evolve(limited(contract, (5, 10.0)), path="/fast")
    assert budget.longest_queue() is None
    for _ in range(5):
        budget.reserve(slow, "acme")
        budget.reserve(fast, None)
    found = budget.longest_queue()
    assert (found.operation, found.principal, found.requests) == (slow.key, "acme", 3)
    assert 120 <= found.seconds <= 130
    clock.now = 130.0
    assert budget.longest_queue() is None
    budget.hold(fast, None, 9.0)
    assert (budget.longest_queue().operation, budget.longest_queue().seconds) == (fast.key, 9.0)
