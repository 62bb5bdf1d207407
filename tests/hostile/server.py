"""A server on bare sockets that answers as no server should: every way is a mode with a name.

    python -m tests.hostile.server MODE [--everywhere] [--folder DIR]    serve until interrupted

It misbehaves on one operation of `tests.hostile.notes`, or everywhere; all else is answered as the document says.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import socket
import struct
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from http import HTTPStatus
from pathlib import Path
from random import Random

from tests.hostile.notes import ODD, Asked, Notes, files

GIGABYTE = 1 << 30
LONGEST = 60.0
"""Seconds after which a mode without end gives up."""
Mode = Callable[["Line"], None]
MODES: dict[str, Mode] = {}
"""Every way to misbehave, by its name."""


class Line:
    """One connection, seen from the mode that answers on it. Closed when the mode returns, unless it stays `open`."""

    def __init__(self, server: Hostile, wire: socket.socket, asked: Asked) -> None:
        self.server = server
        self.wire = wire
        self.asked = asked
        self.open = False

    def send(self, *parts: bytes | str) -> None:
        self.wire.sendall(b"".join(each if isinstance(each, bytes) else each.encode("latin-1") for each in parts))

    def well(self, **headers: str) -> None:
        """Answer as the document says, with further headers."""
        status, own, body = self.server.notes.answer(self.asked)
        self.reply(status, {**own, **headers}, body)

    def reply(self, status: int, headers: dict[str, str], body: object) -> None:
        content = b"" if body is None else json.dumps(body).encode()
        told = {**headers, **({"Content-Type": "application/json"} if content else {})}
        if status != HTTPStatus.NO_CONTENT:
            told["Content-Length"] = str(len(content))
        lines = [f"HTTP/1.1 {status} {_phrase(status)}", *(f"{name}: {value}" for name, value in told.items())]
        self.send("\r\n".join(lines), "\r\n\r\n", b"" if self.asked.method == "HEAD" else content)
        self.open = True

    def reset(self) -> None:
        """Close the connection with a reset."""
        self.wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.wire.close()

    def repeat(self, piece: bytes, *, every: float = 0.0, most: int = GIGABYTE) -> None:
        """Send a piece again and again, until the other side has enough or LONGEST is over."""
        until, sent = time.monotonic() + LONGEST, 0
        while sent < most and time.monotonic() < until and not self.server.closing.is_set():
            self.send(piece)
            sent += len(piece)
            if every:
                time.sleep(every)


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Odd"


class Hostile:
    """The server: a context manager whose `base_url` is where it listens."""

    def __init__(self, mode: str | Mode, *, everywhere: bool = False) -> None:
        self.mode = MODES[mode] if isinstance(mode, str) else mode
        self.everywhere = everywhere
        getattr(self.mode, "ready", lambda: None)()
        self.notes = Notes()
        self.asked: list[Asked] = []
        self.connections = 0
        self.closing = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.base_url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def __enter__(self) -> Hostile:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.closing.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)  # wakes whoever waits for a connection
        self._listener.close()

    def _accept(self) -> None:
        while not self.closing.is_set():
            try:
                wire, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._serve, args=(wire,), daemon=True).start()

    def _serve(self, wire: socket.socket) -> None:
        wire.settimeout(LONGEST)
        wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        buffer = bytearray()
        with contextlib.suppress(OSError), wire:
            while (asked := _read(wire, buffer)) is not None:
                self.asked.append(asked)
                line = Line(self, wire, asked)
                (self.mode if self.everywhere or self._odd(asked) else Line.well)(line)
                if not line.open:
                    return

    def _odd(self, asked: Asked) -> bool:
        return asked.path == ODD and self.notes.answer(asked)[0] == HTTPStatus.OK


def _read(wire: socket.socket, buffer: bytearray) -> Asked | None:
    """The next request of a connection; None at its end."""
    while b"\r\n\r\n" not in buffer:
        if not (data := wire.recv(65536)):
            return None
        buffer += data
    head, _, _ = bytes(buffer).partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (each.partition(":") for each in lines)}
    start, length = len(head) + 4, int(headers.get("content-length", "0"))
    while len(buffer) < start + length:
        if not (data := wire.recv(65536)):
            return None
        buffer += data
    body = bytes(buffer[start : start + length])
    del buffer[: start + length]
    method, target, _ = first.split(" ", 2)
    return Asked(method, target, headers, body)


def mode(function: Mode) -> Mode:
    """Register a way to misbehave under the name of its function."""
    MODES[function.__name__.replace("_", "-")] = function
    return function


class Flaky:
    """Answers well, but for a share of requests that it fails in one of several ways, chosen by a seed.

    `ways`: "502" and "503" instead of an answer, "before" and "after" close the connection before and after the
    request was carried out, "late" answers after `delay` seconds.
    """

    WAYS = ("502", "503", "before", "after", "late")

    def __init__(self, share: float, seed: int, delay: tuple[float, float] = (5.0, 40.0)) -> None:
        self.share = share
        self.delay = delay
        self.failed = 0
        self._random = Random(seed)
        self._lock = threading.Lock()

    def __call__(self, line: Line) -> None:
        with self._lock:
            way = self._random.choice(self.WAYS) if self._random.random() < self.share else ""
            delay = self._random.uniform(*self.delay)
            self.failed += bool(way)
        if way in ("502", "503"):
            line.reply(int(way), {}, {"error": "the server behind is not there"})
        elif way == "after":
            line.server.notes.answer(line.asked)
        elif way != "before":
            if way == "late":
                line.server.closing.wait(delay)
            line.well()


def _modes() -> Iterator[str]:
    import tests.hostile.odd_amounts  # noqa: F401 - registers them, and those of the others

    return iter(sorted(MODES))


def main() -> None:
    """Serve in one mode until interrupted."""
    parser = argparse.ArgumentParser(prog="python -m tests.hostile.server", description=__doc__)
    parser.add_argument("mode", choices=list(_modes()))
    parser.add_argument("--everywhere", action="store_true", help="misbehave on every operation, not only on one")
    parser.add_argument("--folder", type=Path, help="where the document and the deployment file go")
    options = parser.parse_args()
    with Hostile(options.mode, everywhere=options.everywhere) as server:
        folder = options.folder or Path(tempfile.mkdtemp(prefix="hostile-"))
        folder.mkdir(parents=True, exist_ok=True)
        print(files(folder, server.base_url), flush=True)
        with contextlib.suppress(KeyboardInterrupt):
            threading.Event().wait()


if __name__ == "__main__":
    main()
