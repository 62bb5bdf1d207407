"""What a report prints to see a finding again is run as printed, and shows the finding again."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from contracts.config import deployment as deployments
from contracts.core.exchange import Exchange, Request
from contracts.core.verdicts import BROKEN
from contracts.engine.run import Run
from contracts.gate.sandbox import Sandbox
from contracts.judging.judge import Verdict
from contracts.judging.reproduce import with_rivals
from contracts.plan.plan import make
from tests.power.shell_lines import printed, shell, statuses


@pytest.fixture(scope="module")
def tools(tmp_path_factory) -> Path:
    return shell(tmp_path_factory.mktemp("bin"))


FAULTS = ["refresh-token-reusable", "patch-resets-unsent-members", "foreign-tenant-may-read", "body-enum-ignored"]
SHOWN = {
    "tokens/a-spent-refresh-token-is-refused": 200,
    "tokens/of-refreshes-at-once-one-wins": 200,
    "state/a-change-keeps-what-was-not-sent": 200,
    "credentials/another-tenant-is-refused": 200,
    "input/what-the-document-forbids-is-refused": 201,
}
"""The status that shows the finding, by law."""


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    """A sandbox with several things wrong."""
    made = Sandbox(FAULTS, ["--limits", "off"])
    yield made
    made.stop()


@pytest.fixture(scope="module")
def broken(sandbox: Sandbox, contract, tmp_path_factory) -> dict[str, Verdict]:
    """The first broken line of each law."""
    plan = make(contract, deployments.load(sandbox.deployment), "quick")
    run = Run(plan, tmp_path_factory.mktemp("run"))
    run.start([item.id for item in plan.items if item.rule.id in SHOWN])
    run.wait()
    return {each.item.rule.id: each for each in reversed(run.verdicts) if each.verdict == BROKEN}


@pytest.mark.parametrize("law", SHOWN)
def test_the_lines_printed_show_the_finding_again_as_often_as_they_are_run(law, broken, sandbox, tools):
    script = broken[law].reproduce
    assert statuses(script, sandbox.deployment, tools)[-1] == SHOWN[law]
    assert statuses(script, sandbox.deployment, tools)[-1] == SHOWN[law]


def test_what_the_lines_make_they_remove(broken, sandbox, tools):
    script = broken["tokens/a-spent-refresh-token-is-refused"].reproduce
    made = re.search(r"(\w+_ID)=", script)[1]
    still = script.splitlines()[-1].replace("-X DELETE", "-i").replace(" >/dev/null", "")
    assert statuses(f"{script}\n{still}", sandbox.deployment, tools)[-1] == 404
    assert f"${{{made}:-none}}" in still


def test_names_are_made_up_anew_and_no_address_of_a_list_is_ever_removed(broken):
    script = broken["state/a-change-keeps-what-was-not-sent"].reproduce
    assert re.findall(r"\bct[0-9a-f]{6}-", script) == []
    assert "${NEW}" in script
    removals = [line for line in script.splitlines() if "-X DELETE" in line and line.endswith(">/dev/null")]
    assert removals
    assert all("_ID:-none}" in line for line in removals)


def test_heads_begin_on_lines_of_their_own(broken, sandbox, tools):
    script = broken["credentials/another-tenant-is-refused"].reproduce
    assert all("HTTP/" not in line[1:] for line in printed(script, sandbox.deployment, tools).splitlines())


def test_a_token_is_spent_before_its_reuse_is_shown(broken):
    assert broken["tokens/a-spent-refresh-token-is-refused"].reproduce.count("/refresh ") == 2
    assert "\nwait" in broken["tokens/of-refreshes-at-once-one-wins"].reproduce


def test_what_changed_the_same_at_the_same_moment_is_shown_beside_it(contract):
    operation = contract.operation("POST /v2/oauth/{clientId}/refresh")
    before, one, other, after = (
        Exchange(seq, Request(operation, "/v2/oauth/a/refresh"), None, None, sent, sent + 1.0, conversation=1)
        for seq, sent in enumerate((0.0, 2.0, 2.1, 4.0), 1)
    )
    every = {each.seq: each for each in (before, one, other, after)}
    assert [each.seq for each in with_rivals(other, every)] == [one.seq, other.seq]
    assert [each.seq for each in with_rivals(after, every)] == [after.seq]
