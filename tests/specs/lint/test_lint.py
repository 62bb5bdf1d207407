"""Defects: each one is found where it stands, and a sound document is left in peace."""

from __future__ import annotations

import copy
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from specs.__main__ import main
from specs.contract import build
from specs.lint.lint import TITLES, Defect, Examination, examine, examine_text
from specs.promises.promises import promises
from specs.source.document import SpecError, as_document
from specs.source.recovery import Reading, recover
from tests.specs.lint.defects import AT, BOOK, BOOKS, CHANGES, Raw, operations
from tests.specs.samples import shop, written


def examined(raw: Raw) -> Examination:
    return examine_text(recover(json.dumps(raw, indent=1).encode()), "shop.json")


def found(raw: Raw) -> set[tuple[str, str]]:
    return {(defect.code, defect.pointer) for defect in examined(raw).found}


def test_a_sound_document_is_left_in_peace() -> None:
    assert examined(shop()).found == ()


@pytest.mark.parametrize(("code", "change", "where"), CHANGES, ids=[f"{code}-{at}" for code, _, at in CHANGES])
def test_a_change_is_noticed_where_it_stands(code: str, change: Callable[[Raw], Any], where: str) -> None:
    raw = shop()
    change(raw)
    told = [defect for defect in examined(raw).found if (defect.code, defect.pointer) == (code, where)]
    assert told
    assert all("\n" not in defect.message and defect.line for defect in told)


def test_every_rule_is_shown_to_notice_something() -> None:
    of_the_text = {"truncated", "malformed", "duplicate-key"}
    assert {code for code, _, _ in CHANGES} | of_the_text == set(TITLES)


def test_security_that_is_not_defined_is_judged_by_what_the_headers_say() -> None:
    """Two credentials whose only header speaks of both cannot be sent together; two with a header each can."""
    raw = shop()
    del raw["components"]["securitySchemes"], raw["security"]
    texts = {"Authorization": "An API key or a user token.", "X-App": "The app id.", "X-Secret": "The app secret."}
    headers = [
        {"name": name, "in": "header", "description": text, "schema": {"type": "string"}}
        for name, text in texts.items()
    ]
    for operation in operations(raw):
        operation["parameters"] = [*operation.get("parameters", []), *headers]
        operation["security"] = [{"api_key": [], "user_token": []}, {"app_id": [], "app_secret": []}]
    told = {pointer for code, pointer in found(raw) if code == "unsatisfiable-security"}
    assert len(told) == 5
    assert all(pointer.endswith("/security/0") for pointer in told)


@pytest.mark.parametrize(
    ("schema", "style", "example"),
    [
        ({"type": "array", "items": {"type": "number"}}, "form", "100,200"),
        ({"type": "array", "items": {"type": "string"}}, "pipeDelimited", "a|b"),
        ({"type": "integer"}, "form", "5"),
        ({"type": "boolean"}, "form", "true"),
    ],
)
def test_an_example_may_be_written_as_it_travels(schema: Raw, style: str, example: str) -> None:
    raw = shop()
    parameter = {"name": "q", "in": "query", "style": style, "explode": False, "schema": schema, "example": example}
    raw["paths"][BOOKS]["post"]["parameters"] = [parameter]
    assert found(raw) == set()
    parameter["example"] = "x,y" if "number" in str(schema) else parameter["example"]
    assert ("number" in str(schema)) == bool(found(raw))


def test_a_cut_document_tells_what_it_had_and_where_it_ends() -> None:
    text = json.dumps(shop(), indent=2)
    cut = text.index('"changeBook"')
    examination = examine_text(recover(text[:cut].encode()), "cut.json")
    assert (examination.operations, examination.paths) == (4, 2)
    assert examination.cut is not None
    assert examination.cut.line == text[:cut].count("\n") + 1
    (first, *rest) = examination.defects
    assert (first.code, first.pointer) == ("truncated", f"{AT}~1{{bookId}}/patch/operationId")
    assert {defect.code for defect in rest} == {"dangling-reference", "undefined-security-scheme"}


@given(st.integers(40, 6000))
@settings(max_examples=40, deadline=None)
def test_a_cut_anywhere_is_survived(cut: int) -> None:
    text = json.dumps(shop(), indent=1)[:cut]
    examination = examine_text(recover(text.encode()), "cut.json")
    assert examination.operations <= 5
    assert all(isinstance(defect, Defect) for defect in examination.found)


