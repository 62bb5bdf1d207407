#!/usr/bin/env bash
# piccolo_api 1.11.0 (with piccolo 1.38.0, FastAPI): the document that FastAPIWrapper writes promises a row for a creation;
# its 201 is a list of one object that has the id alone. No column is required there, yet a creation without a column
# that may not be null is refused; a change by PATCH of an empty object is answered 500; __page_size=-1 gives all rows.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check piccolo_api==1.11.0 'piccolo[sqlite]==1.38.0' 'fastapi<1' httpx==0.28.1
timeout 120 venv/bin/python -W ignore - <<'PY'
import logging

from fastapi import FastAPI
from piccolo.columns import Integer, Varchar
from piccolo.engine.sqlite import SQLiteEngine
from piccolo.table import Table, create_db_tables_sync
from piccolo_api.crud.endpoints import PiccoloCRUD
from piccolo_api.fastapi.endpoints import FastAPIWrapper
from starlette.testclient import TestClient

logging.disable(logging.CRITICAL)  # what the 500 below would log
database = SQLiteEngine(path="things.sqlite")


class Thing(Table, db=database):
    name = Varchar()
    number = Integer()


create_db_tables_sync(Thing)
app = FastAPI()
FastAPIWrapper("/things", fastapi_app=app, piccolo_crud=PiccoloCRUD(Thing, read_only=False, page_size=5))
client = TestClient(app, raise_server_exceptions=False)
for number in range(12):
    made = client.post("/things/", json={"name": "x", "number": number})
document = client.get("/openapi.json").json()
promised = document["paths"]["/things"]["post"]["responses"]["201"]["content"]["application/json"]["schema"]["$ref"]
schemas = document["components"]["schemas"]
form = schemas[promised.rpartition("/")[2]]["type"]
print("promised:", form, "answered:", made.status_code, made.json())
assert form == "object" and made.status_code == 201 and made.json() == [{"id": 12}]
required, bare = schemas["ThingIn"].get("required"), client.post("/things/", json={})
print("required:", required, "without any:", bare.status_code, bare.text)
assert required is None and bare.status_code == 422
empty, everything = client.patch("/things/1/", json={}), client.get("/things/?__page_size=-1")
print("an empty change:", empty.status_code, "rows of a page of -1:", len(everything.json()["rows"]))
assert empty.status_code == 500 and len(everything.json()["rows"]) == 12
PY
