"""The laws of lists speak every dialect: a conforming shop is blamed for nothing, a faulty one for what it does."""

from __future__ import annotations

import pytest

from contracts.core.verdicts import BLOCKED, BROKEN, OBSERVED, UPHELD
from tests.contracts.laws.pagination import judging
from tests.contracts.laws.pagination.dialects import DIALECTS

WALK = "pagination/every-walk-gives-the-same-items"
OWN = "pagination/nothing-of-another-tenant-appears"
EVERYWHERE = {
    "overlap": WALK,
    "lost-last": WALK,
    "too-large-accepted": "pagination/an-impossible-page-is-refused",
    "filter-ignored": "filters/a-filter-keeps-what-fits-and-nothing-else",
    "filter-substring": "filters/what-nobody-has-is-not-found",
    "after-is-before": "filters/a-filter-keeps-what-fits-and-nothing-else",
    "order-ignored": "sorting/descending-is-ascending-backwards",
    "item-differs": "pagination/items-read-as-they-are-listed",
}
PAST_END = "pagination/past-the-end-is-an-empty-page"
NUMBERED = {
    "offset": {"past-end-404": PAST_END, "size-capped": "pagination/pages-have-the-size-asked-for"},
    "page": {"size-capped": WALK},
}
LED = {
    "cursor-loops": WALK,
    "cursor-skips": WALK,
    "foreign-cursor": "pagination/a-cursor-of-another-tenant-shows-nothing-of-theirs",
    "damaged-cursor-500": "pagination/a-damaged-cursor-makes-nothing-fail",
}
LINKED = {
    "link-elsewhere": "pagination/the-next-link-leads-to-the-next-page",
    "link-forgets-filter": "pagination/the-next-link-keeps-the-question",
}


def faults(name):
    """The faults that can show in a dialect, and the law that has to find each."""
    dialect = DIALECTS[name]
    told = {*dialect.told, *dialect.headers}
    found = dict(EVERYWHERE)
    found |= NUMBERED.get(dialect.kind, {})
    found |= LED if dialect.kind == "cursor" and "cursor" in told else {}
    found |= LINKED if "link" in told else {}
    if dialect.kind == "page" and "link" in told:
        found |= {"link-on-last": "pagination/the-last-page-has-no-next-link"}
    if "previous_link" in told:
        found |= {"previous-is-self": "pagination/the-previous-link-leads-back"}
    truth = "the-pagination-object-adds-up" if dialect.kind in NUMBERED else "what-a-walk-is-told-is-true"
    found |= {"total-wrong": f"pagination/{truth}"} if "total" in told else {}
    found |= {"page-wrong": f"pagination/{truth}"} if "page" in told else {}
    if "next" in told:
        found |= {"more-on-last": f"pagination/{truth}" if dialect.kind in NUMBERED else WALK}
    return found


CASES = [(name, fault, law) for name in DIALECTS for fault, law in faults(name).items()]


@pytest.fixture
def judged(tmp_path):
    """All verdicts of the laws of lists on a shop, asked in this process at depth standard."""

    def ask(name, fault="", law=None, every=0):
        return judging.judged(tmp_path, name, fault, law, every)

    return ask


def of_lists(run):
    return [each for each in run.verdicts if each.item.rule.family in judging.FAMILIES]


@pytest.mark.parametrize("name", DIALECTS)
def test_a_conforming_list_is_blamed_for_nothing(judged, name):
    run = judged(name)
    verdicts = of_lists(run)
    assert [(each.item.id, each.expected, each.actual) for each in verdicts if each.verdict == BROKEN] == []
    assert [(each.item.id, each.reason) for each in verdicts if each.verdict == BLOCKED] == []
    upheld = {each.item.rule.id for each in verdicts if each.verdict == UPHELD}
    assert {WALK, OWN, *EVERYWHERE.values()} <= upheld


@pytest.mark.parametrize("every", [1, 2, 3, 7])
@pytest.mark.parametrize("name", ["skip-take", "page-per-page", "cursor", "link-header"])
def test_nobody_is_blamed_while_others_are_at_work(judged, name, every):
    verdicts = of_lists(judged(name, every=every))
    assert [(each.item.id, each.expected, each.actual) for each in verdicts if each.verdict == BROKEN] == []


def test_items_that_two_tenants_share_at_one_address_are_only_observed(judged):
    verdicts = [each.verdict for each in of_lists(judged("skip-take", "foreign-row", OWN)) if each.item.rule.id == OWN]
    assert verdicts == [OBSERVED, OBSERVED]


def test_a_number_behind_the_last_page_may_name_nothing(judged):
    verdicts = of_lists(judged("page-per-page", "past-end-404", PAST_END))
    assert {each.verdict for each in verdicts if each.item.rule.id == PAST_END} == {OBSERVED}
    assert [each.item.id for each in verdicts if each.verdict in (BROKEN, BLOCKED)] == []


@pytest.mark.parametrize("name", DIALECTS)
def test_a_list_is_asked_no_more_than_its_budget(judged, name):
    run = judged(name)
    assert sum(each.operation.operation_id == "listBooks" for each in run.exchanges.values()) <= 45


@pytest.mark.parametrize(("name", "fault", "law"), CASES, ids=[f"{name}-{fault}" for name, fault, _ in CASES])
def test_a_fault_is_found_by_its_law(judged, name, fault, law):
    broken = {each.item.rule.id for each in of_lists(judged(name, fault, law)) if each.verdict == BROKEN}
    assert broken == {law}
