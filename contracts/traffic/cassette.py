"""VCR cassettes in YAML, as Schemathesis writes them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from contracts.traffic.entry import Entry, content, inner, moment, pairs, seconds, text, whole

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def entries(path: Path) -> Iterator[Entry | tuple[str, str]]:
    """The interactions of a cassette, or where one stands that cannot be read, and why. Raises ValueError."""
    try:
        whole_file = yaml.load(path.read_text("utf-8", errors="replace"), Loader=_Loader)
    except (yaml.YAMLError, RecursionError) as error:
        raise ValueError(f"it is no YAML ({str(error).partition(chr(10))[0][:80]})") from None
    found = inner(whole_file, "the cassette").get("http_interactions")
    if not isinstance(found, list):
        raise ValueError("it has no http_interactions")
    for number, raw in enumerate(found, 1):
        place = f"interaction {number}"
        try:
            yield entry(raw, place)
        except ValueError as error:
            yield place, str(error)


def entry(raw: Any, place: str) -> Entry:
    """One interaction. Raises ValueError that says what is wrong with it."""
    raw = inner(raw, "the interaction")
    request, response = inner(raw.get("request"), "request"), inner(raw.get("response") or {}, "response")
    status = response.get("status")
    return Entry(
        place=place,
        method=text(request.get("method"), "request.method").upper(),
        url=text(request.get("uri") or request.get("url"), "request.uri"),
        headers=pairs(request.get("headers"), "request.headers"),
        body=_body(request.get("body"), "request.body"),
        status=whole(status.get("code") if isinstance(status, dict) else status, "response.status"),
        answered=pairs(response.get("headers"), "response.headers"),
        content=None if "truncated_from" in response else _body(response.get("body"), "response.body") or b"",
        sent=moment(raw.get("recorded_at"), "recorded_at"),
        seconds=seconds(response.get("elapsed")),
    )


def _body(told: Any, what: str) -> bytes | None:
    if told is None or isinstance(told, str):
        return content(told, None, what)
    told = inner(told, what)
    if "base64_string" in told:
        return content(told["base64_string"], "base64", what)
    return content(told.get("string"), None, what)
