"""NDJSON: one exchange a line, as proxies and gateways log them.

A line is read if it is an entry of an HTTP Archive, a line of this suite's own evidence, an event of Schemathesis's
NDJSON report, or an object with `request` (`method`, `url`, `headers`, `body`), `response` (`status`, `headers`,
`body`), `time` (epoch seconds or ISO 8601) and `seconds`. A body that is no text stands in `body_base64`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from contracts.traffic import har
from contracts.traffic.entry import Entry, content, inner, moment, pairs, seconds, text, whole


def entries(path: Path) -> Iterator[Entry | tuple[str, str]]:
    """The exchanges of a file, or where a line stands that cannot be read, and why. Lines about others are skipped."""
    with path.open("rb") as file:
        for number, raw in enumerate(file, 1):
            if raw.strip():
                yield from _of_line(raw, f"line {number}")


def _of_line(raw: bytes, place: str) -> Iterator[Entry | tuple[str, str]]:
    try:
        yield from _read(inner(json.loads(raw), "the line"), place)
    except RecursionError:
        yield place, "it is nested too deeply"
    except json.JSONDecodeError:
        yield place, "it is no JSON"
    except ValueError as error:
        yield place, str(error)


def _read(line: dict[str, Any], place: str) -> Iterator[Entry]:
    if "ScenarioFinished" in line:
        yield from _of_scenario(inner(line["ScenarioFinished"], "the event"), place)
    elif "request" in line:
        archived = "startedDateTime" in line or "content" in inner(line.get("response") or {}, "response")
        yield har.entry(line, place) if archived else _plain(line, place)


def _plain(line: dict[str, Any], place: str) -> Entry:
    request, response = inner(line["request"], "request"), inner(line.get("response") or {}, "response")
    sent = moment(line.get("time", line.get("sent")), "time")
    ended = moment(line.get("received"), "received")
    return Entry(
        place=place,
        method=text(request.get("method"), "request.method").upper(),
        url=text(request.get("url", request.get("uri")), "request.url"),
        headers=pairs(request.get("headers"), "request.headers"),
        body=_body(request, "request.body"),
        status=whole(response.get("status", response.get("status_code")), "response.status"),
        answered=pairs(response.get("headers"), "response.headers"),
        content=_body(response, "response.body") if {"body", "body_base64"} & response.keys() else None,
        sent=sent,
        seconds=max(0.0, ended - sent) if ended and sent else seconds(line.get("seconds")),
    )


def _body(holder: dict[str, Any], what: str) -> bytes | None:
    if "body_base64" in holder:
        return content(holder["body_base64"], "base64", what)
    told = holder.get("body")
    if isinstance(told, dict | list):  # a log that has parsed it already
        return json.dumps(told, ensure_ascii=False).encode()
    return b"" if told is None else content(told, None, what)


def _of_scenario(event: dict[str, Any], place: str) -> Iterator[Entry]:
    """The exchanges of a scenario of Schemathesis."""
    recorder = inner(event.get("recorder"), "recorder")
    for name, raw in inner(recorder.get("interactions"), "interactions").items():
        one = inner(raw, "the interaction")
        request, response = inner(one.get("request"), "request"), inner(one.get("response") or {}, "response")
        yield Entry(
            place=f"{place}, interaction {name}",
            method=text(request.get("method"), "request.method").upper(),
            url=text(request.get("uri"), "request.uri"),
            headers=pairs(request.get("headers"), "request.headers"),
            body=_coded(request.get("body"), "request.body"),
            status=whole(response.get("status_code"), "response.status_code"),
            answered=pairs(response.get("headers"), "response.headers"),
            content=None if "content_size" in response else _coded(response.get("content"), "response.content") or b"",
            sent=moment(one.get("timestamp"), "timestamp"),
            seconds=seconds(response.get("elapsed")),
        )


def _coded(told: Any, what: str) -> bytes | None:
    return content(told["$base64"], "base64", what) if isinstance(told, dict) and "$base64" in told else None
