"""Starts `python -m …` without what importing takes: a process that has imported it all is forked.

Most of what a short run of the suite costs is the second in which its modules are imported, and the tests start many.
`Popen` is `subprocess.Popen`, and what it starts is a process as any other, a child of this one, with arguments,
environment, folder, files and signals of its own; what such a process starts is forked as well. Where that cannot be
had Python is started as usual: for commands other than those of `PRELOADED`, on other systems than Linux, with other
variables that Python itself reads when it starts, and for what Locust starts, which has put its own in place of much.
"""

from __future__ import annotations

import atexit
import ctypes
import gc
import importlib
import inspect
import json
import os
import pkgutil
import random
import runpy
import signal
import socket
import subprocess
import sys
import threading
import types
from pathlib import Path
from typing import Any

# before anything replaces them, as Locust does
_close, _fork, _waitpid = os.close, os.fork, os.waitpid

ROOT = Path(__file__).resolve().parents[1]
LATE = ("hypothesis", "schemathesis.specs.openapi.schemas", "schemathesis.transport.requests")
"""What a run imports when it has something to draw or to judge."""
OURS = ("contracts.__main__", "contracts", "reports", "sandbox", "specs", "pytest", *LATE)
PRELOADED = dict.fromkeys(("contracts", "pytest", "reports", "sandbox", "specs"), OURS) | {
    "locust": ("locust.main", "load", "contracts", "reports", *LATE)
}
"""By module that `python -m` is given, what is imported beforehand, in this order; of packages that are here, all."""
NOT_ALONE = ("conftest", "test_gate", "locustfile", "__main__")
"""Names of modules that do something else where another than pytest or Locust imports them."""
READ_AT_START = ("PYTHON", "LANG", "LC_")
"""How the names of variables begin that Python reads before any module is imported."""
_LONGEST = 1 << 20
_PR_SET_CHILD_SUBREAPER = 36
AS_USUAL = subprocess.Popen
_EXECUTE = inspect.signature(AS_USUAL._execute_child)  # type: ignore[attr-defined]
_ONE_AT_A_TIME = threading.Lock()


