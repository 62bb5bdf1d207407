"""Other ways to carry a credential and to get tokens than those of the suite's own document."""

from __future__ import annotations

import base64
import itertools
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from contracts.core.verdicts import NOT_ASKED, OBSERVED
from contracts.engine.run import Run
from specs.contract import build
from specs.source.document import as_document
from tests.contracts.laws.credentials.judging import Asked, answers, broken, document, judged

THING = {"type": "object", "required": ["id"], "properties": {"id": {"type": "string"}}}
BASIC = base64.b64encode(b"ann:canary-password-of-ann").decode()


def things(schemes: dict[str, Any], *required: str) -> dict[str, Any]:
    """A document with one protected operation."""
    paths = {"/things": {"get": {"operationId": "list", "responses": answers({"type": "array", "items": THING})}}}
    return document(paths, schemes, security=[{name: [] for name in required}])


def principal(kind: str, **values: str) -> str:
    """A principal in a deployment file."""
    told = {"name": "ann", "tenant": "ann", "kind": kind, **values}
    return "[[principals]]\n" + "\n".join(f'{key} = "{value}"' for key, value in told.items())


def opened(by: Callable[[Asked], bool]) -> Callable[[Asked], tuple[int, Any]]:
    """A stub that shows its things to whoever passes."""
    return lambda asked: (200, [{"id": "one"}]) if by(asked) else (401, {"error": "who are you"})


CARRIERS: dict[str, tuple[dict[str, Any], str, Callable[[Asked], str], str]] = {
    "basic": (
        {"type": "http", "scheme": "basic"},
        principal("basic", username="ann", password="canary-password-of-ann"),
        lambda asked: asked.headers.get("authorization", ""),
        f"Basic {BASIC}",
    ),
    "query": (
        {"type": "apiKey", "in": "query", "name": "api_key"},
        principal("api_key", key="canary-key-of-ann-1"),
        lambda asked: asked.query.get("api_key", ""),
        "canary-key-of-ann-1",
    ),
    "cookie": (
        {"type": "apiKey", "in": "cookie", "name": "session"},
        principal("api_key", key="canary-key-of-ann-1"),
        lambda asked: asked.headers.get("cookie", "").partition("session=")[2],
        "canary-key-of-ann-1",
    ),
    "bearer": (
        {"type": "http", "scheme": "bearer"},
        principal("bearer", token="canary-token-of-ann"),
        lambda asked: asked.headers.get("authorization", ""),
        "Bearer canary-token-of-ann",
    ),
}


@pytest.mark.parametrize("name", CARRIERS)
def test_a_careful_deployment_is_upheld_wherever_its_credential_travels(tmp_path: Path, name: str) -> None:
    scheme, file, sent, right = CARRIERS[name]
    stub = opened(lambda asked: sent(asked) == right)
    made = judged(tmp_path, stub, things({name: scheme}, name), file, "credentials/", depth="deep")
    assert broken(made) == {}
    assert upheld(made, "nothing-with-a-damaged-credential")
    assert upheld(made, "every-alternative-suffices")
    assert "canary" not in (made.out / "evidence.ndjson").read_text()
    assert BASIC not in (made.out / "evidence.ndjson").read_text()


@pytest.mark.parametrize("name", CARRIERS)
def test_a_credential_compared_by_its_beginning_is_found(tmp_path: Path, name: str) -> None:
    scheme, file, sent, right = CARRIERS[name]
    stub = opened(lambda asked: sent(asked)[: len(right) - 8] == right[:-8])
    made = judged(tmp_path, stub, things({name: scheme}, name), file, "credentials/")
    assert "nothing-with-a-damaged-credential" in " ".join(broken(made))


@pytest.mark.parametrize("name", CARRIERS)
def test_a_deployment_that_asks_for_nothing_is_found(tmp_path: Path, name: str) -> None:
    scheme, file, _, _ = CARRIERS[name]
    made = judged(tmp_path, opened(lambda _: True), things({name: scheme}, name), file, "credentials/")
    assert "nothing-without-a-credential" in " ".join(broken(made))


def upheld(made: Run, law: str) -> bool:
    """Whether every asked line of a law is upheld."""
    asked = [each.verdict for each in made.verdicts if law in each.item.rule.id and each.verdict != NOT_ASKED]
    return bool(asked) and set(asked) == {"upheld"}


TOKENS = {
    "type": "object",
    "required": ["access_token", "refresh_token"],
    "properties": {"access_token": {"type": "string"}, "refresh_token": {"type": "string"}},
}
_SENT = ("grant_type", "username", "password", "refresh_token", "client_id", "client_secret")
GRANT = {
    "type": "object",
    "required": ["grant_type"],
    "properties": {name: {"type": "string"} for name in _SENT},
}


ONCE = "A refresh token works once."


def oauth(expires: str, media: str = "application/x-www-form-urlencoded", said: str = ONCE) -> dict[str, Any]:
    """A document with a token endpoint, which nothing but its names tells; `said`: how it describes refreshing."""
    number = {"type": "string", "format": "date-time"} if expires == "expires_at" else {"type": "number"}
    shown = {**TOKENS, "properties": {**TOKENS["properties"], **({expires: number} if expires else {})}}
    paths = {
        "/oauth/token": {
            "post": {
                "operationId": "token",
                "description": said,
                "security": [],
                "requestBody": {"required": True, "content": {media: {"schema": GRANT}}},
                "responses": answers(shown),
            }
        },
        "/things": {"get": {"operationId": "list", "responses": answers({"type": "array", "items": THING})}},
    }
    flow = {"tokenUrl": "/oauth/token", "scopes": {}}
    schemes = {"oauth": {"type": "oauth2", "flows": {"password": flow}}}
    return document(paths, schemes, security=[{"oauth": []}])


