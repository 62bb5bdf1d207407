"""Text from a server, made safe to look at."""

import json
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.text import cut, layout, visible

VALUES = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(VALUES)
def test_layout_changes_only_blanks(value: object) -> None:
    assert json.loads(layout(json.dumps(value))) == value
    text = json.dumps([value], ensure_ascii=False)
    assert "".join(layout(text).split()) == "".join(text.split())


def test_layout() -> None:
    assert layout('{"a":[1,{}],"b":{"c":"{,"}}') == (
        '{\n  "a": [\n    1,\n    {}\n  ],\n  "b": {\n    "c": "{,"\n  }\n}'
    )


def test_layout_hides_nothing() -> None:
    assert layout('{"a":1,"a":1.00e2}') == '{\n  "a": 1,\n  "a": 1.00e2\n}'


@pytest.mark.parametrize("body", ["", "plain", "<p>[]</p>", "{not json}", "[1,", "[" * 4_000 + "]" * 4_000])
def test_layout_leaves_the_rest_alone(body: str) -> None:
    assert layout(body) == body


@given(st.text(st.characters(exclude_categories=())))
def test_what_is_visible_fits_into_xml_and_utf8(text: str) -> None:
    element = ElementTree.Element("a", b=visible(text))
    element.text = visible(text)
    ElementTree.fromstring(ElementTree.tostring(element))
    visible(text).encode()


def test_visible() -> None:
    assert visible("a\x1b[31m\u202eb\u200b\ud800\r\n\tř") == "a\\x1b[31m\\u202eb\\u200b\\ud800\r\n\tř"


def test_cut() -> None:
    assert cut("abc", 3) == ("abc", 0)
    assert cut("abcd", 3) == ("abc", 1)