def interruptible() -> None:
    """For `preexec_fn`: Ctrl-C is heard, which a job in the background ignores."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


class Popen(AS_USUAL):  # type: ignore[type-arg]
    """A process that is forked where it can be."""

    def _execute_child(self, *given: Any) -> None:
        asked = _EXECUTE.bind(self, *given).arguments
        with _ONE_AT_A_TIME:
            pid = _forked(asked)
        if pid is None:
            super()._execute_child(*given)  # type: ignore[misc]
            return
        self.pid, self._child_created = pid, True
        self._close_pipe_fds(*(asked[name] for name in _PIPES))  # type: ignore[attr-defined]


_PIPES = ("p2cread", "p2cwrite", "c2pread", "c2pwrite", "errread", "errwrite")
_ELSEWISE = ("pass_fds", "shell", "executable")
"""What no forked process can be given."""


def _forked(asked: dict[str, Any]) -> int | None:
    """The id of a process that does what is asked; None where it has to be started as usual."""
    command, environment = asked["args"], dict(os.environ if asked["env"] is None else asked["env"])
    module = command[2] if isinstance(command, list) and command[:2] == [sys.executable, "-m"] else None
    ready = _template(module) if module in PRELOADED and not any(asked[name] for name in _ELSEWISE) else None
    if ready is None or asked["preexec_fn"] not in (None, interruptible) or _read_at_start(environment):
        return None
    told = {
        "command": [str(each) for each in command[2:]],
        "folder": os.fspath(asked["cwd"] or os.getcwd()),
        "environment": environment,
        "session": asked["start_new_session"],
        "interruptible": asked["preexec_fn"] is interruptible,
    }
    ends = (asked["p2cread"], asked["c2pwrite"], asked["errwrite"])
    return ready.fork(told, [usual if end == -1 else end for usual, end in enumerate(ends)])


def _read_at_start(environment: dict[str, str]) -> bool:
    names = {*environment, *os.environ} - {"PYTHONPATH"}
    return any(name.startswith(READ_AT_START) and environment.get(name) != os.environ.get(name) for name in names)


_READY: dict[tuple[str, ...], Template] = {}
_IS_FORKED: list[bool] = []
"""Not empty in a process that was forked, which starts no templates."""


def _template(module: str) -> Template | None:
    """The process that has imported what a module needs, started when it is first asked for; None if there is none."""
    modules = PRELOADED[module]
    if modules not in _READY and sys.platform == "linux" and not _IS_FORKED:
        _READY[modules] = Template.started(modules)
    return _READY.get(modules)


class Template:
    """A process that has imported some modules and is forked for each command."""

    def __init__(self, asked: socket.socket) -> None:
        self._asked = asked

    @classmethod
    def started(cls, modules: tuple[str, ...]) -> Template:
        """A new one, which ends with this process."""
        asked, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            process = AS_USUAL(
                [sys.executable, "-m", "tests.forked", str(theirs.fileno()), *modules],
                cwd=ROOT, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            )  # fmt: skip
        atexit.register(process.wait)
        atexit.register(process.kill)
        return cls(asked)

    def fork(self, told: dict[str, Any], files: list[int]) -> int:
        """The id of a new child of this process."""
        system = ctypes.CDLL(None)
        # what its parent, which ends at once, leaves behind becomes a child of this process, which can wait for it
        system.prctl(_PR_SET_CHILD_SUBREAPER, 1)
        try:
            socket.send_fds(self._asked, [json.dumps(told).encode()], files)
            return int(self._asked.recv(_LONGEST))
        finally:
            system.prctl(_PR_SET_CHILD_SUBREAPER, 0)


def main(descriptor: str, *modules: str) -> None:
    """Import these modules, fork whenever that is asked for, and in each of the new processes do what was asked."""
    asking = socket.socket(fileno=int(descriptor))  # before Locust is imported, which puts others in place of sockets
    for each in modules:
        _import(each)
    gc.freeze()  # or every collection and every end of a process would look at, and copy, all that was imported
    told = _serve(asking)
    os.chdir(told["folder"])
    os.environ.clear()
    os.environ.update(told["environment"])
    sys.argv = told["command"]
    sys.path[0] = told["folder"]
    sys.path[1:1] = [each for each in os.environ.get("PYTHONPATH", "").split(os.pathsep) if each not in sys.path]
    sys.modules.pop(f"{sys.argv[0]}.__main__", None)
    sys.modules["__main__"] = types.ModuleType("__main__")
    random.seed()
    runpy._run_module_as_main(sys.argv[0])  # type: ignore[attr-defined]


def _import(name: str) -> None:
    """A module, and of a package that is here all that is in it."""
    found = importlib.import_module(name)
    if (ROOT / name).is_dir():
        for each in pkgutil.walk_packages(found.__path__, f"{name}."):
            if each.name.rpartition(".")[2] not in NOT_ALONE:
                importlib.import_module(each.name)


def _serve(asking: socket.socket) -> dict[str, Any]:
    """Fork as often as that is asked for; returns in each of the new processes, with what was asked."""
    while True:
        message, files, _, _ = socket.recv_fds(asking, _LONGEST, 3)
        if not message:
            os._exit(0)
        told: dict[str, Any] = json.loads(message)
        pid = _grandchild()
        if pid is None:
            asking.close()
            own = _template_of_its_own()
            if own is None:
                _take(files, told)
                return told
            asking = own
        else:
            asking.send(str(pid).encode())
        for each in files:
            _close(each)


def _template_of_its_own() -> socket.socket | None:
    """Fork once more, before anything is done: that process, which is given a socket, is the template of this one."""
    _IS_FORKED.append(True)
    if "gevent" in sys.modules:
        return None
    asked, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    if _fork() == 0:
        asked.close()
        return theirs
    theirs.close()
    _READY[OURS] = Template(asked)
    subprocess.Popen = Popen  # type: ignore[misc]
    return None


def _grandchild() -> int | None:
    """The id of a process whose parent has ended; None in that process."""
    reading, writing = os.pipe()
    between = _fork()
    if between == 0:
        pid = _fork()
        if pid == 0:
            _close(reading)
            _close(writing)
            return None
        os.write(writing, str(pid).encode())
        os._exit(0)
    _waitpid(between, 0)
    pid = int(os.read(reading, 99))
    _close(reading)
    _close(writing)
    return pid


def _take(files: list[int], told: dict[str, Any]) -> None:
    """These become standard input, output and errors; signals and session are as at the start of a process."""
    for place, each in enumerate(files):
        os.dup2(each, place)
        _close(each)
    if told["session"]:
        os.setsid()
    if told["interruptible"]:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    if "gevent" in sys.modules:
        sys.modules["gevent"].reinit()


if __name__ == "__main__":
    main(*sys.argv[1:])
