"""Bodies that are wrong in one place, and bodies that are allowed but unkind. Plain data, and a strategy over it.

    for change in changes(schema, {"name": "Alice", "age": 7}):
        print(change.where, change.what, applied(base, change))

Schemas are self-contained JSON Schema, as `Contract.json_schema` gives them.
"""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING, Any

import attrs
import jsonschema_rs

from specs.contract.leniency import takes_any_case, takes_other_values
from specs.contract.schema_queries import alternatives, members, rule_of

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

Schema = dict[str, Any]

DEEP = 2_000
"""Levels of nesting that no body needs."""
LONG = 20_000
"""Letters that no name has; still well below what servers take as a body."""


@attrs.frozen
class Change:
    """One member of a body set to another value, or dropped. `where` is its place: "address/street", "tags/0"."""

    where: str
    what: str
    value: Any = None
    drop: bool = False

    @property
    def place(self) -> str:
        """The place without the numbers of array items: where in the schema it is."""
        return re.sub(r"/\d+(?=/|$)", "/*", self.where)


def applied(base: Any, change: Change) -> Any:
    """A copy of a body with one change made. Raises LookupError where the body has no such place."""
    changed = copy.deepcopy(base)
    *way, last = change.where.split("/")
    parent = changed
    for step in way:
        parent = parent[int(step)] if isinstance(parent, list) else parent[step]
    key: Any = int(last) if isinstance(parent, list) else last
    if change.drop:
        del parent[key]
    else:
        parent[key] = change.value
    return changed


def way_of(schema: Schema, base: Any) -> Schema:
    """The way of a choice that a body goes: that it fits, and that knows most of its members."""

    def nearness(way: Schema) -> tuple[bool, int]:
        whole = json.dumps({**way, "$defs": schema.get("$defs", {})}, sort_keys=True)
        return _validator(whole).is_valid(base), len(way.get("properties", {}).keys() & base)

    return max(alternatives(schema, schema), key=nearness)


def changes(schema: Schema, base: Any) -> Iterator[Change]:
    """Every way known here to break a body in one place, the most telling of each place first.

    A change is made only where the schema says that it breaks it, so a member that may be anything yields none.
    """
    allowed = _validator(json.dumps(schema, sort_keys=True))
    seen: set[tuple[str, str]] = set()
    for change in _candidates(schema, schema, base, ""):
        key = (change.where, json.dumps(change.value) if not change.drop else "(dropped)")
        if key in seen:
            continue
        seen.add(key)
        try:
            broken = not allowed.is_valid(applied(base, change))
        except (LookupError, TypeError, ValueError):
            continue
        if broken:
            yield change


@cache
def _validator(schema: str) -> jsonschema_rs.Validator:
    return jsonschema_rs.Draft202012Validator(json.loads(schema), validate_formats=True)


def _candidates(root: Schema, schema: Schema, base: Any, where: str, depth: int = 0) -> Iterator[Change]:
    if not isinstance(base, dict) or depth > 3:
        return
    for way in alternatives(root, schema):
        yield from _broken_members(root, way, base, where, depth)


def _broken_members(root: Schema, way: Schema, base: dict[str, Any], where: str, depth: int) -> Iterator[Change]:
    required = set(way.get("required", ()))
    for name, member in way.get("properties", {}).items():
        place = f"{where}{name}"
        found = [Change(place, what, value) for what, value in _values(root, member)]
        gone = [Change(place, "missing", drop=True)] if name in required and name in base else []
        yield from [*found[:1], *gone, *_beside_right(root, member, base.get(name), place), *found[1:]]
        if name in base:
            yield from _inside(root, member, base[name], place, depth)


def _beside_right(root: Schema, member: Any, value: Any, place: str) -> Iterator[Change]:
    """A wrong item behind a right one: what looks at the first alone, or leaves out what it does not know, takes it.

    The right one is what the member holds, where a list may stand in its place.
    """
    right = value[:1] if isinstance(value, list) else [] if value is None else [value]
    for way in alternatives(root, member) if right else ():
        if isinstance(way.get("items"), dict):
            for _, wrong in [*_values(root, way["items"])][:1]:
                yield Change(place, "a wrong item behind a right one", [*right, wrong])


