"""What an operation does, by its names, its path and what it says of itself."""

from __future__ import annotations

import pytest

from specs.contract import build
from specs.contract.action_words import acts, says_it_changes, weighs_a_secret
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
NUMBER = {"type": "integer"}
ENDING = {"POST /current-user/reset-token", "POST /auth/logout-everywhere", "DELETE /me"}


@pytest.fixture(scope="module")
def hub():
    return build(as_document(document()))


@pytest.mark.parametrize(("key", "kind"), KINDS.items())
def test_the_kind_of_an_operation(hub, key, kind):
    assert effect_of(hub, hub.operation(key)).kind == kind


def made(path, **members):
    """The effect of creating something that has these members and can be removed again."""
    body = {"content": {"application/json": {"schema": {"type": "object", "properties": members}}}}
    answer = {"200": {"description": "It.", "content": {"application/json": {"schema": {"type": "object"}}}}}
    paths = {path: {"post": {"requestBody": body, "responses": answer}},
             f"{path}/{{id}}": {"delete": {"responses": answer}}}  # fmt: skip
    told = build(as_document({"openapi": "3.1.0", "info": {"title": "T", "version": "1"}, "paths": paths}))
    return effect_of(told, told.operation(f"POST {path}")).kind


@pytest.mark.parametrize(
    ("path", "members", "kind"),
    [
        ("/automations", ("name",), "action"),
        ("/rules", ("name", "trigger", "actions"), "action"),  # it may set itself off, for ever
        ("/flows", ("name", "trigger", "operations"), "action"),
        ("/workflows", ("name", "trigger", "steps"), "create"),
        ("/conditions", ("name", "action"), "create"),
    ],
)
def test_what_acts_by_itself_once_it_exists_is_not_made(path, members, kind):
    assert made(path, **{each: {"type": "string"} for each in members}) == kind


def test_what_could_end_a_credential_says_so(hub):
    assert {each.key for each in hub.operations if each.ends_credential} == ENDING


def test_the_operations_of_our_own_document(contract):
    kinds = {each.key: effect_of(contract, each).kind for each in contract.operations if not each.safe}
    assert [key for key, kind in kinds.items() if kind == "action"] == ["DELETE /v2/oauth-clients/{clientId}/webhooks"]
    assert [key for key, kind in kinds.items() if kind == "keep"] == [
        "POST /v2/organizations/{orgId}/delegation-credentials"
    ]
    assert [key for key, kind in kinds.items() if kind == "tokens"] == ["POST /v2/oauth/{clientId}/refresh"]


@pytest.mark.parametrize(
    ("name", "prose"),
    [
        ("recheck_all", ""),
        ("again", "Set to 1 to force recheck of all watches."),
        ("now", "Queue all things with this tag."),
        ("seen", "Mark all messages as read."),
        ("state", "Set mute state"),
        ("drop", "If true, also deletes the file."),
        ("delete", "Removes what was read."),
        ("mark_read", ""),
    ],
)
def test_a_parameter_that_makes_a_look_act(name, prose):
    assert acts(name, prose)


@pytest.mark.parametrize(
    ("name", "prose"),
    [
        ("deleted", "Show deleted things as well."),
        ("start", "Start of the range."),
        ("status", "Only things in this state."),
        ("sort", "Sets the order of the list."),
        ("limit", "Set the number of items."),
        ("queue", "Queue whose jobs are listed."),
        ("refresh", "Whether to pass over the cache."),
        ("mark", "Mark to start after."),
        ("page", "Resets the page to the first one."),
        ("mutedOnly", "Only muted things."),
    ],
)
def test_a_parameter_that_only_says_what_to_look_at(name, prose):
    assert not acts(name, prose)


def test_a_parameter_that_acts_is_no_input_of_a_look_and_one_that_it_needs_makes_it_no_look():
    text, query = {"schema": {"type": "string"}}, {"in": "query"}
    looks = {"operationId": "a", "parameters": [{"name": "recheck", **query, **text}, {"name": "q", **query, **text}]}
    needs = {"operationId": "b", "parameters": [{"name": "recheck", **query, **text, "required": True}]}
    paths = {path: {"get": {**each, "responses": {"200": {"description": "Ok."}}}} for path, each in
             (("/looks", looks), ("/needs", needs))}  # fmt: skip
    read = build(as_document({"openapi": "3.0.3", "info": {"title": "T", "version": "1"}, "paths": paths}))
    assert [each.name for each in read.operation("GET /looks").parameters] == ["q"]
    assert read.operation("GET /looks").withheld == ("recheck",)
    assert effect_of(read, read.operation("GET /looks")).kind == "look"
    assert effect_of(read, read.operation("GET /needs")).kind == "action"


