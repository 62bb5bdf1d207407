"""The document, read as data: what the sandbox routes, validates, limits and pages by."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import yaml
from attrs import field, frozen

from sandbox.schemas import Check, modern

DEFAULT = Path(__file__).resolve().parent.parent / "specs" / "calcom-v2.yaml"
METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
SECONDS = {"second": 1.0, "minute": 60.0, "hour": 3600.0, "day": 86400.0}
DIALECTS = (("take", "skip"), ("limit", "offset"))


class DocumentError(Exception):
    """The document cannot be served; the message is one line."""


@frozen
class Limit:
    """So many requests in one window of so many seconds, before the time scale."""

    period: str
    window: float
    requests: int


@frozen
class Scheme:
    """Where a credential travels, and which member of which kind of principal it is."""

    name: str
    header: str
    bearer: bool
    principal: str
    member: str


@frozen
class Parameter:
    """A path or query parameter."""

    name: str
    required: bool
    kind: str
    items: str | None
    default: Any
    maximum: float | None
    check: Check = field(repr=False)


@frozen
class Paging:
    """The query parameters of one list, and whether its answer carries the pagination object."""

    size: Parameter
    position: Parameter
    object_required: bool


@frozen
class TokenHalf:
    """One token of a pair: the members that carry it, and its lifetime in seconds before the time scale."""

    token: str
    expires: str
    lifetime: float


@frozen
class Tokens:
    """How the document issues token pairs."""

    present: str
    access: TokenHalf
    refresh: TokenHalf
    claims: dict[str, str]


@frozen(eq=False)
class Operation:
    """One operation of the document."""

    operation_id: str
    method: str
    path: str
    segments: tuple[str, ...]
    path_parameters: dict[str, Parameter]
    query_parameters: dict[str, Parameter]
    body: Check | None
    alternatives: tuple[tuple[Scheme, ...], ...]
    limits: tuple[Limit, ...]
    statuses: frozenset[int]
    success: int
    rate_headers: bool
    issues_tokens: bool
    paging: Paging | None

    @property
    def key(self) -> str:
        """Method and path, the name everything else knows the operation by."""
        return f"{self.method} {self.path}"


@frozen
class Document:
    """Everything the sandbox reads from the document."""

    operations: tuple[Operation, ...]
    pages: dict[str, str]
    tokens: Tokens

    def operation(self, operation_id: str) -> Operation:
        """The operation of that operationId, or KeyError."""
        return next(operation for operation in self.operations if operation.operation_id == operation_id)


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """YAML as JSON: a date stays the string it is."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in _Loader.yaml_implicit_resolvers.items()
}


def load(path: Path = DEFAULT) -> Document:
    """Read and compile the document; DocumentError when it is not there or not usable."""
    try:
        text = path.read_text("utf-8")
        raw = json.loads(text) if path.suffix == ".json" else yaml.load(text, Loader=_Loader)
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise DocumentError(f"{path}: cannot be read: {' '.join(str(error).split())}") from error
    try:
        return _Reader(raw).document()
    except (KeyError, StopIteration, TypeError, AttributeError) as error:
        raise DocumentError(f"{path}: not a document the sandbox can serve: {error!r}") from error


class _Reader:
    """Turns the raw document into the model above."""

    def __init__(self, raw: dict[str, Any]) -> None:
        self.raw = raw
        self.schemas = modern(raw["components"]["schemas"])
        self.schemes = {name: _scheme(name, node) for name, node in raw["components"]["securitySchemes"].items()}

    def document(self) -> Document:
        operations = tuple(
            self._operation(path, item, method)
            for path, item in self.raw["paths"].items()
            for method in METHODS
            if method in item
        )
        contract = self.raw["x-contract"]
        pages = {meaning: pointer.lstrip("/") for meaning, pointer in contract["pages"].items()}
        return Document(operations, pages, _tokens(contract["tokens"]))

    def _resolve(self, node: dict[str, Any]) -> dict[str, Any]:
        while "$ref" in node:
            target: Any = self.raw
            for step in node["$ref"].removeprefix("#/").split("/"):
                target = target[step.replace("~1", "/").replace("~0", "~")]
            node = target
        return node

    def _operation(self, path: str, item: dict[str, Any], method: str) -> Operation:
        node = item[method]
        declared = [self._resolve(each) for each in [*item.get("parameters", []), *node.get("parameters", [])]]
        query = {each["name"]: self._parameter(each) for each in declared if each["in"] == "query"}
        answers = {int(status): self._resolve(answer) for status, answer in node["responses"].items()}
        success = min(status for status in answers if 200 <= status < 300)
        return Operation(
            operation_id=node["operationId"],
            method=method.upper(),
            path=path,
            segments=tuple(path.strip("/").split("/")),
            path_parameters={each["name"]: self._parameter(each) for each in declared if each["in"] == "path"},
            query_parameters=query,
            body=self._body(node),
            alternatives=self._alternatives(node),
            limits=_limits(node),
            statuses=frozenset(answers),
            success=success,
            rate_headers=any(name.lower().startswith("x-ratelimit") for name in answers[success].get("headers", {})),
            issues_tokens=node["operationId"] in self.raw["x-contract"]["tokens"]["issue"],
            paging=self._paging(query, answers[success]) if method == "get" else None,
        )

    def _parameter(self, node: dict[str, Any]) -> Parameter:
        schema = self._resolve(node["schema"])
        items = self._resolve(schema["items"]).get("type", "string") if schema.get("type") == "array" else None
        return Parameter(
            name=node["name"],
            required=node.get("required", False),
            kind=schema.get("type", "string"),
            items=items,
            default=schema.get("default"),
            maximum=schema.get("maximum"),
            check=Check.of(schema, self.schemas),
        )

    def _body(self, node: dict[str, Any]) -> Check | None:
        if "requestBody" not in node:
            return None
        content = self._resolve(node["requestBody"])["content"]
        return Check.of(content["application/json"]["schema"], self.schemas)

    def _alternatives(self, node: dict[str, Any]) -> tuple[tuple[Scheme, ...], ...]:
        needed = node.get("security", self.raw.get("security", []))
        return tuple(tuple(self.schemes[name] for name in alternative) for alternative in needed)

    def _paging(self, query: dict[str, Parameter], answer: dict[str, Any]) -> Paging | None:
        for size, position in DIALECTS:
            if size in query and position in query:
                schema = self._resolve(answer["content"]["application/json"]["schema"])
                name = self.raw["x-contract"]["pagination"].lstrip("/")
                return Paging(query[size], query[position], name in schema.get("required", []))
        return None


def _scheme(name: str, node: dict[str, Any]) -> Scheme:
    contract = node["x-contract"]
    bearer = node["type"] == "http"
    header = "authorization" if bearer else node["name"].lower()
    return Scheme(name, header, bearer, contract["principal"], contract["member"])


def _limits(node: dict[str, Any]) -> tuple[Limit, ...]:
    declared = node.get("x-server-conversion-info", {}).get("rate_limiting", {}).get("limits", [])
    limits = [Limit(each["period"], SECONDS[each["period"]], each["requests"]) for each in declared]
    return tuple(sorted(limits, key=lambda limit: limit.window))


def _tokens(node: dict[str, Any]) -> Tokens:
    access, refresh = (
        TokenHalf(half["token"].lstrip("/"), half["expires"].lstrip("/"), float(half["lifetime"]))
        for half in (node["access"], node["refresh_token"])
    )
    return Tokens(node["present"].lstrip("/"), access, refresh, dict(node["claims"]))
