"""The kept matrix has a row for every fault and a fault for every law, each found by laws of its own family."""

from __future__ import annotations

import importlib
import json
from pathlib import Path
from typing import Any

import pytest

from load.scenarios.limits.laws import LAWS
from sandbox.faults import FAULTS
from sandbox.handlers import load_all
from sandbox.variations import VARIATIONS
from tests.contracts.laws.pagination.dialects import DIALECTS
from tests.contracts.laws.pagination.test_dialects import faults as of_a_shop
from tests.others.judging import faults as of_a_server
from tests.power import elsewhere, rows
from tests.power.matrix import TABLE, demanded, rules, table

load_all()
importlib.import_module("sandbox.app")
KNOWN = {name: each for name, each in FAULTS.switches.items() if each.needs != "load"}
LISTED = [{"name": name, "family": each.family, "needs": each.needs} for name, each in KNOWN.items()]
LINE = "pagination/pages-do-not-overlap GET /things"


@pytest.fixture
def matrix() -> rows.Rows:
    return rows.kept()


def test_nothing_is_missing(matrix: rows.Rows) -> None:
    assert rows.missing(matrix, demanded(LISTED, matrix), rules()) == []


def test_faults_of_load_have_a_row_of_their_own() -> None:
    of_load: dict[str, Any] = json.loads(Path(__file__).with_name("load_matrix.json").read_text("utf-8"))
    assert {name for name in FAULTS.switches if name not in KNOWN and not of_load.get(name)} == set()


def test_every_law_of_limits_under_load_is_broken_by_a_fault() -> None:
    of_load: dict[str, Any] = json.loads(Path(__file__).with_name("load_matrix.json").read_text("utf-8"))
    broken = {item.partition(" ")[0] for lines in of_load.values() for item in lines}
    assert set(LAWS) - broken == set()


def test_a_row_has_one_line_of_every_law(matrix: rows.Rows) -> None:
    assert [name for name, lines in matrix.items() if len(lines) > len(set(map(rows.law_of, lines)))] == []


def test_what_only_another_depth_shows_says_so(matrix: rows.Rows) -> None:
    ours = {name: lines for name, lines in matrix.items() if lines and not rows.other(name)}
    needed = {name for name, lines in ours.items() if all(rows.depth_of(each) != "quick" for each in lines)}
    assert needed <= {name for name, each in KNOWN.items() if each.needs == "depth"}


def test_rows_of_other_servers_and_variations_name_what_there_is(matrix: rows.Rows) -> None:
    there = {f"{rows.VARIED}{name}" for name in elsewhere.VARIATIONS if name in VARIATIONS.switches}
    there |= {f"{elsewhere.SHOP} {name} {each}" for name in DIALECTS for each in of_a_shop(name)}
    there |= {f"{rows.ELSEWHERE}others {name} {each}" for name in elsewhere.OTHERS for each in of_a_server(name)}
    there |= {f"{rows.ELSEWHERE}hostile {mode}" for mode in elsewhere.HOSTILE}
    assert {name for name in matrix if rows.other(name) and name != "none"} <= there


def test_the_table_is_that_of_the_matrix(matrix: rows.Rows) -> None:
    assert TABLE.read_text("utf-8") == table(matrix, LISTED)


def test_gaps_are_told() -> None:
    found = rows.missing(
        {"none": [LINE], "pages-overlap": ["state/x GET /things"], "gone": []},
        {"pages-overlap": "pagination", "new": "state"},
        ["state/x", "state/y"],
    )
    assert found == [
        "fault pages-overlap: found by state/x, none of pagination",
        "fault new: no row",
        "row gone: there is no such fault",
        "law state/y: nothing breaks it",
        "law pagination/pages-do-not-overlap: there is no such law",
        f"without a fault: {LINE}",
    ]


def test_the_table_names_a_few_faults_of_a_law() -> None:
    assert rows.shortened(list("abcdef")) == list("abcdef")
    assert rows.shortened(list("abcdefgh")) == [*"abcdef", "and 2 more"]


def test_lines_of_a_depth_that_was_not_run_now_stay() -> None:
    old = ["state/a GET /", "state/b GET / at standard", "state/c GET / at deep"]
    found = rows.merged(old, {"quick": ["state/d GET /"], "standard": ["state/d GET /", "state/e GET /"]})
    assert found == ["state/d GET /", "state/e GET / at standard", "state/c GET / at deep"]
