"""Small fabricated runs: a builder that writes what a run would have written."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

WORDS = ("upheld", "broken", "observed", "not observable", "blocked", "not asked", "known")
DOCUMENT = {"title": "Books API", "version": "3", "digest": "d" * 64, "location": "specs/books.yaml"}
DEPLOYMENT = {"name": "staging", "base_url": "http://127.0.0.1:8080", "time_scale": 1.0, "writes": True}
STARTED = 1_790_000_000.0


class FabricatedRun:
    """A run in the making: add lines, promises and exchanges, then `write` it."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.info: dict[str, Any] = {
            "suite": "0.1.0", "document": dict(DOCUMENT), "deployment": dict(DEPLOYMENT), "seed": 7, "depth": "quick",
            "plan": "p1", "started": STARTED, "finished": STARTED + 9.8, "requests": 0, "ended": "complete",
            "left_behind": [],
        }  # fmt: skip
        self.verdicts: list[dict[str, Any]] = []
        self.promises: dict[str, Any] = {}
        self.evidence: list[dict[str, Any]] = []

    def verdict(
        self, word: str = "upheld", law: str = "pagination/pages-do-not-overlap", **given: Any
    ) -> dict[str, Any]:
        """Add a verdict line; whatever is not given is plausible."""
        operation, principal = given.get("operation", "GET /v1/books"), given.get("principal", "acme")
        told = {"expected": "no item on both pages", "actual": "2 shared, such as 17", "confidence": "repeated 2 of 2"}
        line = {
            "id": " ".join(filter(None, [law, operation, principal])), "law": law, "family": law.partition("/")[0],
            "kind": "law", "title": "Two neighbouring pages share no item.", "operation": operation, "tags": ["Books"],
            "principal": principal, "verdict": word, "expected": None, "actual": None, "reason": None,
            "confidence": None, "count": 1, "promises": [], "exchanges": [],
            "reproduce": "curl -sS 'http://127.0.0.1:8080/v1/books?skip=5' -H \"x-key: $ACME_KEY\"",
            **(told if word == "broken" else {}), **given,
        }  # fmt: skip
        self.verdicts.append(line)
        return line

    def promise(self, pointer: str = "#/paths/~1v1~1books/get/parameters/0", **given: Any) -> str:
        """Add a promise and return its pointer."""
        self.promises[pointer] = {
            "kind": "page", "operation": "GET /v1/books", "text": "Pages of at most 100 items.", "verdict": "upheld",
            "laws": [], **given,
        }  # fmt: skip
        return pointer

    def exchange(self, body: str = '{"data":[]}', *, status: int = 200, line: str = "", **given: Any) -> int:
        """Add an exchange, in a conversation of its own when `line` names one, and return its number."""
        seq = len(self.evidence) + 1
        if line:
            self.evidence.append(
                {"type": "conversation", "id": seq, "line": line, "inputs": {"skip": 5}, "attempt": 1, "tag": "t"}
            )
        response = {
            "status": status,
            "headers": [["content-type", "application/json"]],
            "body": body,
            "length": len(body),
        }
        url = f"{DEPLOYMENT['base_url']}/v1/books?skip=5"
        request: dict[str, Any] = {"method": "GET", "url": url, "headers": [], "body": None}
        self.evidence.append({
            "type": "exchange", "seq": seq, "conversation": seq, "operation": "GET /v1/books", "principal": "acme",
            "request": request, "response": response, "error": None, "sent": STARTED, "received": STARTED + 0.25,
            **given,
        })  # fmt: skip
        self.info["requests"] += 1
        return seq

    def raw(self) -> dict[str, Any]:
        """What verdicts.json will hold."""
        totals = {word: sum(line["verdict"] == word for line in self.verdicts) for word in WORDS}
        return {
            "schema": 1, "run": self.info, "totals": totals, "verdicts": self.verdicts, "limits": [],
            "promises": self.promises,
        }  # fmt: skip

    def header(self) -> dict[str, Any]:
        """The first line of the evidence."""
        members = ("suite", "document", "deployment", "seed", "depth", "plan", "started")
        return {"type": "header", "schema": 1, **{name: self.info[name] for name in members}}

    def footer(self) -> dict[str, Any]:
        """The last line of the evidence."""
        return {"type": "footer", "requests": self.info["requests"], "finished": STARTED + 9.8, "ended": "complete"}

    def write(self, *, footer: bool = True, tail: str = "", **changed: Any) -> Path:
        """Write both files; `tail` ends the evidence, `changed` replaces members of verdicts.json."""
        self.directory.mkdir(parents=True, exist_ok=True)
        lines = [self.header(), *self.evidence, *([self.footer()] if footer else [])]
        text = "".join(json.dumps(item) + "\n" for item in lines)
        (self.directory / "evidence.ndjson").write_text(text + tail, encoding="utf-8")
        (self.directory / "verdicts.json").write_text(json.dumps({**self.raw(), **changed}), encoding="utf-8")
        return self.directory


@pytest.fixture
def fabricate(tmp_path: Path) -> Callable[[str], FabricatedRun]:
    """Begin a run of a given name."""
    return lambda name: FabricatedRun(tmp_path / name)


@pytest.fixture
def run(fabricate: Callable[[str], FabricatedRun]) -> FabricatedRun:
    """An empty run."""
    return fabricate("run")


@pytest.fixture
def told(run: FabricatedRun) -> FabricatedRun:
    """A run with one verdict of each kind, and a finding with its promise and exchange."""
    pointer = run.promise()
    run.promise("#/paths/~1v1~1books/get/x", text="At most 60 requests a minute.", kind="limit", verdict="none yet")
    identity = "pagination/pages-do-not-overlap GET /v1/books acme"
    seq = run.exchange('{"data":[{"id":17}]}', line=identity)
    run.verdict("broken", promises=[pointer], exchanges=[seq])
    run.verdict("upheld", "state/delete-is-final", operation="DELETE /v1/books/{bookId}", title="Deleted is gone.")
    run.verdict("observed", "tokens/old-access-token", reason="it still works", exchanges=[run.exchange()])
    run.verdict("not observable", "pagination/walk", reason="1 item: a walk needs 2")
    run.verdict("not observable", "pagination/order", reason="1 item: a walk needs 2")
    run.verdict("blocked", "state/read-after-create", reason="create answered 500")
    run.verdict("not asked", "credentials/other-tenant", reason="no second tenant")
    run.verdict("known", "exchange/schema", kind="check", principal=None, reason="accepted until May", actual="null")
    return run
