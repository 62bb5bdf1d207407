"""First, do no harm: on a server full of dangerous operations only what the run made itself is changed."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from contracts.core.verdicts import NOT_ASKED
from contracts.engine.run import Run
from contracts.gate.sandbox import ROOT
from contracts.plan.planning import planned
from tests.harm.hub import ACTIONS, DANGEROUS, KEPT, SPARES, document, serving


def deployment(folder, address, *more, spare=False, head=(), limit=None):
    """The deployment file of a hub; `more`: lines behind all others. `limit`: one declared for every operation."""
    (folder / "hub.json").write_text(json.dumps(document(limit)))
    lines = ["[deployment]", f'base_url = "{address}"', 'document = "hub.json"', "writes = true", *head]
    lines += ["[budget]", 'pace = "none"', "[[principals]]", 'name = "admin"', 'tenant = "a"', 'kind = "bearer"']
    lines += ['token = "caller-token-0001"', *more]
    for number in range(SPARES if spare else 0):
        lines += ["[[principals]]", f'name = "spare-{number}"', 'tenant = "a"', 'kind = "bearer"', "spare = true"]
        lines += [f'token = "spare-token-{number:05}"']
    path = folder / "hub.toml"
    path.write_text("\n".join(lines) + "\n")
    return path


def judged(folder, file, depth):
    """A whole run."""
    run = Run(planned(file, depth=depth), folder / "run")
    run.start([item.id for item in run.plan.items])
    run.wait()
    if run.failure:
        raise run.failure
    return run


@pytest.mark.parametrize("depth", ["quick", "standard", "deep"])
def test_nothing_is_changed_that_the_run_has_not_made(tmp_path, depth):
    with serving() as (hub, address):
        before = hub.dump()
        run = judged(tmp_path, deployment(tmp_path, address), depth)
        assert hub.received() & {*DANGEROUS.values(), *ACTIONS, KEPT} == set()
        assert hub.dump() == before
        assert run.left_behind == []
        made = {key for key, _, status in hub.log if status == 201}
        assert made == {"POST /users", "POST /projects", "POST /tasks"}


def test_what_is_not_asked_says_which_line_allows_it(tmp_path):
    plan = planned(deployment(tmp_path, "http://127.0.0.1:9"))
    for key in (*DANGEROUS.values(), *ACTIONS, KEPT):
        closed = {item.closed for item in plan.items if item.operation.key == key and item.kind == "law"}
        closed -= {each for each in closed if each and " at depth " in each}
        assert closed
        assert all(each and (f'[writes] allow = ["{key}"]' in each) for each in closed), (key, closed)


def test_everything_is_asked_where_all_is_allowed(tmp_path):
    with serving() as (hub, address):
        file = deployment(tmp_path, address, "[writes]", 'allow = ["*"]', spare=True)
        judged(tmp_path, file, "standard")
        assert {*DANGEROUS.values(), *ACTIONS, KEPT} - hub.received() == set()
        assert "caller-token-0001" in hub.tokens


def test_what_is_denied_is_not_asked_whatever_is_allowed(tmp_path):
    with serving() as (hub, address):
        rules = ("[writes]", 'allow = ["*"]', 'deny = ["POST /shutdown", "PATCH /projects/{id}", "GET /rooms"]')
        run = judged(tmp_path, deployment(tmp_path, address, *rules, spare=True), "quick")
        assert hub.received() & {"POST /shutdown", "PATCH /projects/{id}", "GET /rooms"} == set()
        denied = [each for each in run.verdicts if each.item.operation.key == "GET /rooms" and each.item.kind == "law"]
        assert {each.verdict for each in denied} == {NOT_ASKED}


def test_a_dry_run_says_what_would_be_done_and_sends_nothing(tmp_path):
    with serving() as (hub, address):
        file = deployment(tmp_path, address, "[writes]", 'allow = ["POST /exports"]')
        command = [sys.executable, "-m", "pytest", "contracts", "--dry-run", "--deployment", str(file), "-q"]
        done = subprocess.run([*command, "-p", "no:cacheprovider"], cwd=ROOT, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout
        assert hub.log == []
    said = done.stdout
    assert "creates, and removes again at the end\n  POST /users (about" in said
    assert "creates, and cannot remove: it stays\n  POST /exports (about" in said
    assert (
        '  POST /shutdown: it acts on what is there (shutdown); [writes] allow = ["POST /shutdown"] allows it' in said
    )


def test_what_stays_is_made_once_and_named(tmp_path):
    with serving() as (hub, address):
        run = judged(tmp_path, deployment(tmp_path, address, "[writes]", 'allow = ["POST /exports"]'), "standard")
        made = [each["id"] for each in hub.dump()["exports"] if each["id"] != 1]
        assert len(made) == 1
        assert run.left_behind == [
            f"1 made by POST /exports ({made[0]}), which the document offers no way to remove",
        ]


def test_what_no_response_told_of_is_found_in_its_list(tmp_path):
    with serving() as (hub, address):
        hub.ghosts = 2
        before = {each["id"] for each in hub.dump()["projects"]}
        run = judged(tmp_path, deployment(tmp_path, address), "quick")
        ghosts = [each["id"] for each in hub.dump()["projects"] if each["id"] not in before]
        assert len(ghosts) == 2
        told = "it came during the run and may be its own, though no response told of it"
        assert run.left_behind == [f"/projects/{each}: {told}" for each in ghosts]


@pytest.mark.parametrize(("scenario", "more"), [("limits", ["--depth", "quick"]), ("mixed", ["--seconds", "4"])])
def test_under_load_nothing_is_changed_either(tmp_path, scenario, more):
    with serving() as (hub, address):
        before = hub.dump()
        file = deployment(tmp_path, address, limit={"requests": 20, "window": 2})
        locust = [sys.executable, "-m", "locust", "-f", "load/locustfile.py", "--headless", "--only-summary"]
        chosen = ["--scenario", scenario, "--deployment", str(file), "--out", str(tmp_path / "run"), *more]
        done = subprocess.run([*locust, *chosen], cwd=ROOT, capture_output=True, text=True, timeout=200)
        assert len(hub.log) > 100, done.stdout + done.stderr
        assert hub.received() & {*DANGEROUS.values(), *ACTIONS, KEPT} == set()
        assert hub.dump() == before
