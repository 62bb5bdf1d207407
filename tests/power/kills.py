"""What a run leaves that is killed or ended at a random moment: nothing of its own, and a record that can be judged.

    python -m tests.power.kills [--kills 200] [--terms 50] [--seed 1]

A killed run (SIGKILL) is judged, rendered and cleaned up after; one that is ended (SIGTERM) has to do all of that by
itself, end with 143 and leave no process behind. Prints a line for every run that failed at that, and the counts.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from multiprocessing.process import BaseProcess
from pathlib import Path
from random import Random

import attrs
import psutil
from click.testing import CliRunner

from contracts.__main__ import main as contracts
from contracts.gate.gate_command import judged
from contracts.gate.sandbox import ROOT
from reports.__main__ import main as reports
from tests.hostile.notes import FEW, KEYS, files
from tests.hostile.server import Hostile, Line

STARTED_WITHIN = 120.0
LONGEST_ASKING = 4.0
"""Seconds of a run within which it is killed."""
PACE = 0.05
"""Seconds every answer takes, so that there is something to be killed in."""
WARM = multiprocessing.get_context("forkserver")
"""Runs begin in processes that have imported everything already, which takes longer than many a run."""
WARM.set_forkserver_preload(["contracts.gate.session", "contracts.gate.load_run"])


@attrs.define
class Tally:
    """What became of the runs."""

    runs: int = 0
    failures: list[str] = attrs.field(factory=list)
    left: int = 0
    orphans: int = 0

    def told(self, name: str) -> str:
        done = self.runs - len(self.failures)
        return f"{self.runs} {name}: {done} as they should be, {self.left} things left, {self.orphans} orphans"


def slowly(line: Line) -> None:
    """Answers as the document says, not at once."""
    time.sleep(PACE)
    line.well()


def killed(random: Random, folder: Path, server: Hostile) -> Iterator[str]:
    """Kill a run, judge, render and clean up; gives what went wrong."""
    process, out = _begun(folder, server), folder / "out"
    time.sleep(random.uniform(0.0, LONGEST_ASKING))
    process.kill()
    process.join()
    for command, arguments, codes in (
        (contracts, ["judge", str(out)], {0, 1, 3, 4}),
        (reports, [str(out)], {0}),
        (contracts, ["clean", str(out), "--deployment", str(folder / "deployment.toml")], {0}),
    ):
        done = CliRunner().invoke(command, arguments)
        if done.exit_code not in codes or (done.exception and not isinstance(done.exception, SystemExit)):
            yield f"{arguments[0]}: exit {done.exit_code}, {(done.output or repr(done.exception)).strip()[-200:]}"
    if not (out / "report.html").is_file():
        yield "no report"


def ended(random: Random, folder: Path, server: Hostile | None) -> Iterator[str]:
    """End a run by SIGTERM; gives what went wrong. `server`: None for the sandbox that the gate starts itself."""
    process, out = _begun(folder, server), folder / "out"
    time.sleep(random.uniform(0.0, LONGEST_ASKING))
    family = _family(process.pid)
    process.terminate()
    process.join(60)
    if process.exitcode is None:
        process.kill()
        process.join()
        yield "it did not end within a minute"
    said = (folder / "said").read_text()
    if process.exitcode not in (0, 143):  # it may have come to its end just before
        yield f"exit {process.exitcode}: {said[-200:]}"
    if "Traceback" in said:
        yield f"a traceback: {said[-300:]}"
    yield from (f"no {name}" for name in ("verdicts.json", "report.html") if not (out / name).is_file())
    _, alive = psutil.wait_procs(family, timeout=5)
    yield from (f"orphan {each.pid}" for each in alive)


def _family(pid: int | None) -> list[psutil.Process]:
    try:
        return psutil.Process(pid).children(recursive=True)
    except psutil.NoSuchProcess:  # it has just come to its end
        return []


def _gate(arguments: list[str], said: Path) -> None:
    """The gate as a command; what it says goes into a file."""
    os.setsid()
    os.chdir(ROOT)
    with said.open("w") as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    sys.exit(judged(("-q", "-p", "no:cacheprovider", *arguments)))


def _begun(folder: Path, server: Hostile | None) -> BaseProcess:
    """A run in a process of its own that has begun to ask."""
    chosen = ["--deployment", str(files(folder, server.base_url))] if server else ["--sandbox-args", "--limits off"]
    process = WARM.Process(target=_gate, args=([*chosen, "--out", str(folder / "out")], folder / "said"))
    process.start()
    evidence, until = folder / "out" / "evidence.ndjson", time.monotonic() + STARTED_WITHIN
    while not (evidence.is_file() and evidence.stat().st_size) and process.is_alive():
        if time.monotonic() > until:
            process.kill()
            raise TimeoutError("the run did not begin")
        time.sleep(0.02)
    return process


def tallied(kind: str, count: int, random: Random) -> Tally:
    """So many runs of a kind, one after the other."""
    tally = Tally()
    for number in range(count):
        with tempfile.TemporaryDirectory() as name, Hostile(slowly, everywhere=True) as server:
            if kind == "killed":
                wrong = list(killed(random, Path(name), server))
            else:
                wrong = list(ended(random, Path(name), server if number % 2 else None))
            left = list(server.notes.notes.values())[FEW * len(KEYS) :]
            tally.left += len(left)
            tally.orphans += sum(each.startswith("orphan") for each in wrong)
        tally.runs += 1
        if wrong or left:
            named = [f"{len(left)} left, such as {left[0]!r}"] if left else []
            tally.failures.append(f"{kind} {number + 1}: {'; '.join([*wrong, *named])}")
            print(tally.failures[-1], flush=True)
    return tally


def main() -> int:
    """Kill and end runs as often as is asked for."""
    parser = argparse.ArgumentParser(prog="python -m tests.power.kills", description=__doc__.partition("\n")[0])
    parser.add_argument("--kills", type=int, default=200, help="runs to kill (default 200)")
    parser.add_argument("--terms", type=int, default=50, help="runs to end by SIGTERM (default 50)")
    parser.add_argument("--seed", type=int, default=1, help="of the moments")
    options = parser.parse_args()
    random = Random(options.seed)
    tallies = {"killed": tallied("killed", options.kills, random), "ended": tallied("ended", options.terms, random)}
    for name, tally in tallies.items():
        print(tally.told(name))
    return int(any(tally.failures for tally in tallies.values()))


if __name__ == "__main__":
    sys.exit(main())
