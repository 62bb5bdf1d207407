"""junit.xml, as a CI server reads it."""

from typing import Any
from xml.etree import ElementTree

from reports import load
from reports.renderers.junit import junit


def suites(run: Any) -> dict[str, ElementTree.Element]:
    root = ElementTree.fromstring(junit(load(run.write())).encode())
    return {suite.attrib["name"]: suite for suite in root.iter("testsuite")}


def test_one_suite_per_family_one_case_per_line(told: Any) -> None:
    found = suites(told)
    assert list(found) == ["credentials", "tokens", "state", "pagination", "exchange"]
    assert sum(len(suite.findall("testcase")) for suite in found.values()) == len(told.verdicts)
    counts = {name: found["pagination"].attrib[name] for name in ("tests", "failures", "errors", "skipped", "time")}
    assert counts == {"tests": "3", "failures": "1", "errors": "0", "skipped": "2", "time": "0.250"}


def test_outcomes(told: Any) -> None:
    cases = {case.attrib["classname"]: case for suite in suites(told).values() for case in suite.iter("testcase")}
    outcomes = {name: [(child.tag, child.attrib.get("type")) for child in case] for name, case in cases.items()}
    assert outcomes == {
        "pagination.pages-do-not-overlap": [("failure", "broken")],
        "state.delete-is-final": [],
        "tokens.old-access-token": [("system-out", None)],
        "pagination.walk": [("skipped", "not observable")],
        "pagination.order": [("skipped", "not observable")],
        "state.read-after-create": [("error", "blocked")],
        "credentials.other-tenant": [("skipped", "not asked")],
        "exchange.schema": [("skipped", "known")],
    }
    assert cases["credentials.other-tenant"][0].attrib["message"] == "not asked: no second tenant"
    assert cases["pagination.pages-do-not-overlap"].attrib["name"] == "GET /v1/books acme"
    assert cases["pagination.pages-do-not-overlap"].attrib["time"] == "0.250"


def test_a_failure_says_all_that_is_needed(told: Any) -> None:
    failure = next(suites(told)["pagination"].iter("failure"))
    assert failure.attrib["message"] == "expected no item on both pages, got 2 shared, such as 17"
    for part in ("Pages of at most 100 items.", "#/paths/~1v1~1books/get/parameters/0", "curl -sS", "repeated 2 of 2"):
        assert part in (failure.text or "")


def test_totals_of_all_suites(told: Any) -> None:
    root = ElementTree.fromstring(junit(load(told.write())).encode())
    assert {name: root.attrib[name] for name in ("tests", "failures", "errors", "skipped")} == {
        "tests": "8", "failures": "1", "errors": "1", "skipped": "4",
    }  # fmt: skip


def test_control_characters_do_not_break_it(run: Any) -> None:
    run.verdict("broken", actual="\x00\x1b[0m\ud800\ufffe]]>&", family="a\x07", principal="\x01", title="\x02")
    (case,) = suites(run)["a\\x07"].iter("testcase")
    assert case[0].attrib["message"].endswith("got \\x00\\x1b[0m\\ud800\\ufffe]]>&")


def test_an_empty_run(run: Any) -> None:
    assert suites(run) == {}


def test_what_does_not_fail_the_gate_is_no_failure(run: Any) -> None:
    run.verdict("broken", "state/minor", severity={"level": "minor", "reason": "Hygiene."})
    run.verdict("broken", "state/major", severity={"level": "major", "reason": "A promise."})
    suite = suites(run)["state"]
    assert (suite.attrib["failures"], suite.attrib["tests"]) == ("1", "2")
    minor, major = suite.iter("testcase")
    assert [child.tag for child in minor] == ["system-out"]
    said = minor[0].text or ""
    assert said.startswith("broken, minor: does not fail the gate (fail_on = major)")
    assert "got: 2 shared, such as 17" in said
    assert [child.tag for child in major] == ["failure"]


def test_an_owner_may_want_minor_ones_to_fail(run: Any) -> None:
    run.info["fail_on"] = "minor"
    run.verdict("broken", "state/minor", severity={"level": "minor", "reason": "Hygiene."})
    assert suites(run)["state"].attrib["failures"] == "1"
