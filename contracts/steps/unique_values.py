"""Values that nobody used before: what tells one resource from another is seldom said in a document."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterator, Mapping
from string import ascii_lowercase, ascii_uppercase, digits
from typing import Any

from jsonschema_rs import is_valid

from contracts.core import tags
from contracts.request.api import RequestFactory
from contracts.request.references import references
from contracts.strategies.schemathesis_cases import validator
from specs.contract import Operation
from specs.contract.example_bodies import is_filler
from specs.contract.member_names import Hint, MemberNames

SHORT = 8
"""Letters of a name that is cut because no longer one is allowed."""
_NAME = re.compile(rf"{tags.NAME}|[0-9a-f]{{{SHORT}}}")
"""A name of a conversation's, whole or cut."""


def make_unique(api: RequestFactory, name: str, value: Any, schema: Any, unique: Hint = Hint.UNIQUE) -> Any:
    """A value nobody used before where that matters; addresses only at names reserved for examples."""
    if isinstance(value, list) and is_filler(value) and isinstance(schema, dict):
        inner = schema.get("items") or {}  # the document says nothing of them: they may be names of somebody's things
        return [make_unique(api, name, each, inner, unique) for each in value]
    if not isinstance(value, str) or not isinstance(schema, dict) or "enum" in schema:
        return value
    if is_filler(value):  # of which the document says nothing: it may well be what tells one thing from another
        return _fitting(api.unique_name(), schema) or value
    if re.match(r"https?://", value):
        return f"https://example.com/{api.unique_name()}"
    if schema.get("format") == "email" or "@" in value:
        return f"{api.unique_name()}@example.com"
    if not api.contract.names.suggest(name, unique):
        return value
    if name.lower() == "domain":
        return f"{api.unique_name()}.example.com"
    text = api.unique_name()
    ways = ([f"{value} {text}"] if " " in value else []) + [text, text.replace("-", "")[-SHORT:]]
    plain = [each for each in ways if "pattern" not in schema or is_valid({"pattern": schema["pattern"]}, each)]
    return next((each for each in plain if _is_as_long(each, schema)), None) or like_it(schema, value, text) or value


def make_unlike(
    api: RequestFactory, operation: Operation, content: Mapping[str, Any], *, but: Collection[str] = ()
) -> dict[str, Any]:
    """A body with texts that nobody used before, wherever the document lets a member be any text; after a conflict.

    What names other things stays as it is, and so do the members of `but`.
    """
    fixed = {*but, *references(api.contract, operation)}
    fixed |= {each.strip("/") for each in (operation.body.sources if operation.body else ())}
    valid, rules = validator(api.contract, operation), api.contract.body_rules(operation)
    unlike = dict(content)
    for name, value in content.items():
        if name in fixed or not isinstance(value, str) or _is_one_of(rules.get(name, {})):
            continue
        texts = (f"{value}-{api.unique_name()}", api.unique_name(), api.unique_name().replace("-", ""))
        for text in (*texts, *alike(value, api.unique_name())):
            if valid.is_valid({**unlike, name: text}):
                unlike[name] = text
                break
    return unlike


def with_own_texts(content: Mapping[str, Any], thing: Any) -> dict[str, Any]:
    """A body with the texts that a resource has already, so that a change of it meets no conflict with another one."""
    shown = thing if isinstance(thing, dict) else {}
    own = {name for name, value in content.items() if isinstance(value, str) and isinstance(shown.get(name), str)}
    return {name: shown[name] if name in own else value for name, value in content.items()}


def like_it(schema: Mapping[str, Any], value: str, name: str) -> str | None:
    """A text that fits a schema's pattern as another does, made of it and of a name; None where none is found."""
    if "pattern" not in schema:
        return None
    fits = (each for each in alike(value, name) if each != value and is_valid({"pattern": schema["pattern"]}, each))
    return next(fits, None)


def alike(text: str, name: str) -> Iterator[str]:
    """Texts of the same kind made of a name: with other letters and digits, with other digits alone.

    Of an address with an @ only what stands before it is another one.
    """
    drawn, (own, *host) = hashlib.sha256(f"{text} {name}".encode()).digest(), re.split("(?=@)", text, maxsplit=1)
    for kinds in ((digits, ascii_uppercase, ascii_lowercase), (digits,)):
        table = [next((kind for kind in kinds if sign in kind), sign) for sign in own]
        other = (kind[drawn[place % len(drawn)] % len(kind)] for place, kind in enumerate(table))
        yield "".join((*other, *host))


def says_nothing(names: MemberNames, name: str, value: Any) -> bool:
    """Whether a text was made up for a member of which only the type is known: it may well be of no use there."""
    if not isinstance(value, str) or is_filler(value):
        return is_filler(value)
    told = (Hint.UNIQUE_AMONG_SIBLINGS, Hint.FREE)
    return _NAME.fullmatch(value) is not None and not any(names.suggest(name, each) for each in told)


def _is_one_of(schema: Any) -> bool:
    """Whether a schema, or a way it may be met, lists its values or says their format."""
    ways = [schema, *(schema.get("anyOf") or ()), *(schema.get("oneOf") or ())] if isinstance(schema, dict) else []
    return any(isinstance(each, dict) and each.keys() & {"enum", "const", "format"} for each in ways)


def _fitting(text: str, schema: Mapping[str, Any]) -> str | None:
    """A text, or its end, of the length that a schema allows; None where more is asked of it than a length."""
    ways = () if schema.keys() & {"pattern", "format", "const"} else (text, text.replace("-", "")[-SHORT:])
    return next((each for each in ways if _is_as_long(each, schema)), None)


def _is_as_long(text: str, schema: Mapping[str, Any]) -> bool:
    """Whether a text is of a length that a schema allows."""
    most = schema.get("maxLength")
    return bool(schema.get("minLength", 0) <= len(text) <= (most if isinstance(most, int) else len(text)))
