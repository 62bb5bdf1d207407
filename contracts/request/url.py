"""The target of a request: path values and query, percent-encoded."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from urllib.parse import quote, unquote

from specs.contract import Operation


def target(operation: Operation, path: Mapping[str, str], query: Iterable[tuple[str, str]] = ()) -> str:
    """Path and query as sent: every value percent-encoded, placeholders of secrets left readable."""
    filled = re.sub(r"\{([^}]+)\}", lambda match: _encode(str(path.get(match[1], match[0]))), operation.path)
    asked = "&".join(f"{_encode(name)}={_encode(value, ',:@')}" for name, value in query)
    return f"{filled}?{asked}" if asked else filled


_CHANGED = re.compile(r"(\$\{[A-Z][A-Z0-9_]*[^}]*\})")
"""A placeholder that says how its secret is to be changed: it must reach the vault as it is."""


def _encode(text: str, also: str = "") -> str:
    if "${" in text:
        return "".join(each if _CHANGED.fullmatch(each) else _encode(each, also) for each in _CHANGED.split(text))
    if text in {".", ".."}:
        return text.replace(".", "%2E")
    return quote(text, safe="-._~$" + also, errors="surrogatepass")


def path_values(operation: Operation, asked: str) -> dict[str, str]:
    """The path parameters of a request's target, decoded; empty where the target is not of this operation."""
    pattern = re.sub(r"\\\{([^}]+)\\\}", lambda match: f"(?P<{_group(match[1])}>[^/]*)", re.escape(operation.path))
    match = re.fullmatch(pattern, asked.partition("?")[0])
    if not match:
        return {}
    return {name: unquote(match[_group(name)], errors="surrogatepass") for name in operation.path_parameters}


def _group(name: str) -> str:
    return re.sub(r"\W", "_", name.replace("\\", ""))
