"""A run as the renderers see it: verdicts.json and the part of evidence.ndjson a report may show."""

import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from attrs import evolve, field, frozen

from contracts.config.severity import LEVELS
from contracts.judging.history import State
from contracts.judging.problems import grouped
from reports.build import many, model
from reports.errors import ReportError
from reports.evidence import Evidence, read
from reports.schema import validate
from reports.words import SHOWN, VERDICTS

__all__ = ["Deployment", "Document", "Problem", "Promise", "Run", "RunInfo", "Verdict", "load"]


MOST_SHOWN = 8
"""The last exchanges of a verdict that a report may show."""

_SEVERAL = re.compile(r"(\d+) made by ")
"""How a line begins that stands for several things that an operation made."""


@frozen
class Document:
    """The OpenAPI document the deployment was held to."""

    title: str
    version: str
    digest: str
    location: str


@frozen
class Deployment:
    """The server that was asked."""

    name: str
    base_url: str
    time_scale: float
    writes: bool


@frozen
class Change:
    """How often an operation has created, changed or removed something."""

    operation: str
    created: int
    changed: int
    removed: int


@frozen
class RunInfo:
    """When, how and against what; `started` and `finished` are UTC seconds since 1970."""

    suite: str
    document: Document
    deployment: Deployment
    seed: int
    depth: str
    plan: str
    started: float
    finished: float | None
    requests: int
    ended: str
    left_behind: tuple[str, ...]
    deaths: dict[str, str] = field(factory=dict)
    """Why credentials stopped working, by their principals."""
    changes: tuple[Change, ...] = ()
    fail_on: str = LEVELS[1]
    """The least severity that fails the gate."""

    @property
    def things_left(self) -> int:
        """How many things are still there: a line may stand for several."""
        return sum(int(several[1]) if (several := _SEVERAL.match(each)) else 1 for each in self.left_behind)


@frozen
class Verdict:
    """One plan line and what became of it."""

    id: str
    law: str
    family: str
    kind: str
    title: str
    operation: str | None
    tags: tuple[str, ...]
    principal: str | None
    verdict: str
    expected: str | None
    actual: str | None
    reason: str | None
    confidence: str | None
    count: int
    promises: tuple[str, ...]
    exchanges: tuple[int, ...]
    reproduce: str | None
    severity: Mapping[str, Any] | None = None
    """`level` and `reason` of a broken line, and how catalogues of the field call it (`owasp`, `wfc`)."""


@frozen
class Problem:
    """Findings with one cause; `findings` are the ids of its verdicts, that first which stands for all."""

    id: str
    title: str
    sentence: str
    why: str
    severity: Mapping[str, Any]
    family: str
    laws: tuple[str, ...]
    operations: tuple[str | None, ...]
    findings: tuple[str, ...]

    @property
    def level(self) -> str:
        """How grave it is, in one word."""
        return str(self.severity["level"])


@frozen
class Quote:
    """The document's own words, and where they stand in it."""

    text: str
    place: str


@frozen
class Promise:
    """One thing the document says; `verdict` is "none yet" where no law or check judges it."""

    kind: str
    operation: str | None
    text: str
    verdict: str
    laws: tuple[str, ...]
    quote: Quote | None = None


@frozen
class Run:
    """Everything a renderer may use. `notes` are remarks on the record itself, each one sentence."""

    directory: Path
    info: RunInfo
    verdicts: tuple[Verdict, ...]
    limits: tuple[dict[str, Any], ...]
    promises: dict[str, Promise]
    problems: tuple[Problem, ...] = ()
    """The gravest and widest first."""
    load: dict[str, Any] = field(factory=dict)
    """What a run under load measured; empty for other runs."""
    evidence: Evidence = field(factory=Evidence)
    notes: tuple[str, ...] = ()
    since: dict[str, float] = field(factory=dict)
    """When a line that is broken was first seen so, where earlier runs tell (UTC seconds)."""
    states: tuple[State, ...] = ()
    """What became of problems since earlier runs, where there are any; those that are gone included."""

    @property
    def totals(self) -> dict[str, int]:
        """Verdict lines by word, every word present, worst first."""
        return {word: sum(line.verdict == word for line in self.verdicts) for word in VERDICTS}

    @property
    def operations(self) -> tuple[str, ...]:
        """Every operation of the run: in the document's order as far as its promises tell it."""
        named = [promise.operation for promise in self.promises.values()] + [line.operation for line in self.verdicts]
        return tuple(dict.fromkeys(name for name in named if name is not None))


