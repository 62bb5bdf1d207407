"""A body that is refused in the form of the document's example: one finding, and all else goes on with another form."""

from __future__ import annotations

from collections import Counter

from contracts.core.exchange import at
from contracts.core.verdicts import BLOCKED, BROKEN
from contracts.engine.run import Run
from contracts.strategies.body_forms import FORMS, body_forms
from contracts.strategies.schemathesis_cases import validator
from tests.power import harness

ACCEPTED = "input/what-the-document-allows-is-accepted"
CREATE = "OAuthClientWebhooksController_createOAuthClientWebhook"


def judged(*arguments: str) -> Run:
    server = harness.sandbox(["--limits", "off", *arguments], "quick")
    return server.run(lambda item: "webhook" in item.operation.path and item.rule.family in {"input", "state"})


def test_a_refused_form_is_one_finding_and_takes_nothing_else_away():
    verdicts = judged("--fault", "single-trigger-refused").verdicts
    assert [each.item.rule.id for each in verdicts if each.verdict == BROKEN] == [ACCEPTED]
    assert not [each for each in verdicts if each.verdict == BLOCKED]


def test_the_same_is_upheld_with_another_form_as_with_the_first():
    with_fault, without = judged("--fault", "single-trigger-refused").verdicts, judged().verdicts
    counted = [
        Counter(each.verdict for each in some if each.item.rule.id != ACCEPTED) for some in (with_fault, without)
    ]
    assert counted[0] == counted[1]


def test_forms_are_few_different_and_valid(contract):
    for operation in contract.operations:
        if operation.body and not operation.body.composed:
            forms = body_forms(contract, operation)
            assert 1 <= len(forms) <= FORMS
            assert all(one != other for one in forms for other in forms if one is not other)
            assert all(validator(contract, operation).is_valid(each) for each in forms[1:])


def test_a_single_value_is_tried_as_a_list_of_it(contract):
    first, second, *_ = body_forms(contract, contract.operation(CREATE))
    assert at(second, "/triggers") == [at(first, "/triggers")]