def places(node: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    entries = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in entries:
        yield (*path, key)
        yield from places(value, (*path, key))


EXTENDED = {**shop(), "x-contract": {"data": "/items", "tokens": {"issue": ["addBook"], "access": {"token": "/t"}}}}
NONSENSE = [None, True, 3, -1, 1e400, "x", "", [], {}, [None], {"a": 1}, {"$ref": "#/nope"}, {"$ref": 5}, {"$ref": "#"}]


@given(st.sampled_from(list(places(EXTENDED))), st.sampled_from(NONSENSE))
@settings(max_examples=80, deadline=None)
def test_nonsense_anywhere_is_a_defect_or_a_refusal_but_never_a_crash(place: tuple[Any, ...], value: Any) -> None:
    raw = copy.deepcopy(EXTENDED)
    node: Any = raw
    for step in place[:-1]:
        node = node[step]
    node[place[-1]] = value
    refusals = []
    for act in (
        lambda: examine_text(recover(json.dumps(raw).encode()), "shop.json"),
        lambda: promises(build(as_document(raw))),
    ):
        try:
            act()
        except SpecError as error:
            refusals.append(str(error))
    assert not any("\n" in refusal for refusal in refusals)


def test_the_suites_own_document_has_no_defects() -> None:
    assert examine("calcom-v2").defects == ()


@pytest.mark.parametrize("raw", [None, [], {}, {"swagger": "1.2"}, {"openapi": "4.0"}, {"openapi": 3}])
def test_what_is_no_openapi_3_is_refused(raw: Any) -> None:
    with pytest.raises(SpecError, match=r"^x: "):
        examine_text(Reading(raw), "x")


class TestCommand:
    def run(self, *arguments: str) -> tuple[int, str]:
        result = CliRunner().invoke(main, ["check", *arguments])
        return result.exit_code, result.output

    def test_a_sound_document(self, tmp_path: Path) -> None:
        code, output = self.run(str(written(tmp_path, shop())))
        assert code == 0
        assert "5 operations on 2 paths\n" in output
        assert output.endswith("no defects, 0 remarks\n")

    def test_remarks_are_no_defects(self, tmp_path: Path) -> None:
        raw = shop()
        del raw["paths"][BOOKS]["post"]["operationId"]
        code, output = self.run(str(written(tmp_path, raw)))
        assert (code, "remark missing-operation-id" in output) == (0, True)

    def test_a_cut_and_duplicated_document(self, tmp_path: Path) -> None:
        raw = shop()
        raw["components"], raw["paths"] = raw["components"], raw.pop("paths")  # the paths last, for the cut
        whole = json.dumps(raw, indent=2).removesuffix("\n  }\n}")
        path = tmp_path / "cut.json"
        path.write_text(f'{whole},\n"{BOOK}": {{"put": {{"summary": "Cut he', encoding="utf-8")
        code, output = self.run(str(path))
        assert code == 1
        assert "6 operations on 2 paths recovered from a document cut at line" in output
        assert f"{BOOK} stands twice, first at line" in output
        assert max(map(len, output.splitlines())) < 200

    def test_json(self, tmp_path: Path) -> None:
        raw = shop()
        raw["paths"][BOOKS]["get"]["security"] = [{"pass": []}]
        code, output = self.run(str(written(tmp_path, raw)), "--json")
        plain = json.loads(output)
        assert code == 1
        assert (plain["operations"], plain["paths"], plain["cut"]) == (5, 2, None)
        (one,) = plain["found"]
        assert (one["code"], one["severity"], one["pointer"]) == (
            "undefined-security-scheme",
            "defect",
            f"{AT}/get/security/0/pass",
        )
        assert one["line"] > 0

    def test_all_places(self, tmp_path: Path) -> None:
        raw = shop()
        for operation in operations(raw):
            operation["security"] = [{"pass": []}]
        path = str(written(tmp_path, raw))
        assert f"{AT}/get/security/0/pass" not in self.run(path)[1]
        assert f"{AT}/get/security/0/pass" in self.run(path, "--all")[1]

    @pytest.mark.parametrize("arguments", [["no-such"], [], ["--what"]])
    def test_usage(self, arguments: list[str]) -> None:
        assert self.run(*arguments)[0] == 2

    def test_from_the_shell(self, tmp_path: Path) -> None:
        (tmp_path / "none.yaml").write_text("a: [", encoding="utf-8")
        command = [sys.executable, "-m", "specs", "check", str(tmp_path / "none.yaml")]
        result = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
        assert result.returncode == 2
        assert result.stderr.startswith("specs: ")
        assert result.stderr.count("\n") == 1
