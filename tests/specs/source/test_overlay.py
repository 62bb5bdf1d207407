"""Overlays: every action of OpenAPI Overlay 1.0, and a clear word where one does not apply."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
import yaml

from specs.contract import build
from specs.source.document import SpecError, load
from specs.source.overlay import apply
from tests.specs.samples import shop, written


def overlay(*actions: dict[str, Any]) -> dict[str, Any]:
    return {"overlay": "1.0.0", "info": {"title": "t", "version": "1"}, "actions": list(actions)}


RAW = {"a": {"b": 1, "list": [1, 2], "deep": {"x": 1}}, "tags": [{"name": "p"}, {"name": "q"}, {"name": "r"}]}


@pytest.mark.parametrize(
    ("action", "expected"),
    [
        ({"target": "$", "update": {"c": 3}}, {**RAW, "c": 3}),
        (
            {"target": "$.a", "update": {"b": 2, "list": [3], "deep": {"y": 2}}},
            {**RAW, "a": {"b": 2, "list": [1, 2, 3], "deep": {"x": 1, "y": 2}}},
        ),
        ({"target": "$.a.list", "update": 3}, {**RAW, "a": {**RAW["a"], "list": [1, 2, 3]}}),
        ({"target": "$.tags[?@.name == 'q']", "update": {"new": True}}, None),
        ({"target": "$.tags[?@.name != 'q']", "remove": True}, {**RAW, "tags": [{"name": "q"}]}),
        ({"target": "$.tags[*]", "remove": True}, {**RAW, "tags": []}),
        ({"target": "$.a.b", "remove": True}, {**RAW, "a": {"list": [1, 2], "deep": {"x": 1}}}),
        ({"target": "$['a']['deep']", "update": {"x": {"z": 1}}}, None),
    ],
)
def test_an_action(action: dict[str, Any], expected: dict[str, Any] | None) -> None:
    before = copy.deepcopy(RAW)
    changed = apply(RAW, overlay(action), "o")
    assert before == RAW
    if expected is not None:
        assert changed == expected
    assert changed != RAW


def test_actions_follow_one_another() -> None:
    actions = [{"target": "$", "update": {"n": {"m": 1}}}, {"target": "$.n.m", "remove": True}]
    assert apply(RAW, overlay(*actions), "o") == {**RAW, "n": {}}


@pytest.mark.parametrize(
    ("item", "told"),
    [
        ({}, "not an overlay"),
        ([], "not an overlay"),
        ({"overlay": "2.0.0", "actions": [{}]}, "not an overlay"),
        ({"overlay": "1.0.0"}, "no actions"),
        (overlay({"update": {}}), "action 1: the key `target` is missing"),
        (overlay({"target": "$.none", "update": {}}), "action 1: $.none meets nothing"),
        (overlay({"target": "$.a["}), "action 1: $.a[ is no JSONPath"),
        (overlay({"target": "$.a"}), "action 1: neither `update` nor"),
        (overlay({"target": "$.a", "update": 1}), "only be updated with an object"),
        (overlay({"target": "$.a.b", "update": {}}), "has to be an object or an array"),
        (overlay({"target": "$", "remove": True}), "cannot be removed"),
        (overlay({"target": "$.a", "update": {}}, {"target": "$.z", "remove": True}), "action 2: $.z meets nothing"),
    ],
)
def test_what_does_not_apply_is_refused(item: Any, told: str) -> None:
    with pytest.raises(SpecError) as caught:
        apply(RAW, item, "o.yaml")
    assert told in str(caught.value)
    assert str(caught.value).startswith("o.yaml: ")
    assert "\n" not in str(caught.value)


def test_an_overlay_says_what_a_document_does_not(tmp_path: Path) -> None:
    path = tmp_path / "extra.yaml"
    path.write_text(
        yaml.safe_dump(
            overlay(
                {"target": "$.paths.*.get.responses['200'].content.*.schema", "update": {"description": "seen"}},
                {"target": "$.components.securitySchemes.key", "update": {"x-contract": {"principal": "clerk"}}},
                {"target": "$.paths['/shelves/{shelfId}/books'].get", "update": {"x-contract": {"data": "/items"}}},
            )
        ),
        encoding="utf-8",
    )
    plain, extended = load(written(tmp_path, shop())), load(written(tmp_path, shop()), [path])
    assert extended.digest != plain.digest
    built = build(extended)
    assert built.schemes["key"].principal == "clerk"
    assert built.operation("listBooks").data == "/items"
    assert built.operation("listBooks").limits != ()  # what stood in the extension is still there
