"""Every command of README and docs is carried out, or says why not.

What asks a deployment is carried out up to the first request: its options are read by the gate's own parser, and what
they select is looked up in the plan. One small recorded run stands for `reports/out/latest`.
"""

from __future__ import annotations

import importlib.util
import shutil
from pathlib import Path
from typing import Any

import pytest
from _pytest.config.argparsing import Parser
from _pytest.mark.expression import Expression
from click.testing import CliRunner

import sandbox.build  # noqa: F401 - registers every fault
from contracts.config import deployment as deployments
from contracts.engine.run import Run
from contracts.evidence.header import header
from contracts.gate.session import marks
from contracts.judging.outputs import verdicts_json, write
from contracts.plan.plan import Plan, PlanItem, make
from reports.__main__ import main as reports
from sandbox.faults import FAULTS
from tests.contracts.traffic.recording import BOOKINGS, Call, archive
from tests.docs.commands import PAGES, ROOT, Shown, shown

COMMANDS = list(shown())
RUN = [each for each in COMMANDS if each.reason is None]
MODULES = {"contracts", "reports", "specs", "sandbox"}


@pytest.fixture(scope="module")
def plan(contract, sandbox) -> Plan:
    return make(contract, deployments.load(sandbox.deployment), "quick")


@pytest.fixture(scope="module")
def folder(tmp_path_factory, plan, sandbox) -> Path:
    """What a user has at hand: a run, a deployment file, a document, a recording."""
    folder = tmp_path_factory.mktemp("docs")
    made = folder / "reports" / "out" / "20260101-000000"
    made.mkdir(parents=True)
    run = Run(plan, made)
    run.start([each.id for each in plan.items if each.rule.family == "caching"])
    run.wait()
    told = header(plan, run.seed, run.started)
    content = verdicts_json(
        plan, told, run.verdicts, requests=run.recorder.requests, finished=run.started, ended=run.ended
    )
    write(made, content)
    CliRunner().invoke(reports, [str(made), "--latest"], catch_exceptions=False)
    shutil.copy(sandbox.deployment, folder / "staging.toml")
    shutil.copy(ROOT / "specs" / "calcom-v2.yaml", folder / "openapi.yaml")
    answer = Call("GET", BOOKINGS, 401, {"status": "error", "message": "no"})
    (folder / "recorded.har").write_text(archive(answer), "utf-8")
    return folder


def test_pages_show_commands_and_all_of_them_are_found():
    assert (
        len(COMMANDS)
        == sum(page.read_text("utf-8").count("$ ") for page in PAGES if page.name != "recorded") - _others()
    )


def _others() -> int:
    """Where a dollar and a blank stand in a page and begin no command."""
    lines = [line.strip() for page in PAGES for line in page.read_text("utf-8").splitlines()]
    return sum(line.count("$ ") - line.startswith("$ ") for line in lines if "$ " in line)


def test_nothing_is_left_out_without_a_reason():
    assert [str(each) for each in COMMANDS if each.reason is not None and len(each.reason) < 20] == []
    tools = {" ".join(each.words[:3]) if each.words[0] == "python" else each.words[0] for each in RUN}
    known = {"pytest", *(f"python -m {name}" for name in MODULES)}
    assert tools <= known


@pytest.mark.parametrize("shown", [each for each in RUN if each.words[0] == "python"], ids=str)
def test_a_command_of_the_suite_runs_as_it_stands(shown: Shown, folder: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(folder)
    monkeypatch.setattr("contracts.judging.outputs.OUT", folder / "reports" / "out")
    _, _, module, *arguments = shown.words
    main = importlib.import_module(f"{module}.__main__").main
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code in (0, 1), result.output
    assert result.exception is None or isinstance(result.exception, SystemExit)
    assert result.output


@pytest.mark.parametrize("shown", [each for each in RUN if each.words[0] == "pytest"], ids=str)
def test_a_command_of_the_gate_is_understood_and_selects_something(shown: Shown, plan: Plan):
    options = _parser().parse(shown.words[1:])
    assert options.file_or_dir == ["contracts"]
    assert set(options.fault) <= FAULTS.switches.keys()
    assert _selected(plan, options)


def _parser() -> Parser:
    spec = importlib.util.spec_from_file_location("options_of_the_gate", ROOT / "conftest.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    parser = Parser(_ispytest=True)
    usual = parser.getgroup("general")
    for flag in ("-m", "-k"):
        usual._addoption(flag, default="")
    usual._addoption("-q", action="count")
    module.pytest_addoption(parser)
    return parser


def _selected(plan: Plan, options: Any) -> list[str]:
    """The items of the plan that `-m` and `-k` leave."""
    by_mark, by_name = (Expression.compile(each) if each else None for each in (options.m, options.k))

    def chosen(item: PlanItem) -> bool:
        named = by_name is None or by_name.evaluate(lambda name, **_: name.lower() in item.id.lower())
        return named and (by_mark is None or by_mark.evaluate(lambda name, **_: name in marks(item)))

    return [each.id for each in plan.items if chosen(each)]
