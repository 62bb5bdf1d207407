"""Servers with real limiters, each a process of its own; what npm and Debian bring goes into a temporary folder."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

HERE = Path(__file__).parent
SERVERS = HERE / "servers"
READY_WITHIN = 60.0
GUNICORN = {"served_flask", "served_django"}
CONFIGURED = {"nginx.conf": "nginx", "haproxy.cfg": "haproxy"}
PACKAGES = {"nginx": ("nginx",), "haproxy": ("haproxy", "liblua5.3-0", "libopentracing-c-wrapper0", "libopentracing1")}
"""Debian packages of a server, with what a bare system lacks of its libraries."""
SILENT = {"haproxy.cfg"}
READY = ("READY", "startup complete", "Booting worker", "start worker processes", "Loading success")


def npm_modules(folder: Path) -> Path:
    """Install the packages of package.json into a folder, beside the servers that use them."""
    shutil.copy(HERE / "package.json", folder)
    npm = ["npm", "install", "--no-audit", "--no-fund", "--no-package-lock", "--loglevel=error"]
    subprocess.run(npm, cwd=folder, check=True, capture_output=True, text=True, timeout=600)
    for script in SERVERS.glob("*.js"):
        shutil.copy(script, folder)
    return folder


_UNPACKING = threading.Lock()


def debian_program(name: str, folder: Path) -> tuple[str, dict[str, str]]:
    """A program that is installed, or else unpacked from Debian's packages; and the environment it needs."""
    if found := shutil.which(name):
        return found, {}
    root = folder / "debian"
    with _UNPACKING:
        if not (root / "usr/sbin" / name).exists():
            subprocess.run(["apt-get", "download", *PACKAGES[name]], cwd=folder, check=True, capture_output=True)
            for package in folder.glob("*.deb"):
                subprocess.run(["dpkg", "-x", package.name, "debian"], cwd=folder, check=True)
                package.unlink()
    libraries = [str(each) for each in (root / "usr/lib").glob("*-linux-gnu")]
    return str(root / "usr/sbin" / name), {"LD_LIBRARY_PATH": ":".join(libraries)}


@contextmanager
def running(name: str, settings: dict[str, str], folder: Path) -> Iterator[int]:
    """Start a server by its file's name; gives its port. `folder`: where the packages of npm are, or Debian's go."""
    port = free_port()
    command, where, more = _command(name, port, settings, folder)
    process = subprocess.Popen(
        command, cwd=where, env={**os.environ, **settings, **more, "PORT": str(port)},
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True,
    )  # fmt: skip
    assert process.stdout is not None
    try:
        if name not in SILENT:
            _await_ready(process)
        threading.Thread(target=process.stdout.read, daemon=True).start()  # so that it never waits for a reader
        _await_connection(port)
        yield port
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _command(name: str, port: int, settings: dict[str, str], folder: Path) -> tuple[list[str], Path, dict[str, str]]:
    workers = settings.get("WORKERS", "1")
    if name.endswith(".js"):
        return ["node", name], folder, {}
    if name in CONFIGURED:
        return _configured(name, port, settings, folder)
    if name in GUNICORN:
        served = ["gunicorn", f"{name}:app", "--bind", f"127.0.0.1:{port}", "--workers", workers, "--threads", "8"]
    else:
        served = ["uvicorn", f"{name}:app", "--port", str(port), "--workers", workers]
    return [sys.executable, "-m", *served], SERVERS, {}


def _configured(name: str, port: int, settings: dict[str, str], folder: Path) -> tuple[list[str], Path, dict[str, str]]:
    program, more = debian_program(CONFIGURED[name], folder)
    text = (SERVERS / name).read_text("utf-8").replace("@PORT@", str(port))
    for key, value in settings.items():
        text = text.replace(f"@{key}@", value)
    own = folder / f"{name}-{port}"
    own.mkdir()
    (own / name).write_text(text, "utf-8")
    arguments = ["-p", str(own), "-c", name] if name == "nginx.conf" else ["-db", "-f", name]
    return [program, *arguments], own, more


def _await_ready(process: subprocess.Popen[str]) -> None:
    """Until it says that it listens."""
    assert process.stdout is not None
    said: list[str] = []
    late = threading.Timer(READY_WITHIN, process.kill)  # which ends its output, and with it the loop
    late.start()
    try:
        for line in process.stdout:
            said.append(line)
            if any(word in line for word in READY):
                break
        else:
            raise RuntimeError("the server did not start: " + "".join(said))
    finally:
        late.cancel()


def _await_connection(port: int) -> None:
    """Some say that they are ready just before they listen."""
    deadline = time.monotonic() + READY_WITHIN
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=10).close()
            return
        except ConnectionRefusedError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.02)


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
