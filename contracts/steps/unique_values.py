"""Values that nobody used before: what tells one resource from another is seldom said in a document."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any

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
    return next((each for each in ways if _is_as_long(each, schema)), value)


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
        for text in (f"{value}-{api.unique_name()}", api.unique_name(), api.unique_name().replace("-", "")):
            if valid.is_valid({**unlike, name: text}):
                unlike[name] = text
                break
    return unlike


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
