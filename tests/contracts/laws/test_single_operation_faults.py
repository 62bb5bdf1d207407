"""Kinds of faults that used to be tried at one operation in six: depth quick sees them at the one that has them."""

from __future__ import annotations

import pytest

from contracts.core.exchange import Exchange, Request
from contracts.core.failures import RESET, TIMED_OUT
from contracts.core.verdicts import BROKEN
from contracts.transport.retries import Again, Answer, next_step
from specs.contract import Contract
from tests.power import harness

METHOD = "protocol/an-undeclared-method-is-refused"
DAMAGED = "credentials/nothing-with-a-damaged-credential"
FORGED = "tokens/a-forged-access-token-is-refused"
INVALID = "input/what-the-document-forbids-is-refused"
KEPT = "filters/a-filter-keeps-what-fits-and-nothing-else"
SEEN = (
    ("patch-of-attributes-500", METHOD, "/attributes"),
    ("delete-on-refresh-cut-off", METHOD, "/refresh"),
    ("put-of-webhooks-403", METHOD, "/webhooks"),
    ("get-on-force-refresh", METHOD, "/force-refresh"),
    ("api-key-in-query-of-forms", DAMAGED, "/routing-forms"),
    ("secret-in-query-of-a-user", DAMAGED, "/users/{userId}"),
    ("any-signature-accepted-for-an-attribute", FORGED, "/attributes/{attributeId}"),
    ("changed-payload-accepted", FORGED, "/options/{userId}"),
    ("only-the-first-event-type-checked", INVALID, "/bookings"),
    ("only-the-first-team-checked", INVALID, "/options/assigned"),
    ("only-the-first-option-counts", KEPT, "/options/assigned"),
    ("media-type-before-credential", "credentials/the-credential-comes-before-the-body", "/options/{optionId}"),
    ("saturday-refused", "input/other-right-bodies-are-accepted", "/users"),
    ("first-option-of-an-attribute", "state/what-is-sent-along-stands-below", "/attributes"),
    ("nobodys-team-means-all", "filters/what-nobody-has-is-not-found", "/bookings"),
    ("nothing-to-delete-500", "state/deleting-all-empties-the-list", "/webhooks"),
    ("new-refresh-token-dead", "tokens/a-refresh-gives-a-new-pair", "/refresh"),
)


@pytest.mark.parametrize(("fault", "law", "path"), SEEN, ids=[name for name, _, _ in SEEN])
def test_depth_quick_sees_it(fault: str, law: str, path: str) -> None:
    server = harness.sandbox(["--limits", "off", "--fault", fault], "quick")
    run = server.run(lambda item: item.rule.id == law and item.operation.path.endswith(path))
    assert [each for each in run.verdicts if each.verdict == BROKEN and each.item.rule.id == law]


SEEN_AT_STANDARD = (
    ("own-slug-is-taken", "state/a-resource-does-not-conflict-with-itself", "/attributes/{attributeId}"),
    ("hosts-lost-on-later-pages", "filters/a-filtered-list-is-paged-like-any-other", "/bookings"),
    ("hosts-lose-the-order", "sorting/a-filtered-list-is-sorted-too", "/bookings"),
    ("forms-sorted-in-pages", "sorting/a-sorted-list-is-paged-like-any-other", "/routing-forms"),
    ("unknown-trigger-dropped", INVALID, "/webhooks/{webhookId}"),
    ("led-to-booking-ignored", "filters/what-nobody-has-is-not-found", "/routing-forms"),
    ("form-of-a-user-taken-for-json", INVALID, "/users/{userId}"),
    ("text-behind-json-ignored", INVALID, "/attributes/{attributeId}"),
    ("multi-select-refused", "input/other-right-bodies-are-accepted", "/attributes"),
    ("no-cancelled-bookings", KEPT, "/bookings"),
    ("another-option-answered", "state/what-was-deleted-is-gone", "/options/{optionId}"),
    ("owner-made-an-admin", "input/other-right-bodies-are-accepted", "/memberships"),
    ("readers-refused", "credentials/every-alternative-suffices", "/bookings"),
    ("digits-of-an-id-suffice", "state/an-id-with-more-behind-it-is-no-id", "/memberships/{membershipId}"),
    ("zero-byte-in-a-name-500", "input/an-odd-query-is-no-server-error", "/bookings"),
)


@pytest.mark.parametrize(("fault", "law", "path"), SEEN_AT_STANDARD, ids=[name for name, _, _ in SEEN_AT_STANDARD])
def test_depth_standard_sees_it(fault: str, law: str, path: str) -> None:
    for arguments in (["--fault", fault], []):
        server = harness.sandbox(["--limits", "off", *arguments], "standard")
        run = server.run(lambda item: item.rule.id == law and item.operation.path.endswith(path))
        broken = [each for each in run.verdicts if each.verdict == BROKEN and each.item.rule.id == law]
        assert bool(broken) == bool(arguments)


@pytest.mark.parametrize("law", sorted({law for _, law, _ in SEEN}))
def test_a_sound_deployment_keeps_all_of_it(law: str) -> None:
    run = harness.sandbox(["--limits", "off"], "quick").run(lambda item: item.rule.id == law)
    assert not [each for each in run.verdicts if each.verdict == BROKEN]


def test_a_connection_that_is_closed_is_an_answer_where_that_is_asked(contract: Contract) -> None:
    operation = contract.operation("GET /v2/organizations/{orgId}/bookings")
    closed, late = (
        Exchange(1, Request(operation, "/x", method="PUT", silence_counts=True), None, word, 1.0, 2.0)
        for word in (RESET, TIMED_OUT)
    )
    assert next_step(closed.request, closed, 1) == Answer()
    assert isinstance(next_step(late.request, late, 1), Again)


def test_a_wrong_value_that_was_refused_is_no_reason_for_an_answer_to_show_it() -> None:
    server = harness.sandbox(["--limits", "off", "--fault", "slug-null-in-option"], "quick")
    run = server.run(lambda item: "/attributes" in item.operation.path)
    broken = {each.item.rule.id for each in run.verdicts if each.verdict == BROKEN}
    assert "schema/body-fits-its-schema" in broken
