"""How many requests a small API costs at depth quick."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from contracts.core.verdicts import BLOCKED
from tests.contracts.laws.credentials.judging import Asked, answers, broken, document, judged

NAMES = ("stations", "lines", "trips", "stops", "alerts", "vehicles", "fares", "agencies")
KEYS = {"canary-key-of-ann-1": "ann", "canary-key-of-bob-2": "bob"}
WHO = "".join(
    f'[[principals]]\nname = "{name}"\ntenant = "{name}"\nkind = "api_key"\nkey = "{key}"\n'
    for key, name in KEYS.items()
)
ITEM = {
    "type": "object",
    "required": ["id", "kind"],
    "properties": {"id": {"type": "string"}, "kind": {"type": "string", "enum": ["a", "b"]}},
}
PARAMETERS = [
    {"name": "limit", "in": "query", "schema": {"type": "integer", "minimum": 1, "maximum": 100, "default": 20}},
    {"name": "offset", "in": "query", "schema": {"type": "integer", "minimum": 0, "default": 0}},
    {"name": "kind", "in": "query", "schema": {"type": "string", "enum": ["a", "b"]}},
]


class Lists:
    """Eight lists with pages and a filter, each with items of their own for everybody; counts what it is asked."""

    def __init__(self) -> None:
        self.asked = 0

    def __call__(self, asked: Asked) -> tuple[int, Any]:
        self.asked += 1
        who = KEYS.get(asked.headers.get("x-key", ""))
        if who is None:
            return 401, {"error": "who are you"}
        if asked.method != "GET" or asked.path.strip("/") not in NAMES:
            return 404, {"error": "nothing here"}
        try:
            size, start = int(asked.query.get("limit", "20")), int(asked.query.get("offset", "0"))
        except ValueError:
            return 400, {"error": "no number"}
        kind = asked.query.get("kind")
        if not 1 <= size <= 100 or start < 0 or kind not in (None, "a", "b"):
            return 400, {"error": "out of bounds"}
        items = [{"id": f"{who}{asked.path}{number}", "kind": "ab"[number % 2]} for number in range(13)]
        found = [each for each in items if kind in (None, each["kind"])]
        return 200, {"items": found[start : start + size], "total": len(found)}


def test_eight_lists_cost_no_more_than_200_requests(tmp_path: Path) -> None:
    page = {"type": "object", "properties": {"items": {"type": "array", "items": ITEM}, "total": {"type": "integer"}}}
    paths = {
        f"/{name}": {"get": {"operationId": name, "parameters": PARAMETERS, "responses": answers(page)}}
        for name in NAMES
    }
    server = Lists()
    scheme = {"key": {"type": "apiKey", "in": "header", "name": "X-Key"}}
    made = judged(tmp_path, server, document(paths, scheme, security=[{"key": []}]), WHO, "")
    assert broken(made) == {}
    assert not [each for each in made.verdicts if each.verdict == BLOCKED]
    assert 100 < server.asked <= 200
