"""The target of a request: path values and query, percent-encoded."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import quote, unquote

from specs.contract import Operation


def target(operation: Operation, path: Mapping[str, str], query: Iterable[tuple[str, str]] = ()) -> str:
    """Path and query as sent: every value percent-encoded, placeholders of secrets left readable."""
    plain, *named = _pieces(operation.path)
    filled = plain + "".join(_encode(str(path.get(name, f"{{{name}}}"))) + after for name, after in named)
    asked = "&".join(f"{_encode(name)}={_encode(value, ',:@')}" for name, value in query)
    return f"{filled}?{asked}" if asked else filled


@lru_cache(maxsize=8192)
def _pieces(path: str) -> tuple[Any, ...]:
    """What a path begins with, then each of its parameters with what is behind it."""
    first, *rest = re.split(r"\{([^}]+)\}", path)
    return first, *zip(rest[::2], rest[1::2], strict=True)


_CHANGED = re.compile(r"(\$\{[A-Z][A-Z0-9_]*[^}]*\})")
"""A placeholder that says how its secret is to be changed: it must reach the vault as it is."""


@lru_cache(maxsize=8192)  # conversations name the same things again and again
def _encode(text: str, also: str = "") -> str:
    if "${" in text:
        return "".join(each if _CHANGED.fullmatch(each) else _encode(each, also) for each in _CHANGED.split(text))
    if text in {".", ".."}:
        return text.replace(".", "%2E")
    return quote(text, safe="-._~$" + also, errors="surrogatepass")


def path_values(operation: Operation, asked: str) -> dict[str, str]:
    """The path parameters of a request's target, decoded; empty where the target is not of this operation."""
    return dict(_values_in(operation.path, operation.path_parameters, asked.partition("?")[0]))


@lru_cache(maxsize=8192)
def _values_in(path: str, names: tuple[str, ...], asked: str) -> tuple[tuple[str, str], ...]:
    match = _pattern(path).fullmatch(asked)
    if not match:
        return ()
    return tuple((name, unquote(match[_group(name)], errors="surrogatepass")) for name in names)


@lru_cache(maxsize=8192)
def _pattern(path: str) -> re.Pattern[str]:
    named = re.sub(r"\\\{([^}]+)\\\}", lambda match: f"(?P<{_group(match[1])}>[^/]*)", re.escape(path))
    return re.compile(named)


def _group(name: str) -> str:
    return re.sub(r"\W", "_", name.replace("\\", ""))