def _inside(root: Schema, member: Any, value: Any, place: str, depth: int) -> Iterator[Change]:
    """Changes in what a member holds: its own members, or those of its first item."""
    if isinstance(value, dict):
        yield from _candidates(root, member, value, f"{place}/", depth + 1)
        return
    for way in alternatives(root, member) if isinstance(value, list) and value else ():
        if isinstance(way.get("items"), dict):
            for what, wrong in _values(root, way["items"]):
                yield Change(f"{place}/0", what, wrong)
            yield from _candidates(root, way["items"], value[0], f"{place}/0/", depth + 1)


_BAD_FORMAT = {
    "email": ["two@@example.com", "no-address", "@example.com"],
    "uri": ["no address", "//example.com", "http//example.com"],
    "url": ["no address"],
    "date-time": ["2026-02-30T10:00:00Z", "yesterday", "2026-01-01"],
    "date": ["2026-02-30", "yesterday"],
    "time": ["25:00:00Z", "noon"],
    "uuid": ["no-uuid", "00000000-0000-0000-0000-00000000000"],
    "ipv4": ["256.1.1.1"],
    "ipv6": ["::g"],
    "hostname": ["-no-.example"],
}


def _values(root: Schema, member: Any) -> Iterator[tuple[str, Any]]:
    """Values that may be wrong for a member, the most telling first; who takes them decides whether they are."""
    kinds = alternatives(root, member)
    for each in kinds:
        yield from _outside(each)
    for each in kinds:
        yield from _mistyped(each)
    yield "null", None
    for each in kinds:
        yield from _further(each)


def _outside(schema: Schema) -> Iterator[tuple[str, Any]]:
    """Right in type, wrong in value; nothing where the document says what becomes of such values."""
    if takes_other_values(str(schema.get("description", ""))):
        return
    choices = [each for each in schema.get("enum", ()) if isinstance(each, str)]
    if choices:
        yield "not in the enumeration", f"{choices[0]}_X"
    elif "enum" in schema and all(isinstance(each, int | float) for each in schema["enum"]):
        yield "not in the enumeration", max(schema["enum"]) + 1
    if "pattern" in schema:
        yield "not of the pattern", "ftp://example.com/x"
    if (name := str(schema.get("format", ""))) in _BAD_FORMAT:
        yield f"no {name}", _BAD_FORMAT[name][0]
    if "pattern" in schema:
        yield "not of the pattern", "~"
    for key, step in (("maximum", 1), ("exclusiveMaximum", 0)):
        if isinstance(schema.get(key), int):
            yield "above the maximum", schema[key] + step
    for key, step in (("minimum", -1), ("exclusiveMinimum", 0)):
        if isinstance(schema.get(key), int):
            yield "below the minimum", schema[key] + step
    if schema.get("minLength"):
        yield "too short", "x" * (schema["minLength"] - 1)
    if isinstance(schema.get("maxLength"), int) and schema["maxLength"] < LONG:
        yield "too long", "x" * (schema["maxLength"] + 1)
    if schema.get("minItems"):
        yield "too few items", []


def _mistyped(schema: Schema) -> Iterator[tuple[str, Any]]:
    """Of a type that lenient servers take for the right one."""
    kinds = schema.get("type", ())
    for kind in [kinds] if isinstance(kinds, str) else kinds:
        if kind == "boolean":
            yield "wrong type", "true"
        elif kind in {"number", "integer"}:
            yield "wrong type", "7"
        elif kind == "string":
            yield "wrong type", 7
        elif kind == "array":
            yield "wrong type", {"0": "x"}
        elif kind == "object":
            yield "wrong type", "text"


def _further(schema: Schema) -> Iterator[tuple[str, Any]]:
    """Less likely to pass unseen."""
    if schema.get("type") == "boolean":
        yield "a number for a truth", 1
    for wrong in _BAD_FORMAT.get(str(schema.get("format", "")), [])[1:]:
        yield f"no {schema['format']}", wrong
    any_case = takes_any_case(str(schema.get("description", "")))
    for each in schema.get("enum", ())[:1] if not any_case else ():
        if isinstance(each, str) and each.swapcase() != each:
            yield ANOTHER_CASE, each.swapcase()
    yield "wrong type", {"a": 1}
    yield "wrong type", ["x", {}]
    yield "wrong type", True
    yield "wrong type", "text"


