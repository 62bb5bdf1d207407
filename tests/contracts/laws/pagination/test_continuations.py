"""Lists that lead on in a way their document does not declare have lost nothing; lists that stop short have."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from contracts.core.verdicts import OBSERVED, UPHELD
from tests.contracts.laws.credentials.judging import Asked, answers, broken, document, judged

WALK = "pagination/every-walk-gives-the-same-items"
SIZE = "pagination/pages-have-the-size-asked-for"
ANN = '[[principals]]\nname = "ann"\ntenant = "ann"\nkind = "api_key"\nkey = "canary-key-of-ann-1"\n'
ITEMS = [{"id": f"note-{number}"} for number in range(9)]


def notes(*parameters: str, total: bool = False) -> dict[str, Any]:
    """A document with one list of notes, whose answers declare no more than the items (and a total)."""
    kinds = {"limit": {"type": "integer", "minimum": 1, "maximum": 50}, "offset": {"type": "integer", "minimum": 0}}
    asked = [{"name": each, "in": "query", "schema": kinds.get(each, {"type": "string"})} for each in parameters]
    item = {"type": "object", "required": ["id"], "properties": {"id": {"type": "string"}}}
    shown = {"notes": {"type": "array", "items": item}, **({"total": {"type": "integer"}} if total else {})}
    schema = {"type": "object", "required": list(shown), "properties": shown}
    listing = {"operationId": "notes", "parameters": asked, "responses": answers(schema)}
    scheme = {"key": {"type": "apiKey", "in": "header", "name": "X-Key"}}
    return document({"/notes": {"get": listing}}, scheme, security=[{"key": []}])


def by_cursor(leads: str, *, stops: bool = False) -> Any:
    """A stub whose pages lead on by a cursor in some member; `stops`: after its first page nothing leads on."""

    def stub(asked: Asked) -> tuple[int, Any]:
        if "x-key" not in asked.headers:
            return 401, {"error": "who are you"}
        start, size = int(asked.query.get("cursor", "0")), int(asked.query.get("limit", "50"))
        page: dict[str, Any] = {"notes": ITEMS[start : start + size]}
        if start + size < len(ITEMS) and not stops:
            following: Any = str(start + size)
            for name in reversed(leads.split("/")):
                following = {name: following}
            page |= following
        return 200, page

    return stub


@pytest.mark.parametrize("leads", ["next_page/offset", "meta/nextCursor", "continue"])
def test_a_continuation_that_is_not_declared_is_followed(tmp_path: Path, leads: str) -> None:
    made = judged(tmp_path, by_cursor(leads), notes("limit", "cursor"), ANN, WALK)
    assert broken(made) == {}
    assert [each.verdict for each in made.verdicts if each.item.rule.id == WALK] == [UPHELD]


def test_a_list_that_says_that_it_is_cut_has_lost_nothing(tmp_path: Path) -> None:
    whole = by_cursor("", stops=True)

    def stub(asked: Asked) -> tuple[int, Any]:
        status, page = whole(asked)
        return status, {**page, "truncated": len(page.get("notes", ITEMS)) < len(ITEMS)}

    assert broken(judged(tmp_path, stub, notes("limit", "cursor"), ANN, WALK)) == {}


def test_a_list_that_stops_short_has_lost_items(tmp_path: Path) -> None:
    made = judged(tmp_path, by_cursor("", stops=True), notes("limit", "cursor"), ANN, WALK)
    assert [each.partition(" ")[0] for each in broken(made)] == [WALK]


def shorter(*, total: int) -> Any:
    """A stub that gives no more than 3 items a page, and tells a total."""

    def stub(asked: Asked) -> tuple[int, Any]:
        if "x-key" not in asked.headers:
            return 401, {"error": "who are you"}
        start, size = int(asked.query.get("offset", "0")), min(3, int(asked.query.get("limit", "3")))
        return 200, {"notes": ITEMS[start : start + size], "total": total}

    return stub


def test_shorter_pages_that_lead_on_are_observed_and_lose_nothing(tmp_path: Path) -> None:
    made = judged(tmp_path, shorter(total=9), notes("limit", "offset", total=True), ANN, WALK, SIZE)
    assert broken(made) == {}
    assert OBSERVED in [each.verdict for each in made.verdicts if each.item.rule.id == SIZE]


def test_shorter_pages_that_say_nothing_of_the_rest_are_broken(tmp_path: Path) -> None:
    made = judged(tmp_path, shorter(total=3), notes("limit", "offset", total=True), ANN, WALK, SIZE)
    assert WALK in {each.partition(" ")[0] for each in broken(made)}


def test_a_page_of_the_size_that_was_asked_for_needs_no_link_in_odata(tmp_path: Path) -> None:
    """Its nextLink leads on from pages that the server has cut itself; here it cuts none."""

    def stub(asked: Asked) -> tuple[int, Any]:
        start, size = asked.query.get("$skip", "0"), asked.query.get("$top", "50")
        if "x-key" not in asked.headers:
            return 401, {"error": "who are you"}
        if not (start.isdigit() and size.isdigit()):
            return 400, {"error": "no number"}
        return 200, {"value": ITEMS[int(start) :][: int(size)]}

    told = notes("$top", "$skip")
    listing = told["paths"]["/notes"]["get"]
    for each in listing["parameters"]:
        each["schema"] = {"type": "integer", "minimum": 0}
    schema = listing["responses"]["200"]["content"]["application/json"]["schema"]
    schema.update(required=["value"])
    schema["properties"] = {"value": schema["properties"]["notes"], "@odata.nextLink": {"type": "string"}}
    made = judged(tmp_path, stub, told, ANN, "pagination/")
    assert broken(made) == {}
    assert [each.verdict for each in made.verdicts if each.item.rule.id == WALK] == [UPHELD]


@pytest.mark.parametrize("lost", [0, 1])
def test_a_list_of_no_known_size_is_walked_in_another_one_than_it_was_read_in(tmp_path: Path, lost: int) -> None:
    """Five on a page where nothing is asked for, so that pages of five would lose the same items again."""

    def stub(asked: Asked) -> tuple[int, Any]:
        if "x-key" not in asked.headers:
            return 401, {"error": "who are you"}
        start, size = int(asked.query.get("cursor") or "0"), int(asked.query.get("size", "5"))
        more = start + size < len(ITEMS)
        return 200, {"notes": ITEMS[start:][:size], "nextCursor": str(start + size + lost) if more else ""}

    made = judged(tmp_path, stub, notes("size", "cursor"), ANN, WALK)
    assert ([*broken(made)] != []) is bool(lost)
