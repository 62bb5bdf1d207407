"""Known deviations: findings the owner has accepted, each with a reason, somebody who answers for it, and a last day.

In the deployment file:

    [known]
    file = "known.toml"             # beside the deployment file

and in that file, one table for each:

    [[known]]
    rule = "schema/body-fits-its-schema"        # the law or check; * matches any letters
    operation = "GET /v2/webhooks/{webhookId}"  # its key; default "*"
    matches = "/data/secret"                    # a text found in what was expected or got; default: anything
    reason = "Fixed with release 12."
    owner = "team-webhooks"
    expires = 2027-01-31                        # the last day on which it is accepted

A finding that matches has the verdict `known` and does not fail the gate. An entry whose day has passed excuses
nothing and fails the gate; so does one whose finding was asked for and no longer happens. The option
`--accept-known FILE` of the gate writes entries for all present findings; reasons and owners are yours to fill in.
"""

from __future__ import annotations

import datetime
import fnmatch
import json
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs

from contracts import toml
from contracts.law import BROKEN, KNOWN, OBSERVED, UPHELD

if TYPE_CHECKING:
    from contracts.judge import Verdict

KEYS = {"rule", "operation", "matches", "reason", "owner", "expires"}
ACCEPTED_FOR = datetime.timedelta(days=90)
"""How long an entry written by the suite holds."""
TO_FILL_IN = "(say why)"


@attrs.frozen
class Deviation:
    """One accepted finding."""

    rule: str
    expires: str
    operation: str = "*"
    matches: str = ""
    reason: str = ""
    owner: str = ""

    @property
    def name(self) -> str:
        """How reports and items of the gate call it."""
        return f"{self.rule} {self.operation}" + (f" {self.matches!r}" if self.matches else "")

    def about(self, verdict: Verdict) -> bool:
        """Whether a line is one this entry speaks of, whatever became of it."""
        key = verdict.line.operation.key
        return _like(verdict.line.rule.id, self.rule) and _like(key, self.operation)

    def explains(self, verdict: Verdict) -> bool:
        """Whether one of the things broken in a line is the accepted finding."""
        return self.about(verdict) and any(self.matches in "\n".join(each) for each in _found(verdict))

    def expired(self, moment: float) -> bool:
        """Whether its last day had passed at a moment (epoch seconds, UTC)."""
        return self.expires < datetime.datetime.fromtimestamp(moment, datetime.UTC).date().isoformat()


def _like(text: str, pattern: str) -> bool:
    return fnmatch.fnmatchcase(text, re.sub(r"[\[\]?]", "[\\g<0>]", pattern))


def read(table: dict[str, Any], folder: Path) -> dict[str, Any]:
    """The `[known]` table with the entries of its file. Raises ValueError, saying which place is wrong."""
    for key in table.keys() - {"file"}:
        raise ValueError(f"known.{key}: unknown key")
    if "file" not in table:
        return {}
    path = folder / str(table["file"])
    return {"file": str(path), "entries": [attrs.asdict(each) for each in load(path)]}


def load(path: Path) -> list[Deviation]:
    """The entries of a file. Raises ValueError, naming the file and the place."""
    try:
        raw = toml.read(path)
    except ValueError as error:
        raise ValueError(f"known.file: {path}: {error}") from None
    entries = raw.get("known", [])
    if not isinstance(entries, list):
        raise ValueError(f"known.file: {path}: write each entry as [[known]]")
    return [_entry(each, f"{path}: known[{number}]") for number, each in enumerate(entries)]


def _entry(raw: Any, where: str) -> Deviation:
    if not isinstance(raw, dict):
        raise ValueError(f"{where}: a table is needed")
    for key in raw.keys() - KEYS:
        raise ValueError(f"{where}.{key}: unknown key")
    for key in ("rule", "reason", "owner"):
        if not isinstance(raw.get(key), str) or not raw[key].strip():
            raise ValueError(f"{where}.{key}: a text is needed")
    day = raw.get("expires")
    if not isinstance(day, datetime.date) or isinstance(day, datetime.datetime):
        raise ValueError(f"{where}.expires: a day is needed, such as 2027-01-31")
    texts = {key: str(value) for key, value in raw.items() if key != "expires"}
    return Deviation(**texts, expires=day.isoformat())


