"""Whatever a server sends is harmless in every output: no markup, no control of a terminal, no endless text."""

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from reports import history, load, render
from reports.compare import compare, described

MARKUP = "</pre><script>alert(1)</script><img src=x onerror=alert(1)>]]>{{7*7}}`|@all"
HOSTILE = f"{MARKUP}\x1b[2J\x1b]0;x\x07\u202e\x00\u2066"
INVISIBLE = set("\x00\x07\x1b\u202e\u2066")
LARGE = 10_000_000


@pytest.fixture
def hostile(run: Any) -> Path:
    """A run in which everything that a server or its document can say is hostile, and one body has ten megabytes."""
    body = HOSTILE + "x" * LARGE
    seq = run.exchange(body, status=200)
    run.evidence[-1]["response"]["headers"] = [[HOSTILE, HOSTILE]]
    run.evidence[-1]["request"] |= {"url": HOSTILE, "body": HOSTILE, "method": HOSTILE}
    quote = {"text": HOSTILE, "place": HOSTILE}
    pointer = run.promise("#/" + HOSTILE, text=HOSTILE, operation=f"GET /{HOSTILE}", verdict="broken", quote=quote)
    text = dict.fromkeys(("reason", "confidence", "reproduce", "title"), HOSTILE)
    given = {"operation": f"GET /{HOSTILE}", "tags": [HOSTILE], "exchanges": [seq], "promises": [pointer], **text}
    run.verdict("broken", expected=HOSTILE, actual=HOSTILE + "y" * LARGE, **given)
    run.verdict("known", "state/known", **{**given, "actual": HOSTILE})
    run.verdict("not observable", "state/unseen", reason=HOSTILE)
    run.info["document"]["title"] = run.info["deployment"]["name"] = HOSTILE
    run.info["left_behind"] = [HOSTILE]
    return Path(run.write())


def test_no_report_takes_it_over(hostile: Path) -> None:
    for path in render(hostile):
        if path.name == "junit.xml":
            ElementTree.parse(path)
        text = path.read_text("utf-8")
        if path.suffix in {".sarif", ".json"}:
            text = json.dumps(json.loads(text), ensure_ascii=False)
        assert not INVISIBLE & set(text), path.name
        if path.suffix in {".html", ".svg", ".xml"}:
            assert "<script>alert" not in text, path.name
            assert "<img" not in text, path.name
        if path.suffix != ".xml":
            assert len(text) < 400_000, path.name
    assert "\\<script\\>" in (hostile / "summary.md").read_text("utf-8")


def test_no_terminal_is_steered(hostile: Path, tmp_path: Path) -> None:
    run = load(hostile)
    history.add(tmp_path / "h.sqlite", run)
    past = history.past(tmp_path / "h.sqlite")
    for text in (history.as_text(past), history.problems_text(past), described(compare(run, run))):
        assert not INVISIBLE & set(text)
        assert len(text) < 100_000
