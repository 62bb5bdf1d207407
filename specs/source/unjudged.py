"""What a document describes that no verdict of the suite is about, so that it can be said."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from specs.source.grammar import every
from specs.source.pointers import join

QUERYSTRING, STREAM = "querystring parameter", "stream (itemSchema)"
_KNOWN = {"path": (), "operation": ("callbacks",), "response": ("links",), "document": ("webhooks",)}
_WORDS = {"callbacks": "callback", "links": "link", "webhooks": "webhook"}


def unjudged(raw: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    """Give every such thing with its pointer: callbacks, webhooks, links, streams, and methods beyond OpenAPI 3.1."""
    found = sorted(_unjudged(raw))
    return tuple(found)


def _unjudged(raw: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for node, pointer, kind in every(raw):
        for key in _KNOWN.get(kind, ()):
            entries = node.get(key)
            for name in entries if isinstance(entries, dict) else ():
                if not str(name).startswith("x-"):
                    yield join(pointer, key, name), _WORDS[key]
        if kind == "path" and isinstance(node.get("query"), dict):
            yield join(pointer, "query"), "operation with the method QUERY"
        further = node.get("additionalOperations") if kind == "path" else None
        for method in further if isinstance(further, dict) else ():
            yield join(pointer, "additionalOperations", method), f"operation with the method {method}"
        if kind == "parameter" and node.get("in") == "querystring":
            yield pointer, QUERYSTRING
        if kind == "media" and "itemSchema" in node:
            yield pointer, STREAM


def counted(found: Iterable[tuple[str, str]]) -> str:
    """Put them into words: "2 callbacks, 1 webhook"; "" for none."""
    kinds = Counter(what for _, what in found)
    return ", ".join(f"{count} {_plural(what) if count > 1 else what}" for what, count in sorted(kinds.items()))


def _plural(what: str) -> str:
    noun, space, rest = what.partition(" ")
    return f"{what}s" if not space or what == QUERYSTRING else f"{noun}s {rest}"
