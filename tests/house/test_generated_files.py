"""The reference of the deployment file and its JSON Schema say what the code says; the schema is right about files."""

from __future__ import annotations

import json
import tomllib

import jsonschema
import pytest

from contracts.config import reference
from contracts.config.kinds import KINDS
from contracts.config.tables import TABLES
from tests.house.modules import ROOT

PAGE = ROOT / "docs" / "deployment-file.md"
SCHEMA = ROOT / "specs" / "deployments" / "schema.json"


def test_the_page_and_the_schema_are_those_of_the_code():
    assert PAGE.read_text("utf-8") == reference.text(as_schema=False), "python -m contracts reference > docs/…"
    assert SCHEMA.read_text("utf-8") == reference.text(as_schema=True), "python -m contracts reference --schema > …"


KEYS = [(table.name, key) for table in TABLES for key in table.keys]
KEYS += [(kind.name, key) for kind in KINDS for key in kind.keys]


@pytest.mark.parametrize(("where", "key"), KEYS, ids=[f"{where}.{key.name}" for where, key in KEYS])
def test_every_example_is_one(where, key):
    """Its own form takes it, and the page shows it."""
    value = tomllib.loads(key.example)[key.name]
    key.form.read(value)
    jsonschema.validate(value, key.form.schema)
    assert key.says.endswith(".")


def test_the_schema_takes_what_the_reader_takes_and_refuses_a_typo():
    validator = jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text("utf-8")))
    deployment = {"base_url": "http://a.test"}
    somebody = {"name": "a", "tenant": "a", "kind": "bearer", "token": "x"}
    assert list(validator.iter_errors({"deployment": deployment, "principals": [somebody]})) == []
    for wrong in ({"deploymnt": {}}, {"deployment": {"base_ulr": "x"}}, {"deployment": deployment, "gate": {"x": 1}}):
        assert list(validator.iter_errors(wrong))
