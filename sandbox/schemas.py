"""OpenAPI 3.0 schemas as JSON Schema 2020-12, compiled once."""

from __future__ import annotations

from typing import Any

import jsonschema_rs
from attrs import field, frozen

_ANNOTATIONS = frozenset({"example", "examples", "description", "x-contract", "xml", "externalDocs", "deprecated"})


def modern(node: Any) -> Any:
    """The same schema without what only OpenAPI 3.0 knows: `nullable` and boolean exclusive bounds."""
    if isinstance(node, list):
        return [modern(item) for item in node]
    if not isinstance(node, dict):
        return node
    result = {key: _member(key, value) for key, value in node.items() if key not in _ANNOTATIONS}
    for bound in ("minimum", "maximum"):
        _exclusive(result, bound)
    return _nullable(result)


def _member(key: str, value: Any) -> Any:
    if key == "properties":  # its keys are names of members, which may be called like a keyword
        return {name: modern(schema) for name, schema in value.items()}
    return value if key in {"enum", "default", "required"} else modern(value)


def _exclusive(schema: dict[str, Any], bound: str) -> None:
    name = f"exclusive{bound.capitalize()}"
    if schema.get(name) is True:
        schema[name] = schema.pop(bound)
    elif schema.get(name) is False:
        del schema[name]


def _nullable(schema: dict[str, Any]) -> dict[str, Any]:
    if not schema.pop("nullable", False):
        return schema
    if isinstance(schema.get("type"), str):
        schema["type"] = [schema["type"], "null"]
        if None not in schema.get("enum", [None]):
            schema["enum"] = [*schema["enum"], None]
        return schema
    return {"anyOf": [schema, {"type": "null"}]}


@frozen
class Violation:
    """One broken keyword of a schema, at one place of the value. Never quotes the value: it may be a secret.

    `missing`: the member that is not there, where that is what is wrong.
    """

    keyword: str
    place: str
    missing: str = ""

    def __str__(self) -> str:
        if self.missing:
            return f"{'/'.join(filter(None, (self.place, self.missing)))} is missing"
        return f"{self.place or 'the value'} does not satisfy `{self.keyword}`"


@frozen
class Check:
    """A compiled schema."""

    schema: dict[str, Any] = field(repr=False)
    _validator: jsonschema_rs.Draft202012Validator = field(repr=False, eq=False)

    @classmethod
    def of(cls, schema: Any, components: dict[str, Any]) -> Check:
        """Compile `schema` (OpenAPI 3.0); `components` are the schemas its references name, already modern."""
        whole = modern(schema)
        if "$ref" in str(schema):
            whole["components"] = {"schemas": components}
        return cls(schema, jsonschema_rs.Draft202012Validator(whole, validate_formats=True))

    def accepts(self, value: Any) -> bool:
        """Whether the value satisfies the schema; text that is not Unicode satisfies none."""
        try:
            return self._validator.is_valid(value)
        except ValueError:  # a lone surrogate
            return False

    def violations(self, value: Any) -> list[Violation]:
        """Every broken keyword; empty when the value satisfies the schema."""
        try:
            return [self._violation(error) for error in self._validator.iter_errors(value)]
        except ValueError:
            return [Violation("Unicode", "a string")]

    @staticmethod
    def _violation(error: jsonschema_rs.ValidationError) -> Violation:
        keyword = str(error.schema_path[-1]) if error.schema_path else "schema"
        place = "/".join(str(step) for step in error.instance_path)
        return Violation(keyword, place, str(getattr(error.kind, "property", "")) if keyword == "required" else "")
