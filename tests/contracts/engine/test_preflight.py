"""Before anything is judged: a server that serves something else is not blamed by the document."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

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


@pytest.fixture(params=ANSWERS)
def elsewhere(request: pytest.FixtureRequest) -> Iterator[tuple[str, str]]:
    """The address of a server that answers everything alike, and how that is told."""
    status, headers, body = ANSWERS[request.param]

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
        yield f"http://127.0.0.1:{server.server_address[1]}", request.param
        server.shutdown()


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


@pytest.mark.parametrize(("servers", "path"), [("/api/v2", ""), ("", "/v1")])
def test_a_base_url_without_the_path_of_the_servers_is_one_sentence(tmp_path, servers, path):
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(404)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    notes = {"/notes": {"get": {"responses": {"200": {"description": "Notes."}}, "security": [{"key": []}]}}}
    raw = {
        "openapi": "3.0.3",
        "info": {"title": "Notes", "version": "1"},
        "servers": [{"url": f"https://notes.example{servers}"}],
        "paths": notes,
        "components": {"securitySchemes": {"key": {"type": "apiKey", "in": "header", "name": "X-Key"}}},
    }
    (tmp_path / "notes.json").write_text(json.dumps(raw))
    principal = '[[principals]]\nname = "ann"\ntenant = "ann"\nkind = "api_key"\nkey = "a key of nobody"\n'
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        base = f"http://127.0.0.1:{server.server_address[1]}{path}"
        file = tmp_path / "deployment.toml"
        file.write_text(f'[deployment]\nname = "notes"\nbase_url = "{base}"\nsynthetic = true\n{principal}')
        run = Run(make(build(load(str(tmp_path / "notes.json"))), deployments.load(file)), tmp_path / "run")
        run.start([item.id for item in run.plan.items])
        run.wait()
        server.shutdown()
    assert run.gone is not None
    assert (servers or path) in run.gone
    assert {each.verdict for each in run.verdicts} <= {"blocked", "not asked"}
