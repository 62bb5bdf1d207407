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
from tests.specs.samples import THINGS, listing, obj, shop, written

BOOKS, BOOK = "/shelves/{shelfId}/books", "/shelves/{shelfId}/books/{bookId}"
AT = "#/paths/~1shelves~1{shelfId}~1books"
Raw = dict[str, Any]


def examined(raw: Raw) -> Examination:
    return examine_text(recover(json.dumps(raw, indent=1).encode()), "shop.json")


def found(raw: Raw) -> set[tuple[str, str]]:
    return {(defect.code, defect.pointer) for defect in examined(raw).found}


def test_a_sound_document_is_left_in_peace() -> None:
    assert examined(shop()).found == ()


# Every rule with a change to the sound document that it has to notice: code, change, where it is told.
CHANGES: list[tuple[str, Callable[[Raw], Any], str]] = []


def case(code: str, where: str) -> Callable[[Callable[[Raw], Any]], None]:
    def register(change: Callable[[Raw], Any]) -> None:
        CHANGES.append((code, change, where))

    return register


def success(raw: Raw, path: str = BOOKS, method: str = "get", status: str = "200") -> Raw:
    media: Raw = raw["paths"][path][method]["responses"][status]["content"]["application/json"]
    return media


@case("invalid-openapi", f"{AT}/get/responses/200")
def _(raw: Raw) -> None:
    del raw["paths"][BOOKS]["get"]["responses"]["200"]["description"]


@case("invalid-openapi", "#/info")
def _(raw: Raw) -> None:
    raw["info"]["colour"] = "red"


@case("dangling-reference", f"{AT}/get/responses/404/$ref")
def _(raw: Raw) -> None:
    raw["paths"][BOOKS]["get"]["responses"]["404"]["$ref"] = "#/components/responses/Gone"


@case("external-reference", "#/components/schemas/Book/properties/isbn/$ref")
def _(raw: Raw) -> None:
    raw["components"]["schemas"]["Book"]["properties"]["isbn"] = {"$ref": "types.yaml#/Isbn"}


@case("undefined-security-scheme", f"{AT}/get/security/0/pass")
def _(raw: Raw) -> None:
    raw["paths"][BOOKS]["get"]["security"] = [{"pass": []}]


@case("unsatisfiable-security", f"{AT}/get/security/1")
def _(raw: Raw) -> None:
    schemes = raw["components"]["securitySchemes"]
    schemes["sign"], schemes["basic"] = {"type": "http", "scheme": "bearer"}, {"type": "http", "scheme": "basic"}
    raw["paths"][BOOKS]["get"]["security"] = [{"key": [], "sign": []}, {"sign": [], "basic": []}]


@case("ignored-header-parameter", f"{AT}/get/parameters/0")
def _(raw: Raw) -> None:
    header = {"name": "authorization", "in": "header", "schema": {"type": "string"}}
    raw["paths"][BOOKS]["get"]["parameters"].insert(0, header)


@case("credential-parameter", f"{AT}/get/parameters/0")
def _(raw: Raw) -> None:
    raw["paths"][BOOKS]["get"]["parameters"].insert(0, {"name": "x-key", "in": "header", "schema": {"type": "string"}})


@case("path-parameter", f"{AT}~1{{bookId}}/get")
def _(raw: Raw) -> None:
    raw["paths"][BOOK]["parameters"].pop()


@case("path-parameter", f"{AT}~1{{bookId}}/parameters/2")
def _(raw: Raw) -> None:
    extra = {"name": "extra", "in": "path", "required": True, "schema": {"type": "string"}}
    raw["paths"][BOOK]["parameters"].append(extra)


@case("duplicate-parameter", f"{AT}/get/parameters/2")
def _(raw: Raw) -> None:
    parameters = raw["paths"][BOOKS]["get"]["parameters"]
    parameters.append(dict(parameters[0], description="again"))


@case("duplicate-operation-id", f"{AT}/post/operationId")
def _(raw: Raw) -> None:
    raw["paths"][BOOKS]["post"]["operationId"] = "listBooks"


@case("missing-operation-id", f"{AT}/post")
def _(raw: Raw) -> None:
    del raw["paths"][BOOKS]["post"]["operationId"]


@case("equivalent-paths", "#/paths/~1shelves~1{id}~1books")
def _(raw: Raw) -> None:
    parameter = {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}
    raw["paths"]["/shelves/{id}/books"] = {"parameters": [parameter]}


@case("body-on-get", f"{AT}/get/requestBody")
def _(raw: Raw) -> None:
    raw["paths"][BOOKS]["get"]["requestBody"] = {"content": {"application/json": {"schema": {}}}}


@case("malformed-part", f"{AT}/get/responses/200/content/application~1json")
def _(raw: Raw) -> None:
    raw["paths"][BOOKS]["get"]["responses"]["200"]["content"]["application/json"] = "void"


@case("malformed-part", "#/components/schemas/Book/properties/title")
def _(raw: Raw) -> None:
    raw["components"]["schemas"]["Book"]["properties"]["title"] = "text"


