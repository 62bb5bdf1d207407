#!/usr/bin/env bash
# APIFlask 3.1.2 (with flask 3.1.3): the links that pagination_builder makes have page and per_page only. A filter or an
# order that the client had asked for is not in them, so who follows `next` from a filtered list reads the rest of the
# unfiltered one. Where there is no next page, `next` is an empty text, though PaginationSchema documents it as a URL.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check apiflask==3.1.2 flask==3.1.3
timeout 60 "$work/venv/bin/python" - <<'PY'
from dataclasses import dataclass, field

from apiflask import APIFlask, PaginationSchema, Schema, pagination_builder
from apiflask.fields import Integer, List, Nested, String


class Query(Schema):
    page = Integer(load_default=1)
    per_page = Integer(load_default=2)
    color = String()


class Out(Schema):
    items = List(Integer())
    pagination = Nested(PaginationSchema)


@dataclass
class Page:
    """What the builder reads of a page."""

    numbers: list[int]
    page: int
    per_page: int
    items: list[int] = field(init=False)

    def __post_init__(self) -> None:
        self.items = self.numbers[(self.page - 1) * self.per_page :][: self.per_page]
        self.total, self.pages = len(self.numbers), -(-len(self.numbers) // self.per_page)
        self.has_next, self.has_prev = self.page < self.pages, self.page > 1
        self.next_num, self.prev_num = self.page + 1, self.page - 1


app = APIFlask(__name__)


@app.get("/things")
@app.input(Query, location="query")
@app.output(Out)
def things(query_data):
    numbers = [each for each in range(10) if query_data.get("color") != "even" or each % 2 == 0]
    page = Page(numbers, query_data["page"], query_data["per_page"])
    return {"items": page.items, "pagination": pagination_builder(page)}


client = app.test_client()
read, address = [], "/things?color=even&page=2"
first = client.get(address).json
second = client.get(first["pagination"]["next"]).json
last = client.get("/things?color=even&page=3").json
documented = client.get("/openapi.json").json["components"]["schemas"]["PaginationSchema"]["properties"]["next"]
print("page 2 of the even ones:", first["items"], "next:", first["pagination"]["next"])
print("what it leads to:", second["items"])
print("next of the last page:", repr(last["pagination"]["next"]), "documented as", documented)
assert "color" not in first["pagination"]["next"]
assert (first["items"], second["items"]) == ([4, 6], [4, 5])
assert last["pagination"]["next"] == "" and documented == {"type": "string", "format": "url"}
PY
