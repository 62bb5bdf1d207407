"""What an operation does, by its names, its path and what it says of itself."""

from __future__ import annotations

import pytest

from specs.contract import build
from specs.contract.effects import effect_of
from specs.source.document import as_document
from tests.harm.hub import ACTIONS, DANGEROUS, KEPT, document

KINDS = {
    **dict.fromkeys((*DANGEROUS.values(), *ACTIONS), "action"),
    KEPT: "keep",
    "POST /users": "create",
    "POST /tasks": "create",
    "PATCH /users/{id}": "change",
    "DELETE /users/{name}": "change",
    "PUT /projects/{id}": "change",
    "GET /projects": "look",
    "GET /me": "look",
}
ENDING = {"POST /current-user/reset-token", "POST /auth/logout-everywhere", "DELETE /me"}


@pytest.fixture(scope="module")
def hub():
    return build(as_document(document()))


@pytest.mark.parametrize(("key", "kind"), KINDS.items())
def test_the_kind_of_an_operation(hub, key, kind):
    assert effect_of(hub, hub.operation(key)).kind == kind


def test_what_could_end_a_credential_says_so(hub):
    assert {each.key for each in hub.operations if each.ends_credential} == ENDING


def test_the_operations_of_our_own_document(contract):
    kinds = {each.key: effect_of(contract, each).kind for each in contract.operations if not each.safe}
    assert [key for key, kind in kinds.items() if kind == "action"] == ["DELETE /v2/oauth-clients/{clientId}/webhooks"]
    assert [key for key, kind in kinds.items() if kind == "keep"] == [
        "POST /v2/organizations/{orgId}/delegation-credentials"
    ]
    assert [key for key, kind in kinds.items() if kind == "tokens"] == ["POST /v2/oauth/{clientId}/refresh"]
