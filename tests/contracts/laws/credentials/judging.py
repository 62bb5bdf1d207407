"""Judges small deployments of the tests' own: a document, an ASGI application, and the laws to hold it to."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import attrs
import uvicorn

from contracts.config import deployment as deployments
from contracts.core.verdicts import BROKEN
from contracts.engine.run import Run
from contracts.gate.sandbox import Sandbox
from contracts.judging.judge import Verdict
from contracts.plan.plan import make
from specs.contract import build
from specs.source.document import load

ERROR = {"type": "object", "required": ["error"], "properties": {"error": {"type": "string"}}}


@attrs.frozen
class Asked:
    """One request as a stub sees it."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: Any


Stub = Callable[[Asked], tuple[int, Any] | tuple[int, Any, dict[str, str]]]
"""Status and JSON, or NO_BODY, of the answer to a request; and more headers."""
NO_BODY = object()


def asgi(stub: Stub) -> Callable[..., Awaitable[None]]:
    """A stub as an ASGI application that answers JSON, or nothing."""

    async def application(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            return
        raw = b""
        while True:
            message = await receive()
            raw += message.get("body", b"")
            if not message.get("more_body"):
                break
        status, answer, *more = stub(_read(scope, raw))
        own = {"content-type": "application/json", "cache-control": "no-store"} | (more[0] if more else {})
        headers = [(name.encode(), value.encode()) for name, value in own.items()]
        body = b"" if answer is NO_BODY else json.dumps(answer).encode()
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    return application


def _read(scope: Any, raw: bytes) -> Asked:
    headers = {name.decode().lower(): value.decode("latin-1") for name, value in scope["headers"]}
    text = raw.decode("utf-8", "replace")
    if "form" in headers.get("content-type", ""):
        body: Any = dict(parse_qsl(text))
    else:
        try:
            body = json.loads(text) if text else None
        except (ValueError, RecursionError):
            body = None
    query = dict(parse_qsl(scope["query_string"].decode()))
    return Asked(scope["method"], scope["path"], query, headers, body)


@contextmanager
def served(stub: Stub) -> Iterator[str]:
    """The address of a stub on this machine, as long as it is needed."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(asgi(stub), log_level="error", lifespan="off"))
    thread = threading.Thread(target=lambda: asyncio.run(server.serve(sockets=[listener])), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(10)


def document(paths: dict[str, Any], schemes: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A small OpenAPI document."""
    return {
        "openapi": "3.0.3",
        "info": {"title": "Stub", "version": "1"},
        "paths": paths,
        "components": {"securitySchemes": schemes},
        **more,
    }


def answers(schema: dict[str, Any], status: str = "200", *errors: str) -> dict[str, Any]:
    """The answers of an operation: one success and some errors."""
    told = {status: schema, **dict.fromkeys(errors or ("400", "401", "403", "404"), ERROR)}
    return {
        key: {"description": "It.", "content": {"application/json": {"schema": value}}} for key, value in told.items()
    }


def judged(
    folder: Path, stub: Stub, told: dict[str, Any], principals: str, *laws: str, disposable: bool = True, **more: Any
) -> Run:
    """A run of all laws whose ids contain one of some texts, against a stub."""
    (folder / "document.json").write_text(json.dumps(told))
    with served(stub) as address:
        lines = [
            f'base_url = "{address}"',
            f'document = "{folder / "document.json"}"',
            "writes = true",
            f"disposable = {str(disposable).lower()}",
        ]
        (folder / "deployment.toml").write_text("\n".join(["[deployment]", *lines, principals]))
        return run(folder, folder / "deployment.toml", laws, **more)


def run(folder: Path, file: Path, laws: Sequence[str], depth: str = "quick") -> Run:
    """A run of some laws as a deployment file says."""
    deployment = deployments.load(file)
    plan = make(build(load(deployment.document)), deployment, depth)
    made = Run(plan, folder / "run")
    made.start([item.id for item in plan.items if any(each in item.id for each in laws)])
    assert made.wait(240)
    return made


def on_sandbox(folder: Path, faults: Sequence[str], laws: Sequence[str], depth: str = "quick", *more: str) -> Run:
    """A run of some laws against a sandbox with some faults."""
    sandbox = Sandbox(faults, ["--limits", "off", *more])
    try:
        return run(folder, sandbox.deployment, laws, depth)
    finally:
        sandbox.stop()


def broken(made: Run) -> dict[str, Verdict]:
    """The broken lines of a run by their ids."""
    return {each.item.id: each for each in made.verdicts if each.verdict == BROKEN}


def verdicts(made: Run, law: str) -> dict[str, str]:
    """The verdicts of a law by operation."""
    return {each.item.operation.key: each.verdict for each in made.verdicts if law in each.item.id}
