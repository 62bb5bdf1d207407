"""An address is enough: what is served there is judged by looking only, without a deployment file."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.contracts.laws.credentials.judging import served

ROOT = Path(__file__).resolve().parents[3]
ITEM = {"type": "object", "required": ["id"], "properties": {"id": {"type": "integer"}}}
PLACE = [{"name": name, "in": "query", "schema": {"type": "integer", "minimum": 0}} for name in ("offset", "limit")]


def described(*servers: str) -> str:
    answer = {"description": "Shells.", "content": {"application/json": {"schema": {"type": "array", "items": ITEM}}}}
    listed = {"get": {"parameters": PLACE, "responses": {"200": answer}}}
    body = {"content": {"application/json": {"schema": ITEM}}}
    listed["post"] = {"requestBody": body, "responses": {"201": {"description": "Made."}}}
    document = {"openapi": "3.1.0", "info": {"title": "Shells", "version": "1"}, "paths": {"/shells": listed}}
    return json.dumps({**document, "servers": [{"url": each} for each in servers]} if servers else document)


def shells(met: list[str], *servers: str, lost: int = 0):
    """A list of 20, of which every page after the first begins `lost` items late; beside its own document."""

    def stub(asked):
        met.append(asked.method)
        if asked.path == "/docs/openapi.json":
            return 200, json.loads(described(*servers))
        query = {name: int(value) for name, value in asked.query.items()}
        if min(query.values(), default=0) < 0:
            return 400, {"title": "at least 0"}
        start = query.get("offset", 0)
        start += lost if start else 0
        return 200, [{"id": number} for number in range(20)][start : start + query.get("limit", 20)]

    return stub


def gate(*arguments: str, to: Path) -> tuple[int, str]:
    command = [sys.executable, "-m", "contracts", "gate", "--out", str(to / "run"), *arguments]
    done = subprocess.run(command, cwd=to, capture_output=True, text=True, timeout=120, env=os.environ | PYTHONPATH)
    return done.returncode, done.stdout + done.stderr


PYTHONPATH = {"PYTHONPATH": str(ROOT)}


@pytest.mark.parametrize(("lost", "code"), [(0, 0), (1, 1)])
def test_a_document_that_is_served_is_judged_where_it_is_served_by_looking_only(tmp_path, lost, code):
    met: list[str] = []
    with served(shells(met, lost=lost)) as address:
        ended, said = gate("--document", f"{address}/docs/openapi.json", "-m", "pagination", to=tmp_path)
    assert ended == code, said
    assert f"at {address} by Shells" in said
    assert "only safe methods are sent" in said
    assert ("GET /shells: expected" in said) == bool(lost)
    assert set(met) == {"GET"}


def test_a_document_of_this_machine_needs_the_address_beside_it(tmp_path):
    (tmp_path / "shells.json").write_text(described("https://api.example/v1"))
    met: list[str] = []
    with served(shells(met)) as address:
        ended, said = gate("--document", "shells.json", "--base-url", f"{address}/", "-m", "schema", to=tmp_path)
    assert f"at {address}/v1 by Shells" in said, said  # below the path that the document's servers have
    assert ended in {0, 1}
    assert met


def test_another_server_than_the_documents_own_is_asked_only_where_it_is_named(tmp_path):
    met: list[str] = []
    with served(shells(met, "https://api.example/v1")) as address:
        ended, said = gate("--document", f"{address}/docs/openapi.json", to=tmp_path)
    assert ended == 2
    assert "where the deployment is has to be said: --base-url URL" in said
    assert set(met) == {"GET"}


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--base-url", "nowhere"], "--base-url nowhere: no http or https address"),
        (["--base-url", "http://127.0.0.1:9", "--deployment", "a.toml"], "a.toml says where the deployment is"),
        (["--document", "http://127.0.0.1:9/openapi.json"], "cannot be fetched"),
    ],
)
def test_a_mistake_is_one_line(tmp_path, arguments, told):
    ended, said = gate(*arguments, to=tmp_path)
    assert ended == 2
    assert told in said
    assert "Traceback" not in said


def test_help_tells_the_options_of_the_suite_and_none_of_pytest(tmp_path):
    ended, said = gate("--help", to=tmp_path)
    assert ended == 0
    assert {"--deployment", "--base-url", "--depth"} <= {each.partition("=")[0] for each in said.split()}
    assert "--lfnf" not in said
