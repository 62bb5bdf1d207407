"""Which operations give and renew tokens, by the names that a document has for them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.specs.samples import contract

Raw = dict[str, Any]


def taking(*names: str) -> Raw:
    """A request body of texts."""
    body = {"type": "object", "properties": {name: {"type": "string"} for name in names}}
    return {"required": True, "content": {"application/json": {"schema": body}}}


def giving(**shown: Raw) -> Raw:
    """Responses of texts."""
    schema = {"type": "object", "properties": {name: {"type": "string", **rule} for name, rule in shown.items()}}
    return {"200": {"description": "Tokens.", "content": {"application/json": {"schema": schema}}}}


def trading(sent: str, login: Raw, renewed: Raw, path: str = "/auth/refresh", **more: Any) -> Raw:
    """A document with a login, and an operation that takes a refresh token."""
    enter = {"security": [], "requestBody": taking("username", "password"), "responses": giving(**login)}
    renew = {"security": [], "requestBody": taking(sent), "responses": giving(**renewed), **more}
    return {
        "openapi": "3.0.3",
        "info": {"title": "Tokens", "version": "1"},
        "security": [{"token": []}],
        "components": {"securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}},
        "paths": {"/login": {"post": enter}, path: {"post": renew}},
    }


@pytest.mark.parametrize(
    ("access", "refresh"),
    [("access_token", "refresh_token"), ("access", "refresh"), ("accessJwt", "refreshJwt"), ("token", "refreshToken")],
)
def test_a_pair_of_tokens_has_many_names(access: str, refresh: str) -> None:
    pair: Raw = {access: {}, refresh: {}}
    rules = contract(trading(refresh, pair, pair)).tokens
    assert rules is not None
    assert rules.refresh is not None
    assert rules.refresh_token is not None
    assert (rules.refresh.path, rules.access.token, rules.refresh_token.token) == (
        "/auth/refresh",
        f"/{access}",
        f"/{refresh}",
    )
    assert [each.path for each in rules.issue] == ["/login", "/auth/refresh"]


def test_what_only_requests_have_is_not_given(  # as simplejwt and drf-spectacular write it
) -> None:
    pair: Raw = {"access": {"readOnly": True}, "refresh": {"readOnly": True}}
    rules = contract(trading("refresh", pair, {"access": {}, "refresh": {"writeOnly": True}})).tokens
    assert rules is not None
    assert rules.refresh_token is not None
    assert [each.path for each in rules.issue] == ["/login"]


@pytest.mark.parametrize("shown", [{"token": {}}, {"access": {}}, {"refresh": {}}])
def test_a_token_alone_is_no_pair(shown: Raw) -> None:
    assert contract(trading("code", shown, shown)).tokens is None


def test_a_refresh_that_is_a_truth_is_no_token() -> None:
    shown: Raw = {"access": {}, "refresh": {"type": "boolean"}}
    assert contract(trading("refresh_now", shown, shown)).tokens is None


@pytest.mark.parametrize("open_to_all", [True, False])
def test_renewing_a_session_ends_no_credential_where_none_is_sent(open_to_all: bool) -> None:
    pair: Raw = {"accessToken": {}, "refreshToken": {}}
    raw = trading("refreshToken", pair, pair, "/sessions/renew", operationId="renewSession")
    if not open_to_all:
        del raw["paths"]["/sessions/renew"]["post"]["security"]
    assert contract(raw).operation("renewSession").ends_credential is not open_to_all
