"""The second wall: what a request may be about, whatever the plan has said."""

from __future__ import annotations

import json

import attrs
import pytest

from contracts.config.deployment import Deployment, Principal
from contracts.config.vault import Vault
from contracts.config.writes import WriteRules
from contracts.core.exchange import Exchange, Request, Response
from contracts.steps.created import Ledger
from contracts.transport.guard import WriteGuard
from specs.contract import build
from specs.source.document import as_document
from tests.harm.hub import document

CONTRACT = build(as_document(document()))
ADMIN = Principal("admin", "a", "bearer", {"token": "$ADMIN_TOKEN"})
SPARE = Principal("spare", "a", "bearer", {"token": "$SPARE_TOKEN"}, spare=True)


def guard(*, contract=CONTRACT, principals=(ADMIN,), **told):
    deployment = Deployment("hub", "http://127.0.0.1:9", "", principals, Vault(), writes=True, **told)
    return WriteGuard(contract, deployment, Ledger(contract))


def request(key, target, body=None, method="", by=ADMIN):
    headers = (("Authorization", f"Bearer {by.values['token']}"),)
    text = None if body is None else json.dumps(body)
    return Request(CONTRACT.operation(key), target, headers, text, by.name, method)


def made(wall, number):
    """A project that the run has made."""
    answer = Response(201, (), json.dumps({"id": number, "title": "one"}), 0)
    asked = request("POST /projects", "/projects", {"title": "one"})
    wall.ledger.note(Exchange(1, asked, answer, None, 1.0, 2.0))


def test_only_what_was_made_is_changed_or_removed():
    wall = guard()
    made(wall, 7)
    assert wall.objection(request("PATCH /projects/{id}", "/projects/7", {"title": "two"})) is None
    assert wall.objection(request("DELETE /projects/{id}", "/projects/7")) is None
    told = wall.objection(request("DELETE /projects/{id}", "/projects/1"))
    assert told == 'id names what this run has not made; [writes] allow = ["DELETE /projects/{id}"] allows it'


@pytest.mark.parametrize(("read", "free"), [("/projects", True), ("/projects?owner=bob", False)])
def test_what_a_filter_left_out_was_not_made_by_an_answer_that_may_have_found_it(read, free):
    """A list without the thing tells that it came since, where all of the list was read."""
    wall = guard()
    listed = Response(200, (), "[]", 2)
    wall.ledger.note(Exchange(1, request("GET /projects", read), listed, None, 1.0, 2.0))
    answer = Response(200, (), json.dumps({"id": 3, "title": "one"}), 0)
    wall.ledger.note(Exchange(2, request("POST /projects", "/projects", {"title": "one"}), answer, None, 3.0, 4.0))
    told = wall.objection(request("PATCH /projects/{id}", "/projects/3", {"title": "two"}))
    assert (told is None) is free


@pytest.mark.parametrize("target", ["/projects/2147480000", "/projects/nonsense"])
def test_what_names_nothing_may_be_asked_for_but_not_put_there(target):
    assert guard().objection(request("DELETE /projects/{id}", target)) is None
    told = guard().objection(request("PUT /projects/{id}", target, {"title": "x"}))
    assert told is not None
    assert told.startswith("it may create what it addresses")


def test_an_example_of_the_document_names_somebody_elses():
    told = guard().objection(request("POST /tasks", "/tasks", {"project": 1, "text": "x"}))
    assert told is not None
    assert told.startswith("nothing says whose project this is")


def test_an_undeclared_method_may_change_anything():
    asked = request("GET /settings", "/settings", method="DELETE")
    assert guard().objection(asked) is not None
    assert guard(disposable=True).objection(asked) is None


def test_what_an_overlay_has_removed_is_not_sent_as_an_undeclared_method():
    removed = attrs.evolve(CONTRACT.document, removed=frozenset({"DELETE /settings"}))
    wall = guard(contract=attrs.evolve(CONTRACT, document=removed), disposable=True)
    told = wall.objection(request("GET /settings", "/settings", method="DELETE"))
    assert told == "an overlay has taken it out of the document"


def test_what_is_denied_is_not_sent_even_where_all_is_disposable():
    wall = guard(disposable=True, write_rules=WriteRules(deny=("GET /rooms",)))
    assert wall.objection(request("GET /rooms", "/rooms")) is not None


def test_only_a_spare_credential_is_sent_where_one_could_be_ended():
    wall = guard(principals=(ADMIN, SPARE), disposable=True)
    key, target = "POST /current-user/reset-token", "/current-user/reset-token"
    assert wall.objection(request(key, target)) == "it could end the credential of admin, which is not spare"
    assert wall.objection(request(key, target, by=SPARE)) is None


def test_a_disposable_principal_frees_its_own_tenant_alone():
    other = Principal("other", "b", "bearer", {"token": "$OTHER_TOKEN"})
    wall = guard(principals=(attrs.evolve(ADMIN, disposable=True), other))
    assert wall.objection(request("POST /shutdown", "/shutdown")) is None
    assert wall.objection(request("POST /shutdown", "/shutdown", by=other)) is not None


def test_what_stays_is_made_once():
    wall = guard(write_rules=WriteRules(allow=("POST /exports",)))
    asked = request("POST /exports", "/exports", {"title": "x"})
    wall.pass_on(asked)
    assert wall.objection(asked) == "one was made already, and what is made here stays"
    wall.heard(Exchange(1, asked, Response(400, (), "{}", 2), None, 1.0, 2.0))
    assert wall.objection(asked) is None
