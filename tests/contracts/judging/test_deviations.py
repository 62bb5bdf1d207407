"""Known deviations: accepted while they hold, and a failure as soon as they do not."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import attrs
import pytest

from contracts import checks
from contracts.config.deviations import Deviation, load, read
from contracts.core.verdicts import BROKEN, KNOWN, NOT_ASKED, UPHELD
from contracts.judging import deviations
from contracts.judging.judge import Verdict
from contracts.plan.plan import PlanItem
from tests.contracts.checks.exchanges import GET, contract

NOW = datetime.datetime(2026, 9, 21, tzinfo=datetime.UTC).timestamp()
RULE = "errors/error-fits-its-schema"
ENTRY = Deviation(rule=RULE, expires="2026-09-21", matches="/message", reason="Old framework.", owner="team-a")
LINE = PlanItem(checks.load()[RULE], contract().operation(GET), None, writes=False, promises=())
FOUND = Verdict(LINE, BROKEN, expected="a body that fits the schema at /message", actual="'' is too short")


def _known(*entries: Deviation) -> dict[str, Any]:
    return {"entries": [attrs.asdict(each) for each in entries]}


def test_a_finding_that_matches_is_known_until_the_end_of_its_last_day() -> None:
    assert deviations.apply(FOUND, _known(ENTRY), NOW).verdict == KNOWN
    assert deviations.apply(FOUND, _known(ENTRY), NOW + 86400).verdict == BROKEN


@pytest.mark.parametrize("change", [{"operation": "POST *"}, {"rule": "schema/*"}, {"matches": "/status"}])
def test_another_finding_is_not(change: dict[str, str]) -> None:
    assert deviations.apply(FOUND, _known(attrs.evolve(ENTRY, **change)), NOW).verdict == BROKEN


def test_stars_match_and_the_braces_of_paths_are_letters() -> None:
    assert (
        deviations.apply(FOUND, _known(attrs.evolve(ENTRY, rule="errors/*", operation="GET /v2/*")), NOW).verdict
        == KNOWN
    )
    assert deviations.apply(FOUND, _known(attrs.evolve(ENTRY, operation=GET)), NOW).verdict == KNOWN


def test_a_second_finding_in_the_same_line_is_not_hidden_by_the_first() -> None:
    both = attrs.evolve(FOUND, others=(("a body that fits the schema at /status", "'fail'"),))
    assert deviations.apply(both, _known(ENTRY), NOW).verdict == BROKEN
    assert deviations.apply(both, _known(ENTRY, attrs.evolve(ENTRY, matches="/status")), NOW).verdict == KNOWN


def test_an_entry_complains_when_it_expired_or_no_longer_happens() -> None:
    fine = Verdict(LINE, UPHELD)
    assert deviations.stale_entry(ENTRY, [FOUND], NOW) is None
    assert "expired" in (deviations.stale_entry(ENTRY, [FOUND], NOW + 86400) or "")
    assert "no longer happens" in (deviations.stale_entry(ENTRY, [fine], NOW) or "")
    assert deviations.stale_entry(ENTRY, [Verdict(LINE, NOT_ASKED)], NOW) is None


def test_what_is_accepted_can_be_read_again_and_explains_the_findings(tmp_path: Path) -> None:
    file = tmp_path / "known.toml"
    assert deviations.accept(file, [FOUND, Verdict(LINE, UPHELD)], NOW) == 1
    (entry,) = load(file)
    assert deviations.explains(entry, FOUND)
    assert entry.expires == "2026-12-20"
    assert read({"file": "known.toml"}, tmp_path)["entries"] == [attrs.asdict(entry)]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[[known]]\nrule = 'x'\nreason = 'y'\nowner = 'z'\n", "expires"),
        ("[[known]]\nrule = 'x'\nexpires = 2026-01-01\nowner = 'z'\n", "reason"),
        ("[[known]]\nrule = 'x'\nreason = 'y'\nexpires = 2026-01-01\n", "owner"),
        ("[[known]]\nrules = 'x'\n", "rules"),
        ("known = 3\n", "[[known]]"),
        ("[[known]\n", "TOML"),
    ],
)
def test_a_mistake_names_its_place(tmp_path: Path, text: str, told: str) -> None:
    file = tmp_path / "known.toml"
    file.write_text(text)
    with pytest.raises(ValueError, match="known") as caught:
        load(file)
    assert told in str(caught.value)
