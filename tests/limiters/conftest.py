"""Servers with real limiters, each a process of its own; what npm brings is installed once, into a temporary folder."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

HERE = Path(__file__).parent
SERVERS = HERE / "servers"
READY_WITHIN = 60.0


@pytest.fixture(scope="session")
def modules(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the packages of package.json and the servers that use them."""
    folder = tmp_path_factory.mktemp("npm")
    shutil.copy(HERE / "package.json", folder)
    npm = ["npm", "install", "--no-audit", "--no-fund", "--no-package-lock", "--loglevel=error"]
    subprocess.run(npm, cwd=folder, check=True, capture_output=True, text=True, timeout=600)
    for each in SERVERS.glob("*.js"):
        shutil.copy(each, folder)
    return folder


@pytest.fixture
def serve(request: pytest.FixtureRequest) -> Iterator[Callable[..., int]]:
    """Start a server by name; gives its port."""
    started: list[subprocess.Popen[str]] = []

    def start(name: str, **settings: str) -> int:
        port = free_port()
        environment = {**os.environ, **settings, "PORT": str(port)}
        command, folder = _command(name, port, settings.get("WORKERS", "1"), request)
        process = subprocess.Popen(
            command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            start_new_session=True,
        )  # fmt: skip
        started.append(process)
        _await_ready(process)
        return port

    yield start
    for process in started:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def _command(name: str, port: int, workers: str, request: pytest.FixtureRequest) -> tuple[list[str], Path]:
    if name.endswith(".js"):
        return ["node", name], request.getfixturevalue("modules")
    if name == "served_slowapi":
        served = ["uvicorn", f"{name}:app", "--port", str(port), "--workers", workers]
    else:
        served = ["gunicorn", f"{name}:app", "--bind", f"127.0.0.1:{port}", "--workers", workers, "--threads", "8"]
    return [sys.executable, "-m", *served], SERVERS


def _await_ready(process: subprocess.Popen[str]) -> None:
    """Until it says that it listens."""
    assert process.stdout is not None
    said: list[str] = []
    late = threading.Timer(READY_WITHIN, process.kill)  # which ends its output, and with it the loop
    late.start()
    try:
        for line in process.stdout:
            said.append(line)
            if any(word in line for word in ("READY", "startup complete", "Booting worker")):
                return
    finally:
        late.cancel()
    raise RuntimeError("the server did not start: " + "".join(said))


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
