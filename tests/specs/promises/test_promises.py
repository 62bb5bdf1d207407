"""Promises: everything the document says, once, in a sentence that names the figure."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from specs.__main__ import main
from specs.promises.judged_by import read_judges
from specs.promises.promises import KINDS, Promise, promises
from specs.source.document import load
from specs.source.pointers import SpecError
from tests.specs.samples import contract, shop, written

AT = "#/paths/~1shelves~1{shelfId}~1books"


def told(raw: dict[str, Any], operation: str | None, kind: str) -> list[str]:
    found = promises(contract(raw))
    return [item.text for item in found if item.kind == kind and item.operation == operation]


LIST = "GET /shelves/{shelfId}/books"


@pytest.mark.parametrize(
    ("kind", "texts"),
    [
        ("credential", ["It may be called with key."]),
        (
            "parameter",
            [
                "Required path parameter shelfId is a string of at least 1 character: anything else is refused.",
                "Optional query parameter limit is an integer from 1 to 50: anything else is refused.",
                "Optional query parameter offset is an integer of at least 0: anything else is refused.",
            ],
        ),
        ("limit", ["At most 10 requests a second per credential.", "At most 100 requests a minute per credential."]),
        (
            "page",
            [
                "Without limit, a page has up to 20 items.",
                "limit may be up to 50; more is refused.",
                "Pages are requested with offset and limit; together they are the list, nothing twice, nothing lost.",
                "total is the number of items in all.",
                "hasMore says whether a page follows.",
            ],
        ),
        ("schema", ["A 200 carries a Books as application/json."]),
        ("error", [f"A {status} carries a Problem." for status in (401, 404, 429)]),
        ("header", ["A 200 has the header Cache-Control, a string."]),
        ("body", []),
        ("cache", []),
    ],
)
def test_what_a_list_promises(kind: str, texts: list[str]) -> None:
    assert told(shop(), LIST, kind) == texts


def test_every_declared_status_is_a_promise() -> None:
    texts = told(shop(), "POST /shelves/{shelfId}/books", "status")
    assert texts[0] == "It may answer 201: The new book."
    assert len(texts) == 4


def test_what_operations_promise_one_another() -> None:
    one, many = "GET /shelves/{shelfId}/books/{bookId}", "GET /shelves/{shelfId}/books"
    state = {item.operation: item.text for item in promises(contract(shop())) if item.kind == "state"}
    assert state == {
        "POST /shelves/{shelfId}/books": f"What it created is shown by {one} and {many}.",
        "GET /shelves/{shelfId}/books/{bookId}": f"It shows the same as {many}.",
        "PATCH /shelves/{shelfId}/books/{bookId}": (
            f"What it changed is shown by {one} and {many}; what was not sent stays."
        ),
        "DELETE /shelves/{shelfId}/books/{bookId}": f"What it deleted is no longer shown by {one} and {many}.",
    }


def test_a_body_asks_only_for_what_travels_in_requests() -> None:
    expected = ["The request needs a Book as application/json; title is required."]
    assert told(shop(), "POST /shelves/{shelfId}/books", "body") == expected


def test_filters_orders_caching_and_implied_limits() -> None:
    raw = shop()
    get = raw["paths"]["/shelves/{shelfId}/books"]["get"]
    get["x-contract"].update(
        caching="no-store", limits=[{"requests": 1, "window": 60}, {"requests": 60, "window": 3600}]
    )
    for name, stated in (
        ("titles", {"filter": {"member": "/title", "by": "in"}}),
        ("since", {"filter": {"member": "/tags/*/at", "by": "after"}}),
        ("by", {"sort": {"member": "/title"}}),
    ):
        get["parameters"].append({"name": name, "in": "query", "schema": {"type": "string"}, "x-contract": stated})
    assert told(raw, LIST, "page")[-3:] == [
        "With titles, the list has exactly the items whose title is one of its values.",
        "With since, the list has exactly the items whose tags.at is after it.",
        "by orders the list by title.",
    ]
    assert told(raw, LIST, "cache") == ["Caching strategy no-store: no response may be reused without revalidation."]
    assert told(raw, LIST, "limit")[1] == "At most 60 requests an hour per credential (implied by the shorter limit)."


def test_tokens() -> None:
    raw = shop()
    token = {"token": "/access", "expires": "/until", "lifetime": 3600}
    raw["x-contract"] = {
        "tokens": {
            "issue": ["addBook"],
            "refresh": "changeBook",
            "force": "removeBook",
            "present": "/spent",
            "access": token,
            "refresh_token": {**token, "lifetime": 31536000, "unit": "milliseconds"},
            "claims": {"owner": "sub"},
        }
    }
    assert told(raw, "POST /shelves/{shelfId}/books", "token") == [
        "A success carries an access token and a refresh token, new and valid at once."
    ]
    assert told(raw, None, "token") == [
        "An access token lives 1 hour.",
        "An access token's expiry stands in until, in Unix seconds.",
        "A refresh token lives 1 year.",
        "A refresh token's expiry stands in until, in Unix milliseconds.",
        "An access token's payload has sub (owner), which agrees with the answer.",
    ]
    assert len(told(raw, "PATCH /shelves/{shelfId}/books/{bookId}", "token")) == 2
    assert told(raw, "DELETE /shelves/{shelfId}/books/{bookId}", "token") == [
        "Afterwards the previous refresh token is refused."
    ]


@pytest.mark.parametrize("source", ["shop", "calcom-v2"])
def test_every_promise_has_a_place_of_its_own_and_one_sentence(source: str) -> None:
    built = contract(shop() if source == "shop" else load("calcom-v2").raw)
    found = promises(built)
    assert len({item.pointer for item in found}) == len(found)
    assert {item.kind for item in found} <= set(KINDS)
    assert all(item.text.endswith(".") and "\n" not in item.text for item in found)
    assert all(item.pointer.startswith("#/") for item in found)
    assert {item.operation for item in found} - {None} == {operation.key for operation in built.operations}
    assert promises(built) == found


def test_what_is_inherited_is_named_as_if_it_stood_in_the_operation() -> None:
    found = promises(contract(shop()))
    places = {item.pointer: item for item in found}
    shared = places[f"{AT}/get/parameters/shelfId"]
    assert isinstance(shared, Promise)
    assert f"{AT}/post/parameters/shelfId" in places
    assert f"{AT}/get/security/0" in places
    inside = f"{AT}/get/responses/200/content/application~1json/schema/properties/meta/properties/total"
    assert places[inside].kind == "page"


class TestCommand:
    def run(self, *arguments: str) -> tuple[int, str]:
        result = CliRunner().invoke(main, ["promises", *arguments])
        return result.exit_code, result.output

    @pytest.fixture
    def document(self, tmp_path: Path) -> str:
        return str(written(tmp_path, shop()))

    @pytest.fixture
    def judges(self, tmp_path: Path) -> str:
        path = tmp_path / "judges.toml"
        path.write_text('[kinds]\nlimit = ["limits/holds"]\npage = ["pages/whole", "pages/length"]\n', encoding="utf-8")
        return str(path)

    def test_who_judges_what(self, document: str, judges: str) -> None:
        code, output = self.run(document, "--judges", judges)
        assert code == 0
        assert "  limit       At most 10 requests a second per credential.  [limits/holds]\n" in output
        assert "items in all.  [pages/whole and 1 more]\n" in output
        assert "  state       It shows" in output
        assert "[none yet]\n" in output
        total = len(promises(contract(shop())))
        assert output.endswith(f"{total} promises of 5 operations; {total - 7} with no law or check yet\n")

    def test_json(self, document: str, judges: str) -> None:
        code, output = self.run(document, "--json", "--judges", judges)
        plain = json.loads(output)
        assert code == 0
        limits = [item for item in plain if item["kind"] == "limit"]
        assert limits[0] == {
            "pointer": f"{AT}/get/x-contract/limits/0",
            "kind": "limit",
            "operation": LIST,
            "text": "At most 10 requests a second per credential.",
            "judges": ["limits/holds"],
        }

    def test_an_overlay_adds_promises(self, document: str, tmp_path: Path) -> None:
        overlay = tmp_path / "o.yaml"
        update = {"x-contract": {"limits": [{"requests": 2, "window": 5}]}}
        actions = [{"target": "$.paths['/shelves/{shelfId}/books'].post", "update": update}]
        overlay.write_text(yaml.safe_dump({"overlay": "1.0.0", "actions": actions}), encoding="utf-8")
        assert "At most 2 requests in 5 seconds per credential." in self.run(document, "--overlay", str(overlay))[1]

    def test_what_cannot_be_read(self, document: str) -> None:
        assert self.run("no-such")[0] == 2
        assert self.run(document, "--judges", "no-such.toml")[0] == 2
        assert self.run(document, "--overlay", "no-such.yaml")[0] == 2


@pytest.mark.parametrize("text", ["kinds = 3", "[kinds]\npage = 3", "[kinds]\npage = [3]", "[kinds"])
def test_a_table_of_judges_that_is_none_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "judges.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SpecError, match=r"judges\.toml: "):
        read_judges(path)
