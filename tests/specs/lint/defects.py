"""Changes to a sound document, each with the defect that is to be found in it, and where."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from tests.specs.samples import THINGS, listing, obj

BOOKS, BOOK = "/shelves/{shelfId}/books", "/shelves/{shelfId}/books/{bookId}"
AT = "#/paths/~1shelves~1{shelfId}~1books"
Raw = dict[str, Any]

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
