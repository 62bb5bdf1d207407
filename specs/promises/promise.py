"""What a promise is."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import frozen

# Every kind of promise, and what it is about.
KINDS = {
    "status": "a declared answer",
    "schema": "the shape of a success answer",
    "error": "the shape of an error",
    "header": "a header of an answer",
    "body": "the request body",
    "parameter": "a parameter's permitted values",
    "credential": "who may call",
    "limit": "a rate limit",
    "page": "pages, filters and order of a list",
    "cache": "caching",
    "token": "tokens",
    "state": "what stays true from one operation to the next",
}
Told = Iterator[tuple[str, str, str, str]]  # pointer, text, topic and name


@frozen
class Promise:
    """One thing the document says. `kind` is a key of KINDS; `operation` is None where it concerns several.

    `topic`: what of its kind it is about ("401", "default", "refresh"). `name`: the parameter, header or member.
    """

    pointer: str
    kind: str
    operation: str | None
    text: str
    topic: str = ""
    name: str = ""

    def about(self, kind: str) -> bool:
        """Whether it is of a kind, or of a kind and topic ("status", "status/401", "page/told", "page/told/total")."""
        return kind == self.kind or f"{self.kind}/{self.topic}/".startswith(f"{kind}/")