def load(run_dir: str | Path, *, evidence: bool = True) -> Run:
    """Read the run in `run_dir`; with `evidence=False` only its verdicts.

    Raises ReportError for a missing or unreadable file and for one that does not keep its schema.
    """
    directory = Path(run_dir)
    raw = _verdicts(directory / "verdicts.json")
    lines = many(Verdict, raw["verdicts"])
    _unique(lines)
    problems = _problems(raw)
    record = _record(directory / "evidence.ndjson", lines, problems) if evidence else Evidence()
    run = Run(
        directory=directory,
        info=_info(raw["run"]),
        verdicts=lines,
        limits=tuple(raw["limits"]),
        promises={pointer: _promise(each) for pointer, each in raw["promises"].items()},
        problems=problems,
        load=raw.get("load", {}),
        evidence=record,
    )
    return _noted(run, raw["totals"])


def _record(path: Path, lines: Iterable[Verdict], problems: Iterable[Problem]) -> Evidence:
    """The record, with those exchanges whole that a report may show: the proof of each problem, and the last others."""
    first = {each.findings[0] for each in problems}
    told = [line for line in lines if line.id in first or line.verdict in SHOWN]
    shown = {seq for line in told for seq in (*line.exchanges[:1], *line.exchanges[-MOST_SHOWN:])}
    return read(path, shown, {line.id for line in told})


def _problems(raw: dict[str, Any]) -> tuple[Problem, ...]:
    """Those written down; found anew in the verdicts of a suite that did not know problems yet."""
    written = raw["problems"] if "problems" in raw else [each.written() for each in grouped(raw["verdicts"])]
    broken = {line["id"] for line in raw["verdicts"] if line["verdict"] == "broken"}
    there = ({**each, "findings": [name for name in each["findings"] if name in broken]} for each in written)
    return many(Problem, (each for each in there if each["findings"]))


def _promise(raw: dict[str, Any]) -> Promise:
    return model(Promise, raw, quote=model(Quote, raw["quote"]) if raw.get("quote") else None)


def _info(raw: dict[str, Any]) -> RunInfo:
    document, deployment = model(Document, raw["document"]), model(Deployment, raw["deployment"])
    changes = many(Change, raw.get("changes", []))
    return model(RunInfo, raw, document=document, deployment=deployment, changes=changes)


def _verdicts(path: Path) -> dict[str, Any]:
    try:
        raw = json.loads(path.read_bytes())
    except FileNotFoundError:
        raise ReportError(f"{path}: there is no such file; is {path.parent} a run directory?") from None
    except OSError as error:
        raise ReportError(f"{path}: cannot be read: {error.strerror}") from None
    except (ValueError, RecursionError) as error:
        raise ReportError(f"{path}: not JSON: {error}") from None
    version = raw.get("schema") if isinstance(raw, dict) else None
    if isinstance(version, int) and version != 1:
        raise ReportError(f"{path}: schema version {version}; this suite reads version 1")
    validate("verdicts", raw, str(path))
    return dict(raw)


def _unique(lines: Iterable[Verdict]) -> None:
    seen: set[str] = set()
    for line in lines:
        if line.id in seen:
            raise ReportError(f"verdicts.json: the verdict {line.id!r} stands twice")
        seen.add(line.id)


def _noted(run: Run, totals: dict[str, int]) -> Run:
    notes = list(run.evidence.notes)
    wrong = [
        f"{totals[word]} {word} where the lines show {count}"
        for word, count in run.totals.items()
        if totals[word] != count
    ]
    if wrong:
        notes.append(f"verdicts.json totals do not match its lines: {', '.join(wrong)}. The lines are counted here.")
    header = run.evidence.header
    if header and header["plan"] != run.info.plan:
        notes.append("The evidence was recorded for another plan than the verdicts name.")
    return evolve(run, notes=tuple(notes))
