"""report.sarif: findings at the lines of the document."""

import json
from typing import Any

from reports.model import load
from reports.renderers.sarif import sarif


def results(run: Any) -> list[dict[str, Any]]:
    return json.loads(sarif(load(run.write())))["runs"][0]["results"]


def test_a_finding_stands_at_the_line_of_the_promise_it_breaks(run: Any) -> None:
    pointer = run.promise(quote={"text": "maximum: 100", "place": "specs/books.yaml:7"})
    run.verdict("broken", promises=[pointer], expected="at most 100", actual="101")
    (result,) = results(run)
    place = result["locations"][0]
    assert place["physicalLocation"] == {
        "artifactLocation": {"uri": "specs/books.yaml"}, "region": {"startLine": 7}
    }  # fmt: skip
    assert place["logicalLocations"][0]["fullyQualifiedName"] == pointer
    assert "expected at most 100, got 101" in result["message"]["text"]
    assert result["level"] == "error"


def test_what_is_known_is_a_suppressed_note(run: Any) -> None:
    run.verdict("known", reason="accepted until the summer")
    (result,) = results(run)
    assert (result["level"], result["suppressions"][0]["kind"]) == ("note", "external")


def test_a_problem_is_one_result_with_all_its_places(run: Any) -> None:
    pointers = [
        run.promise(f"#/paths/~1v1~1{name}/get", quote={"text": "json", "place": f"specs/books.yaml:{number}"})
        for number, name in enumerate(("books", "loans", "shelves"), 7)
    ]
    for pointer, name in zip(pointers, ("books", "loans", "shelves"), strict=True):
        html = {"expected": "application/json", "actual": "text/html", "promises": [pointer]}
        run.verdict("broken", "schema/content-type", operation=f"GET /v1/{name}", **html)
    (result,) = results(run)
    places = [result["locations"][0], *result["relatedLocations"]]
    assert [each["physicalLocation"]["region"]["startLine"] for each in places] == [7, 8, 9]
    assert "3 operations, such as GET /v1/books: expected application/json, got text/html" in result["message"]["text"]
    assert "GET /v1/loans: " in result["relatedLocations"][0]["message"]["text"]


def test_only_findings_are_results_and_each_has_its_rule(run: Any) -> None:
    run.verdict("upheld", "state/other")
    run.verdict("broken", "state/one", expected="that", operation="GET /v1/shelves/{shelfId}")
    run.verdict("broken", "state/two")
    told = json.loads(sarif(load(run.write())))["runs"][0]
    rules = [rule["id"] for rule in told["tool"]["driver"]["rules"]]
    assert [(each["ruleId"], rules[each["ruleIndex"]]) for each in told["results"]] == [
        ("state/one", "state/one"),
        ("state/two", "state/two"),
    ]


def test_the_same_finding_has_the_same_fingerprint_in_every_run(fabricate: Any) -> None:
    prints = []
    for name, actual in (("one", "101"), ("two", "102")):
        run = fabricate(name)
        run.verdict("broken", actual=actual)
        prints.append(results(run)[0]["partialFingerprints"])
    assert prints[0] == prints[1]


def test_a_document_at_an_address_has_no_line(run: Any) -> None:
    pointer = run.promise(quote={"text": "maximum: 100", "place": "https://books.example:443/openapi.json"})
    run.verdict("broken", promises=[pointer])
    place = results(run)[0]["locations"][0]["physicalLocation"]
    assert place == {"artifactLocation": {"uri": "https://books.example:443/openapi.json"}}
