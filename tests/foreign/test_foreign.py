"""A deployment that was written apart from the sandbox is blamed for nothing, and its faults are found."""

from __future__ import annotations

import pytest

from contracts.core.verdicts import BROKEN
from tests.foreign import operations  # noqa: F401 - they register themselves
from tests.foreign.choices import CHOICES, ONE_OF
from tests.foreign.judging import contract, judged, told
from tests.foreign.service import OPERATIONS
from tests.foreign.survey import mixtures


def test_it_serves_every_operation_of_the_document():
    assert {each.key for each in OPERATIONS} == {each.key for each in contract().operations}


HABITS = {
    "other answers": (
        "foreign-404 wrong-kind-401 bad-ids-404 bad-token-401 duplicates-400 losers-409 uuid-ids newest-first "
        "extra-members normalised strict-inputs tags gzip old-access-dies managed-users-may-write",
        [],
    ),
    "as little as is allowed, and clients alone": (
        "undeclared-404 text-webhook-ids no-optional-pagination optional-members-missing size-of-the-page page-zero "
        "tiny-data late-side-effects lower-case-headers closing reuse-revokes no-challenge undated",
        ["--principals", "clients"],
    ),
    "a busy place": (
        "busy newest-first late-side-effects members-see-less quoting-errors detailed-errors cluttered chunked",
        ["--principals", "members"],
    ),
    "looked at only": ("newest-first large-numbers escaped upper-case-headers no-store", ["--no-writes"]),
}


@pytest.mark.parametrize("name", HABITS)
def test_whoever_keeps_the_document_in_their_own_way_is_blamed_for_nothing(name):
    chosen, more = HABITS[name]
    verdicts = judged([*(word for each in chosen.split() for word in ("--choice", each)), *more])
    assert told(verdicts) == []
    assert sum(each.verdict == "upheld" for each in verdicts) > 400


CLIENT, ORG = "/v2/oauth-clients/{clientId}", "/v2/organizations/{orgId}"
FOUND = {
    "remaining-ignores-the-offset": f"pagination/the-pagination-object-adds-up GET {ORG}/attributes",
    "offset-forgotten-with-a-filter": f"filters/a-filtered-list-is-paged-like-any-other GET {CLIENT}/users",
    "attendee-name-by-prefix": f"filters/a-filter-keeps-what-fits-and-nothing-else GET {ORG}/bookings",
    "sorted-by-time-of-day": f"sorting/descending-is-ascending-backwards GET {ORG}/routing-forms",
    "member-may-unassign": (
        f"credentials/a-reader-changes-nothing DELETE {ORG}/attributes/options/{{userId}}/{{attributeOptionId}}"
    ),
    "expiry-in-local-time": "tokens/tokens-say-when-they-expire POST /v2/oauth/{clientId}/refresh",
    "cache-control-misspelt": f"caching/answers-are-not-cached GET {ORG}/routing-forms",
    "large-id-500": f"input/an-odd-id-is-no-server-error GET {ORG}/memberships/{{membershipId}}",
    "letters-garbled": f"state/what-was-sent-is-what-is-kept POST {CLIENT}/users",
    "html-escaped": (
        f"state/a-change-keeps-what-was-not-sent PATCH {ORG}/attributes/{{attributeId}}/options/{{optionId}}"
    ),
    "answers-what-was-before": f"state/a-change-keeps-what-was-not-sent PATCH {ORG}/memberships/{{membershipId}}",
    "any-scheme": f"input/what-the-document-forbids-is-refused POST {CLIENT}/webhooks",
    "any-time-format": f"input/what-the-document-forbids-is-refused PATCH {CLIENT}/users/{{userId}}",
}
"""Faults, and a law that sees each, at the operation where it is."""


def test_its_faults_are_found_where_they_are():
    verdicts = judged([word for name in FOUND for word in ("--fault", name)])
    broken = {f"{each.item.rule.id} {each.item.operation.key}" for each in verdicts if each.verdict == BROKEN}
    assert {name: where for name, where in FOUND.items() if where not in broken} == {}


UNASKED_FOR = {
    "emails-of-all-clients": f"filters/what-nobody-has-is-not-found GET {CLIENT}/users",
    "counted-before-filtering": f"filters/a-filter-keeps-what-fits-and-nothing-else GET {ORG}/bookings",
    "sorted-within-the-page": f"sorting/descending-is-ascending-backwards GET {ORG}/bookings",
    "deleted-ones-are-counted": f"pagination/the-counts-of-a-page-agree GET {CLIENT}/users",
    "conflict-unseen-on-update": (
        f"state/a-change-into-a-duplicate-is-refused PATCH {ORG}/attributes/{{attributeId}}/options/{{optionId}}"
    ),
}
"""Faults that show in answers to questions asked for another reason."""


def test_what_answers_tell_besides_is_judged_too():
    verdicts = judged([word for name in UNASKED_FOR for word in ("--fault", name)])
    broken = {f"{each.item.rule.id} {each.item.operation.key}" for each in verdicts if each.verdict == BROKEN}
    assert {name: where for name, where in UNASKED_FOR.items() if where not in broken} == {}


def test_mixtures_leave_out_what_excludes_each_other():
    for mixture in mixtures(20, 1):
        chosen = set(mixture.split("+"))
        assert chosen <= CHOICES.keys()
        assert all(len(chosen & group) <= 1 for group in ONE_OF)
