"""A declared page size that is not served: one finding for each list, and everything else goes on with what works."""

from __future__ import annotations

from collections import Counter

import pytest

from contracts.config import deployment as deployments
from contracts.core.verdicts import BLOCKED, BROKEN
from contracts.engine.run import Run
from contracts.evidence import reader
from contracts.gate.sandbox import Sandbox
from contracts.plan.plan import make

LISTS = {"filters", "input", "pagination", "sorting"}
SIZE = "pagination/pages-have-the-size-asked-for"
PROBED = ("=25", "=200", "=500")
"""The sizes that are tried below 1000 before 250."""
DEFAULT = "pagination/the-default-page-size-is-as-declared"


def judged(contract, folder, fault):
    sandbox = Sandbox(arguments=["--limits", "off", "--fault", fault])
    try:
        plan = make(contract, deployments.load(sandbox.deployment), "quick")
        run = Run(plan, folder)
        run.start([item.id for item in plan.items if item.rule.family in LISTS and item.operation.paging])
        run.wait()
        return run
    finally:
        sandbox.stop()


def broken(run):
    return Counter(each.item.rule.id for each in run.verdicts if each.verdict == BROKEN)


def test_a_largest_page_that_is_refused_is_told_once_and_takes_nothing_else_away(contract, tmp_path):
    run = judged(contract, tmp_path, "page-size-250-at-most")
    lists = {item.operation.key for item in run.plan.items if item.rule.id == SIZE}
    assert broken(run) == {SIZE: len(lists)}
    assert not [each for each in run.verdicts if each.verdict == BLOCKED]


def test_the_largest_size_that_works_is_shared_by_the_run(contract, tmp_path):
    run = judged(contract, tmp_path, "page-size-250-at-most")
    recorded = reader.read(run.out / "evidence.ndjson", run.plan.contract)
    probes = [each for each in recorded.exchanges.values() if each.request.target.endswith(PROBED)]
    asked = Counter((each.request.target, each.request.principal) for each in probes)
    assert {target.rpartition("=")[2] for target, _ in asked} == {size.removeprefix("=") for size in PROBED}
    assert max(asked.values()) <= 2  # a finding is repeated, with all that led to it


@pytest.mark.parametrize("fault", ["page-size-capped"])
def test_pages_that_are_cut_are_told_by_the_laws_of_sizes_alone(contract, tmp_path, fault):
    assert set(broken(judged(contract, tmp_path, fault))) == {SIZE, DEFAULT}
