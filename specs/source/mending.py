"""Takes out of a document what is not of the kind that OpenAPI has at its place, so that the rest can be judged.

Whatever reads a mended document finds objects, lists and texts where the specification has them. What was taken out is
reported as faults of the document, and whatever needs it as unusable: no deployment is judged by it.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote

from attrs import Factory, define, frozen

from specs.source.contradictions import contradiction, followed, unknown_required
from specs.source.grammar import GRAMMAR, REFERABLE, Kind, Part, word
from specs.source.keywords import UNUSABLE, keyword_faults, modernised, said_plainly, with_numbers
from specs.source.pointers import join, look_up, resolve, unescape
from specs.source.references import MALFORMED, Misled, References, told

OPTIONAL = "x-optional"  # marks path parameters that were not required
_HOLDERS = ("path", "operation", "parameter", "body", "response", "header")


@frozen
class Fault:
    """One thing that had to be taken out: what kind of fault, where, and what is wrong."""

    code: str
    pointer: str
    message: str


@frozen
class Mended:
    """A document that can be read, what was wrong with it, and by identity why which of its parts cannot be used."""

    raw: dict[str, Any]
    faults: tuple[Fault, ...]
    unusable: dict[int, str]
    schemas: tuple[tuple[dict[str, Any], str], ...]
    """Every schema with its pointer."""


def mended(raw: dict[str, Any], unread: dict[str, str] | None = None) -> Mended:
    """Mend a document in place. `unread`: why which references to other files could not be followed."""
    mender = _Mender(raw, unread or {}, modern=not str(raw.get("openapi", "3.1")).startswith("3.0"))
    mender.mend()
    schemas = tuple((schema, pointer) for schema, pointer, _ in mender.schemas)
    return Mended(raw, tuple(mender.faults), mender.unusable(), schemas)


@define
class _Mender:
    """Visits every part once. A unit is a part that is used or left out as a whole, named by its pointer."""

    raw: dict[str, Any]
    unread: dict[str, str]
    modern: bool
    faults: list[Fault] = Factory(list)
    bad: dict[str, str] = Factory(dict)  # what is wrong in a unit itself
    needed_by: dict[str, set[str]] = Factory(dict)  # which units refer to a unit
    unit_of: dict[int, str] = Factory(dict)  # in which unit a visited part stands
    waiting: list[tuple[dict[str, Any], str, Kind, str]] = Factory(list)
    headers: list[tuple[Any, Any, str]] = Factory(list)
    schemas: list[tuple[dict[str, Any], str, str]] = Factory(list)
    visited: set[int] = Factory(set)
    kinds: dict[int, Kind] = Factory(dict)
    references: References = Factory(
        lambda self: References(self.raw, self.unread, self.modern, self.kinds), takes_self=True
    )
    open: str = ""  # why nobody knows which operations need a credential

    def mend(self) -> None:
        """Visit the document, and whatever references lead to."""
        self._wait(self.raw, "#", "document", "#")
        while self.waiting:
            node, pointer, kind, unit = self.waiting.pop()
            seen = self.unit_of.setdefault(id(node), unit)
            if id(node) in self.visited:
                self._needs(unit, seen)
            else:
                self.visited.add(id(node))
                self._visit(node, pointer, kind, unit)
        composed = self._composed()
        for schema, pointer, unit in self.schemas:
            unknown = None if id(schema) in composed else unknown_required(self.raw, schema)
            if unknown is not None:
                words = f"{unknown} is required, but no member of that name is described"
                schema[UNUSABLE] = self.blame(unit, "unknown-required", join(pointer, "required"), words)
            if (reason := contradiction(self.raw, schema)) is not None:
                code, key, words = reason
                schema[UNUSABLE] = self.blame(unit, code, join(pointer, key), words)

    def _composed(self) -> set[int]:
        """The schemas that are only parts of others, where their members may be described."""
        found: set[int] = set()
        for schema, _, _ in self.schemas:
            for key in ("allOf", "anyOf", "oneOf", "not", "if", "then", "else"):
                value = schema.get(key)
                for part in value if isinstance(value, list) else [value]:
                    found |= {id(part), id(followed(self.raw, part))}
        return found

    def unusable(self) -> dict[int, str]:
        """Say of every part that cannot be used why: for a fault of its own, or of what it refers to."""
        reasons = dict(self.bad)
        waiting = list(self.bad)
        while waiting:
            unit = waiting.pop()
            for other in self.needed_by.get(unit, ()):
                if other not in reasons:
                    reasons[other] = reasons[unit]
                    waiting.append(other)
        for holder, name, unit in self.headers:
            if unit in reasons:
                holder.pop(name, None)
        return {part: reasons[unit] for part, unit in self.unit_of.items() if unit in reasons}

    def blame(self, unit: str, code: str, pointer: str, message: str) -> str:
        """Note a fault, and the unit that cannot be used for it."""
        self.faults.append(Fault(code, pointer, message))
        self.bad.setdefault(unit, f"{pointer}: {message}")
        return message

    def _wait(self, node: dict[str, Any], pointer: str, kind: Kind, unit: str) -> None:
        self.kinds.setdefault(id(node), kind)
        self.waiting.append((node, pointer, kind, unit))

    def _needs(self, unit: str, other: str) -> None:
        if other != unit:
            self.needed_by.setdefault(other, set()).add(unit)

    def _visit(self, node: dict[str, Any], pointer: str, kind: Kind, unit: str) -> None:
        if kind == "schema":
            self._schema(node, pointer, unit)
        elif kind == "parameter":
            self._parameter(node, pointer, unit)
        elif kind == "operation":
            self._operation(node, pointer, unit)
        elif kind == "scheme":
            self._scheme(node, pointer, unit)
        elif kind == "document" and not _is_security(node.get("security", [])):
            self.open = self.blame("#/security", MALFORMED, "#/security", "security has to be a list of objects")
            del node["security"]
        elif kind == "body" and not node.get("content"):
            node["content"] = {}
            self.blame(unit, MALFORMED, pointer, "a request body needs content of some media type")
        self._inside(node, pointer, kind, unit)

    def _inside(self, node: dict[str, Any], pointer: str, kind: Kind, unit: str) -> None:
        for key, part in GRAMMAR.get(kind, {}).items():
            if key not in node:
                continue
            value, place = node[key], join(pointer, key)
            if part.shape == "one":
                self._child(node, key, part.kind, place, unit)
            elif isinstance(value, dict if part.shape == "map" else list):
                self._children(value, part, place, place if kind == "components" else unit)
            else:
                self._missing(node, key, part, place, unit)

    def _missing(self, node: dict[str, Any], key: str, part: Part, place: str, unit: str) -> None:
        """Leave out what is no map or list; an empty object in place of a list says as little as an empty list."""
        if node[key] or node[key] is None or isinstance(node[key], bool | int | str):
            wanted = "an object" if part.shape == "map" else "a list"
            self.blame(unit, MALFORMED, place, f"{key} has to be {wanted}, not {told(node[key])}")
        del node[key]

    def _children(self, value: Any, part: Part, place: str, unit: str) -> None:
        for name in list(value) if isinstance(value, dict) else range(len(value)):
            if not (part.extensible and str(name).startswith("x-")):
                pointer = join(place, name)
                self._child(value, name, part.kind, pointer, pointer if unit == place else unit)

    def _child(self, holder: Any, key: Any, kind: Kind, pointer: str, unit: str) -> None:
        value, inner = holder[key], pointer if kind in _HOLDERS else unit
        if kind == "header":
            self.headers.append((holder, key, inner))
        if kind == "schema" and isinstance(value, bool):
            return
        if not isinstance(value, dict):
            message = self.blame(inner, MALFORMED, pointer, f"{word(kind)} has to be an object, not {told(value)}")
            self._replace(holder, key, kind, message, inner)
        elif kind in REFERABLE and "$ref" in value:
            self._reference(holder, key, kind, pointer, inner)
        else:
            self._wait(value, pointer, kind, inner)

    def _replace(self, holder: Any, key: Any, kind: Kind, message: str, unit: str) -> None:
        """Put something harmless in a part's place; leave it out where that is possible."""
        blank: dict[Kind, dict[str, Any]] = {
            "schema": {},
            "response": {"description": ""},
            "body": {"content": {}},
            "parameter": {"name": UNUSABLE, "in": "header", "schema": {}},
            "scheme": {"type": "unusable"},
        }
        if kind in blank:
            holder[key] = {**blank[kind], UNUSABLE: message}
            self.unit_of[id(holder[key])] = unit
            self.visited.add(id(holder[key]))
        else:
            del holder[key]

    def _reference(self, holder: Any, key: Any, kind: Kind, pointer: str, unit: str) -> None:
        node = holder[key]
        self.kinds.setdefault(id(node), kind)
        self.unit_of.setdefault(id(node), unit)
        self.visited.add(id(node))
        found = self.references.target(node["$ref"], kind)
        if isinstance(found, Misled):
            message = self.blame(unit, found.code, join(pointer, "$ref"), found.message)
            self._replace(holder, key, kind, message, unit)
            return
        node["$ref"] = found
        self._follow(unquote(found), kind, unit)
        if kind == "operation":
            self.faults.append(Fault("operation-reference", pointer, "the operation stands elsewhere"))
            holder[key] = resolve(self.raw, node)
            return
        if kind == "schema" and self.modern and len(node) > 1:
            self._schema(node, pointer, unit)
            self._inside(node, pointer, kind, unit)
        elif kind == "path":
            self._inside(node, pointer, kind, unit)

    def _follow(self, reference: str, kind: Kind, unit: str) -> None:
        """Visit what a local reference leads to, as a part of its kind."""
        target = look_up(self.raw, reference)
        owner = self.unit_of.get(id(target), reference)
        self._needs(unit, owner)
        if not isinstance(target, dict) or id(target) in self.visited:
            return
        if kind in REFERABLE and "$ref" in target:
            around, _, last = reference.rpartition("/")
            holder = look_up(self.raw, around)
            self._reference(holder, int(last) if isinstance(holder, list) else unescape(last), kind, reference, owner)
        else:
            self._wait(target, reference, kind, owner)

    def _schema(self, node: dict[str, Any], pointer: str, unit: str) -> None:
        told = dict(said_plainly(node))
        outdated = dict(modernised(node)) if self.modern else {}
        for key, message in {**outdated, **told}.items():
            if told and key == "nullable":
                continue  # the owner's word for it is told already
            code = "outdated-nullable" if key.endswith("nullable") else "outdated-exclusive-bound"
            self.faults.append(Fault(code, join(pointer, key), message))
        for key, message in with_numbers(node):
            self.faults.append(Fault(MALFORMED, join(pointer, key), message))
        for key, message in keyword_faults(node):
            code = "bad-pattern" if key in ("pattern", "patternProperties") else MALFORMED
            node[UNUSABLE] = self.blame(unit, code, join(pointer, key), message)
            del node[key]
        self.schemas.append((node, pointer, unit))

    def _parameter(self, node: dict[str, Any], pointer: str, unit: str) -> None:
        if not isinstance(node.get("name"), str) or not node["name"] or node.get("in") not in _PLACES:
            if node.get("in") == "querystring":  # of OpenAPI 3.2; said to be not judged elsewhere
                node["name"] = str(node.get("name") or "querystring")
                self.bad.setdefault(unit, f"{pointer}: a whole query string as one parameter is not judged")
                return
            message = self.blame(unit, MALFORMED, pointer, "a parameter needs a name and a place (`in`)")
            node.clear()
            node.update({"name": "x-unusable", "in": "header", "schema": {}, UNUSABLE: message})
        elif node["in"] == "path" and node.get("required") is not True:
            node.update({"required": True, OPTIONAL: True})

    def _scheme(self, node: dict[str, Any], pointer: str, unit: str) -> None:
        """A scheme of a type that nobody knows is told by the specification's own grammar, and required of nobody."""
        kind = node.get("type")
        needed = {"apiKey": ("name", "in"), "http": ("scheme",)}.get(kind, ()) if isinstance(kind, str) else ("type",)
        for key in needed:
            allowed = node.get(key) in ("header", "query", "cookie") if key == "in" else node.get(key)
            if not isinstance(node.get(key), str) or not allowed:
                node[UNUSABLE] = self.blame(unit, MALFORMED, pointer, f"a security scheme of this kind needs {key}")
                node.update(dict.fromkeys(node.keys() & {"type", "scheme", "in", "name"}, "unusable"))
                return

    def _operation(self, node: dict[str, Any], pointer: str, unit: str) -> None:
        node.pop("callbacks", None)
        for key, kind in (("operationId", str), ("tags", list), ("servers", list)):
            if key in node and not isinstance(node[key], kind):
                del node[key]
        if not _is_security(node.get("security", [])):
            self.blame(unit, MALFORMED, join(pointer, "security"), "security has to be a list of objects")
            del node["security"]
        elif self.open and "security" not in node:
            self.bad.setdefault(unit, f"#/security: {self.open}")
        if "responses" not in node:
            return
        listed = node["responses"]
        for status in list(listed) if isinstance(listed, dict) else ():
            if not _is_status(str(status)) and not str(status).startswith("x-"):
                self.faults.append(Fault("response-status", join(pointer, "responses", status), _NO_STATUS))
                listed.setdefault("default", listed.pop(status))  # so that no status is held against a deployment


_PLACES = ("path", "query", "header", "cookie")
_NO_STATUS = "is no status: 100 to 599, 1XX to 5XX, or default"


def _is_status(text: str) -> bool:
    return text == "default" or (len(text) == 3 and text[0] in "12345" and (text[1:].upper() == "XX" or _digits(text)))


def _digits(text: str) -> bool:
    return text.isascii() and text.isdigit()


def _is_security(value: Any) -> bool:
    return isinstance(value, list) and all(
        isinstance(each, dict) and all(isinstance(scopes, list) for scopes in each.values()) for each in value
    )
