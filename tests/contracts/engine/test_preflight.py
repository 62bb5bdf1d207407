"""Before anything is judged: a server that serves something else is not blamed by the document."""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Iterator, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from contracts.config import deployment as deployments
from contracts.core.verdicts import BROKEN
from contracts.engine.run import Run
from contracts.plan.plan import make
from specs.contract import build
from specs.source.document import load

FILE = """
[deployment]
name = "elsewhere"
base_url = "{base_url}"
synthetic = true
[[principals]]
name = "acme"
tenant = "acme"
kind = "oauth_client"
client_id = "cl1"
secret = "a secret of nobody"
"""

ANSWERS = {
    "a page of HTML": (200, {"Content-Type": "text/html"}, b"<html>Welcome</html>"),
    "302": (302, {"Location": "https://elsewhere.example/"}, b""),
    "no such route": (404, {"Content-Type": "application/json"}, b'{"message": "no such route"}'),
}
GATEWAY = (403, {"Content-Type": "application/json"}, b'{"message": "Missing Authentication Token"}')


@contextlib.contextmanager
def answering(status: int, headers: dict[str, str], body: bytes) -> Iterator[str]:
    """The address of a server that answers everything alike."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


@pytest.fixture(params=ANSWERS)
def elsewhere(request: pytest.FixtureRequest) -> Iterator[tuple[str, str]]:
    """The address of a server that answers everything alike, and how that is told."""
    with answering(*ANSWERS[request.param]) as address:
        yield address, request.param


def test_a_server_of_something_else_is_told_from_one_that_breaks_its_document(elsewhere, contract, tmp_path):
    base_url, told = elsewhere
    file = tmp_path / "deployment.toml"
    file.write_text(FILE.format(base_url=base_url))
    run = Run(make(contract, deployments.load(file)), tmp_path / "run")
    run.start([item.id for item in run.plan.items])
    run.wait()
    assert run.gone is not None
    assert run.gone.endswith("is base_url right?")
    assert told in run.gone
    assert run.recorder.requests < 5
    assert [each.item.id for each in run.verdicts if each.verdict == BROKEN and each.item.kind != "check"] == []


def test_a_failed_handshake_is_told_as_what_it_is(elsewhere, contract, tmp_path):
    base_url, _ = elsewhere
    file = tmp_path / "deployment.toml"
    file.write_text(FILE.format(base_url=base_url.replace("http:", "https:")))
    run = Run(make(contract, deployments.load(file)), tmp_path / "run")
    run.start([item.id for item in run.plan.items])
    run.wait()
    assert "does not answer: TLS failed" in (run.gone or "")


def looked_at(folder: Path, servers: Sequence[str], path: str, answer: str, foreseen: str = "200") -> Run:
    """A run on a server that answers its one list so, and has none of it below the paths of its servers."""
    status, headers, body = {**ANSWERS, "403": GATEWAY}[answer]
    listed = {"responses": {foreseen: {"description": "Notes."}}, "security": [{"key": []}]}
    raw = {
        "openapi": "3.0.3",
        "info": {"title": "Notes", "version": "1"},
        "servers": [{"url": f"https://notes.example{each}"} for each in servers],
        "paths": {"/notes": {"get": listed}},
        "components": {"securitySchemes": {"key": {"type": "apiKey", "in": "header", "name": "X-Key"}}},
    }
    (folder / "notes.json").write_text(json.dumps(raw))
    principal = '[[principals]]\nname = "ann"\ntenant = "ann"\nkind = "api_key"\nkey = "a key of nobody"\n'
    with answering(status, headers, body) as address:
        file = folder / "deployment.toml"
        file.write_text(f'[deployment]\nname = "notes"\nbase_url = "{address}{path}"\nsynthetic = true\n{principal}')
        run = Run(make(build(load(str(folder / "notes.json"))), deployments.load(file)), folder / "run")
        run.start([item.id for item in run.plan.items])
        run.wait()
    return run


@pytest.mark.parametrize("answer", [*ANSWERS, "403"])
@pytest.mark.parametrize(
    ("servers", "path"), [(["/api/v2"], ""), ([""], "/v1"), (["", "/api/v2"], "")], ids=["path", "none", "two"]
)
def test_a_base_url_without_the_path_of_the_servers_is_one_sentence(tmp_path, servers, path, answer):
    run = looked_at(tmp_path, servers, path, answer)
    if "" in servers and not path and answer in {"a page of HTML", "302"}:
        assert run.gone is None  # it may be served there, as one of its servers is, and be broken
        return
    assert run.gone is not None
    assert (servers[-1] or path) in run.gone
    assert {each.verdict for each in run.verdicts} <= {"blocked", "not asked"}


@pytest.mark.parametrize("answer", ["302", "403"])
def test_an_answer_that_the_document_foresees_is_no_sign_of_another_server(tmp_path, answer):
    assert looked_at(tmp_path, ["/api/v2"], "", answer, foreseen=answer).gone is None
