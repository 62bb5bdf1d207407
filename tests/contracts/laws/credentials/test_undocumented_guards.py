"""Guards that a document does not write down as security: what is asked there is asked with the credential."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from contracts.core.verdicts import UPHELD
from contracts.judging.severity import severity_of
from specs.contract import build
from specs.source.document import as_document
from tests.contracts.laws.credentials.judging import NO_BODY, Asked, broken, document, judged, verdicts
from tests.contracts.laws.shelf import ANN, KEY, TEXT, Shelf, shelf, thing

LAW = "state/what-was-created-can-be-read"
NOBODY = '[[principals]]\nname = "ann"\ntenant = "ann"\nkind = "anonymous"\nheaders = {X-Key = "canary-key-of-ann-1"}\n'


def guarded(asked: Asked) -> Any:
    """A refusal, but to whoever shows the key."""
    return None if asked.headers.get("x-key") == "canary-key-of-ann-1" else (401, {"error": "who are you"})


def unsaid() -> dict[str, Any]:
    """A document that defines a key and says nowhere what it is for."""
    return document(shelf(thing(name=TEXT)), KEY)


def test_a_scheme_that_nothing_is_said_of_is_tried(tmp_path: Path) -> None:
    made = judged(tmp_path, Shelf(first=guarded), unsaid(), ANN, LAW)
    assert verdicts(made, LAW) == {"POST /things": UPHELD}


@pytest.mark.parametrize("said", ["security at the root", "security of another"])
def test_where_something_is_said_the_rest_is_open(said: str) -> None:
    raw = unsaid()
    (raw if said == "security at the root" else raw["paths"]["/things"]["post"])["security"] = []
    listing = next(each for each in build(as_document(raw)).operations if each.key == "GET /things")
    assert [each for each in listing.security if each.schemes] == []


def test_a_key_that_is_documented_as_a_parameter_has_the_value_of_the_deployment_file(tmp_path: Path) -> None:
    told = unsaid()
    del told["components"]
    for item in told["paths"].values():
        item["parameters"] = [*item["parameters"], {"name": "x-key", "in": "header", "required": True, "schema": TEXT}]
    server = Shelf(first=guarded)
    made = judged(tmp_path, server, told, NOBODY, LAW)
    assert verdicts(made, LAW) == {"POST /things": UPHELD}
    assert (server.things, made.left_behind) == ({}, [])


@pytest.mark.parametrize(("declared", "level"), [("application/json", "minor"), ("text/html", "critical")])
def test_a_page_of_html_is_not_what_a_credential_is_for(tmp_path: Path, declared: str, level: str) -> None:
    """A login, or an application for a browser, is shown to everybody in place of a refusal."""

    def page(asked: Asked) -> Any:
        return 200, NO_BODY, {"content-type": "text/html; charset=utf-8"}

    told = document(shelf(thing(name=TEXT)), KEY, security=[{"key": []}])
    told["paths"] = {"/page": {"get": told["paths"]["/things"]["get"]}}
    told["paths"]["/page"]["get"]["responses"] = {"200": {"description": "A page.", "content": {declared: {}}}}
    law = "credentials/nothing-without-a-credential"
    found = broken(judged(tmp_path, page, told, ANN, law))[f"{law} GET /page ann"]
    assert severity_of(law, "GET /page", found.expected, found.actual).level == level
