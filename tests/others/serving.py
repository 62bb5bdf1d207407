"""A little framework for servers that keep a document: routing, credentials and validation, as an ASGI application.

A server of another API is a class with one method per operation, marked `@answers("GET /projects")`. What the document
says of parameters and bodies is enforced here, by the document itself; everything else is the server's own. `faults`
are the names of what it does wrong.
"""

from __future__ import annotations

import email
import json
import math
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote

import attrs
import yaml
from jsonschema import Draft202012Validator, FormatChecker

DOCUMENTS = Path(__file__).with_name("documents")
METHODS = ("get", "put", "post", "delete", "patch")
_FORMATS = FormatChecker(["email", "date", "date-time", "uuid", "ipv4"])


@attrs.define
class Asked:
    """One request as a server sees it. `values` are its path parameters; `given` its query, read as declared."""

    method: str
    path: str
    query: list[tuple[str, str]]
    headers: dict[str, str]
    raw: bytes
    values: dict[str, Any] = attrs.field(factory=dict)
    given: dict[str, Any] = attrs.field(factory=dict)
    body: Any = None
    user: str = ""


@attrs.define
class Answer(Exception):  # noqa: N818 - raised where a refusal ends the matter
    """An answer; raised or returned."""

    status: int
    body: Any = None
    headers: dict[str, str] = attrs.field(factory=dict)
    media: str = "application/json"

    def bytes(self) -> bytes:
        if self.body is None or self.status in (204, 304):
            return b""
        return self.body.encode() if isinstance(self.body, str) else json.dumps(self.body).encode()


def answers(key: str) -> Callable[[Callable[..., Answer]], Callable[..., Answer]]:
    """Mark the method that answers an operation."""

    def mark(method: Callable[..., Answer]) -> Callable[..., Answer]:
        method.key = key  # type: ignore[attr-defined]
        return method

    return mark


