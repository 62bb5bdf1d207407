"""Loading: names, paths, addresses, JSON and YAML, and one clear line for whatever cannot be used."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from specs.source.document import SpecError, load, resolve
from specs.source.pointers import join, look_up, split
from tests.specs.samples import shop, written

YAML = """
openapi: 3.1.0
info:
  title: Clock
  version: 1.10
paths:
  /now:
    get:
      responses:
        200:
          description: The time.
          content:
            application/json:
              example:
                at: 2024-05-15T10:00:00Z
                day: 2024-05-15
                opens: 12:30
                country: no
                on: yes
                floor: 007
                mask: 0x1F
                share: .5
                none: ~
"""


def test_a_name_means_a_file_of_the_suite() -> None:
    document = load("calcom-v2")
    assert (document.name, document.title, document.openapi[:2]) == ("calcom-v2", "Cal.com API v2", "3.")


def test_json_and_yaml_that_say_the_same_have_one_digest(tmp_path: Path) -> None:
    (tmp_path / "shop.yaml").write_text(yaml.safe_dump(shop()), encoding="utf-8")
    one, other = load(written(tmp_path, shop())), load(tmp_path / "shop.yaml")
    assert one.digest == other.digest
    assert one.raw == other.raw
    changed = shop()
    changed["info"]["version"] = "1.3"
    assert load(written(tmp_path, changed)).digest != one.digest


def test_yaml_is_read_as_people_mean_it(tmp_path: Path) -> None:
    (tmp_path / "clock.yaml").write_text(YAML, encoding="utf-8")
    document = load(tmp_path / "clock.yaml")
    responses = document.raw["paths"]["/now"]["get"]["responses"]
    assert list(responses) == ["200"]
    assert responses["200"]["content"]["application/json"]["example"] == {
        "at": "2024-05-15T10:00:00Z",
        "day": "2024-05-15",
        "opens": "12:30",
        "country": "no",
        "on": "yes",
        "floor": 7,
        "mask": 31,
        "share": 0.5,
        "none": None,
    }
    assert document.version == "1.1"  # as the author wrote it: a number


def test_yaml_anchors_and_merges(tmp_path: Path) -> None:
    text = "openapi: 3.0.0\nx-a: &a {k: 1, l: 2}\nx-b: {<<: *a, l: 3}\nx-c: *a\npaths: {}\n"
    (tmp_path / "a.yaml").write_text(text, encoding="utf-8")
    raw = load(tmp_path / "a.yaml").raw
    assert raw["x-b"] == {"k": 1, "l": 3}
    raw["x-c"]["k"] = 9
    assert raw["x-a"]["k"] == 1


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_other_unicode_encodings(tmp_path: Path, encoding: str) -> None:
    raw = {**shop(), "info": {"title": "Bücher", "version": "1"}}
    (tmp_path / "shop.json").write_text(json.dumps(raw, ensure_ascii=False), encoding=encoding)
    assert load(tmp_path / "shop.json").title == "Bücher"


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("a.json", '{"openapi": "3.0.0", "paths": {}', "line 1: the text ends"),
        ("a.json", '{"openapi": "3.0.0",\n "paths": {},\n "paths": {}}', "line 3: paths stands twice, first at line 2"),
        ("a.json", '{"openapi": "3.0.0",\n "paths": {,}}', "line 2: no JSON from"),
        ("a.json", '{"openapi": "3.0.0", "paths": {}, "x-n": NaN}', "no JSON from"),
        ("a.json", '{"swagger": "1.2"}', "`swagger` 1.2"),
        ("a.json", "[]", "not an OpenAPI document"),
        ("a.json", "{}", "no OpenAPI 3 document"),
        ("a.json", '{"openapi": "3.0.0", "paths": []}', "#/paths has to be an object"),
        ("a.json", "", "the text ends before anything was said"),
        ("a.json", "[" * 100_000, "nested too deeply"),
        ("a.json", '{"openapi": "3.0.0", "x": ' + "[" * 5000 + "]" * 5000 + "}", "nested too deeply"),
        ("a.yaml", "openapi: 3.0.0\npaths: {}\npaths: {}\n", "line 3: paths stands twice, first at line 2"),
        ("a.yaml", "openapi: 3.0.0\npaths: [\n", "no YAML from here on"),
        ("a.yaml", "openapi: 3.0.0\n? [a]\n: 1\n", "line 2: a key has to be plain text"),
        ("a.yaml", "openapi: &a\n  - *a\n", "line 1: an alias contains itself"),
        ("a.yaml", "just text\n", "not an OpenAPI document"),
    ],
    ids=lambda value: value[:40] if isinstance(value, str) else None,
)
def test_what_cannot_be_used_is_refused_in_one_line(tmp_path: Path, name: str, text: str, told: str) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(SpecError) as caught:
        load(tmp_path / name)
    assert told in str(caught.value)
    assert name in str(caught.value) or "line" in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("source", ["", "no-such-name", "no/such/file.yaml", "."])
def test_what_is_not_there_is_refused(source: str) -> None:
    with pytest.raises(SpecError) as caught:
        load(source)
    assert "\n" not in str(caught.value)


def test_a_yaml_bomb_is_refused(tmp_path: Path) -> None:
    lines = ["openapi: 3.0.0", "x0: &x0 [1,1,1,1,1,1,1,1,1,1]"]
    lines += [f"x{n}: &x{n} [{','.join([f'*x{n - 1}'] * 10)}]" for n in range(1, 9)]
    (tmp_path / "bomb.yaml").write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(SpecError, match="expand beyond all measure"):
        load(tmp_path / "bomb.yaml")


@pytest.fixture
def server() -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found = self.path.startswith("/shop.json")
            self.send_response(200 if found else 404)
            self.end_headers()
            self.wfile.write(json.dumps(shop()).encode() if found else b"")

        def log_message(self, *_: Any) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


def test_an_address(server: str) -> None:
    document = load(f"{server}/shop.json?v=1")
    assert (document.name, document.title) == ("shop", "Bookshop")
    with pytest.raises(SpecError, match="cannot be fetched"):
        load(f"{server}/other.json")


def test_a_reference_is_followed_to_its_end() -> None:
    raw = {"a": {"$ref": "#/b"}, "b": {"$ref": "#/c~1d/0"}, "c/d": [{"end": True}]}
    assert resolve(raw, raw["a"]) == {"end": True}


@pytest.mark.parametrize(
    ("node", "told"),
    [
        ({"$ref": "#/loop"}, "leads back to itself"),
        ({"$ref": "#/nowhere"}, "leads nowhere"),
        ({"$ref": "#/list/7"}, "leads nowhere"),
        ({"$ref": "other.yaml#/a"}, "leads out of the document"),
    ],
)
def test_a_reference_that_cannot_be_followed(node: dict[str, Any], told: str) -> None:
    raw = {"loop": {"$ref": "#/loop"}, "list": []}
    with pytest.raises(SpecError, match=told):
        resolve(raw, node)


@given(st.lists(st.text(), max_size=4))
def test_a_pointer_survives_its_writing(steps: list[str]) -> None:
    assert split(join("#", *steps)) == steps


@given(st.dictionaries(st.text(), st.integers(), min_size=1))
def test_every_member_is_found_by_its_pointer(node: dict[str, int]) -> None:
    assert {key: look_up(node, join("#", key)) for key in node} == node


@pytest.mark.parametrize(
    "address", ["http://ann:canary-1@127.0.0.1:9/a.json", "http://127.0.0.1:9/a.json?token=canary-1"]
)
def test_an_address_never_shows_its_credentials(address):
    with pytest.raises(SpecError) as error:
        load(address)
    assert "canary" not in str(error.value)
