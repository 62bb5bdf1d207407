"""The shell lines of findings, run as printed: they show the finding whenever they are run, and leave nothing.

    python -m tests.power shell-lines                    every fault of the sandbox, each line twice
    python -m tests.power shell-lines NAME …             these faults
    python -m tests.power shell-lines --draw 6           so many, drawn anew each day

Each fault is judged on a sandbox of its own. Where a finding is a status, its lines must not end with it on a sandbox
without faults. A race is shown by luck: of its lines only what they leave is looked at.
"""

from __future__ import annotations

import argparse
import datetime
import json
import os
import random
import re
import subprocess
import sys
import tempfile
import time
import tomllib
import urllib.request
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import attrs

from contracts.config import deployment as deployments
from contracts.core.verdicts import BROKEN
from contracts.engine.run import Run
from contracts.gate.sandbox import Sandbox
from contracts.judging.judge import Verdict
from contracts.laws.law import Law
from sandbox.faults import FAULTS
from tests.power import harness, rows

JQ = """#!/bin/sh
exec "{python}" -c 'import functools, json, re, sys
steps = [one or two for one, two in re.findall(r"\\.(\\w+)|\\[\\"([^\\"]+)\\"\\]", sys.argv[2])]
def step(value, name):
    return (value or {{}}).get(name) if not isinstance(value, list) else value[int(name)]
found = functools.reduce(step, steps, json.load(sys.stdin))
print("null" if found is None else found)' "$@"
"""
"""A stand-in for jq that understands the paths we print, for machines that have none."""
TWICE = 2
_STATUS = re.compile(r"^HTTP/1\.1 (\d+)", re.MULTILINE)


def shell(folder: Path) -> Path:
    """A folder with the stand-in for jq."""
    folder.mkdir(exist_ok=True)
    (folder / "jq").write_text(JQ.format(python=sys.executable), "utf-8")
    (folder / "jq").chmod(0o755)
    return folder


def secrets_of(deployment: Path) -> dict[str, str]:
    """The secrets of a deployment file as the lines name them."""
    told = tomllib.loads(deployment.read_text("utf-8"))
    named = {
        f"{principal['name'].upper().replace('-', '_')}_{member.upper()}": str(principal[member])
        for principal in told["principals"]
        for member in ("secret", "key")
        if member in principal
    }
    return named | {f"TOKENS_{name.upper()}": str(value) for name, value in told.get("tokens", {}).items()}


def printed(script: str, deployment: Path, tools: Path) -> str:
    """What lines print, run as they stand with the secrets in the environment."""
    environment = {**os.environ, **secrets_of(deployment), "PATH": f"{tools}:{os.environ['PATH']}"}
    done = subprocess.run(["bash", "-c", script], capture_output=True, env=environment, timeout=60)
    return done.stdout.decode("utf-8", "replace")


def statuses(script: str, deployment: Path, tools: Path) -> list[int]:
    """The statuses that lines print."""
    return [int(found) for found in _STATUS.findall(printed(script, deployment, tools))]


@attrs.frozen
class Bench:
    """A sandbox with a fault, and what was broken there, a finding of each law."""

    sandbox: Sandbox
    run: Run
    found: list[Verdict]
    arguments: tuple[str, ...] = ()

    def complaints(self, tools: Path) -> Iterator[str]:
        """What is wrong with the lines of these findings, run twice."""
        for verdict in self.found:
            before = self._things()
            for number in range(1, TWICE + 1):
                if complaint := self._complaint(verdict, tools):
                    yield f"{verdict.item.id}, run {number}: {complaint}"
            if left := self._things() - before:
                yield f"{verdict.item.id}: leaves {len(left)} behind, such as {min(left)}"

    def _complaint(self, verdict: Verdict, tools: Path) -> str | None:
        lines, rule = verdict.reproduce or "", verdict.item.rule
        if rule.one_sighting if isinstance(rule, Law) else "\nwait" in lines:
            statuses(lines, self.sandbox.deployment, tools)
            return None
        place = -1 if isinstance(rule, Law) else 0
        wanted = self.run.exchanges[verdict.exchanges[place]].status
        told = statuses(lines, self.sandbox.deployment, tools)
        shown = wanted in told if "\nwait" in lines else told[-1:] == [wanted]  # of several at once any may be the last
        if not shown:
            return f"{wanted} is to be shown last, and the lines print {told}"
        if place == -1 and (verdict.actual or "").split(" ")[0] == str(wanted) and "\nwait" not in lines:
            return self._vain(lines, wanted, tools)
        return None

    def _vain(self, lines: str, wanted: int, tools: Path) -> str | None:
        """What is wrong with lines that end the same where nothing is wrong."""
        well = faultless(self.arguments)
        address = deployments.load(well.deployment).base_url
        told = statuses(lines.replace(self.run.plan.deployment.base_url, address), well.deployment, tools)
        return f"without the fault they print {told} as well" if told[-1:] == [wanted] else None

    def _things(self) -> set[str]:
        """All that the lists of both tenants show, by address."""
        told = tomllib.loads(self.sandbox.deployment.read_text("utf-8"))
        found: set[str] = set()
        for principal in told["principals"]:
            if principal["kind"] == "oauth_client":
                base, headers = f"/v2/oauth-clients/{principal['client_id']}", {"x-cal-secret-key": principal["secret"]}
                found |= self._listed([f"{base}/users", f"{base}/webhooks"], headers)
            elif principal.get("role") == "admin":
                base = f"/v2/organizations/{principal['org_id']}"
                headers = {"Authorization": f"Bearer {principal['key']}"}
                found |= self._listed([f"{base}/attributes", f"{base}/memberships"], headers)
        return found

    def _listed(self, paths: Sequence[str], headers: dict[str, str]) -> set[str]:
        found: set[str] = set()
        for path in paths:
            url = f"{self.run.plan.deployment.base_url}{path}?take=250"
            try:
                with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=10) as answer:
                    items: Any = json.loads(answer.read()).get("data", [])
            except (OSError, ValueError, AttributeError):
                continue  # the fault may be one of this list
            found |= {f"{path}/{item['id']}" for item in items if isinstance(item, dict) and "id" in item}
        return found


