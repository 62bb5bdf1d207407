"""Judges an ASGI application in this process: no server, no sockets, everything else as in a run of the gate."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, MutableMapping
from pathlib import Path
from typing import Any
from unittest.mock import patch
from urllib.parse import unquote

from contracts.core.failures import RESET, Failure
from contracts.engine import run as running
from contracts.evidence.used_tokens import UsedTokens
from contracts.plan.plan import Plan
from contracts.transport.client import Client
from contracts.transport.messages import Incoming, Outgoing

Message = MutableMapping[str, Any]


def asking(application: Any) -> type[Client]:
    """A class of clients that ask an ASGI application."""

    class InProcess(Client):
        async def exchange(self, request: Outgoing) -> Incoming:
            return await exchanged(application, request)

    return InProcess


async def exchanged(application: Any, request: Outgoing) -> Incoming:
    """What an application answers. Raises Failure where it ends the connection without an answer."""
    request.written()  # what no server could be sent is not sent here either
    told: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": request.body, "more_body": False}

    async def send(message: Message) -> None:
        told.append(message)

    await application(_scope(request), receive, send)
    if not told:
        raise Failure(RESET)
    start, *bodies = told
    content = b"" if request.verb == "HEAD" else b"".join(each.get("body", b"") for each in bodies)
    return Incoming(start["status"], [(bytes(name), bytes(value)) for name, value in start["headers"]], content)


def _scope(request: Outgoing) -> Message:
    path, _, query = request.target.partition(b"?")
    headers = [(name.lower(), value) for name, value in request.headers]
    if request.body and all(name != b"content-length" for name, _ in headers):
        headers.append((b"content-length", b"%d" % len(request.body)))
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": request.verb,
        "scheme": "http",
        "path": unquote(path.decode("ascii")),
        "raw_path": path,
        "query_string": query,
        "root_path": "",
        "headers": headers,
        "server": ("application.test", 80),
        "client": ("127.0.0.1", 1),
    }


def judged(
    application: Any,
    plan: Plan,
    selected: Iterable[str],
    seed: int = 0,
    folder: Path | None = None,
    used_tokens: UsedTokens | None = None,
) -> running.Run:
    """A run of the items with these ids, at its end. What the run failed of is raised.

    Examples that broke a law in earlier runs are not tried again: a run depends on its seed alone.
    """
    with (
        tempfile.TemporaryDirectory() as spare,
        patch.object(running, "Client", asking(application)),
        patch("contracts.engine.hypothesis_driver._kept", return_value=None),
    ):
        run = running.Run(plan, folder or Path(spare), seed, used_tokens=used_tokens)
        run.start(selected)
        run.wait()
    if run.failure:
        raise run.failure
    return run
