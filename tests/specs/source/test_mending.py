"""What is not of its kind is told once, with its place, and costs only what needs it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from specs.contract import build
from specs.lint.lint import examine
from specs.source.document import as_document, load
from tests.specs.samples import THINGS, contract, listing, obj, shop, written

Raw = dict[str, Any]
BOOKS = "/shelves/{shelfId}/books"


def told(raw: Raw) -> list[tuple[str, str]]:
    return [(fault.code, fault.pointer) for fault in as_document(raw).faults]


def test_a_sound_document_is_read_as_it_is() -> None:
    raw = shop()
    document = as_document(raw)
    assert (document.raw, document.faults) == (raw, ())
    assert document.raw is not raw


@pytest.mark.parametrize("value", ["void", 5, None, [], True])
def test_a_malformed_media_type_is_one_defect_and_costs_one_answer(value: Any) -> None:
    raw = shop()
    raw["paths"][BOOKS]["get"]["responses"]["200"]["content"] = {"type": value}
    assert told(raw) == [("malformed-part", "#/paths/~1shelves~1{shelfId}~1books/get/responses/200/content/type")]
    built = contract(raw)
    assert [each.unusable for each in built.operations] == [None] * 5
    answer = built.operation("listBooks").answer(200)
    assert answer is not None
    assert (answer.schema, bool(answer.unusable)) == (None, True)


def test_a_body_that_nobody_can_read_costs_its_operation_alone() -> None:
    raw = shop()
    raw["paths"][BOOKS]["post"]["requestBody"]["content"]["application/json"]["schema"] = {"$ref": "#/nowhere"}
    built = contract(raw)
    assert [each.operation_id for each in built.operations if each.unusable] == ["addBook"]
    assert "#/nowhere is not defined" in str(built.operation("addBook").unusable)


def test_a_shared_fault_costs_all_who_need_it_and_nobody_else() -> None:
    raw = shop()
    raw["components"]["schemas"]["Book"]["properties"]["title"] = {"type": "strange"}
    built = contract(raw)
    assert [each.operation_id for each in built.operations if each.unusable] == ["addBook", "changeBook"]
    answers = {(each.operation_id, answer.status) for each in built.operations for answer in each.answers
               if answer.unusable}  # fmt: skip
    assert answers == {("listBooks", "200"), ("addBook", "201"), ("getBook", "200"), ("changeBook", "200")}
    assert told(raw) == [("malformed-part", "#/components/schemas/Book/properties/title/type")]


def test_a_bound_that_is_written_as_text_is_read_as_the_number_it_is() -> None:
    """As generators write the bounds of decimals."""
    raw = shop()
    raw["components"]["schemas"]["Book"]["properties"]["price"] = {"type": "number", "minimum": "0.50", "maximum": "9"}
    place = "#/components/schemas/Book/properties/price"
    assert sorted(told(raw)) == [("malformed-part", f"{place}/maximum"), ("malformed-part", f"{place}/minimum")]
    adding = contract(raw).operation("addBook")
    assert adding.unusable is None
    price = contract(raw).body_rules(adding)["price"]
    assert (price["minimum"], price["maximum"]) == (0.5, 9)


def test_an_optional_parameter_that_nobody_can_read_is_not_sent() -> None:
    raw = listing({"name": "limit"}, {"name": "q", "schema": {"type": "string", "pattern": "(?i)^[a-z"}}, schema=THINGS)
    (operation,) = contract(raw).operations
    assert operation.unusable is None
    assert [each.name for each in operation.parameters] == ["limit"]
    raw["paths"]["/things"]["get"]["parameters"][1]["required"] = True
    (operation,) = contract(raw).operations
    assert "no regular expression" in str(operation.unusable)


@pytest.mark.parametrize(
    "where", ["example", "default", "enum", "x-more", "const"], ids=lambda name: f"a reference in {name}"
)
def test_data_holds_no_references(where: str) -> None:
    data = {"$ref": "gone.yaml#/a"}
    raw = shop()
    raw["components"]["schemas"]["Book"]["properties"]["extra"] = {where: [data] if where == "enum" else data}
    assert told(raw) == []
    assert contract(raw).operation("addBook").unusable is None


def test_a_member_may_be_called_as_a_keyword_is() -> None:
    raw = shop()
    named = {name: {"type": "string"} for name in ("$ref", "example", "default", "enum", "type", "properties")}
    raw["components"]["schemas"]["Book"]["properties"].update(named)
    assert told(raw) == []


def test_a_missing_file_costs_the_operations_that_need_it(tmp_path: Path) -> None:
    raw = shop()
    raw["components"]["schemas"]["Book"]["properties"]["isbn"] = {"$ref": "gone.json#/Isbn"}
    raw["paths"]["/more"] = {"$ref": "more.json"}
    (tmp_path / "more.json").write_text(json.dumps(listing(schema=THINGS)["paths"]["/things"]))
    built = build(load(written(tmp_path, raw)))
    assert [each.operation_id for each in built.operations if each.unusable] == ["addBook", "changeBook"]
    assert "gone.json" in str(built.operation("addBook").unusable)
    assert built.operation("listThings").unusable is None
    found = [defect for defect in examine(tmp_path / "shop.json").defects if defect.code == "external-reference"]
    assert [defect.pointer for defect in found] == ["#/components/schemas/Book/properties/isbn/$ref"]


def test_what_a_discriminator_names_stands_where_its_own_file_says(tmp_path: Path) -> None:
    raw = listing(schema={"type": "array", "items": {"$ref": "kinds.json#/Thing"}})
    named = {"propertyName": "kind", "mapping": {"a": "#/A"}}
    kinds = {"Thing": {"oneOf": [{"$ref": "#/A"}], "discriminator": named}, "A": obj(kind="string")}
    (tmp_path / "kinds.json").write_text(json.dumps(kinds))
    assert examine(written(tmp_path, raw)).defects == ()


def test_many_files_are_no_fault_but_too_many_bytes_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    raw = listing(schema=obj(**{f"m{number}": {"$ref": f"{number}.json"} for number in range(300)}))
    for number in range(300):
        (tmp_path / f"{number}.json").write_text('{"type": "integer"}')
    file = written(tmp_path, raw)
    assert load(file).faults == ()
    monkeypatch.setenv("SPECS_MOST_BYTES", str(file.stat().st_size + 1000))
    assert any("too large together" in fault.message for fault in load(file).faults)


def test_names_given_to_schemas_are_followed() -> None:
    raw = {**listing(schema={"$ref": "#thing"}), "openapi": "3.1.0"}
    raw["components"] = {"schemas": {"Thing": {"$anchor": "thing", **THINGS}}}
    assert told(raw) == []
    assert told({**raw, "openapi": "3.0.3"}) == [
        ("dangling-reference", "#/paths/~1things/get/responses/200/content/application~1json/schema/$ref")
    ]


@pytest.mark.parametrize(
    ("schema", "code"),
    [
        ({"allOf": [{"type": "string"}, {"type": "object"}]}, "impossible-schema"),
        ({"allOf": [obj(a="string"), obj(a="integer")]}, "impossible-schema"),
        ({"allOf": [{**obj(a="string"), "additionalProperties": False}, obj(b="string")]}, "impossible-schema"),
        ({"type": "integer", "enum": ["one"]}, "impossible-schema"),
        ({"type": "integer", "minimum": 5, "maximum": 4}, "empty-range"),
        ({"type": "object", "properties": {"name": {}}, "required": ["nmae"]}, "unknown-required"),
        ({"type": "string", "pattern": r"\Ax\z"}, "bad-pattern"),
        ({"type": "number", "allOf": [{"type": "integer"}]}, None),
        ({"allOf": [obj(a="string"), {"required": ["a"]}]}, None),
        ({"type": "object", "required": ["a"]}, None),
        ({"type": "string", "nullable": True, "enum": ["a", None]}, None),
        ({"type": "string", "pattern": r"^[^\@]+\@\p{L}+$"}, None),
    ],
)
def test_a_schema_that_nothing_fits_blames_nobody(schema: Raw, code: str | None) -> None:
    raw = listing(schema=obj(id="integer", part=schema))
    assert [each for each, _ in told(raw)] == ([code] if code else [])
    (answer,) = contract(raw).operations[0].answers
    assert (answer.unusable is None) == (code is None)
    assert answer.schema is not None
    converted = contract(raw).json_schema(answer.schema)
    assert code is None or converted["properties"]["part"] == {}


class TestTypes:
    @pytest.mark.parametrize("version", ["3.0.3", "3.1.0"])
    @pytest.mark.parametrize(
        "schema",
        [
            {"type": "integer", "nullable": True},
            {"type": ["integer", "null"]},
            {"anyOf": [{"type": "integer"}, {"type": "null"}]},
            {"allOf": [{"type": "integer"}]},
            {"$ref": "#/components/schemas/Number"},
        ],
    )
    def test_what_travels_as_text_is_never_null(self, version: str, schema: Raw) -> None:
        raw = {**listing({"name": "x", "schema": schema}, schema=THINGS), "openapi": version}
        raw["components"] = {"schemas": {"Number": {"type": ["null", "integer"]}}}
        built = contract(raw)
        parameter = built.operations[0].parameter("x")
        assert parameter is not None
        assert built.json_schema(parameter.schema)["type"] == "integer"

    def test_choices_without_null(self) -> None:
        schema = {"type": ["string", "null"], "enum": ["a", None]}
        parameter = contract(listing({"name": "x", "schema": schema}, schema=THINGS)).operations[0].parameter("x")
        assert parameter is not None
        assert parameter.schema == {"type": "string", "enum": ["a"]}

    @pytest.mark.parametrize("version", ["3.0.3", "3.1.0"])
    def test_a_word_of_the_generators_own_is_read_as_meant(self, version: str) -> None:
        raw = {**listing(schema=obj(note={"type": "string", "x-nullable": True})), "openapi": version}
        assert told(raw) == [("outdated-nullable", f"{AT}/properties/note/x-nullable")]
        built = contract(raw)
        converted = built.json_schema(built.operations[0].answers[0].schema or {})["properties"]["note"]
        validator = Draft202012Validator(converted)
        assert [validator.is_valid(each) for each in (None, "a", 1)] == [True, True, False]

    def test_words_of_an_older_version_are_read_as_meant(self) -> None:
        raw = {**listing(schema=obj(note={"type": "string", "nullable": True})), "openapi": "3.1.0"}
        assert told(raw) == [("outdated-nullable", f"{AT}/properties/note/nullable")]
        (answer,) = contract(raw).operations[0].answers
        assert answer.schema is not None
        assert contract(raw).json_schema(answer.schema)["properties"]["note"]["type"] == ["string", "null"]
        assert answer.unusable is None


AT = "#/paths/~1things/get/responses/200/content/application~1json/schema"


class TestNewerVersions:
    def raw(self) -> Raw:
        raw = {**listing(schema=THINGS), "openapi": "3.2.0", "$self": "https://things.example/openapi"}
        item = raw["paths"]["/things"]
        answers = item["get"]["responses"]
        item["query"] = {"responses": answers}
        item["additionalOperations"] = {"COPY": {"responses": answers}}
        stream = {"itemSchema": obj(id="integer")}
        raw["paths"]["/stream"] = {"get": {"responses": {"200": {"description": "", "content": {
            "application/jsonl": stream}, "links": {"next": {"operationId": "listThings"}}}}}}  # fmt: skip
        whole = {"name": "all", "in": "querystring", "required": True, "content": {"application/json": {"schema": {}}}}
        raw["paths"]["/search"] = {"get": {"parameters": [whole], "responses": answers}}
        raw["webhooks"] = {"made": {"post": {"responses": answers}}}
        raw["tags"] = [{"name": "things", "kind": "nav"}, {"name": "parts", "parent": "things"}]
        return raw

    def test_what_is_new_is_no_defect_and_said_to_be_not_judged(self, tmp_path: Path) -> None:
        examination = examine(written(tmp_path, self.raw()))
        assert examination.defects == ()
        assert {what for _, what in examination.unjudged} == {
            "operation with the method QUERY", "operation with the method COPY", "stream (itemSchema)", "link",
            "webhook", "querystring parameter",
        }  # fmt: skip

    def test_what_can_be_judged_is(self) -> None:
        built = contract(self.raw())
        assert {each.key: bool(each.unusable) for each in built.operations} == {
            "GET /things": False,
            "GET /stream": False,
            "GET /search": True,
        }
