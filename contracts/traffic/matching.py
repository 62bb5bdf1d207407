"""Which operation of the document a recorded request is, and below which address the deployment stands."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from urllib.parse import unquote, urlsplit

import attrs

from specs.contract import Contract, Operation

_BRACES = re.compile(r"\{[^{}]*\}")


@attrs.frozen
class _Route:
    pattern: re.Pattern[str]
    rank: tuple[bool, ...]
    """By segment, whether it is a parameter: a path that is spelled out goes before one with parameters."""
    telling: bool
    """Whether anything of it is spelled out, so that a match is no chance."""
    operations: dict[str, Operation]


class Routes:
    """The paths of a document, the most literal first."""

    def __init__(self, contract: Contract) -> None:
        # by what a path looks like: two may differ in the names of their parameters alone
        alike: dict[str, dict[str, Operation]] = {}
        for operation in contract.operations:
            alike.setdefault(_BRACES.sub("{}", operation.path), {})[operation.method] = operation
        self._routes = sorted((_route(path, each) for path, each in alike.items()), key=lambda each: each.rank)

    def operation(self, method: str, path: str, *, telling: bool = False) -> Operation | None:
        """The operation of a method and a path below the base address; None where the document describes none."""
        segments = "/".join(unquote(each).replace("/", "%2F") for each in path.split("/"))
        for route in self._routes:
            if (not telling or route.telling) and route.pattern.fullmatch(segments):
                return route.operations.get(method)
        return None


def _route(path: str, operations: dict[str, Operation]) -> _Route:
    parts = _BRACES.split(path)
    pattern = "[^/]+".join(map(re.escape, parts))
    rank = tuple(bool(_BRACES.search(segment)) for segment in path.split("/"))
    return _Route(re.compile(pattern), rank, any(part.strip("/") for part in parts), operations)


def origin_of(url: str) -> str:
    """The address of the server, without who it is asked as. Raises ValueError for what is no http address."""
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("request.url: no http address")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{parts.scheme}://{host}" + (f":{parts.port}" if parts.port else "")


def base_url_of(urls: Iterable[tuple[str, str]], routes: Routes) -> str | None:
    """The address below which most requests, each a method and a URL, are operations; None where none is.

    Of two that explain as many, the shorter.
    """
    found: Counter[str] = Counter()
    for method, url in urls:
        try:
            origin, segments = origin_of(url), urlsplit(url).path.split("/")
        except ValueError:
            continue
        for cut in range(1, len(segments)):
            if routes.operation(method, "/" + "/".join(segments[cut:]), telling=True):
                found[origin + "/".join(segments[:cut])] += 1
    return min(found, key=lambda each: (-found[each], len(each)), default=None)
