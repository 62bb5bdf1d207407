"""Input that looks refused, lost or fatal and is treated rightly, each beside what looks alike and is wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.contracts.laws.credentials.judging import Asked, document, judged, verdicts
from tests.contracts.laws.shelf import ANN, KEY, TEXT, Shelf, shelf, thing


@pytest.mark.parametrize("always", [True, False])
def test_what_fails_at_a_plain_body_does_not_fail_at_an_odd_one(tmp_path: Path, always: bool) -> None:
    def fails(asked: Asked) -> tuple[int, Any] | None:
        odd = len(str(asked.body)) > 500 or not str(asked.body).isascii()
        return (500, {"error": "no"}) if asked.method == "POST" and (always or odd) else None

    law = "input/an-odd-body-is-no-server-error"
    made = judged(tmp_path, Shelf(first=fails), document(shelf(thing(name=TEXT)), KEY), ANN, law, depth="standard")
    assert (verdicts(made, law)["POST /things"] == "broken") is not always


@pytest.mark.parametrize(
    ("kept", "wrong"),
    [
        ({}, False),
        ({"status": "done"}, False),  # the server says how far it is, whatever was sent
        ({"kind": "red"}, True),
    ],
)
def test_a_status_may_be_the_servers_own_and_a_choice_may_not(tmp_path: Path, kept: Any, wrong: bool) -> None:
    status = {"type": "string", "enum": ["new", "done", "failed"]}
    paths = shelf(thing(name=TEXT, status=status, kind={"type": "string", "enum": ["red", "green", "blue"]}))
    server = Shelf(kept=lambda sent: {**sent, **kept})
    law = "input/other-right-bodies-are-accepted"
    made = judged(tmp_path, server, document(paths, KEY), ANN, law, depth="standard")
    assert (verdicts(made, law)["POST /things"] == "broken") is wrong


@pytest.mark.parametrize("always", [True, False])
def test_what_fails_at_a_right_credential_does_not_fail_at_its_spelling(tmp_path: Path, always: bool) -> None:
    def fails(asked: Asked) -> tuple[int, Any] | None:
        usual = asked.headers.get("x-key") == "canary-key-of-ann-1"
        return (500, {"error": "no"}) if always or not usual else None

    law = "credentials/other-spellings-of-a-credential-do-no-harm"
    told = document(shelf(thing(name=TEXT)), KEY, security=[{"key": []}])
    made = judged(tmp_path, Shelf(first=fails), told, ANN, law, depth="deep")
    assert (verdicts(made, law)["GET /things"] == "broken") is not always
