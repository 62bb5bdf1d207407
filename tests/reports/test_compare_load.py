"""Two load runs side by side: only what is beyond chance and large enough is told."""

from __future__ import annotations

import json
from random import Random
from typing import Any

import pytest
from click.testing import CliRunner

from reports import load
from reports.__main__ import main
from reports.compare_load import compare_load, described_load


def operation(name: str, middle: float, *, count: int = 150, failed: int = 0, seed: int = 0) -> dict[str, Any]:
    random = Random(seed)
    latencies = [round(random.lognormvariate(0, 0.4) * middle, 5) for _ in range(count)]
    return {"operation": name, "requests": count, "failed": failed, "latencies": latencies}


def written(fabricate: Any, name: str, *operations: dict[str, Any]) -> Any:
    run = fabricate(name)
    run.verdict("upheld")
    folder = run.write()
    file = folder / "verdicts.json"
    content = json.loads(file.read_text("utf-8"))
    content["load"] = {"operations": list(operations)}
    file.write_text(json.dumps(content), "utf-8")
    return folder


def compared(fabricate: Any, before: dict[str, Any], after: dict[str, Any]) -> Any:
    return compare_load(
        *(load(written(fabricate, name, each), evidence=False) for name, each in (("a", before), ("b", after)))
    )


@pytest.mark.parametrize(
    ("after", "worse", "better"),
    [
        (operation("GET /x", 0.1, seed=2), [], []),
        (operation("GET /x", 0.16, seed=2), ["slower"], []),
        (operation("GET /x", 0.06, seed=2), [], ["quicker"]),
        (operation("GET /x", 0.1, failed=30, seed=2), ["fails more"], []),
        (operation("GET /x", 0.1, failed=1, seed=2), [], []),
        (operation("GET /x", 0.5, count=12, seed=2), [], []),  # too few to say anything
    ],
)
def test_a_difference_is_told_only_beyond_chance(fabricate, after, worse, better):
    found = compared(fabricate, operation("GET /x", 0.1), after)
    assert [each.what for each in found.worse] == worse
    assert [each.what for each in found.better] == better


def test_a_difference_too_small_to_matter_is_not_told(fabricate):
    steady = {**operation("GET /x", 0.1), "latencies": [0.1 + each / 1e6 for each in range(200)], "requests": 200}
    moved = {**steady, "latencies": [each + 0.001 for each in steady["latencies"]]}
    assert compared(fabricate, steady, moved).worse == ()


def test_equal_runs_are_hardly_ever_called_different(fabricate):
    wrong = 0
    for seed in range(40):
        found = compared(fabricate, operation("GET /x", 0.1, seed=seed), operation("GET /x", 0.1, seed=1000 + seed))
        wrong += bool(found.worse or found.better)
    assert wrong == 0


def test_the_command_tells_it_and_exits_1_for_worse(fabricate):
    before = written(fabricate, "a", operation("GET /x", 0.1))
    after = written(fabricate, "b", operation("GET /x", 0.3))
    done = CliRunner().invoke(main, ["compare", str(before), str(after)])
    assert done.exit_code == 1
    assert "GET /x slower: p50" in done.output
    assert CliRunner().invoke(main, ["compare", str(before), str(before)]).exit_code == 0


def test_runs_without_load_are_compared_as_before(fabricate):
    runs = []
    for name in ("a", "b"):
        run = fabricate(name)
        run.verdict("upheld")
        runs.append(load(run.write(), evidence=False))
    assert compare_load(*runs) is None


def test_operations_asked_too_little_are_counted(fabricate):
    found = compared(fabricate, operation("GET /x", 0.1, count=5), operation("GET /x", 0.1))
    assert "0 operations compared, 1 asked too little" in described_load(found)