@pytest.mark.parametrize(
    ("path", "name", "summary", "changes"),
    [
        ("/copyPad", "copyPadUsingGET", "", True),
        ("/appendText", "appendText", "", True),
        ("/movePad", "movePad", "Moves a pad", True),
        ("/copies", "listCopies", "Lists the copies", False),
        ("/moves/{id}", "getMove", "Get a move", False),
    ],
)
def test_a_get_that_says_that_it_changes_something(path, name, summary, changes):
    assert says_it_changes("GET", path, name, summary) is changes


@pytest.mark.parametrize(
    ("path", "name", "summary", "weighs"),
    [
        ("/auth/reset/validate", "validateToken", "Validates a token", True),
        ("/invite/{token}/check", "check", "", True),
        ("/users/verification", "verify", "Verify the code of a mail", True),
        ("/tokens", "listTokens", "Lists tokens", False),
        ("/orders/validate", "validate", "Validates an order", False),
    ],
)
def test_what_says_whether_a_secret_is_right(path, name, summary, weighs):
    assert weighs_a_secret(path, name, summary) is weighs


def keyrings(member, **header):
    """A collection whose items have an address with a uuid, and show some members."""
    shown = {"type": "object", "required": ["name"], "properties": {"name": {"type": "string"}, **member}}
    made = {"description": "It.", "content": {"application/json": {"schema": shown}}, **header}
    listed = {"description": "It.", "content": {"application/json": {"schema": {"type": "array", "items": shown}}}}
    body = {"content": {"application/json": {"schema": {**shown, "properties": {"name": {"type": "string"}}}}}}
    own = [{"name": "ring_id", "in": "path", "required": True, "schema": {"type": "string", "format": "uuid"}}]
    paths = {
        "/rings": {"get": {"responses": {"200": listed}}, "post": {"requestBody": body, "responses": {"201": made}}},
        "/rings/{ring_id}": {
            "parameters": own,
            "get": {"responses": {"200": made}},
            "delete": {"responses": {"204": {"description": "Gone."}}},
        },
    }
    return build(as_document({"openapi": "3.0.3", "info": {"title": "T", "version": "1"}, "paths": paths}))


@pytest.mark.parametrize(
    ("member", "header", "kind"),
    [
        ({"href": {"type": "string", "format": "uri"}}, {}, "keep"),
        ({"id": {"type": "string", "format": "uuid"}}, {}, "create"),
        ({"ring_id": {"type": "string"}}, {}, "create"),
        ({}, {"headers": {"Location": {"schema": {"type": "string"}}}}, "create"),
    ],
)
def test_what_no_answer_tells_the_address_of_cannot_be_removed(member, header, kind):
    read = keyrings(member, **header)
    assert effect_of(read, read.operation("POST /rings")).kind == kind
    assert read.resources[0].member != "/name"


@pytest.mark.parametrize(
    ("end", "looks"),
    [
        ("search", True),
        ("find_users", True),
        ("find-and-delete", False),
        ("findOrCreate", False),
        ("search-replace", False),
        ("update-list", False),
        ("filter/{id}", False),
    ],
)
def test_a_post_only_looks_where_its_name_says_of_nothing_more(end, looks):
    body = {"content": {"application/json": {"schema": {"type": "object", "properties": {"limit": NUMBER}}}}}
    rows = {"type": "array", "items": {"type": "object", "properties": {"id": NUMBER}}}
    answer = {"200": {"description": "They.", "content": {"application/json": {"schema": rows}}}}
    parameters = [{"name": "id", "in": "path", "required": True, "schema": NUMBER}] if "{" in end else []
    node = {"requestBody": body, "responses": answer, "parameters": parameters}
    paths = {f"/things/{end}": {"post": node}}
    told = build(as_document({"openapi": "3.1.0", "info": {"title": "T", "version": "1"}, "paths": paths}))
    assert told.operations[0].safe is looks