def bench(fault: str) -> Bench:
    """Judge what the matrix says that a fault breaks, at depth quick, on a sandbox that listens."""
    needs = FAULTS.switches[fault].needs
    arguments = harness.QUICKLY.get(needs, harness.AS_USUAL).split()
    sandbox = Sandbox([fault], arguments)
    try:
        row = next(each for each in harness.executable({fault: rows.kept()[fault]}))
        told = deployments.load(sandbox.deployment)
        planned = harness.sandbox([*arguments, "--fault", fault], row.depth).plan
        target = attrs.evolve(planned.deployment, vault=told.vault, base_url=told.base_url)
        plan = attrs.evolve(planned, deployment=target)
        for seed, chosen in enumerate((harness.few(row.lines), harness.more(row.lines))):
            run = Run(plan, Path(tempfile.mkdtemp(prefix="lines-")), seed)
            run.start([item.id for item in plan.items if chosen(item)])
            run.wait()
            if any(each.verdict == BROKEN for each in run.verdicts):
                break
    except BaseException:
        sandbox.stop()
        raise
    first = {each.item.rule.id: each for each in reversed(run.verdicts) if each.verdict == BROKEN and each.reproduce}
    return Bench(sandbox, run, list(first.values()), tuple(arguments))


@cache
def faultless(arguments: tuple[str, ...]) -> Sandbox:
    """A sandbox without faults; it ends with this process."""
    return Sandbox([], arguments)


def complaints(fault: str, tools: Path) -> list[str]:
    """What is wrong with the lines of the findings of a fault; that there is none is wrong too."""
    made = bench(fault)
    try:
        return list(made.complaints(tools)) if made.found else ["nothing was found broken"]
    finally:
        made.sandbox.stop()


MORE_THAN_A_SHELL = {
    "empty-key-accepted": "a token has to be signed anew",
    "use-during-forced-refresh-500": "shows only while another request is under way",
    "delete-is-a-no-op": "what the lines make cannot be removed at all",
    "concurrent-deletions-500": "a race that is lost now and then: nothing may be found at all",
}
"""Faults whose findings bash and curl cannot show by themselves, and why."""


def shown_by_lines() -> list[str]:
    """Faults of the sandbox whose findings have lines that show them by themselves."""
    kept = rows.kept()
    able = [name for name, each in FAULTS.switches.items() if kept.get(name) and each.needs in {"", "depth"}]
    return [name for name in able if name not in MORE_THAN_A_SHELL]


def drawn(count: int, seed: int) -> list[str]:
    """So many faults."""
    return sorted(random.Random(seed).sample(sorted(shown_by_lines()), count))


def main() -> int:
    """Run them; exit 1 if any line does not show its finding, or leaves something."""
    harness.contract()
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--draw", type=int, metavar="N", help="so many, drawn anew each day")
    options = parser.parse_args()
    today = datetime.datetime.now(datetime.UTC).toordinal()
    names = options.names or (drawn(options.draw, today) if options.draw else shown_by_lines())
    wrong = 0
    with tempfile.TemporaryDirectory(prefix="tools-") as folder:
        tools = shell(Path(folder))
        for name in names:
            began, said = time.monotonic(), complaints(name, tools)
            wrong += bool(said)
            print(f"{name}: {'wrong' if said else 'shown twice'}, {time.monotonic() - began:.1f} s", flush=True)
            print(*(f"    {each}" for each in said), sep="\n", end="\n" if said else "", flush=True)
    print(f"{len(names) - wrong} of {len(names)} faults are shown twice by their lines")
    return 1 if wrong else 0
