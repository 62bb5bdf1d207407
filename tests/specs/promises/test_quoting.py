"""A promise is quoted in the document's own words, with the line where they stand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from specs.contract import build
from specs.promises.promises import promises
from specs.promises.quoting import Quote, quote
from specs.source.document import load
from tests.specs.samples import shop, written

LIST = "GET /shelves/{shelfId}/books"


def quoted(folder: Path, raw: dict[str, Any], kind: str, topic: str) -> tuple[Quote | None, list[str]]:
    """What is quoted for the first promise of a kind and topic on the list, and the lines of the document."""
    path = written(folder, raw)
    contract = build(load(path))
    found = [each for each in promises(contract) if each.operation == LIST and (each.kind, each.topic) == (kind, topic)]
    return quote(contract, found[0]), path.read_text().splitlines()


@pytest.mark.parametrize(
    ("kind", "topic", "text"),
    [
        ("page", "default", "default: 20"),
        ("page", "maximum", "maximum: 50"),
        ("status", "200", "A page of books."),
        ("limit", "second", "requests: 10, window: 1"),
    ],
)
def test_the_figure_or_the_nearest_description_is_quoted(tmp_path, kind, topic, text):
    found, lines = quoted(tmp_path, shop(), kind, topic)
    assert found.text == text
    line = int(found.place.rpartition(":")[2])
    assert text.split(":")[-1].split(",")[0].strip() in lines[line - 1] + lines[line]


def test_what_is_described_behind_a_reference_is_quoted_from_there(tmp_path):
    raw = shop()
    raw["components"]["parameters"]["Shelf"]["description"] = "The shelf."
    found, lines = quoted(tmp_path, raw, "parameter", "path")
    assert found.text == "The shelf."
    assert '"The shelf."' in lines[int(found.place.rpartition(":")[2]) - 1]


def test_where_the_document_has_no_words_nothing_is_quoted(tmp_path):
    assert quoted(tmp_path, shop(), "parameter", "query")[0] is None


@pytest.mark.parametrize("label", ["Successful Response", "Validation Error", "OK", "successful operation", "Default."])
def test_a_label_that_says_nothing_is_not_quoted(tmp_path, label):
    raw = shop()
    operation = raw["paths"][LIST.split()[1]]["get"]
    operation.pop("description", None)
    operation["responses"]["200"]["description"] = label
    assert quoted(tmp_path, raw, "status", "200")[0] is None
