"""Starts the sandbox as a process of its own, for runs without a deployment file."""

from __future__ import annotations

import contextlib
import json
import selectors
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
READY_WITHIN = 30.0
"""Seconds the sandbox may take to start."""


class SandboxError(Exception):
    """The sandbox did not start; the message is one line with what it said."""


class Sandbox:
    """A sandbox on a free port of this machine, and the deployment file that describes it."""

    def __init__(self, faults: Sequence[str] = (), arguments: Sequence[str] = ()) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="sandbox-")
        self.deployment = Path(self._folder.name) / "sandbox.toml"
        chosen = [part for fault in faults for part in ("--fault", fault)]
        self._process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "sandbox",
                "--end-with-stdin",
                "--port",
                "0",
                "--deployment-out",
                str(self.deployment),
                *chosen,
                *arguments,
            ],
            cwd=ROOT,
            stdin=subprocess.PIPE,  # never written to: it ends when this process does, however that comes about
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,  # Ctrl-C is for the gate, which stops its sandbox last
        )
        try:
            self._await_ready()
        except KeyboardInterrupt:
            self.kill()
            raise

    def _await_ready(self) -> None:
        assert self._process.stdout is not None
        with selectors.DefaultSelector() as selector:
            selector.register(self._process.stdout, selectors.EVENT_READ)
            said = self._process.stdout.readline() if selector.select(READY_WITHIN) else ""
        if not said.startswith("READY"):
            self._process.kill()
            errors = (self._process.communicate()[1] or "it said nothing").strip().splitlines()
            self._folder.cleanup()
            raise SandboxError(f"the sandbox did not start: {errors[-1] if errors else said.strip()}")

    def kill(self) -> None:
        """Stop the process at once."""
        self._process.kill()
        self._process.communicate()
        self._folder.cleanup()

    def stop(self) -> None:
        """Stop the process and remove its files."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.communicate(timeout=5)
        if self._process.poll() is None:
            self._process.kill()
            self._process.communicate()
        self._folder.cleanup()


def needs(faults: Sequence[str]) -> dict[str, str]:
    """What each of these faults of the sandbox needs to be seen, as it lists them: "" for nothing special."""
    said = subprocess.run(
        [sys.executable, "-m", "sandbox", "--list-faults", "--json"], cwd=ROOT, capture_output=True, text=True
    )
    listed = {each["name"]: str(each["needs"]) for each in json.loads(said.stdout or "[]")}
    return {name: listed.get(name.partition("@")[0], "") for name in faults}
