"""report.html: complete, self-contained, and closed to whatever a server sends."""

import base64
import hashlib
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from reports import history, load, render
from reports.proven import wishes
from reports.renderers.page import page

VOID = {"meta", "link", "br", "input", "wbr", "path", "circle", "use"}


class Parsed(HTMLParser):
    """A page taken apart: tags with their attributes, visible text, and faults of nesting."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.faults: list[str] = []
        self.open: list[str] = []
        self.words: list[str] = []
        self.scripts: list[str] = []
        self.feed(text)
        self.close()
        self.faults += [f"<{tag}> is never closed" for tag in self.open]
        self.text = " ".join("".join(self.words).split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"</{tag}> at {self.getpos()} closes something else")

    def handle_data(self, data: str) -> None:
        if self.open[-1:] == ["script"]:
            self.scripts.append(data)
        elif self.open[-1:] != ["style"]:
            self.words.append(data)

    def all(self, attribute: str) -> list[str]:
        """Every value of an attribute."""
        return [attrs[attribute] or "" for _, attrs in self.tags if attribute in attrs]


def parsed(run: Any, **how: Any) -> Parsed:
    return Parsed(page(load(run.write(**how))))


def test_is_well_formed_and_every_link_leads_somewhere(told: Any) -> None:
    found = parsed(told)
    assert found.faults == []
    names = found.all("id")
    assert len(names) == len(set(names))
    targets = {link[1:] for link in found.all("href") if link.startswith("#")}
    assert targets <= set(names)


def test_shows_every_finding_whole(told: Any) -> None:
    text = parsed(told).text
    for part in (
        "Two neighbouring pages share no item.",
        "Pages of at most 100 items.",
        "#/paths/~1v1~1books/get/parameters/0",
        "curl -sS 'http://127.0.0.1:8080/v1/books?skip=5' -H \"x-key: $ACME_KEY\"",
        'with {"skip": 5}',
        "no item on both pages",
        "2 shared, such as 17",
        "repeated 2 of 2",
        '"id": 17',
        "content-type: application/json",
        "250 ms",
    ):
        assert part in text


OTHER = ("alpha", "beta", "gamma", "delta")


def test_every_problem_has_its_article_and_every_finding_its_line(run: Any) -> None:
    for number in range(40):
        other = OTHER[number % 4]
        given = {"operation": f"GET /v1/{other}/{number // 4}", "expected": f"no {other}", "actual": f"got {number}!"}
        run.verdict("broken", f"state/law-{other}", **given)
    written = load(run.write())
    found = Parsed(page(written))
    articles = [attrs["id"] for tag, attrs in found.tags if tag == "article"]
    assert articles == [each.id for each in written.problems]
    assert len(articles) == 4
    assert all(f"got {number}!" in found.text for number in range(40))
    assert "9 more findings of the same cause" in found.text


def test_the_first_screen_tells_what_is_wrong_what_was_proven_and_what_to_add(told: Any) -> None:
    second = "the deployment file names no second tenant that may call this operation"
    told.verdict("upheld", "credentials/nothing-without-a-credential", operation="GET /v1/loans")
    told.verdict("not observable", "credentials/another-tenant-is-refused", reason=second)
    found = parsed(told)
    for part in (
        "What is wrong major GET /v1/books: expected no item on both pages, got 2 shared, such as 17",
        "Credentials nothing is answered without a credential by 1 operation.",
        "2 × add a second tenant with resources of its own to the deployment file",
    ):
        assert part in found.text


def test_the_first_screen_tells_why_something_is_blocked(run: Any) -> None:
    run.verdict()
    run.verdict("blocked", "state/a", reason="GET /v1/books does not answer: timed out")
    found = parsed(run)
    assert "What is wrong Nothing broken was found. blocked 1 × GET /v1/books does not answer: timed out" in found.text


def test_what_is_proven_under_load_need_not_be_seen_by_the_gate_as_well(run: Any) -> None:
    run.verdict("upheld", "limits/declared-limit-is-enforced", operation="GET /v1/books")
    for operation in ("GET /v1/books", "GET /v1/loans"):
        told = {"operation": operation, "reason": "the deployment file says that limits are off"}
        run.verdict("not observable", "limits/the-declared-limit-is-enforced", **told)
    assert [each.count for each in wishes(load(run.write()))] == [1]


@pytest.mark.parametrize(("depth", "asked"), [("quick", "--depth standard or deep"), ("standard", "--depth deep")])
def test_a_deeper_run_is_asked_for_while_there_is_one(run: Any, depth: str, asked: str) -> None:
    run.info["depth"] = depth
    run.verdict("not observable", reason="no applicable response was recorded")
    assert [each.what.partition(" tries")[0] for each in wishes(load(run.write()))] == [asked]
    run.info["depth"] = "deep"
    assert wishes(load(run.write())) == ()


def test_counts_the_things_that_are_left_and_not_the_lines_about_them(run: Any) -> None:
    run.verdict()
    run.info["left_behind"] = ["6 made by POST /v1/keys, which nothing is known to remove", "DELETE /v1/a: no answer"]
    assert "left behind: 7 things" in parsed(run).text


def test_marks_the_response_that_shows_it(run: Any) -> None:
    first, last = run.exchange(status=200), run.exchange(status=201)
    run.verdict("broken", exchanges=[first, last])
    found = parsed(run)
    (proof,) = [attrs for tag, attrs in found.tags if tag == "details" and "proof" in (attrs.get("class") or "")]
    assert proof["id"] == f"x{last}"
    assert "open" in proof
    assert found.text.count("This response shows it") == 1


def test_tells_what_is_new_and_what_is_fixed(fabricate: Any) -> None:
    before, after = fabricate("a"), fabricate("b")
    before.info["started"] -= 3600
    for run, words in ((before, ("broken", "upheld")), (after, ("upheld", "broken"))):
        for law, word in zip(("state/one", "state/two"), words, strict=True):
            run.verdict(word, law, operation=f"DELETE /v1/{law[6:]}", expected=law, actual="something else")
    history.add(before.directory.parent, load(before.write(), evidence=False))
    render(after.write())
    text = Parsed((after.directory / "report.html").read_text("utf-8")).text
    assert "got something else new" in text
    assert "fixed DELETE /v1/one: expected state/one, got something else" in text


def test_one_finding_for_all_principals_of_a_law_and_operation(run: Any) -> None:
    for principal in ("acme", "rival"):
        run.verdict("broken", principal=principal)
    found = parsed(run)
    assert sum(tag == "article" for tag, _ in found.tags) == 1
    assert "as acme" in found.text
    assert "as rival" in found.text


def test_needs_no_network(told: Any) -> None:
    text = page(load(told.write()))
    found = Parsed(text)
    assert not {"iframe", "img", "object", "embed", "base"} & {tag for tag, _ in found.tags}
    assert found.all("src") == []
    assert all(link.startswith("#") or link == "data:," for link in found.all("href"))
    assert not re.search(r"@import|url\(", text)


def test_allows_only_its_own_script(told: Any) -> None:
    found = parsed(told)
    policy = next(attrs["content"] for tag, attrs in found.tags if attrs.get("http-equiv") == "Content-Security-Policy")
    digest = base64.b64encode(hashlib.sha256("".join(found.scripts).encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}'" in (policy or "")
    assert "default-src 'none'" in (policy or "")


HOSTILE = "</pre></script><script>alert(1)</script><img src=x onerror=alert(1)>{{ 7*7 }}\"'\u202e\x00"


def test_escapes_whatever_a_server_sends(run: Any) -> None:
    seq = run.exchange(HOSTILE, status=200, principal=HOSTILE)
    run.evidence[-1]["response"]["headers"] = [[HOSTILE, HOSTILE]]
    run.evidence[-1]["request"] |= {"url": HOSTILE, "body": HOSTILE, "method": HOSTILE}
    pointer = run.promise("#/" + HOSTILE, text=HOSTILE, operation=f"GET /{HOSTILE}", verdict="none yet")
    text = dict.fromkeys(("expected", "actual", "reason", "confidence", "reproduce", "principal", "title"), HOSTILE)
    run.verdict("broken", operation=f"GET /{HOSTILE}", tags=[HOSTILE], exchanges=[seq], promises=[pointer], **text)
    run.verdict("observed", "state/a", **text)
    run.verdict("not asked", "state/b", reason=HOSTILE, family=HOSTILE)
    run.info["document"]["title"] = run.info["deployment"]["name"] = HOSTILE
    run.info["left_behind"] = [HOSTILE]
    text_of_page = page(load(run.write()))
    found = Parsed(text_of_page)
    assert [tag for tag, _ in found.tags].count("script") == 1
    assert not [tag for tag, attrs in found.tags if tag == "img" or any(name.startswith("on") for name in attrs)]
    assert found.faults == []
    assert "{{ 7*7 }}" in found.text
    assert not re.search("[\x00\u202e]", text_of_page)


def test_cuts_long_bodies_with_a_note(run: Any) -> None:
    seq = run.exchange("x" * 10_000)
    run.verdict("broken", exchanges=[seq])
    text = parsed(run).text
    assert "… 6,000 more characters left out here" in text
    assert "x" * 4_001 not in text


def test_shows_an_exchange_once(run: Any) -> None:
    seq = run.exchange()
    run.verdict("broken", exchanges=[seq, 999])
    run.verdict("broken", "tokens/other", expected="something else", exchanges=[seq])
    found = parsed(run)
    assert found.all("id").count(f"x{seq}") == 1
    assert f"Also exchange {seq}, shown elsewhere on this page." in found.text
    assert "Not in the record: exchange 999" in found.text


def test_shows_an_exchange_without_an_answer(run: Any) -> None:
    seq = run.exchange(response=None, error="connection refused", received=None)
    run.verdict("broken", exchanges=[seq])
    assert "connection refused" in parsed(run).text


def test_the_table_tells_every_part_of_every_operation(told: Any) -> None:
    rows = re.findall(r'<tr data-op="([^"]*)">(.*?)</tr>', page(load(told.write())), re.S)
    cells = {name: re.findall(r'<td class=([\w-]+)(?: title="([^"]*)")?>([^<]*)</td>', row) for name, row in rows}
    assert ("v-broken", "1 broken, 2 not observable", "✗1") in cells["op-get-v1-books"]
    assert cells["op-delete-v1-books-by-bookid"] == [("v-upheld", "", "✓1")]


def test_says_what_was_not_seen_and_why(told: Any) -> None:
    text = parsed(told).text
    for part in (
        "2 not observable",
        "2 × 1 item: a walk needs 2",
        "1 × create answered 500",
        "1 × no second tenant",
        "1 of 2 promises judged by nothing in this run",
        "At most 60 requests a minute.",
    ):
        assert part in text


def test_counts_only_promises_that_were_seen(told: Any) -> None:
    told.promise("#/b", verdict="blocked", operation="DELETE /v1/books/{bookId}")
    text = parsed(told).text
    assert "1 of 3 promises judged by nothing in this run" in text
    assert "Of the others, 1 could not be seen in this run" in text


def test_a_run_in_which_nothing_broke(run: Any) -> None:
    run.verdict()
    text = parsed(run).text
    assert "staging kept every promise that was judged: 1 upheld, none broken." in text
    assert "Nothing broken was found." in text
    assert "Nothing: every line of the plan was judged" in text


def test_a_run_that_reached_nothing(run: Any) -> None:
    run.verdict("blocked", reason="connection refused")
    run.info["ended"], run.info["finished"] = "incomplete", None
    found = parsed(run, footer=False, tail='{"type"')
    assert found.faults == []
    for part in (
        "Nothing could be judged: 1 blocked.",
        "The run is incomplete: not all of its plan was carried out.",
        "The record has no footer",
        "half-written",
        "never finished",
    ):
        assert part in found.text


def test_an_empty_run(run: Any) -> None:
    found = parsed(run)
    assert found.faults == []
    assert "Nothing could be judged: the plan was empty." in found.text


def test_operations_that_differ_only_in_case_or_braces_keep_apart(run: Any) -> None:
    for operation in ("GET /a/b", "GET /A/b", "GET /a-b", None):
        run.verdict(operation=operation)
    found = parsed(run)
    assert len(found.all("id")) == len(set(found.all("id")))
    assert "The whole document" in found.text


def test_works_without_script(told: Any) -> None:
    hidden = [(tag, attrs) for tag, attrs in parsed(told).tags if "hidden" in attrs]
    assert {tag for tag, _ in hidden} <= {"form", "button", "span"}


def test_is_the_same_every_time(told: Any) -> None:
    directory = told.write()
    assert page(load(directory)) == page(load(directory))


def test_a_hundred_findings_stay_small(run: Any) -> None:
    body = "[" + ",".join(f'{{"id":{number},"name":"someone"}}' for number in range(400)) + "]"
    for number in range(100):
        name = chr(97 + number % 26) * (1 + number // 26)
        sent = [run.exchange(body) for _ in range(6)]
        run.verdict("broken", f"state/law-{name}", operation=f"GET /v1/{name}", expected=name, exchanges=sent)
    for number in range(2_000):
        run.verdict("upheld", f"state/law-{number % 30}", operation=f"GET /v1/{number // 30}", id=f"line {number}")
    text = page(load(run.write()))
    assert text.count("<article") == 100
    assert len(text.encode()) < 400_000


CSS = (Path(__file__).parents[2] / "reports" / "assets" / "report.css").read_text(encoding="utf-8")


def light_and_dark() -> list[dict[str, str]]:
    light, dark = (
        dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", block))
        for block in re.findall(r":root \{(.*?)\}", CSS, re.S)[:2]
    )
    return [light, dark]


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("colours", light_and_dark(), ids=["light", "dark"])
def test_colours_have_enough_contrast(colours: dict[str, str]) -> None:
    words = [name.removesuffix("-tint") for name in colours if name.endswith("-tint")]
    pairs = [(word, ground) for word in words for ground in ("paper", "sheet", f"{word}-tint")]
    pairs += [(ink, ground) for ink in ("ink", "soft", "link") for ground in ("paper", "sheet")]
    assert len(words) == 8
    for text, ground in pairs:
        lighter, darker = sorted((luminance(colours[text]), luminance(colours[ground])), reverse=True)
        assert (lighter + 0.05) / (darker + 0.05) >= 4.5, f"{text} on {ground}"
