"""Bodies broken in one place: each really is broken, and the most telling ways come first."""

from __future__ import annotations

import json

import jsonschema_rs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.strategies.bodies import Change, applied, changes, written_oddly, wrong_bodies

SCHEMA = {
    "type": "object",
    "required": ["name", "age"],
    "properties": {
        "name": {"type": "string", "minLength": 1},
        "age": {"type": "integer", "minimum": 18, "maximum": 99},
        "email": {"type": "string", "format": "email"},
        "role": {"$ref": "#/$defs/Role"},
        "active": {"type": ["boolean", "null"]},
        "tags": {"type": "array", "items": {"$ref": "#/$defs/Role"}},
        "home": {"type": "object", "required": ["street"], "properties": {"street": {"type": "string"}}},
        "either": {"oneOf": [{"$ref": "#/$defs/Role"}, {"type": "array", "items": {"$ref": "#/$defs/Role"}}]},
        "anything": {},
    },
    "$defs": {"Role": {"type": "string", "enum": ["MEMBER", "OWNER"]}},
}
BASE = {"name": "Ann Lee", "age": 20, "role": "OWNER", "tags": ["MEMBER"], "home": {"street": "Elm"}, "either": "OWNER"}
FOUND = list(changes(SCHEMA, BASE))
VALIDATOR = jsonschema_rs.Draft202012Validator(SCHEMA, validate_formats=True)


@pytest.mark.parametrize("change", FOUND, ids=[f"{each.where} {each.what} {each.value}"[:50] for each in FOUND])
def test_every_change_breaks_the_schema(change: Change) -> None:
    assert VALIDATOR.is_valid(BASE)
    assert not VALIDATOR.is_valid(applied(BASE, change))


@pytest.mark.parametrize(
    ("where", "what", "value"),
    [
        ("name", "wrong type", 7),
        ("name", "null", None),
        ("name", "too short", ""),
        ("age", "above the maximum", 100),
        ("age", "below the minimum", 17),
        ("age", "wrong type", "7"),
        ("email", "no email", "no-address"),
        ("role", "not in the enumeration", "MEMBER_X"),
        ("role", "another case than in the enumeration", "member"),
        ("active", "wrong type", "true"),
        ("tags/0", "not in the enumeration", "MEMBER_X"),
        ("home/street", "wrong type", 7),
        ("either", "not in the enumeration", "MEMBER_X"),
        ("tags", "a wrong item behind a right one", ["MEMBER", "MEMBER_X"]),
        ("either", "a wrong item behind a right one", ["OWNER", "MEMBER_X"]),
    ],
)
def test_the_ways_it_knows(where: str, what: str, value: object) -> None:
    assert Change(where, what, value) in FOUND


def test_what_is_required_is_left_out_and_nothing_else() -> None:
    assert {each.where for each in FOUND if each.drop} == {"name", "age", "home/street"}


def test_what_is_nullable_or_may_be_anything_is_not_broken() -> None:
    assert not any(each.where == "active" and each.value is None for each in FOUND)
    assert not any(each.where == "anything" for each in FOUND)


def test_the_number_of_an_item_is_not_part_of_its_place() -> None:
    assert Change("keys/3/private_key", "missing", drop=True).place == "keys/*/private_key"


def test_odd_bodies_are_texts_and_all_but_the_halves_are_utf_8() -> None:
    for what, text in written_oddly(SCHEMA, BASE):
        assert isinstance(text, str), what
        text.encode("utf-8")


def test_members_with_a_form_of_their_own_get_no_odd_letters() -> None:
    text = dict(written_oddly(SCHEMA, BASE))["letters of many scripts"]
    assert json.loads(text)["role"] == "OWNER"


@settings(max_examples=50, deadline=None)
@given(st.data())
def test_drawn_bodies_are_wrong(data: st.DataObject) -> None:
    assert not VALIDATOR.is_valid(data.draw(wrong_bodies(SCHEMA, BASE)))
