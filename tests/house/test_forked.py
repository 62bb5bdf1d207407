"""What the tests start by forking is what Python itself would have started."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests import forked

Start = Callable[..., "subprocess.Popen[str]"]
COMMANDS = (
    "contracts law no-such-law",
    "reports compare --help",
    "sandbox --fault no-such-fault",
    "locust --version",
)


def done(start: Start, command: str, folder: Path) -> tuple[int, str, str]:
    """How a command ends and what it says, in a folder and in narrow columns."""
    environment = os.environ | {"COLUMNS": "50", "PYTHONPATH": str(forked.ROOT)}
    files = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "stdin": subprocess.DEVNULL}
    with start([sys.executable, "-m", *command.split()], cwd=folder, env=environment, text=True, **files) as process:
        said = process.communicate(timeout=60)
        return process.returncode, *said


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_that_is_forked_ends_and_says_the_same(command: str, tmp_path: Path) -> None:
    code, out, errors = done(forked.Popen, command, tmp_path)
    assert out or errors
    assert (code, out, errors) == done(forked.AS_USUAL, command, tmp_path)


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
@pytest.mark.parametrize("start", [forked.Popen, forked.AS_USUAL])
def test_a_server_that_is_forked_ends_with_signals_as_any_other(start: Start, sign: signal.Signals) -> None:
    command = [sys.executable, "-m", "sandbox", "--port", "0"]
    serving = start(command, stdout=subprocess.PIPE, cwd=forked.ROOT, text=True, preexec_fn=forked.interruptible)
    with serving as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("READY")
        process.send_signal(sign)
        assert process.wait(30) == (-signal.SIGKILL if sign is signal.SIGKILL else 0)


def test_a_process_that_is_forked_has_a_session_of_its_own_where_that_is_asked_for() -> None:
    command = [sys.executable, "-m", "sandbox", "--port", "0"]
    with forked.Popen(command, stdout=subprocess.PIPE, cwd=forked.ROOT, text=True, start_new_session=True) as process:
        assert process.stdout is not None
        process.stdout.readline()
        assert os.getsid(process.pid) == process.pid
        process.kill()
