"""HTTP/1.1 by hand, so that header names, framing and closing are a matter of choice."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import hashlib
import json
import random
from collections.abc import Awaitable, Callable, Collection
from email.utils import formatdate
from typing import Any
from urllib.parse import unquote, unquote_plus

import attrs

MOST = 2_000_000
"""Bytes of a body that are read at all."""
REASONS = {200: "OK", 201: "Created", 304: "Not Modified", 400: "Bad Request", 404: "Not Found"}


class CutError(Exception):
    """The connection ends without an answer."""


@attrs.define
class Call:
    """A request as it came in."""

    method: str
    path: str
    query: list[tuple[str, str]]
    headers: list[tuple[str, str]]
    body: bytes

    def header(self, name: str) -> str | None:
        """The value of a header, or None."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)


@attrs.define
class Answer:
    """What goes back: `body` as JSON, unless `raw` says it literally."""

    status: int
    body: Any = None
    headers: list[tuple[str, str]] = attrs.field(factory=list)
    raw: bytes | None = None
    kind: str = "application/json; charset=utf-8"

    def header(self, name: str, value: str | None) -> None:
        """Set a header, or with None remove it."""
        self.headers = [each for each in self.headers if each[0].lower() != name.lower()]
        if value is not None:
            self.headers.append((name, value))


Handler = Callable[[Call], Awaitable[Answer]]


class Wire:
    """Serves a handler on a port."""

    def __init__(self, handler: Handler, choices: Collection[str]) -> None:
        self.handler = handler
        self.choices = choices
        self.luck = random.Random(3)

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, request after request."""
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, CutError):
            while (call := await _read(reader)) is not None:
                if "slow" in self.choices:
                    await asyncio.sleep(self.luck.uniform(0.1, 0.4))
                answer = await self.handler(call)
                closing = "closing" in self.choices or (call.header("connection") or "").lower() == "close"
                for part in self.parts(call, answer, closing):
                    writer.write(part)
                    await writer.drain()
                if closing:
                    break
        writer.close()

    def parts(self, call: Call, answer: Answer, closing: bool) -> list[bytes]:
        """The answer's head and body as they go over the wire."""
        body = answer.raw if answer.raw is not None else self.encoded(answer)
        headers = [("Content-Type", answer.kind), *answer.headers, *self.clutter()]
        if "undated" not in self.choices:
            headers.append(("Date", formatdate(usegmt=True)))
        status = answer.status
        if "tags" in self.choices and call.method == "GET" and status == 200:
            tag = 'W/"' + hashlib.sha256(body).hexdigest()[:20] + '"'
            headers.append(("ETag", tag))
            if tag.removeprefix("W/") in [
                each.strip().removeprefix("W/") for each in (call.header("if-none-match") or "").split(",")
            ]:
                status, body = 304, b""
                headers = [each for each in headers if each[0] != "Content-Type"]
        if "gzip" in self.choices and status != 304 and "gzip" in (call.header("accept-encoding") or ""):
            body = gzip.compress(body)
            headers.append(("Content-Encoding", "gzip"))
        headers.append(("Connection", "close" if closing else "keep-alive"))
        chunked = "chunked" in self.choices and status != 304
        if chunked:
            headers.append(("Transfer-Encoding", "chunked"))
        elif status != 304:
            headers.append(("Content-Length", str(len(body))))
        return [self.head(status, headers), *self.framed(body if call.method != "HEAD" else b"", chunked)]

    def encoded(self, answer: Answer) -> bytes:
        """The JSON text of an answer."""
        if "escaped" in self.choices:
            return json.dumps(answer.body, indent=3).encode() + b"\n"
        return json.dumps(answer.body, ensure_ascii=False).encode("utf-8", "replace")

    def clutter(self) -> list[tuple[str, str]]:
        """Headers that mean nothing to the contract."""
        if "cluttered" not in self.choices:
            return []
        cookie = f"session={self.luck.getrandbits(64):x}; Path=/; HttpOnly; SameSite=Lax"
        tracing = ("X-Request-Id", f"{self.luck.getrandbits(64):x}")
        return [("X-Powered-By", "Express"), ("Set-Cookie", cookie), ("Set-Cookie", "lang=en"), tracing] + [
            ("Vary", "Accept-Encoding, Origin"),
            ("Server", "nginx"),
            ("Strict-Transport-Security", "max-age=63072000; includeSubDomains; preload"),
            ("Content-Security-Policy", "default-src 'none'"),
        ]

    def head(self, status: int, headers: list[tuple[str, str]]) -> bytes:
        """Status line and headers, in the chosen letter case."""
        if "upper-case-headers" in self.choices:
            headers = [(name.upper(), value) for name, value in headers]
        if "lower-case-headers" in self.choices:
            headers = [(name.lower(), value) for name, value in headers]
        lines = [f"HTTP/1.1 {status} {REASONS.get(status, 'Answer')}", *(f"{name}: {value}" for name, value in headers)]
        return "\r\n".join([*lines, "", ""]).encode("utf-8", "replace")

    def framed(self, body: bytes, chunked: bool) -> list[bytes]:
        """The body, whole or in pieces."""
        if not chunked:
            return [body]
        pieces = [body[start : start + 701] for start in range(0, len(body), 701)]
        return [*(b"%x\r\n%b\r\n" % (len(each), each) for each in pieces), b"0\r\n\r\n"]


async def _read(reader: asyncio.StreamReader) -> Call | None:
    line = await reader.readline()
    if not line.strip():
        return None
    method, target, _ = line.decode("latin-1").split(" ", 2)
    headers = []
    while (line := await reader.readline()).strip():
        name, _, value = line.decode("utf-8", "replace").partition(":")
        headers.append((name.strip(), value.strip()))
    path, _, query = target.partition("?")
    call = Call(method, path, _pairs(query), headers, b"")
    call.body = await _body(reader, call)
    return call


async def _body(reader: asyncio.StreamReader, call: Call) -> bytes:
    if (call.header("transfer-encoding") or "").lower() != "chunked":
        return await reader.readexactly(min(int(call.header("content-length") or 0), MOST))
    body = b""
    while size := int((await reader.readline()).strip() or b"0", 16):
        body += await reader.readexactly(size)
        await reader.readline()
    await reader.readline()
    return body


def _pairs(query: str) -> list[tuple[str, str]]:
    parts = [part.partition("=") for part in query.split("&") if part]
    return [(unquote_plus(name), unquote_plus(value, errors="replace")) for name, _, value in parts]


def segments(path: str) -> list[str]:
    """The parts of a path, decoded after it was split."""
    return [unquote(part, errors="replace") for part in path.split("/")[1:]]