def of(known: dict[str, Any]) -> list[Deviation]:
    """The entries of a deployment, as `read` gave them."""
    return [Deviation(**each) for each in known.get("entries", ())]


def _found(verdict: Verdict) -> list[tuple[str, str]]:
    """All that was found broken in a line, as expected and actual."""
    return [(verdict.expected or "", verdict.actual or ""), *verdict.others]


def settled(verdict: Verdict, known: dict[str, Any], moment: float) -> Verdict:
    """The verdict with the accepted deviations taken into account: `known` where they explain all that was found."""
    if verdict.verdict != BROKEN:
        return verdict
    about = [each for each in of(known) if each.about(verdict)]
    holding = [each for each in about if not each.expired(moment)]
    if all(any(each.matches in "\n".join(one) for each in holding) for one in _found(verdict)):
        told = "; ".join(f"{each.reason} ({each.owner}, until {each.expires})" for each in holding)
        return attrs.evolve(verdict, verdict=KNOWN, reason=f"known: {told}")
    if past := [each for each in about if each.expired(moment) and each.explains(verdict)]:
        return attrs.evolve(verdict, reason=f"was accepted until {past[0].expires}: {past[0].reason}")
    return verdict


def complaint(entry: Deviation, verdicts: Sequence[Verdict], moment: float) -> str | None:
    """What is wrong with an entry after a run: expired, or no longer happening; None where nothing is."""
    if entry.expired(moment):
        return f"the known deviation {entry.name} expired on {entry.expires}: {entry.reason} ({entry.owner})"
    about = [each for each in verdicts if entry.about(each)]
    if any(each.verdict in {BROKEN, KNOWN} and entry.explains(each) for each in about):
        return None
    if any(each.verdict in {UPHELD, OBSERVED, BROKEN} for each in about):
        return f"the known deviation {entry.name} no longer happens: remove it ({entry.owner})"
    return None


def written(verdicts: Iterable[Verdict], moment: float) -> str:
    """Entries for all findings, as TOML: accepted for ninety days, for somebody to complete."""
    day = (datetime.datetime.fromtimestamp(moment, datetime.UTC).date() + ACCEPTED_FOR).isoformat()
    return "".join(_toml(each, day) for each in verdicts if each.verdict == BROKEN)


def _toml(verdict: Verdict, day: str) -> str:
    return "".join(_table(verdict, expected, day) for expected, _ in _found(verdict))


def _table(verdict: Verdict, expected: str, day: str) -> str:
    fields = {
        "rule": verdict.line.rule.id,
        "operation": verdict.line.operation.key,
        "matches": _stable(expected),
        "reason": TO_FILL_IN,
        "owner": TO_FILL_IN,
    }
    lines = [f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in fields.items() if value]
    return "\n".join(["[[known]]", *lines, f"expires = {day}", "", ""])


def _stable(text: str) -> str:
    """The start of a text up to the first thing that differs from run to run: a made-up name, a long number."""
    found = re.search(r"\bct[0-9a-f]{6}-|\d{6,}|[0-9a-f]{8}-", text)
    return (text[: found.start()] if found else text)[:120].strip()


def accept(path: Path, verdicts: Iterable[Verdict], moment: float) -> int:
    """Add entries for all findings to a file; returns how many. What the file holds already is left as it is."""
    found = [each for each in verdicts if each.verdict == BROKEN]
    if found:
        before = path.read_text("utf-8").rstrip() + "\n\n" if path.is_file() else ""
        path.write_text(before + written(found, moment), "utf-8")
    return len(found)
