"""What `plan` tells before anything is asked: a summary for people, all of it as JSON, its items on demand."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
from click.testing import CliRunner

from contracts.__main__ import main
from reports.schema import SCHEMAS
from tests.specs.samples import THINGS, listing, obj, shop, written

DEPLOYMENT = (
    '[deployment]\nbase_url = "http://127.0.0.1:9"\n'
    '[[principals]]\nname = "keeper"\ntenant = "a"\nkind = "api_key"\nkey = "env:A_KEY"\n'
)


@pytest.fixture
def told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("A_KEY", "a-key-of-some-length")
    deployment = tmp_path / "deployment.toml"
    deployment.write_text(DEPLOYMENT)

    def run(raw, *options: str) -> str:
        words = ["plan", "--deployment", str(deployment), "--document", str(written(tmp_path, raw)), *options]
        done = CliRunner().invoke(main, words, catch_exceptions=False)
        assert done.exit_code == 0
        return done.output

    return run


def test_the_summary_comes_without_items(told):
    said = told(shop())
    assert "Bookshop, OpenAPI 3.0.3" in said
    assert "1 by offset (offset and limit)" in said
    assert "keeper may call 5" in said
    assert "it is not known where values of shelfId come from" in said
    assert "update: {x-contract: {from: OPERATION_ID, value: /id}}" in said
    assert "plan items will be run; plan " in said
    assert "schema/body-fits-its-schema" not in said
    assert "schema/body-fits-its-schema" in told(shop(), "--items")


def test_the_json_has_all_of_it(told):
    raw = shop()
    raw["paths"]["/shelves/{shelfId}/books"]["post"]["requestBody"] = {"content": {"application/json": "void"}}
    raw["paths"]["/search"] = {"post": listing(schema=obj(things=THINGS))["paths"]["/things"]["get"]}
    raw["paths"]["/search"]["post"]["requestBody"] = {
        "content": {"application/json": {"schema": obj(cursor="string", limit="integer")}}
    }
    found = json.loads(told(raw, "--json"))
    jsonschema.validate(found, json.loads((SCHEMAS / "plan.schema.json").read_text("utf-8")))
    assert [each["operation"] for each in found["defective"]] == ["POST /shelves/{shelfId}/books"]
    judged = {(each["operation"], each["dialect"], each["asked_in"]): each["judged"] for each in found["lists"]}
    assert judged == {
        ("GET /shelves/{shelfId}/books", "offset", "query"): True,
        ("POST /search", "cursor", "body"): True,
    }
    closed = {each["closed"] for each in found["lines"] if "POST /shelves/{shelfId}/books" in each["id"]}
    assert any("a defect of the document" in str(each) for each in closed)


def test_what_is_written_as_an_overlay_says_the_same(told, tmp_path):
    from specs.__main__ import main as specs

    file = written(tmp_path, shop())
    done = CliRunner().invoke(specs, ["overlay", str(file)], catch_exceptions=False)
    overlay = tmp_path / "overlay.yaml"
    overlay.write_text(done.output)
    plain, stated = json.loads(told(shop(), "--json")), json.loads(told(shop(), "--json", "--overlay", str(overlay)))
    assert stated["lists"] == plain["lists"]
    assert "it is not known where values of shelfId come from" in done.output
