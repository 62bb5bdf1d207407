"""Answers that have a reason of their own: what looks like a fault and is right, beside what is wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from contracts.core.collector import BrokenCollector
from contracts.core.conversation import Broken
from tests.contracts.checks.exchanges import GET, exchange
from tests.contracts.laws.credentials.judging import Asked, answers, broken, document, judged
from tests.contracts.laws.shelf import ANN, KEY, TEXT, Shelf, held, shelf, thing

GUARDED: dict[str, Any] = {"security": [{"key": []}]}


@pytest.mark.parametrize(
    ("path", "summary", "blamed"),
    [("/reset/validate", "Validates a token", False), ("/reports/latest", "The latest report", True)],
)
def test_a_401_from_what_says_whether_a_secret_is_right_may_be_of_that(
    tmp_path: Path, path: str, summary: str, blamed: bool
) -> None:
    def server(asked: Asked) -> tuple[int, Any]:
        known = asked.path == "/me" and asked.headers.get("x-key") == "canary-key-of-ann-1"
        return (200, {"id": "ann"}) if known else (401, {"error": "this token is not valid"})

    told = {path: summary, "/me": "Who asks"}
    paths = {
        each: {"get": {"operationId": each, "summary": says, "responses": answers(thing())}}
        for each, says in told.items()
    }
    laws = ("credentials/every-alternative-suffices", "input/what-the-document-allows-is-accepted")
    assert bool(held(tmp_path, server, paths, *laws, **GUARDED)) is blamed


@pytest.mark.parametrize(("always", "blamed"), [(True, False), (False, True)])
def test_a_failure_that_comes_whatever_the_credential_is_is_none_of_its_spelling(
    tmp_path: Path, always: bool, blamed: bool
) -> None:
    def server(asked: Asked) -> tuple[int, Any]:
        key = asked.headers.get("x-key", "")
        if always or key.strip() != key or "," in key or not key.startswith("canary"):
            return 500, {"error": "no such column"}
        return 200, {"id": "1"}

    paths = {"/board": {"get": {"operationId": "b", "responses": answers(thing())}}}
    law = "credentials/other-spellings"
    made = judged(tmp_path, server, document(paths, KEY, **GUARDED), ANN, law, depth="deep")
    assert any(law in each for each in broken(made)) is blamed


@pytest.mark.parametrize(
    ("name", "value", "blamed"),
    [
        ("Location", "things/7", False),
        ("Location", "https://example.com/things/7", False),
        ("Location", "not an address", True),
        ("X-Homepage", "things/7", True),
    ],
)
def test_a_location_may_be_relative_whatever_its_format_is_called(
    tmp_path: Path, name: str, value: str, blamed: bool
) -> None:
    class Shelves(Shelf):
        def __call__(self, asked: Asked) -> tuple[int, Any, dict[str, str]]:  # type: ignore[override]
            return *super().__call__(asked), {name: value}

    paths = shelf(thing(name=TEXT))
    header = {"schema": {"type": "string", "format": "uri"}}
    paths["/things"]["post"]["responses"]["201"]["headers"] = {name: header}
    found = judged(tmp_path, Shelves(), document(paths, KEY), ANN, "headers/declared", "state/")
    told = [each.expected for each in broken(found).values() if each.item.rule.family == "headers"]
    assert told == ([f"{name}: string of format uri"] if blamed else [])


def test_where_a_server_fails_that_is_told_first() -> None:
    found = BrokenCollector()
    for place, status in (("name", 201), ("size", 500), ("note", 201)):
        found.add(place, f"400 for {place}", exchange(GET, status))
    with pytest.raises(Broken) as told:
        found.close()
    assert (told.value.expected, [each for each, _ in told.value.others]) == (
        "400 for size",
        ["400 for name", "400 for note"],
    )


@pytest.mark.parametrize(("status", "found"), [(501, False), (500, True)])
def test_what_a_server_does_not_offer_at_all_is_no_failure_at_an_odd_id(
    tmp_path: Path, status: int, found: bool
) -> None:
    def unoffered(asked: Asked) -> Any:
        return (status, {"error": "not in this backend"}) if asked.method == "GET" else None

    laws = ("input/an-odd-id-is-no-server-error", "input/an-impossible-id-is-refused")
    assert bool(held(tmp_path, Shelf(first=unoffered), shelf(thing(name=TEXT)), *laws)) is found


@pytest.mark.parametrize("declared", [True, False])
def test_a_private_key_may_be_shown_where_the_document_says_so(tmp_path: Path, declared: bool) -> None:
    """As the settings of LNbits have one, for administrators."""
    schema = thing(name=TEXT, **({"push_key": TEXT} if declared else {}))
    server = Shelf(kept=lambda sent: {**sent, "push_key": "-----BEGIN PRIVATE KEY-----\nMIGH\n"})
    check = "schema/what-only-requests-carry-stays-out"
    made = judged(tmp_path, server, document(shelf(schema), KEY), ANN, "state/what-was-created-can-be-read")
    assert any(each.item.rule.id == check and each.verdict == "broken" for each in made.verdicts) is not declared