class Issuer:
    """Gives tokens for a password and for refresh tokens, once each; `careless`: as often as asked."""

    def __init__(self, expires: str, *, careless: bool = False) -> None:
        self.expires = expires
        self.careless = careless
        self.numbers = itertools.count(1)
        self.refreshes: set[str] = set()
        self.accesses: set[str] = set()

    def __call__(self, asked: Asked) -> tuple[int, Any]:
        if asked.path == "/things":
            scheme, _, token = asked.headers.get("authorization", "").partition(" ")
            good = scheme == "Bearer" and token in self.accesses
            return (200, [{"id": "one"}]) if good else (401, {"error": "who are you"})
        body = asked.body if isinstance(asked.body, dict) else {}
        if body.get("grant_type") == "password":
            right = (body.get("username"), body.get("password")) == ("ann", "canary-password-of-ann")
            return (200, self._pair()) if right else (401, {"error": "invalid_grant"})
        if body.get("grant_type") == "refresh_token" and body.get("refresh_token") in self.refreshes:
            if not self.careless:
                self.refreshes.discard(str(body["refresh_token"]))
            return 200, self._pair()
        return 400, {"error": "invalid_grant"}

    def _pair(self) -> dict[str, Any]:
        number = next(self.numbers)
        access, refresh = f"canary-access-{number:06}", f"canary-refresh-{number:06}"
        self.accesses.add(access)
        self.refreshes.add(refresh)
        ends = {
            "expires_in": 3600,
            "expires_in_ms": 3_600_000,
            "expires": int(time.time()) + 3600,
            "expires_at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 3600)),
        }
        told = {self.expires: ends[self.expires]} if self.expires else {}
        return {"access_token": access, "refresh_token": refresh, **told}


ANN = principal("person", username="ann", password="canary-password-of-ann")
EXPIRIES = ("expires_in", "expires_in_ms", "expires", "expires_at", "")


@pytest.mark.parametrize("expires", EXPIRIES)
def test_the_refresh_operation_and_the_expiry_are_recognised(expires: str) -> None:
    tokens = build(as_document(oauth(expires))).tokens
    assert tokens is not None
    assert tokens.refresh is not None
    assert (tokens.refresh.key, tokens.present) == ("POST /oauth/token", "/refresh_token")
    assert (tokens.access.token, tokens.access.expires) == ("/access_token", f"/{expires}" if expires else None)
    assert tokens.access.scheme is not None


@pytest.mark.parametrize("expires", EXPIRIES)
def test_a_token_endpoint_is_judged_by_the_laws_of_tokens(tmp_path: Path, expires: str) -> None:
    made = judged(tmp_path, Issuer(expires), oauth(expires), ANN, "tokens/", "credentials/")
    assert broken(made) == {}
    for law in ("a-refresh-gives-a-new-pair", "a-spent-refresh-token-is-refused", "of-refreshes-at-once"):
        assert upheld(made, law), law
    assert upheld(made, "nothing-with-a-damaged-credential")
    assert "canary-password" not in (made.out / "evidence.ndjson").read_text()


def test_a_token_endpoint_that_speaks_json_is_judged_too(tmp_path: Path) -> None:
    made = judged(tmp_path, Issuer("expires_in"), oauth("expires_in", "application/json"), ANN, "tokens/")
    assert upheld(made, "a-refresh-gives-a-new-pair")


def test_a_token_endpoint_whose_refresh_tokens_are_never_spent_is_found(tmp_path: Path) -> None:
    made = judged(tmp_path, Issuer("expires_in", careless=True), oauth("expires_in"), ANN, "tokens/")
    found = " ".join(broken(made))
    assert "a-spent-refresh-token-is-refused" in found
    assert "of-refreshes-at-once-one-wins" in found


@pytest.mark.parametrize(
    "said",
    [
        "Gives a new pair for a refresh token.",
        "A refresh token works once, and for another 30 seconds gives the same pair again.",
        "Refresh tokens are rotated; a grace period tolerates retries.",
    ],
)
def test_reuse_that_the_document_leaves_open_or_grants_breaks_nothing(tmp_path: Path, said: str) -> None:
    made = judged(tmp_path, Issuer("expires_in", careless=True), oauth("expires_in", said=said), ANN, "tokens/")
    assert broken(made) == {}
    seen = [each.verdict for each in made.verdicts if each.item.rule.id == "tokens/a-spent-refresh-token-is-refused"]
    assert OBSERVED in seen


def test_a_refresh_that_takes_no_credential_of_a_client_binds_its_tokens_to_none(tmp_path: Path) -> None:
    others = (
        ANN + "\n" + principal("person", username="bob", password="canary-password-of-bob").replace('"ann"', '"bob"')
    )
    made = judged(tmp_path, Issuer("expires_in"), oauth("expires_in"), others, "tokens/a-refresh-token-belongs")
    assert broken(made) == {}


def test_a_login_that_refuses_what_nobody_told_it_is_not_blamed(tmp_path: Path) -> None:
    stranger = principal("person", username="eve", password="canary-password-of-eve")
    made = judged(tmp_path, Issuer("expires_in"), oauth("expires_in"), stranger, "input/what-the-document-allows")
    assert broken(made) == {}
