#!/usr/bin/env bash
# connexion 3.3.0 (AsyncApp): "headers and cookies are also validated against your specification", its page says. They are
# not read as what the specification says first, as queries and paths are: a header or cookie of type integer, boolean or
# array refuses every value there is with 400, "'1' is not of type 'integer'". A required property that is readOnly is
# demanded of every request (OpenAPI 3.0: required of the answer only), and an optional body may not be left out.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check connexion==3.3.0 httpx==0.28.1
cd "$work"
timeout 60 "$work/venv/bin/python" -W ignore - <<'PY'
from connexion import AsyncApp
from connexion.resolver import Resolver


def parameter(place: str, name: str, kind: str) -> dict:
    schema = {"type": kind, "items": {"type": "integer"}} if kind == "array" else {"type": kind}
    return {"in": place, "name": name, "schema": schema, "required": place == "path"}


def operation(name: str, **more) -> dict:
    return {"operationId": name, "responses": {"200": {"description": "fine"}}, **more}


def body(schema: dict, required: bool) -> dict:
    return {"required": required, "content": {"application/json": {"schema": schema}}}


THING = {"type": "object", "required": ["id", "name"]}
THING["properties"] = {"id": {"type": "integer", "readOnly": True}, "name": {"type": "string"}}
PARAMETERS = [
    parameter("query", "q", "integer"), parameter("header", "X-Number", "integer"), parameter("header", "X-Flag", "boolean"),
    parameter("header", "X-List", "array"), parameter("cookie", "number", "integer"),
]  # fmt: skip
DOCUMENT = {
    "openapi": "3.0.3",
    "info": {"title": "things", "version": "1"},
    "paths": {
        "/read": {"get": operation("read", parameters=PARAMETERS)},
        "/make": {"post": operation("make", requestBody=body(THING, True))},
        "/start": {"post": operation("start", requestBody=body({"type": "object"}, False))},
    },
}


async def handle(**_) -> str:
    return "fine"


app = AsyncApp("things")
app.add_api(DOCUMENT, resolver=Resolver(lambda _: handle))
client = app.test_client()
asked = {
    "query": client.get("/read?q=1"),
    "integer header": client.get("/read", headers={"X-Number": "1"}),
    "boolean header": client.get("/read", headers={"X-Flag": "true"}),
    "array header": client.get("/read", headers={"X-List": "1,2"}),
    "integer cookie": client.get("/read", headers={"Cookie": "number=1"}),
    "without the readOnly id": client.post("/make", json={"name": "x"}),
    "without the optional body": client.post("/start"),
}
for name, answer in asked.items():
    print(f"{name}:", answer.status_code, answer.json().get("detail", "").split("\n")[0] if answer.status_code > 200 else "")
assert [answer.status_code for answer in asked.values()] == [200] + [400] * 6
PY