class Server:
    """A server of one document. `base` is the path its operations stand below."""

    document = ""
    base = ""
    media = "application/json"

    def __init__(self, *faults: str) -> None:
        self.faults = frozenset(faults)
        self.raw = yaml.safe_load((DOCUMENTS / self.document).read_text())
        marked = [getattr(self, name) for name in dir(type(self)) if hasattr(getattr(type(self), name), "key")]
        self.methods: dict[str, Callable[[Asked], Answer]] = {each.key: each for each in marked}
        self.paths = sorted(self.raw["paths"], key=lambda path: (path.count("{"), -len(path)))
        self.numbers = 0

    # -- what a server may say in its own way ---------------------------------------------------------------------

    def error(self, status: int, message: str, **more: Any) -> Answer:
        return Answer(status, {"message": message, **more}, media=self.media)

    def who(self, asked: Asked) -> str:
        """The user behind the credentials; raises an Answer for none."""
        raise NotImplementedError

    def spoiled(self, asked: Asked, answer: Answer) -> Answer:
        """The answer as it leaves the server: where faults of the transport are planted."""
        return answer

    invalid = 400
    unknown_media = 415
    public: tuple[str, ...] = ()

    # -- what is the same for all ---------------------------------------------------------------------------------

    def has(self, fault: str) -> bool:
        return fault in self.faults

    def next(self) -> int:
        self.numbers += 1
        return self.numbers

    def answer(self, asked: Asked) -> Answer:
        try:
            return self.spoiled(asked, self._answer(asked))
        except Answer as refusal:
            return self.spoiled(asked, refusal)

    def _answer(self, asked: Asked) -> Answer:
        path = asked.path.removeprefix(self.base)
        template = next((each for each in self.paths if self._matches(each, path, asked)), None)
        if template is None:
            raise self.error(404, "There is nothing at this address.")
        item = self.raw["paths"][template]
        operation = item.get(asked.method.lower())
        if operation is None or asked.method.lower() not in METHODS:
            allowed = ", ".join(method.upper() for method in METHODS if method in item)
            refusal = self.error(405, "This method is not allowed here.")
            refusal.headers["Allow"] = allowed
            raise refusal
        key = f"{asked.method} {template}"
        if key not in self.public:
            asked.user = self.who(asked)
        self._parameters(asked, [*item.get("parameters", []), *operation.get("parameters", [])])
        self._body(asked, self.follow(operation.get("requestBody")))
        return self.methods[key](asked)

    def _matches(self, template: str, path: str, asked: Asked) -> bool:
        pattern = "".join(
            f"(?P<{part[1:-1]}>[^/]+)" if part[:1] == "{" else re.escape(part)
            for part in re.split(r"(\{[^}]+\})", template)
        )
        match = re.fullmatch(pattern, path)
        if match:
            asked.values = {name: unquote(value) for name, value in match.groupdict().items()}
        return match is not None

    def follow(self, node: Any) -> Any:
        while isinstance(node, dict) and "$ref" in node:
            found = self.raw
            for step in node["$ref"].removeprefix("#/").split("/"):
                found = found[step.replace("~1", "/").replace("~0", "~")]
            node = found
        return node

    def refuse(self, message: str) -> Answer:
        return self.error(self.invalid, message)

    def _parameters(self, asked: Asked, declared: list[Any]) -> None:
        query: dict[str, list[str]] = {}
        for name, value in asked.query:
            query.setdefault(name, []).append(value)
        for node in map(self.follow, declared):
            name, place = node["name"], node["in"]
            schema = node.get("schema") or node["content"]["application/json"]["schema"]
            if place == "path":
                asked.values[name] = self._checked(name, asked.values[name], schema, missing=404)
            elif place == "header":
                self._header(asked, node, schema)
            elif place == "query":
                sent = self._read(node, schema, query)
                if sent is None and node.get("required"):
                    raise self.refuse(f"{name} is required")
                if sent is not None:
                    asked.given[name] = self._checked(name, sent, schema)
                elif "default" in self.follow(schema):
                    asked.given[name] = self.follow(schema)["default"]

    def _header(self, asked: Asked, node: Any, schema: Any) -> None:
        sent = asked.headers.get(node["name"].lower())
        if sent is None and node.get("required"):
            raise self.refuse(f"the header {node['name']} is required")
        if sent is not None:
            self._checked(node["name"], sent, schema)

    def _read(self, node: Any, schema: Any, query: dict[str, list[str]]) -> Any:
        """A query parameter in its style."""
        name, style = node["name"], node.get("style", "form")
        if style == "deepObject":
            inner = {key[len(name) + 1 : -1]: each[0] for key, each in query.items() if key.startswith(f"{name}[")}
            return inner or None
        if name not in query:
            return None
        if "content" in node:
            try:
                return json.loads(query[name][0])
            except ValueError:
                raise self.refuse(f"{name} is no JSON") from None
        if self.kind(schema) != "array":
            return query[name][0]
        if style == "pipeDelimited":
            return query[name][0].split("|")
        return query[name] if node.get("explode", True) else query[name][0].split(",")

    def kind(self, schema: Any) -> Any:
        kind = self.follow(schema).get("type")
        return next((each for each in kind if each != "null"), None) if isinstance(kind, list) else kind

    def typed(self, value: Any, schema: Any) -> Any:
        """Texts of a query or a form as what their schema says."""
        schema = self.follow(schema) or {}
        if isinstance(value, list):
            return [self.typed(each, schema.get("items", {})) for each in value]
        if isinstance(value, dict):
            inside = schema.get("properties", {})
            other = schema.get("additionalProperties")
            return {
                key: self.typed(each, inside.get(key, other if isinstance(other, dict) else {}))
                for key, each in value.items()
            }
        if not isinstance(value, str):
            return value
        kind = self.kind(schema)
        if kind == "integer" and re.fullmatch(r"-?\d+", value):
            return int(value)
        if kind == "number" and re.fullmatch(r"-?\d+(\.\d+)?", value):
            return float(value)
        return value == "true" if kind == "boolean" and value in ("true", "false") else value

    def _checked(self, name: str, value: Any, schema: Any, missing: int = 0) -> Any:
        value = self.typed(value, schema)
        if problem := self.problem(value, schema):
            raise self.error(missing, "There is no such thing.") if missing else self.refuse(f"{name}: {problem}")
        return value

    def problem(self, value: Any, schema: Any) -> str | None:
        plain = _plain(schema, None)
        validator = Draft202012Validator({**plain, **self._definitions()}, format_checker=_FORMATS)
        error = next(validator.iter_errors(value), None)
        return error.message[:120] if error else None

    def _definitions(self) -> dict[str, Any]:
        if not hasattr(self, "_schemas"):
            self._schemas = {"components": {"schemas": _plain(self.raw.get("components", {}).get("schemas", {}), None)}}
        return self._schemas

    def _body(self, asked: Asked, declared: Any) -> None:
        if declared is None:
            return
        media = asked.headers.get("content-type", "").partition(";")[0].strip().lower()
        if not asked.raw:
            if declared.get("required"):
                raise self.refuse("a body is required")
            return
        if media not in declared["content"]:
            raise self.error(self.unknown_media, "This media type is not taken here.")
        schema = declared["content"][media]["schema"]
        asked.body = self._parsed(asked, media, schema)
        if problem := self.problem(asked.body, schema):
            raise self.refuse(problem)
        declared_members = self.follow(schema).get("properties")
        if declared_members and isinstance(asked.body, dict):
            asked.body = {name: value for name, value in asked.body.items() if name in declared_members}

    def _parsed(self, asked: Asked, media: str, schema: Any) -> Any:
        try:
            if media == "application/x-www-form-urlencoded":
                return self.typed(nested(parse_qsl(asked.raw.decode(), keep_blank_values=True)), schema)
            if media == "multipart/form-data":
                return self.typed(parts(asked.headers["content-type"], asked.raw), schema)
            return json.loads(asked.raw, parse_float=finite, parse_constant=finite)
        except (ValueError, KeyError, RecursionError):
            raise self.refuse("the body cannot be read") from None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            return
        raw = b""
        while True:
            message = await receive()
            raw += message.get("body", b"")
            if not message.get("more_body"):
                break
        headers = {name.decode().lower(): value.decode("latin-1") for name, value in scope["headers"]}
        query = parse_qsl(scope["query_string"].decode(), keep_blank_values=True)
        path = scope.get("raw_path", scope["path"].encode()).decode("latin-1").partition("?")[0]
        answer = self.answer(Asked(scope["method"], path, query, headers, raw))
        content = answer.bytes()
        told = {**({"Content-Type": answer.media} if content else {}), **answer.headers}
        pairs = [(name.encode(), value.encode("latin-1")) for name, value in told.items()]
        await send({"type": "http.response.start", "status": answer.status, "headers": pairs})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else content})


