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
import json
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import attrs

from contracts.config.deviations import Deviation, of
from contracts.core.verdicts import BROKEN, KNOWN, OBSERVED, UPHELD
from contracts.judging.judge import Verdict

ACCEPTED_FOR = datetime.timedelta(days=90)
"""How long an entry written by the suite holds."""
TO_FILL_IN = "(say why)"


def _found(verdict: Verdict) -> list[tuple[str, str]]:
    """All that was found broken at a plan item, as expected and actual."""
    return [(verdict.expected or "", verdict.actual or ""), *verdict.others]


def about(entry: Deviation, verdict: Verdict) -> bool:
    """Whether a verdict is one this entry speaks of, whatever became of it."""
    return entry.covers(verdict.item.rule.id, verdict.item.operation.key)


def explains(entry: Deviation, verdict: Verdict) -> bool:
    """Whether one of the things broken in a verdict is the accepted finding."""
    return about(entry, verdict) and any(entry.matches in "\n".join(each) for each in _found(verdict))


def apply(verdict: Verdict, known: dict[str, Any], moment: float) -> Verdict:
    """The verdict with the accepted deviations taken into account: `known` where they explain all that was found."""
    if verdict.verdict != BROKEN:
        return verdict
    entries = [each for each in of(known) if about(each, verdict)]
    holding = [each for each in entries if not each.expired(moment)]
    if all(any(each.matches in "\n".join(one) for each in holding) for one in _found(verdict)):
        reasons = "; ".join(f"{each.reason} ({each.owner}, until {each.expires})" for each in holding)
        return attrs.evolve(verdict, verdict=KNOWN, reason=f"known: {reasons}")
    if past := [each for each in entries if each.expired(moment) and explains(each, verdict)]:
        return attrs.evolve(verdict, reason=f"was accepted until {past[0].expires}: {past[0].reason}")
    return verdict


def stale_entry(entry: Deviation, verdicts: Sequence[Verdict], moment: float) -> str | None:
    """What is wrong with an entry after a run: expired, or no longer happening; None where nothing is."""
    if entry.expired(moment):
        return f"the known deviation {entry.name} expired on {entry.expires}: {entry.reason} ({entry.owner})"
    covered = [each for each in verdicts if about(entry, each)]
    if any(each.verdict in {BROKEN, KNOWN} and explains(entry, each) for each in covered):
        return None
    if any(each.verdict in {UPHELD, OBSERVED, BROKEN} for each in covered):
        return f"the known deviation {entry.name} no longer happens: remove it ({entry.owner})"
    return None


def as_toml(verdicts: Iterable[Verdict], moment: float) -> str:
    """Entries for all findings, as TOML: accepted for ninety days, for somebody to complete."""
    day = (datetime.datetime.fromtimestamp(moment, datetime.UTC).date() + ACCEPTED_FOR).isoformat()
    return "".join(_toml(each, day) for each in verdicts if each.verdict == BROKEN)


def _toml(verdict: Verdict, day: str) -> str:
    return "".join(_table(verdict, expected, day) for expected, _ in _found(verdict))


def _table(verdict: Verdict, expected: str, day: str) -> str:
    fields = {
        "rule": verdict.item.rule.id,
        "operation": verdict.item.operation.key,
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
        path.write_text(before + as_toml(found, moment), "utf-8")
    return len(found)
