"""Answers of a router that knows no such path: they are not the operation's."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from contracts import checks
from contracts.core.conversation import Broken
from contracts.core.exchange import Exchange, Request, Response
from specs.contract import build
from specs.source.document import load

ERROR = {"type": "object", "properties": {"message": {"type": "string"}}, "required": ["message"]}
CHECKS = ("schema/content-type-is-declared", "errors/error-fits-its-schema")


def wrong(folder: Path, value: str, **stated: Any) -> set[str]:
    """Which checks object to a page of HTML with status 404 for a value in the path that has to be a UUID."""
    missing = {"description": "No.", "content": {"application/json": {"schema": ERROR}}}
    known = {"name": "id", "in": "path", "required": True, "schema": {"type": "string", "format": "uuid"}}
    told = {"operationId": "r", "parameters": [known], "responses": {"200": {"description": "It."}, "404": missing}}
    document = {"openapi": "3.0.3", "info": {"title": "T", "version": "1"}, "paths": {"/things/{id}": {"get": told}}}
    (folder / "d.json").write_text(json.dumps({**document, **stated}), "utf-8")
    contract = build(load(str(folder / "d.json")))
    answer = Response(404, (("Content-Type", "text/html"),), "<p>Not Found</p>", 16)
    sent = Exchange(1, Request(contract.operations[0], f"/things/{value}"), answer, None, 0.0, 0.1)
    found = set()
    for each in CHECKS:
        try:
            checks.load()[each].judge(sent, contract)
        except Broken:
            found.add(each)
    return found


@pytest.mark.parametrize(
    ("value", "found"), [("00000000-0000-4000-8000-000000000000", {*CHECKS}), ("o%27clock", set())]
)
def test_a_page_for_an_id_that_can_be_none_is_the_routers(tmp_path: Path, value: str, found: set[str]) -> None:
    assert wrong(tmp_path, value) == found


def test_where_one_shape_is_stated_for_all_errors_it_is_that_of_routers_too(tmp_path: Path) -> None:
    assert wrong(tmp_path, "o%27clock", **{"x-contract": {"error": ERROR}}) == {*CHECKS}