@case("malformed-part", "#/components/schemas/Book/properties/isbn/$ref")
def _(raw: Raw) -> None:
    raw["components"]["schemas"]["Book"]["properties"]["isbn"] = {"$ref": "\0"}


@case("malformed-part", "#/components/schemas/Book/properties/title/required")
def _(raw: Raw) -> None:
    raw["components"]["schemas"]["Book"]["properties"]["title"]["required"] = True


@case("bad-pattern", "#/components/schemas/Book/properties/title/pattern")
def _(raw: Raw) -> None:
    raw["components"]["schemas"]["Book"]["properties"]["title"]["pattern"] = "(?i)^[a-z"


@case("impossible-schema", "#/components/schemas/Book/allOf")
def _(raw: Raw) -> None:
    raw["components"]["schemas"]["Book"]["allOf"] = [obj(title="integer")]


@case("impossible-schema", "#/components/schemas/Problem/properties/message/enum")
def _(raw: Raw) -> None:
    raw["components"]["schemas"]["Problem"]["properties"]["message"]["enum"] = [1, 2]


@case("outdated-nullable", "#/components/schemas/Book/properties/isbn/nullable")
def _(raw: Raw) -> None:
    raw["openapi"] = "3.1.0"


@case("outdated-exclusive-bound", f"{AT}/get/parameters/0/schema/exclusiveMinimum")
def _(raw: Raw) -> None:
    raw["openapi"] = "3.1.0"
    raw["paths"][BOOKS]["get"]["parameters"][0]["schema"]["exclusiveMinimum"] = False


@case("unknown-required", "#/components/schemas/Problem/required")
def _(raw: Raw) -> None:
    raw["components"]["schemas"]["Problem"]["required"] = ["mesage"]


@case("path-key", "#/paths/~1shelves?all=1")
def _(raw: Raw) -> None:
    raw["paths"]["/shelves?all=1"] = {}


@case("optional-path-parameter", f"{AT}~1{{bookId}}/parameters/1")
def _(raw: Raw) -> None:
    raw["paths"][BOOK]["parameters"][1]["required"] = False


@case("optional-path-parameter", f"{AT}~1{{bookId}}/parameters/1")
def _(raw: Raw) -> None:
    raw["paths"][BOOK]["parameters"][1]["schema"]["nullable"] = True


@case("undefined-scope", f"{AT}/get/security/0/grant")
def _(raw: Raw) -> None:
    flow = {"tokenUrl": "https://books.example/token", "scopes": {"read": "Look."}}
    raw["components"]["securitySchemes"]["grant"] = {"type": "oauth2", "flows": {"clientCredentials": flow}}
    raw["paths"][BOOKS]["get"]["security"] = [{"grant": ["read", "wirte"]}]


@case("server-variable", "#/servers/0")
def _(raw: Raw) -> None:
    raw["servers"] = [{"url": "https://{where}.example/{version}", "variables": {"version": {"default": "1"}}}]


@case("discriminator", "#/components/schemas/Books/discriminator")
def _(raw: Raw) -> None:
    raw["components"]["schemas"]["Books"]["discriminator"] = {"propertyName": "kind"}


@case("discriminator", "#/components/schemas/Book/discriminator/mapping/novel")
def _(raw: Raw) -> None:
    mapping = {"novel": "#/components/schemas/Novel"}
    raw["components"]["schemas"]["Book"]["discriminator"] = {"propertyName": "title", "mapping": mapping}


@case("operation-reference", f"{AT}/post")
def _(raw: Raw) -> None:
    raw["x-operations"] = {"add": raw["paths"][BOOKS]["post"]}
    raw["paths"][BOOKS]["post"] = {"$ref": "#/x-operations/add"}


@case("response-status", f"{AT}/get/responses/600")
def _(raw: Raw) -> None:
    raw["paths"][BOOKS]["get"]["responses"]["600"] = {"description": "Odd."}


@case("example-mismatch", f"{AT}/get/responses/200/content/application~1json/example")
def _(raw: Raw) -> None:
    success(raw)["example"]["items"][0]["title"] = 5


@case("example-mismatch", f"{AT}/get/parameters/0/example")
def _(raw: Raw) -> None:
    raw["paths"][BOOKS]["get"]["parameters"][0]["example"] = 51


@case("example-mismatch", "#/components/schemas/Problem/properties/message/example")
def _(raw: Raw) -> None:
    raw["components"]["schemas"]["Problem"]["properties"]["message"]["example"] = ["no", "text"]


@case("example-format", f"{AT}/post/requestBody/content/application~1json/examples/one/value")
def _(raw: Raw) -> None:
    raw["components"]["schemas"]["Book"]["properties"]["isbn"]["format"] = "uuid"
    media = raw["paths"][BOOKS]["post"]["requestBody"]["content"]["application/json"]
    media["examples"] = {"one": {"value": media.pop("example")}}


