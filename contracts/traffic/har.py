"""HTTP Archives (HAR 1.2), as browsers, proxies and Schemathesis write them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import ijson

from contracts.traffic.entry import Entry, content, inner, moment, pairs, seconds, text, whole

_CUT = "truncated"
"""How Schemathesis says in a comment that it kept only a part of a body."""


def entries(path: Path) -> Iterator[Entry | tuple[str, str]]:
    """The entries of an archive one by one, or where one stands that cannot be read, and why.

    Raises ValueError where the file is no JSON.
    """
    with path.open("rb") as file:
        try:
            for number, raw in enumerate(ijson.items(file, "log.entries.item", use_float=True), 1):
                place = f"entry {number}"
                try:
                    yield entry(raw, place)
                except ValueError as error:
                    yield place, str(error)
        except (ijson.JSONError, UnicodeDecodeError) as error:
            raise ValueError(f"it is no JSON ({str(error).partition(chr(10))[0][:80]})") from None


def entry(raw: Any, place: str) -> Entry:
    """One entry. Raises ValueError that says what is wrong with it."""
    raw = inner(raw, "the entry")
    request, response = inner(raw.get("request"), "request"), inner(raw.get("response"), "response")
    told = inner(response.get("content") or {}, "response.content")
    posted = inner(request.get("postData") or {}, "request.postData")
    return Entry(
        place=place,
        method=text(request.get("method"), "request.method").upper(),
        url=text(request.get("url"), "request.url"),
        headers=pairs(request.get("headers"), "request.headers"),
        body=content(posted.get("text"), posted.get("encoding"), "request.postData.text"),
        status=max(0, whole(response.get("status"), "response.status")),
        answered=pairs(response.get("headers"), "response.headers"),
        content=_content(told),
        sent=moment(raw.get("startedDateTime"), "startedDateTime"),
        seconds=seconds(raw.get("time")) / 1000,
        cached=bool(raw.get("_fromCache") or response.get("_fetchedViaServiceWorker")),
    )


def _content(told: dict[str, Any]) -> bytes | None:
    """The body of a response; None where the archive says that there was one, and has it not or not whole."""
    size = told.get("size")
    if _CUT in str(told.get("comment", "")):
        return None
    if told.get("text") is None:
        return b"" if not size or size == -1 else None
    return content(told["text"], told.get("encoding"), "response.content.text")
