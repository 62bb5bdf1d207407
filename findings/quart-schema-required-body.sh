#!/usr/bin/env bash
# quart-schema 0.25.0 (with quart 0.20.0, pydantic 2.14.4): a handler behind validate_request is documented with a
# requestBody that is not `required`, so a request without any body is valid by the document; it is answered 400, a status
# that the document does not have. A handler that returns list[Item] has the docstring of Python's own list as the
# description of its response. A text of an integer in a path is answered 404, as the router sees no such path.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check \
    quart-schema==0.25.0 quart==0.20.0 pydantic==2.14.4 typing_extensions==4.16.0
timeout 60 "$work/venv/bin/python" -W ignore - <<'PY'
import asyncio
from dataclasses import dataclass

from quart import Quart
from quart_schema import QuartSchema, validate_request, validate_response

app = Quart(__name__)
QuartSchema(app)


@dataclass
class Item:
    name: str


@app.get("/items")
@validate_response(list[Item])
async def items():
    return [Item("one")]


@app.post("/items")
@validate_request(Item)
@validate_response(Item, 201)
async def create(data: Item):
    return data, 201


@app.get("/items/<int:number>")
@validate_response(Item)
async def item(number: int):
    return Item("one")


async def main() -> None:
    client = app.test_client()
    paths = (await (await client.get("/openapi.json")).get_json())["paths"]
    created = paths["/items"]["post"]
    described = paths["/items"]["get"]["responses"]["200"]["description"]
    bodiless = (await client.post("/items")).status_code
    text = (await client.get("/items/abc")).status_code
    print("required:", created["requestBody"].get("required"), "documented:", list(created["responses"]), "got:", bodiless)
    print("description of the list:", described.partition("\n")[0])
    print("documented for /items/{number}:", list(paths["/items/{number}"]["get"]["responses"]), "got:", text)
    assert "required" not in created["requestBody"] and list(created["responses"]) == ["201"] and bodiless == 400
    assert described.startswith("Built-in mutable sequence.")
    assert list(paths["/items/{number}"]["get"]["responses"]) == ["200"] and text == 404


asyncio.run(main())
PY
