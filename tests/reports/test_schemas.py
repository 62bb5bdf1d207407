"""The schemas are schemas, take what a run writes, and refuse what it must not write."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from reports.errors import ReportError
from reports.schema import SCHEMAS, validate


def schema(kind: str) -> Any:
    return json.loads((SCHEMAS / f"{kind}.schema.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("kind", ["verdicts", "evidence", "plan"])
def test_is_a_schema(kind: str) -> None:
    jsonschema.Draft202012Validator.check_schema(schema(kind))


def test_takes_a_run(told: Any) -> None:
    jsonschema.validate(told.raw(), schema("verdicts"))
    for line in [told.header(), *told.evidence, told.footer()]:
        jsonschema.validate(line, schema("evidence"))


def change(raw: Any, path: str, value: Any) -> None:
    *steps, last = [int(step) if step.isdigit() else step for step in path.split("/")]
    for step in steps:
        raw = raw[step]
    raw[last] = value


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("extra", 1),
        ("verdicts/0/extra", 1),
        ("verdicts/0/verdict", "passed"),
        ("verdicts/0/expected", None),
        ("verdicts/0/kind", "rule"),
        ("verdicts/0/promises", ["paths"]),
        ("verdicts/0/exchanges", [-1]),
        ("totals/passed", 3),
        ("totals/upheld", -1),
        ("run/ended", "crashed"),
        ("run/deployment/time_scale", 0),
        ("promises/#~x", {}),
        ("schema", 2),
    ],
)
def test_refuses(told: Any, path: str, value: Any) -> None:
    raw = json.loads(json.dumps(told.raw()))
    change(raw, path, value)
    with pytest.raises(ReportError, match=r"^verdicts\.json: "):
        validate("verdicts", raw, "verdicts.json")


@pytest.mark.parametrize("member", ["verdict", "id", "law", "exchanges", "reproduce"])
def test_every_member_of_a_verdict_is_required(told: Any, member: str) -> None:
    raw = told.raw()
    del raw["verdicts"][0][member]
    with pytest.raises(ReportError, match=f'"{member}" is a required property'):
        validate("verdicts", raw, "verdicts.json")


@pytest.mark.parametrize(
    "line",
    [
        {"type": "trailer"},
        {"seq": 1},
        {"type": "exchange", "seq": 1},
        {"type": "footer", "requests": 1, "finished": 1.0, "ended": "done"},
        {"type": "reused", "conversation": "12", "seq": 1},
    ],
)
def test_refuses_a_line(line: Any) -> None:
    with pytest.raises(ReportError, match=r"^line 3: "):
        validate("evidence", line, "line 3")


def test_a_complaint_is_one_short_line(told: Any) -> None:
    raw = told.raw()
    raw["verdicts"][0]["title"] = ["long\n" * 9_000]
    with pytest.raises(ReportError) as caught:
        validate("verdicts", raw, "verdicts.json")
    assert "/verdicts/0/title" in str(caught.value)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 300


def test_schemas_are_files_of_the_package() -> None:
    assert sorted(path.name for path in Path(SCHEMAS).iterdir()) == [
        "evidence.schema.json",
        "plan.schema.json",
        "verdicts.schema.json",
    ]
