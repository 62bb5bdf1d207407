"""Filters that nothing but a name tells: a truth that shows more is none, one that is ignored is broken."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from contracts.core.verdicts import OBSERVED
from tests.contracts.laws.credentials.judging import Asked, answers, broken, document, judged

LAW = "filters/a-filter-keeps-what-fits-and-nothing-else"
ANN = '[[principals]]\nname = "ann"\ntenant = "ann"\nkind = "api_key"\nkey = "canary-key-of-ann-1"\n'
ITEMS = [{"id": f"n{number}", "starred": number % 3 == 0} for number in range(7)]


def notes(name: str = "starred", said: str = "") -> dict[str, Any]:
    """A document with a list of notes that has a query parameter called like a member of its items."""
    note = {"type": "object", "properties": {"id": {"type": "string"}, "starred": {"type": "boolean"}}}
    size = {"name": "limit", "in": "query", "schema": {"type": "integer", "minimum": 1, "maximum": 50}}
    start = {"name": "offset", "in": "query", "schema": {"type": "integer", "minimum": 0}}
    flag = {"name": name, "in": "query", "description": said, "schema": {"type": "boolean"}}
    schema = {"type": "array", "items": note}
    listing = {"operationId": "notes", "parameters": [size, start, flag], "responses": answers(schema)}
    scheme = {"key": {"type": "apiKey", "in": "header", "name": "X-Key"}}
    return document({"/notes": {"get": listing}}, scheme, security=[{"key": []}])


def server(by: str) -> Any:
    """A server whose flag keeps what fits ("equals"), shows more when it is true ("more"), or is ignored."""

    def answer(asked: Asked) -> tuple[int, Any]:
        wanted = asked.query.get("starred")
        kept = [each for each in ITEMS if wanted is None or each["starred"] == (wanted == "true")]
        shown = {"equals": kept, "more": ITEMS if wanted == "true" else kept, "ignored": ITEMS}[by]
        start = int(asked.query.get("offset", "0"))
        return 200, shown[start : start + int(asked.query.get("limit", "50"))]

    return answer


@pytest.mark.parametrize(("by", "found"), [("equals", False), ("more", False), ("ignored", True)])
def test_a_truth_that_shows_more_is_no_filter_and_one_that_is_ignored_is_broken(tmp_path: Path, by, found) -> None:
    made = judged(tmp_path, server(by), notes(), ANN, LAW, depth="standard")
    assert bool(broken(made)) is found
    if by == "more":
        assert OBSERVED in [each.verdict for each in made.verdicts if each.item.rule.id == LAW]


@pytest.mark.parametrize("said", ["Also shows notes with a star.", "Whether to include notes with a star."])
def test_prose_that_says_that_more_is_shown_makes_no_filter(tmp_path: Path, said: str) -> None:
    made = judged(tmp_path, server("ignored"), notes(said=said), ANN, LAW, depth="standard")
    assert [each for each in made.verdicts if each.item.rule.id == LAW] == []