ANOTHER_CASE = "another case than in the enumeration"
ODDEST = "letters of many scripts"
MARK = "ct000000-0"
"""Sent beside half of a character, so that checks know whose text it is when it comes back."""
UNICODE = ' Zoë Łukasz 李小龍 अनु 👩‍🚀 e\u0301 \u202etxet \u200b\ufeff ﬃ ŉ 100 % "so" \\ O\'Neil;'
"""Letters of many scripts, combining and directing marks, no-width spaces, an emoji made of three, signs of others."""
CONTROL = "a\n\tb\u0000b\u0007c\u001b[31m\u007f\u0085\u2028d"


def written_oddly(schema: Schema, base: dict[str, Any], *, unwritable: bool = True) -> Iterator[tuple[str, str]]:
    """Raw bodies no server may fail at, whatever else it thinks of them: (what is odd, the text).

    `unwritable`: also those whose values many a server can read and keep, but never write again: a list fails for
    everybody as long as such a value is in it, and tells no id to remove it by.
    """
    free = free_texts(schema, base)
    natural = [name for name in free if not re.fullmatch(r"[a-z0-9_.:/@-]*", base[name])] or free
    if natural:
        yield ODDEST, _with(base, {name: base[name] + UNICODE for name in natural})
        control = CONTROL if unwritable else CONTROL.replace("\0", "")  # what holds a zero may never be deleted again
        yield "control characters", _with(base, dict.fromkeys(natural, control))
        half = _with(base, {name: f"{base[name]} {MARK} HALF" for name in natural})
        if unwritable:
            yield "half of a surrogate pair", half.replace("HALF", "\\ud83d")
        yield "a very long text", _with(base, {natural[0]: base[natural[0]] + "x" * LONG})
    if base:
        name = next(iter(base))
        twice = json.dumps(base, ensure_ascii=False)
        yield "a member twice", f"{twice[:-1]}, {json.dumps(name)}: {json.dumps(base[name], ensure_ascii=False)}}}"
    yield "deep nesting", "[" * DEEP + "]" * DEEP
    member = natural[0] if natural else "x"
    yield "a member nested deeply", _raw(base, member, '{"a":' * DEEP + "1" + "}" * DEEP)
    if unwritable:
        yield "a number out of range", _raw(base, next(iter(numbers(base)), member), "1e400")
    yield "a number out of range", _raw(base, next(iter(numbers(base)), member), "9" * 40)
    yield "a member called __proto__", _raw(base, "__proto__", '{"admin": true}')


def numbers(base: dict[str, Any]) -> list[str]:
    """Members that are numbers."""
    return [name for name, value in base.items() if isinstance(value, int | float) and not isinstance(value, bool)]


def free_texts(schema: Schema, base: dict[str, Any]) -> list[str]:
    """Members of a body that are texts without a form of their own."""
    return [name for name, value in base.items() if isinstance(value, str) and is_free_text(schema, name)]


def is_free_text(schema: Schema, name: str) -> bool:
    """Whether a member is text without a form of its own."""
    known = members(schema, schema)
    member = rule_of(schema, known[name].schema) if name in known else {}
    return member.get("type") == "string" and not member.keys() & {"enum", "format", "pattern"}


def _with(base: dict[str, Any], members: dict[str, str]) -> str:
    return json.dumps({**base, **members}, ensure_ascii=False)


def _raw(base: dict[str, Any], name: str, text: str) -> str:
    """A body with one member written as a text that no JSON value of ours could be turned into."""
    mark = "@@raw@@"
    return json.dumps({**base, name: mark}, ensure_ascii=False).replace(f'"{mark}"', text)


def wrong_bodies(schema: Schema, base: dict[str, Any]) -> SearchStrategy[Any]:
    """Bodies that break a schema in one place, or anything at all that is not what it allows."""
    from hypothesis import strategies as st

    known = [applied(base, each) for each in changes(schema, base)]
    allowed = _validator(json.dumps(schema, sort_keys=True))
    names = list(members(schema, schema)) or ["x"]
    anything = st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=20),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
        max_leaves=6,
    )
    mixed = st.builds(lambda name, value: {**base, name: value}, st.sampled_from(names), anything)
    return (st.sampled_from(known) | mixed if known else mixed).filter(lambda body: not allowed.is_valid(body))
