"""What a finding quotes is about the finding."""

from __future__ import annotations

from typing import Any

import pytest

from contracts.config.deployment import Deployment
from contracts.config.vault import Vault
from contracts.core.verdicts import BROKEN
from contracts.gate.terminal import finding
from contracts.judging.judge import Verdict
from contracts.plan.plan import Plan, make
from specs.contract import build
from specs.source.document import as_document
from tests.contracts.laws.credentials.judging import answers, document

SECOND = "credentials/another-tenant-is-refused"


def plan(said: str) -> Plan:
    """A plan for one read of something that belongs to somebody."""
    thing = {"type": "object", "properties": {"id": {"type": "string"}}}
    named = [{"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}]
    read = {"operationId": "read", "description": said, "parameters": named, "responses": answers(thing)}
    scheme = {"key": {"type": "apiKey", "in": "header", "name": "X-Key"}}
    raw: dict[str, Any] = document({"/notes/{id}": {"get": read}}, scheme, security=[{"key": []}])
    return make(build(as_document(raw)), Deployment("d", "http://h", "d", (), Vault()), "quick")


def told(law: str, said: str = "Gives a note.") -> str:
    """The line that says what was promised."""
    made = plan(said)
    item = next(each for each in made.items if each.rule.id == law)
    verdict = Verdict(item, BROKEN, expected="401 for nobody", actual="200", confidence="repeated 2 of 2")
    return next(line for line in finding(verdict, made.contract).splitlines() if line.startswith("  promise"))


@pytest.mark.parametrize(
    ("said", "line"),
    [
        ("Gives a note. You see only your own notes.", 'promise   "You see only your own notes."'),
        ("Gives a note.", "promise   implied by its security (key) and its path /notes/{id}"),
    ],
)
def test_a_finding_about_tenants_quotes_the_sentence_about_ownership_or_says_what_implies_it(said, line) -> None:
    assert told(SECOND, said).strip() == line


def test_a_finding_about_credentials_does_not_quote_the_success_that_came() -> None:
    line = told("credentials/nothing-without-a-credential")
    assert "200" not in line
