"""Whatever stands wherever in a document: every command ends with an exit code of its own, a refusal in one line."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contracts.__main__ import main as contracts
from specs.__main__ import main as specs
from tests.specs.samples import shop

TOKENS = {"data": "/items", "tokens": {"issue": ["addBook"], "access": {"token": "/t"}}}
WHOLE = {**shop(), "x-contract": TOKENS}
LEAVES = st.none() | st.booleans() | st.integers(-9, 9) | st.text("a\0\n€", max_size=3) | st.just(10**400)
KEYS = st.sampled_from(["type", "$ref", "items", "properties", "required", "schema", "in", "name", "content", "x"])
ANYTHING = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(KEYS, inner, max_size=3), max_leaves=4
)
DEPLOYMENT = (
    '[deployment]\nbase_url = "http://127.0.0.1:9"\n'
    '[[principals]]\nname = "a"\ntenant = "a"\nkind = "api_key"\nkey = "env:A_KEY"\n'
)


def places(node: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    entries = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in entries:
        yield (*path, key)
        yield from places(value, (*path, key))


PLACES = list(places(WHOLE))


@pytest.fixture(autouse=True)
def a_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("A_KEY", "a-key-of-some-length")


def all_end(folder: Path, text: str) -> None:
    """Run every command on a document; an exception is the test's."""
    file, deployment = folder / "document.json", folder / "deployment.toml"
    file.write_text(text, encoding="utf-8", errors="surrogatepass")
    deployment.write_text(DEPLOYMENT)
    for command, *arguments in (
        (specs, "check", file),
        (specs, "promises", file),
        (specs, "overlay", file),
        (contracts, "plan", "--deployment", deployment, "--document", file),
    ):
        done = CliRunner().invoke(command, [str(each) for each in arguments], catch_exceptions=False)
        assert done.exit_code in (0, 1, 2)
        assert done.output.strip()
        if done.exit_code == 2:
            assert len(done.output.strip().splitlines()) == 1


relaxed = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@relaxed
@given(place=st.sampled_from(PLACES), value=ANYTHING)
def test_any_value_in_place_of_any_part(tmp_path: Path, place: tuple[Any, ...], value: Any) -> None:
    raw = copy.deepcopy(WHOLE)
    node: Any = raw
    for step in place[:-1]:
        node = node[step]
    node[place[-1]] = value
    all_end(tmp_path, json.dumps(raw))


@relaxed
@given(where=st.floats(0, 1))
def test_a_cut_anywhere(tmp_path: Path, where: float) -> None:
    text = json.dumps(WHOLE, indent=1)
    all_end(tmp_path, text[: int(len(text) * where)])


@relaxed
@given(place=st.sampled_from(PLACES))
def test_any_part_twice(tmp_path: Path, place: tuple[Any, ...]) -> None:
    raw = copy.deepcopy(WHOLE)
    node: Any = raw
    for step in place[:-1]:
        node = node[step]
    if isinstance(node, list):
        node.append(copy.deepcopy(node[place[-1]]))
        all_end(tmp_path, json.dumps(raw))
        return
    part = json.dumps({place[-1]: node[place[-1]]})[1:-1]
    marked = {**node, "@@twice@@": 0}
    node.clear()
    node.update(marked)
    all_end(tmp_path, json.dumps(raw).replace('"@@twice@@": 0', part))
