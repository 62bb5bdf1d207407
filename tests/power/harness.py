"""Executes the matrix: a sandbox with a fault is asked, in this process, only what the fault is said to break.

A whole run of the gate on every fault takes hours. Here nothing is started and nothing is sent over a socket, a plan is
made once, and of its items only those of a fault's row are asked; where the row names a check, the laws of that
operation are asked so that the check hears something. What was not broken is asked once more, with another seed and
more items: a race that nobody won is no reason to call a law unproven.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import attrs

from contracts import checks
from contracts.config import deployment as deployments
from contracts.config.deployment import Deployment
from contracts.core.verdicts import BROKEN, OBSERVED, UPHELD
from contracts.engine.run import Run
from contracts.judging.judge import Verdict
from contracts.laws.law import Law
from contracts.plan.plan import Plan, PlanItem, make
from sandbox.__main__ import main as sandbox_command
from sandbox.build import Options, build
from sandbox.deployment import deployment_toml
from sandbox.document import DEFAULT, Document
from sandbox.document import load as load_document
from sandbox.faults import FAULTS
from specs.contract import Contract
from specs.contract import build as build_contract
from specs.source.document import load
from tests.contracts.laws.pagination import judging as shops
from tests.hostile import judging as bad_answers
from tests.in_process import judged
from tests.others import judging as others
from tests.power import rows

ADDRESS = "http://sandbox.test"
AS_USUAL = "--limits off"
QUICKLY = {"limits": "--time-scale 60", "time-scale": "--time-scale 600"}
"""How a sandbox is started on which a fault with such needs shows within seconds."""
HOSTILE = {"garbage": (), "flaky": (bad_answers.QUICK, '[gate]\nflaky = "1%"')}
"""Modes of the hostile server, with what else stands in its deployment file."""
Choice = Callable[[PlanItem], bool]


@cache
def contract() -> Contract:
    """The document that everything here is planned from."""
    return build_contract(load("calcom-v2"))


@cache
def document() -> Document:
    """The same, as the sandbox reads it."""
    return load_document(DEFAULT)


@attrs.frozen
class Server:
    """A deployment in this process, with the plan of what it is asked."""

    application: Any
    plan: Plan

    def run(self, chosen: Choice, seed: int = 0) -> Run:
        """A run of the chosen items. Other checks are not asked about the answers: that took a quarter of it."""
        items = tuple(item for item in self.plan.items if chosen(item))
        return judged(self.application, attrs.evolve(self.plan, items=items), [item.id for item in items], seed)


def sandbox(arguments: Sequence[str], depth: str) -> Server:
    """The sandbox that `python -m sandbox` starts with these arguments."""
    said = sandbox_command.make_context("python -m sandbox", list(arguments)).params
    options = Options(
        said["seed"], said["time_scale"], said["window"], said["limits"] == "on", said["faults"], said["variations"]
    )
    made = build(options, document())
    told = _deployment(deployment_toml(made.world, options, ADDRESS, DEFAULT.stem))
    plan = _planned(options.time_scale, options.limits, options.seed, depth)
    # equal options lead to equal principals: the plan is the same but for the secrets, which each run learns anew
    return Server(made, attrs.evolve(plan, deployment=attrs.evolve(plan.deployment, vault=told.vault)))


def hostile(mode: str) -> Run:
    """A whole run on the hostile server, which is none without its sockets."""
    tables = HOSTILE[mode]
    with tempfile.TemporaryDirectory() as folder:
        return bad_answers.judged(mode, Path(folder), *tables, everywhere=bool(tables)).run


def _deployment(text: str) -> Deployment:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "sandbox.toml"
        file.write_text(text, "utf-8")
        return deployments.load(file)


@cache
def _planned(time_scale: float, limits: bool, seed: int, depth: str) -> Plan:
    options = Options(seed, time_scale, limits=limits)
    made = build(options, document())
    return make(contract(), _deployment(deployment_toml(made.world, options, ADDRESS, DEFAULT.stem)), depth)


@attrs.frozen
class Row:
    """One row of the matrix at one depth: what a fault or a variation is said to change there."""

    name: str
    depth: str
    lines: tuple[str, ...]
    """As "law operation"."""

    @property
    def varied(self) -> bool:
        """Whether something else is to be observed, and nothing to be broken."""
        return self.name.startswith(rows.VARIED)

    def at_home(self, needs: str) -> bool:
        """Whether it is about a fault of the sandbox that has these needs."""
        switch = FAULTS.switches.get(self.name)
        return switch is not None and (switch.needs if switch.needs in QUICKLY else "") == needs

    def run(self, chosen: Choice, seed: int) -> Run:
        """A run on the server it is about, with its fault or variation."""
        if not self.name.startswith(rows.ELSEWHERE):
            return self.sandbox().run(chosen, seed)
        where, name, *fault = self.name.removeprefix(rows.ELSEWHERE).split(" ")
        if where == rows.HOSTILE_AT:
            return hostile(name)
        of = shops if where == rows.SHOPS_AT else others
        return Server(*of.prepared(name, *fault, self.depth)).run(chosen, seed)

    def sandbox(self, *, sound: bool = False) -> Server:
        """The sandbox as it is started for this row; `sound`: without the fault or variation."""
        return sandbox(self._arguments(sound), self.depth)

    def _arguments(self, sound: bool) -> list[str]:
        needs = "" if self.varied else FAULTS.switches[self.name].needs
        kind = "--variation" if self.varied else "--fault"
        changed = [] if sound else [kind, self.name.removeprefix(rows.VARIED)]
        return [*QUICKLY.get(needs, AS_USUAL).split(), *changed]


def executable(kept: rows.Rows) -> list[Row]:
    """The rows of a matrix, each at every depth that it has something to show at, one line a law."""
    made = []
    for name, lines in kept.items():
        for depth in rows.DEPTHS if name != "none" else ():
            shown = [each for each in lines if depth in rows.depths_of(each)]
            if first := {rows.law_of(each): rows.plain(each) for each in reversed(shown)}:
                made.append(Row(name, depth, tuple(first.values())))
    return made


CHANGED = "changed"


@attrs.frozen
class Proof:
    """What executing a row has shown: the laws that notice the fault, and the lines that do not, with what they say."""

    row: Row
    proven: tuple[str, ...]
    unproven: dict[str, str]


def prove(row: Row) -> Proof:
    """Execute a row. What did not show at first is asked for once more, with another seed and in company."""
    missing, said = list(row.lines), dict[str, str]()
    for seed, chosen in enumerate((few, more)):
        said |= _said(row, chosen(missing), seed)
        missing = [each for each in missing if said.get(each) != CHANGED]
        if not missing:
            break
    proven = tuple(rows.law_of(each) for each in row.lines if each not in missing)
    return Proof(row, proven, {each: said.get(each, "not in the plan") for each in missing})


def few(lines: Iterable[str]) -> Choice:
    """The items that are to show some lines; for a check, the laws of the operation whose inputs are not drawn."""
    wanted = set(lines)
    heard = {each.partition(" ")[2] for each in wanted if rows.law_of(each) in checks.load()}

    def choice(item: PlanItem) -> bool:
        drawn = isinstance(item.rule, Law) and (item.rule.stateful or item.rule.examples != (0, 0, 0))
        return rows.named(item) in wanted or (item.operation.key in heard and not drawn)

    return choice


def more(lines: Iterable[str]) -> Choice:
    """The families of some lines, and all that is asked of an operation at which a check is to hear something.

    Some faults show only in company: what is revoked for one is missed by another.
    """
    families = {rows.law_of(each).partition("/")[0] for each in lines}
    heard = {each.partition(" ")[2] for each in lines if rows.law_of(each) in checks.load()}
    return lambda item: item.rule.family in families or item.operation.key in heard


def _said(row: Row, choice: Choice, seed: int) -> dict[str, str]:
    """By line, `CHANGED` or the verdicts there."""
    verdicts = row.run(choice, seed).verdicts
    found: dict[str, str] = {}
    for each in verdicts:
        found[rows.named(each.item)] = f"{each.verdict}, {each.reason}" if each.reason else each.verdict
    if row.varied:
        usual = observed(row.sandbox(sound=True).run(choice, seed).verdicts)
        return found | {line: CHANGED for line, _ in observed(verdicts) - usual}
    return found | dict.fromkeys(broken(verdicts), CHANGED)


def broken(verdicts: Iterable[Verdict]) -> set[str]:
    """What is broken, as "law operation"."""
    return {rows.named(each.item) for each in verdicts if each.verdict == BROKEN}


def observed(verdicts: Iterable[Verdict]) -> set[tuple[str, str]]:
    """What was seen, as "law operation" and what is observed there."""
    return {
        (rows.named(each.item), each.reason or each.verdict) for each in verdicts if each.verdict in {OBSERVED, UPHELD}
    }


TRIED = 3
"""Operations at which a law is tried before a line of it is left out of the matrix."""


def settled(name: str, lines: Sequence[str]) -> list[str]:
    """Of every law one of these lines that is shown again when the row is executed; laws without any are left out."""
    by_law: dict[str, list[str]] = {}
    for each in lines:
        by_law.setdefault(rows.law_of(each), []).append(each)
    good: dict[str, str] = {}
    late: dict[str, str] = {}
    for place in range(TRIED):
        tried = [mine[place] for law, mine in by_law.items() if len(mine) > place and law not in good]
        for each, depths in _shown_at(name, tried).items():
            where = good if rows.depth_of(each) in depths else late
            where.setdefault(rows.law_of(each), rows.line(rows.plain(each), *depths))
    return sorted((late | good).values(), key=lambda each: (rows.DEPTHS.index(rows.depth_of(each)), each))


def _shown_at(name: str, lines: Sequence[str]) -> dict[str, list[str]]:
    """At which depths lines of a row are shown when it is executed, of those at which they should be or deeper ones."""
    made = executable({name: [rows.line(rows.plain(each), *_from(rows.depth_of(each))) for each in lines]})
    missed = {(row.depth, each) for row in made for each in prove(row).unproven}
    found = {
        each: [
            row.depth for row in made if (row.depth, rows.plain(each)) not in missed and rows.plain(each) in row.lines
        ]
        for each in lines
    }
    return {each: depths for each, depths in found.items() if depths}


def _from(depth: str) -> tuple[str, ...]:
    return ("quick", "standard") if depth == "quick" else (depth,)


def sound(needs: str, depth: str, chosen: Choice) -> list[Verdict]:
    """The verdicts on the sandbox without a fault, started as for faults with these needs."""
    return sandbox(QUICKLY.get(needs, AS_USUAL).split(), depth).run(chosen).verdicts


def upheld(verdicts: Iterable[Verdict]) -> set[str]:
    """The laws and checks that were upheld, or have observed something."""
    return {each.item.rule.id for each in verdicts if each.verdict in {UPHELD, OBSERVED}}


def upheld_elsewhere(laws: Iterable[str]) -> set[str]:
    """Which of these laws a server without faults upholds that has what the sandbox's document does not have."""
    left = set(laws)
    for name in others.NAMES:
        if left:
            left -= upheld(Server(*others.prepared(name)).run(lambda _: True).verdicts)
    return set(laws) - left