@case("default-mismatch", f"{AT}/get/parameters/0/schema/default")
def _(raw: Raw) -> None:
    raw["paths"][BOOKS]["get"]["parameters"][0]["schema"]["default"] = 0


@case("empty-range", f"{AT}/get/parameters/0/schema/minimum")
def _(raw: Raw) -> None:
    schema = raw["paths"][BOOKS]["get"]["parameters"][0]["schema"]
    schema["minimum"] = 60
    del schema["default"]


@case("list-example", f"{AT}/get/responses/200/content/application~1json/example")
def _(raw: Raw) -> None:
    success(raw)["example"] = {"items": {"id": 1, "tags": []}}


@case("no-success-answer", f"{AT}/post/responses")
def _(raw: Raw) -> None:
    del raw["paths"][BOOKS]["post"]["responses"]["201"]


@case("no-error-answers", f"{AT}/post/responses")
def _(raw: Raw) -> None:
    responses = raw["paths"][BOOKS]["post"]["responses"]
    raw["paths"][BOOKS]["post"]["responses"] = {"201": responses["201"]}


@case("no-security", f"{AT}/post")
def _(raw: Raw) -> None:
    shared = raw.pop("security")
    for operation in operations(raw):
        if operation["operationId"] != "addBook":
            operation["security"] = shared


@case("no-limits", f"{AT}/post")
def _(raw: Raw) -> None:
    for operation in operations(raw):
        if operation["operationId"] != "addBook":
            operation["x-contract"] = {"limits": [{"requests": 1, "window": 1}]}


@case("implied-limit", f"{AT}/get/x-contract/limits/1")
def _(raw: Raw) -> None:
    raw["paths"][BOOKS]["get"]["x-contract"]["limits"][1]["requests"] = 600


@case("undeclared-429", f"{AT}/get/responses")
def _(raw: Raw) -> None:
    del raw["paths"][BOOKS]["get"]["responses"]["429"]


@case("undeclared-401", f"{AT}/get/responses")
def _(raw: Raw) -> None:
    del raw["paths"][BOOKS]["get"]["responses"]["401"]


@case("uneven-limit-headers", f"{AT}/get")
def _(raw: Raw) -> None:
    raw["x-contract"] = {"limits": [{"requests": 1, "window": 1}]}
    headers = {"X-RateLimit-Limit": {"schema": {"type": "integer"}}}
    raw["paths"][BOOKS]["get"]["responses"]["200"]["headers"].update(headers)


@case("uneven-cache-header", f"{AT}~1{{bookId}}/get")
def _(raw: Raw) -> None:
    for path in (BOOKS, BOOK):
        raw["paths"][path]["get"].setdefault("x-contract", {})["caching"] = "no-store"


@case("pagination-dialects", "#/paths/~1authors/get")
def _(raw: Raw) -> None:
    raw["paths"]["/authors"] = second_list("page", "per_page")


@case("pagination-prose", "#/info/description")
def _(raw: Raw) -> None:
    raw["info"]["description"] = "All lists use cursor-based pagination."


@case("unbounded-page-size", f"{AT}/get/parameters/0")
def _(raw: Raw) -> None:
    del raw["paths"][BOOKS]["get"]["parameters"][0]["schema"]["maximum"]


@case("uneven-pagination-object", "#/paths/~1authors/get")
def _(raw: Raw) -> None:
    raw["paths"]["/authors"] = second_list("offset", "limit")


@case("member-type", f"{AT}/post/requestBody/content/application~1json/example/isbn")
def _(raw: Raw) -> None:
    success(raw, method="post", status="201")["example"]["isbn"] = ["9780141439587"]


@case("untyped-schema", f"{AT}/post/responses/201/content/application~1json/schema")
def _(raw: Raw) -> None:
    success(raw, method="post", status="201")["schema"] = {}


@case("unusable-contract", f"{AT}/get/x-contract/limits/0")
def _(raw: Raw) -> None:
    raw["paths"][BOOKS]["get"]["x-contract"]["limits"][0] = {"requests": 3, "period": "fortnight"}


def operations(raw: Raw) -> Iterator[Raw]:
    for item in raw["paths"].values():
        yield from (node for node in item.values() if isinstance(node, dict))


def second_list(position: str, size: str) -> Raw:
    whole = {"type": "integer", "minimum": 0, "maximum": 9}
    item: Raw = listing({"name": position}, {"name": size, "schema": whole}, schema=obj(items=THINGS))
    operation = item["paths"]["/things"]["get"]
    operation["operationId"] = "listAuthors"
    operation["responses"]["401"] = {"$ref": "#/components/responses/Refused"}
    return {"get": operation}


@pytest.mark.parametrize(("code", "change", "where"), CHANGES, ids=[f"{code}-{at}" for code, _, at in CHANGES])
def test_a_change_is_noticed_where_it_stands(code: str, change: Callable[[Raw], Any], where: str) -> None:
    raw = shop()
    change(raw)
    assert (code, where) in found(raw)
    told = [defect for defect in examined(raw).found if (defect.code, defect.pointer) == (code, where)]
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
