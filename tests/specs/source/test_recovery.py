"""Recovery: nothing complete before a cut is lost, nothing that stands twice is lost unsaid."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from specs.source.pointers import look_up
from specs.source.recovery import recover
from tests.specs.samples import shop

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=6) | st.floats(-1e6, 1e6),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=12,
)
TEXT = json.dumps(shop(), indent=2)


def leaves(node: Any, pointer: str = "#") -> dict[str, Any]:
    if isinstance(node, dict | list) and node:
        entries = node.items() if isinstance(node, dict) else enumerate(node)
        step = [(str(key).replace("~", "~0").replace("/", "~1"), value) for key, value in entries]
        return {place: leaf for key, value in step for place, leaf in leaves(value, f"{pointer}/{key}").items()}
    return {pointer: node}


@given(PLAIN, st.sampled_from([None, 1]), st.booleans())
def test_whole_json_is_read_as_it_is(value: Any, indent: int | None, plain: bool) -> None:
    reading = recover(json.dumps(value, indent=indent, ensure_ascii=plain).encode())
    assert reading.raw == value
    assert reading.flaws == ()


@given(st.integers(0, len(TEXT)))
@settings(max_examples=150)
def test_a_cut_anywhere_keeps_what_was_complete(cut: int) -> None:
    """Every leaf whose text stands before the cut, and is closed by what follows it there, is still present."""
    reading = recover(TEXT[:cut].encode())
    whole = recover(TEXT.encode())
    kept = leaves(reading.raw)
    for pointer, value in leaves(whole.raw).items():
        place = whole.marks[pointer]
        assert place.offset is not None
        end = TEXT.find("\n", place.offset)
        if 0 <= end < cut:
            assert kept.get(pointer) == value
    if cut == len(TEXT):
        assert reading.complete
    else:
        assert [flaw.code for flaw in reading.flaws] == ["truncated"]
        assert reading.flaws[0].place.offset == cut


@given(PLAIN, st.data())
def test_cut_json_never_raises_and_invents_nothing(value: Any, data: st.DataObject) -> None:
    text = json.dumps(value, ensure_ascii=False).encode()
    cut = data.draw(st.integers(0, len(text)))
    whole = leaves(value)
    for pointer, leaf in leaves(recover(text[:cut]).raw).items():
        invented = leaf not in (None, {}, []) and whole.get(pointer) != leaf
        digits = isinstance(leaf, int | float) and str(whole.get(pointer)).startswith(str(leaf)[:1])
        assert not invented or digits  # a number at the very end may have lost digits


@given(st.binary(max_size=60))
def test_any_bytes_are_survived(data: bytes) -> None:
    recover(data)


def test_a_path_item_that_stands_twice_is_merged() -> None:
    text = '{"paths": {\n"/a": {"get": {"x": 1}},\n"/b": {},\n"/a": {"patch": {"x": 2}}\n}}'
    reading = recover(text.encode())
    assert reading.raw["paths"]["/a"] == {"get": {"x": 1}, "patch": {"x": 2}}
    (flaw,) = reading.flaws
    assert (flaw.code, flaw.pointer, flaw.place.line) == ("duplicate-key", "#/paths/~1a", 4)
    assert flaw.message == "/a stands twice, first at line 2; the two are merged"
    assert reading.complete


def test_an_operation_that_stands_twice_is_not_mixed() -> None:
    text = '{"paths": {"/a": {"get": {"x": 1}, "get": {"y": 2}}}}'
    reading = recover(text.encode())
    assert reading.raw["paths"]["/a"] == {"get": {"y": 2}}
    assert reading.flaws[0].message == "get stands twice, first at line 1; the later value is kept"


@pytest.mark.parametrize(
    "text",
    [
        '{"components": {"schemas": {"A": 1}}, "components": {"schemas": {"B": 2}, "x": 3}}',
        '{"components": {"schemas": {"A": 1}, "schemas": {"B": 2}, "x": 3}}',
    ],
)
def test_groups_of_components_are_merged(text: str) -> None:
    assert recover(text.encode()).raw == {"components": {"schemas": {"A": 1, "B": 2}, "x": 3}}


def test_a_cut_after_a_duplicate_names_both() -> None:
    reading = recover(b'{"paths": {"/a": {"get": {}},\n"/a": {"put": {"summary": "Cut he')
    assert [flaw.code for flaw in reading.flaws] == ["truncated", "duplicate-key"]
    cut = reading.flaws[0]
    assert (cut.pointer, cut.place.line, cut.place.column) == ("#/paths/~1a/put/summary", 2, 34)
    assert reading.raw == {"paths": {"/a": {"get": {}, "put": {}}}}
    assert not reading.complete


def test_a_cut_inside_a_letter() -> None:
    reading = recover('{"a": 1, "b": "ü'.encode()[:-1])
    assert reading.raw == {"a": 1}
    assert [flaw.code for flaw in reading.flaws] == ["truncated"]


def test_what_is_no_json_keeps_what_stands_before_it() -> None:
    reading = recover(b'{"a": [1, 2],\n "b": {"c": 3, d}, "e": 4}')
    assert reading.raw == {"a": [1, 2], "b": {"c": 3}}
    (flaw,) = reading.flaws
    assert (flaw.code, flaw.place.line) == ("malformed", 2)


@pytest.mark.parametrize("indent", [None, 1, 4])
def test_places_are_where_keys_stand(indent: int | None) -> None:
    raw = {**shop(), 'odd, {key}: "quoted" [1]\n\\': {"x": ["a, b", {"y: z": 1}]}}
    text = json.dumps(raw, indent=indent)
    reading = recover(text.encode())
    lines = text.split("\n")
    for pointer, place in reading.marks.items():
        parent, _, last = pointer.rpartition("/")
        if isinstance(look_up(raw, parent), dict) and pointer != "#":
            key = json.dumps(last.replace("~1", "/").replace("~0", "~"))
            assert lines[place.line - 1][place.column - 1 :].startswith(key)
            assert text[place.offset :].startswith(key)
    assert reading.place("#/info/nothing/here") == reading.marks["#/info"]
    assert reading.place("#/none") == reading.marks["#"]