def finite(text: str) -> float:
    """A number that JSON can write again."""
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(text)
    return value


def nested(pairs: list[tuple[str, str]]) -> Any:
    """`address[city]=X` and `tags[]=Y` as an object."""
    found: dict[str, Any] = {}
    for name, value in pairs:
        first, *rest = re.findall(r"[^\[\]]+|\[\]", name) or [""]
        place, key = found, first
        for step in rest:
            if step == "[]":
                place.setdefault(key, []).append(value)
                break
            place = place.setdefault(key, {})
            key = step
        else:
            place[key] = value
    return found


def parts(media: str, raw: bytes) -> dict[str, str]:
    """The parts of a multipart form as texts."""
    message = email.message_from_bytes(b"Content-Type: " + media.encode() + b"\r\n\r\n" + raw)
    if not message.is_multipart():
        raise ValueError("no parts")
    found = {}
    for part in message.get_payload():
        name = part.get_param("name", header="content-disposition")  # type: ignore[union-attr]
        found[str(name)] = part.get_payload(decode=True).decode("utf-8", "replace")  # type: ignore[union-attr]
    return found


def _plain(node: Any, direction: Any) -> Any:
    """Schemas of OpenAPI 3.0 as JSON Schema: `nullable`, and bounds that exclude."""
    if isinstance(node, list):
        return [_plain(each, direction) for each in node]
    if not isinstance(node, dict):
        return node
    result = {key: _plain(value, direction) for key, value in node.items() if key not in ("nullable", "example")}
    if node.get("nullable") is True and isinstance(node.get("type"), str):
        result["type"] = [node["type"], "null"]
    if node.get("format") == "binary":
        result.pop("format")
    return result
