"""A dry run of a composite action: its steps in order, by the rules of GitHub Actions as far as action.yml needs them.

    python -m tests.ci.act --input deployment=staging.toml [--input depth=quick …] [--install]

Steps that use other actions are shown with what they would be given, and not carried out. Without --install the suite
is not installed: the command is that of this checkout.
"""

from __future__ import annotations

import os
import re
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import attrs
import click
import yaml

ROOT = Path(__file__).resolve().parents[2]
ACTION = ROOT / "action.yml"
_EXPRESSION = re.compile(r"\$\{\{\s*(.+?)\s*\}\}")
_TERM = re.compile(r"(?P<left>[\w.-]+)\s*(?P<sign>==|!=)\s*'(?P<right>[^']*)'")


@attrs.define
class Done:
    """What became of a step: "success", "failure" or "skipped"; `used` is what another action would be given."""

    name: str
    outcome: str
    said: str = ""
    outputs: dict[str, str] = attrs.field(factory=dict)
    used: dict[str, str] | None = None


@attrs.define
class DryRun:
    """The steps of an action in a workspace, with inputs as a workflow gives them."""

    workspace: Path
    inputs: Mapping[str, str]
    install: bool = False
    environment: Mapping[str, str] = attrs.field(factory=dict)
    done: list[Done] = attrs.field(factory=list)
    summary: str = ""
    _known: dict[str, Done] = attrs.field(factory=dict)
    _action: dict[str, Any] = attrs.field(factory=dict)
    _temporary: Path = attrs.field(factory=lambda: Path(tempfile.mkdtemp(prefix="runner-")))

    def run(self) -> None:
        """Carry out every step whose condition holds."""
        self._action = yaml.safe_load(ACTION.read_text("utf-8"))
        if not self.install:
            self._provide()
        for step in self._action["runs"]["steps"]:
            done = self._step(step)
            self.done.append(done)
            if "id" in step:
                self._known[step["id"]] = done

    @property
    def failed(self) -> bool:
        return any(each.outcome == "failure" for each in self.done)

    def outputs(self) -> dict[str, str]:
        """The outputs of the action."""
        return {name: self._filled(each["value"]) for name, each in self._action["outputs"].items()}

    def _step(self, step: dict[str, Any]) -> Done:
        name = step.get("name") or step["uses"]
        if not self._holds(step.get("if", "success()")):
            return Done(name, "skipped")
        if "uses" in step:
            return Done(name, "success", used={key: self._filled(str(value)) for key, value in step["with"].items()})
        if not self.install and "pip" in step["run"]:
            return Done(name, "success", "the command of this checkout is used")
        return self._shell(name, step)

    def _shell(self, name: str, step: dict[str, Any]) -> Done:
        outputs, summary = (self._temporary / each for each in ("outputs", "summary"))
        outputs.write_text("", "utf-8")
        own = {key: self._filled(str(value)) for key, value in step.get("env", {}).items()}
        given = {
            "GITHUB_ACTION_PATH": str(ROOT),
            "GITHUB_OUTPUT": str(outputs),
            "GITHUB_STEP_SUMMARY": str(summary),
            "RUNNER_TEMP": str(self._temporary),
        }
        ran = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", self._filled(step["run"])],
            cwd=self.workspace, env={**os.environ, **self.environment, **given, **own}, capture_output=True, text=True,
        )  # fmt: skip
        told = dict(line.split("=", 1) for line in outputs.read_text("utf-8").splitlines())
        self.summary = summary.read_text("utf-8") if summary.exists() else ""
        return Done(name, "failure" if ran.returncode else "success", ran.stdout + ran.stderr, told)

    def _provide(self) -> None:
        command = self._temporary / "contracts" / "bin" / "calcom-contracts"
        command.parent.mkdir(parents=True)
        package = ROOT / "package"
        command.write_text(
            f'#!/bin/sh\nPYTHONPATH="{package}" exec "{sys.executable}" -m calcom_contracts "$@"\n', "utf-8"
        )
        command.chmod(command.stat().st_mode | stat.S_IEXEC)

    def _holds(self, condition: str) -> bool:
        """Whether all parts of a condition hold, as far as this action uses them."""
        return all(self._part(each.strip()) for each in condition.split("&&"))

    def _part(self, part: str) -> bool:
        if part in {"always()", "success()"}:
            return part == "always()" or not self.failed
        found = _TERM.fullmatch(part)
        assert found, f"a condition of another form: {part}"
        return (self._value(found["left"]) == found["right"]) is (found["sign"] == "==")

    def _filled(self, text: str) -> str:
        return _EXPRESSION.sub(lambda match: self._value(match[1]), text)

    def _value(self, name: str) -> str:
        match name.split("."):
            case ["inputs", key]:
                return self.inputs.get(key, str(self._action["inputs"][key].get("default", "")))
            case ["steps", step, "outputs", key]:
                return self._known[step].outputs.get(key, "") if step in self._known else ""
        raise AssertionError(f"an expression of another form: {name}")

    def lines(self) -> Iterator[str]:
        """The run in words."""
        for each in self.done:
            yield f"== {each.name}: {each.outcome}"
            yield from (f"   {name}: {value}" for name, value in {**(each.used or {}), **each.outputs}.items())
            yield from (f"   | {line}" for line in each.said.splitlines()[-20:])
        yield from (f"output {name}={value}" for name, value in self.outputs().items())


@click.command()
@click.option("--input", "given", multiple=True, metavar="NAME=VALUE", help="An input of the action.")
@click.option("--install", is_flag=True, help="Carry out the step that installs the suite too.")
def main(given: tuple[str, ...], install: bool) -> None:
    """Carry out the steps of action.yml here."""
    made = DryRun(Path.cwd(), dict(each.split("=", 1) for each in given), install)
    made.run()
    click.echo("\n".join(made.lines()))
    sys.exit(1 if made.failed else 0)


if __name__ == "__main__":
    main()
