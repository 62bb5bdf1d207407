"""A limit is asked with things that exist where lists have shown them, and with unknown ones only where none did."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from contracts.config.deployment import Deployment, Principal
from contracts.config.vault import Vault
from contracts.core.exchange import Request
from contracts.request.api import RequestFactory
from load.runtime.run import LoadRun
from load.scenarios.limits import probe_request
from load.scenarios.limits.existing import Unlisted, needs_look, paths
from load.scenarios.limits.findings import Job
from tests.load.scenarios.exchanges import exchange

ADMIN = Principal("admin", "acme", "api_key", values={"key": "$K", "org_id": "7"})
LIST = "GET /v2/organizations/{orgId}/memberships"
ITEM = "GET /v2/organizations/{orgId}/memberships/{membershipId}"


@pytest.fixture
def run(contract):
    deployment = Deployment("x", "http://127.0.0.1:1", "x", (ADMIN,), Vault())
    return LoadRun(contract, deployment, "quick", SimpleNamespace(write=lambda *_, **__: None))


def job(run, key):
    operation = run.contract.operation(key)
    return Job(operation, ADMIN, operation.limits[0])


def listed(run, *ids, query="take=1"):
    target = f"/v2/organizations/7/memberships?{query}"
    made = exchange(run.contract, LIST, principal="admin", target=target, data=[{"id": each} for each in ids])
    run.exchanges[made.seq] = made


def test_only_what_reads_things_by_an_unknown_id_needs_a_look(run):
    assert needs_look(job(run, ITEM), run)
    assert not needs_look(job(run, LIST), run)
    assert not needs_look(job(run, "DELETE /v2/organizations/{orgId}/memberships/{membershipId}"), run)


def test_the_list_is_named_that_would_show_what_exists(run):
    with pytest.raises(Unlisted) as told:
        paths(job(run, ITEM), run)
    assert told.value.key == (LIST, "admin")


def test_two_things_that_exist_take_turns(run):
    listed(run, 11)
    listed(run, 11, 12, query="take=2")
    found = paths(job(run, ITEM), run)
    assert {each["membershipId"] for each in found} == {"11", "12"}
    api = RequestFactory(run.contract, run.deployment, run.contract.operation(ITEM), ADMIN, "t", "quick")
    asked = probe_request.questions(api, found)
    assert {each.target.rpartition("/")[2] for each in asked} == {"11", "12"}
    assert all(isinstance(each, Request) and each.safe for each in asked)


def test_where_lists_are_empty_nothing_is_made_for_it(run):
    listed(run)
    assert paths(job(run, ITEM), run) == []
