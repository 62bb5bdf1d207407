"""Serving on the loopback interface, and nowhere else."""

from __future__ import annotations

import asyncio
import ipaddress
import signal
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import uvicorn

from sandbox.app import Sandbox


class AddressError(Exception):
    """The address cannot be served on; the message is one line."""


def listen(host: str, port: int) -> socket.socket:
    """A listening socket on a loopback address; port 0 is any free one."""
    try:
        address = ipaddress.ip_address("127.0.0.1" if host == "localhost" else host)
    except ValueError as error:
        raise AddressError(f"--host {host}: not an IP address") from error
    if not address.is_loopback:
        raise AddressError(f"--host {host}: the sandbox is served on a loopback address only")
    listener = socket.socket(socket.AF_INET6 if address.version == 6 else socket.AF_INET)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((str(address), port))
    except (OSError, OverflowError) as error:
        listener.close()
        raise AddressError(f"{address}:{port}: {error}") from error
    listener.listen(1024)
    return listener


def url(listener: socket.socket) -> str:
    """Where a listening socket is reached."""
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


class _Server(uvicorn.Server):
    """Says when it is ready, and ends quietly on SIGINT and SIGTERM."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None], end_with_stdin: bool) -> None:
        super().__init__(config)
        self._ready = ready
        self._end_with_stdin = end_with_stdin

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._ready()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self._stop)
        if self._end_with_stdin:
            loop.add_reader(sys.stdin.fileno(), self._stop)
        yield

    def _stop(self) -> None:
        self.should_exit = True


def serve(app: Sandbox, listener: socket.socket, ready: Callable[[], None], *, end_with_stdin: bool = False) -> None:
    """Serve until a signal ends it, or the end of standard input; `ready` is called once requests are accepted."""
    config = uvicorn.Config(
        app,
        lifespan="off",
        access_log=False,
        log_level="warning",
        server_header=False,
        date_header=False,  # the application tells it, so that a fault can tell another
        timeout_keep_alive=75,
        timeout_graceful_shutdown=2,
    )
    _Server(config, ready, end_with_stdin).run(sockets=[listener])
