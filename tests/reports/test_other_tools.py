"""What a run says in the words of other tools: metrics, badge, GitLab, Allure, HAR, Web Fuzzing Commons."""

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from contracts.traffic.entry import Entry
from contracts.traffic.har import entries
from reports.__main__ import main
from reports.model import load
from reports.renderers.badge import badge
from reports.renderers.code_quality import code_quality
from reports.renderers.metrics import metrics

HOSTILE = '<script>alert(1)</script>\x1b[31m\u202e\x00"}'


def samples(run: Any) -> dict[tuple[str, str], float]:
    """The numbers of a run by name and label."""
    families = text_string_to_metric_families(metrics(load(run.write())))
    each = (sample for family in families for sample in family.samples)
    return {(sample.name, ",".join(sample.labels.values())): sample.value for sample in each}


def test_the_numbers_of_a_run_are_openmetrics(told: Any) -> None:
    told.info["deployment"]["name"] = HOSTILE
    found = samples(told)
    assert found["calcom_contracts_verdicts", "not observable"] == 2
    assert found["calcom_contracts_problems", "major"] == 1
    assert found["calcom_contracts_problems", "critical"] == 0
    assert found["calcom_contracts_duration_seconds", ""] == 9.8
    assert found["calcom_contracts_complete", ""] == 1


def test_a_run_without_an_end_has_no_duration(told: Any) -> None:
    told.info |= {"finished": None, "ended": "incomplete"}
    found = samples(told)
    assert ("calcom_contracts_duration_seconds", "") not in found
    assert found["calcom_contracts_complete", ""] == 0


@pytest.mark.parametrize(
    ("words", "ended", "text"),
    [
        (("upheld",), "complete", "kept"),
        (("upheld", "broken"), "complete", "1 major problem"),
        (("upheld",), "incomplete", "not judged"),
        (("not asked",), "complete", "not judged"),
    ],
)
def test_the_badge_says_the_result(run: Any, words: tuple[str, ...], ended: str, text: str) -> None:
    for word in words:
        run.verdict(word, operation=f"GET /{word}")
    run.info["ended"] = ended
    svg = ElementTree.fromstring(badge(load(run.write())))
    assert svg.get("aria-label") == f"contract: {text}"
    assert "http" not in badge(load(run.write())).replace("http://www.w3.org/2000/svg", "")


def test_gitlab_gets_an_issue_for_each_problem_at_the_line_of_the_document(run: Any) -> None:
    quote = {"text": "Pages of at most 100 items.", "place": "specs/books.yaml:17"}
    run.verdict("broken", promises=[run.promise(quote=quote)], actual=HOSTILE)
    run.verdict("upheld", operation="GET /v1/others")
    (issue,) = json.loads(code_quality(load(run.write())))
    assert issue["location"] == {"path": "specs/books.yaml", "lines": {"begin": 17}}
    assert issue["severity"] in {"info", "minor", "major", "critical", "blocker"}
    assert issue["fingerprint"]
    assert not {"\x1b", "\x00", "\u202e"} & {*issue["description"]}


def exported(run: Any, formats: str) -> Path:
    directory: Path = run.write()
    result = CliRunner().invoke(main, [str(directory), "--report", formats])
    assert result.exit_code == 0, result.output
    return directory


def test_the_exchanges_of_a_run_are_an_archive(told: Any) -> None:
    told.exchange("\udcff", status=500)
    found = list(entries(exported(told, "har") / "exchanges.har"))
    assert [each.status for each in found if isinstance(each, Entry)] == [200, 200, 500]
    assert found[0].url == "http://127.0.0.1:8080/v1/books?skip=5"
    assert found[0].content == b'{"data":[{"id":17}]}'


def test_allure_gets_a_result_for_each_item_of_the_plan(told: Any) -> None:
    told.verdict("broken", "state/odd", operation="GET /odd", actual=HOSTILE)
    folder = exported(told, "allure") / "allure-results"
    found = [json.loads(path.read_text("utf-8")) for path in folder.glob("*-result.json")]
    assert len(found) == len(told.verdicts)
    statuses = [each["status"] for each in found]
    assert {word: statuses.count(word) for word in statuses} == {"failed": 2, "passed": 2, "skipped": 4, "broken": 1}
    assert len({each["historyId"] for each in found}) == len(found)


def test_web_fuzzing_commons_gets_the_findings_with_their_script(told: Any) -> None:
    severity = {"level": "major", "reason": "The server fails.", "wfc": 100}
    told.verdict("broken", "status/no-server-error", operation="GET /v1/fails", severity=severity)
    directory = exported(told, "wfc,har")
    report = json.loads((directory / "wfc-report.json").read_text("utf-8"))
    faults = [each["faultCategories"][0]["id"] for each in report["faults"]["foundFaults"]]
    assert sorted(faults) == ["CONTRACT_PROMISE_BROKEN", "HTTP_STATUS_500"]
    script = (directory / "wfc-report.sh").read_text("utf-8").splitlines()
    for case in report["testCases"]:
        assert script[case["startLine"]].startswith("# ")
        assert script[case["endLine"]].startswith("curl ")
    assert report["problemDetails"]["rest"]["coveredHttpStatus"] == [
        {"endpointId": "GET:/v1/books", "testCaseId": "GET:/v1/books", "httpStatus": [200]}
    ]


def test_an_unknown_format_is_a_mistake(told: Any) -> None:
    result = CliRunner().invoke(main, [str(told.write()), "--report", "pdf"])
    assert result.exit_code == 2
    assert "'pdf' is none of allure, github, har, wfc" in result.output
