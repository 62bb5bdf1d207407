"""The laws of the contract under load, judged from made-up runs: each is seen broken, and upheld by what conforms."""

from __future__ import annotations

from random import Random
from typing import Any

import attrs
import pytest

from contracts.config.deployment import Deployment, Principal
from contracts.config.vault import Vault
from contracts.core.verdicts import BLOCKED, BROKEN, NOT_OBSERVABLE, OBSERVED, UPHELD
from load.runtime.rows import Row
from load.runtime.run import failed
from load.runtime.shapes import shape
from load.scenarios.mixed.laws import judged
from load.scenarios.mixed.record import JourneyResult, Record, Walk
from load.scenarios.mixed.sampling import Sampler
from load.scenarios.mixed.traffic_plan import traffic_for
from tests.load.scenarios.exchanges import exchange

USERS = "GET /v2/oauth-clients/{clientId}/users"
USER = "GET /v2/oauth-clients/{clientId}/users/{userId}"
CREATE = "POST /v2/oauth-clients/{clientId}/users"
DELETE = "DELETE /v2/oauth-clients/{clientId}/users/{userId}"
BOOKINGS = "GET /v2/organizations/{orgId}/bookings"
FIRST = USERS


def deployment(**more: Any) -> Deployment:
    principals = tuple(
        Principal(name, name.partition("-")[0], kind, {"client_id": "c", "secret": "$S", "key": "$K", "org_id": "1"})
        for tenant in ("acme", "rival")
        for name, kind in ((tenant, "oauth_client"), (f"{tenant}-admin", "api_key"))
    )
    return Deployment("test", "http://127.0.0.1", "calcom-v2", principals, Vault(), time_scale=10.0, **more)


def record(contract, *exchanges, rows=(), endings=(), walks=(), name="waves") -> Record:
    """A record whose load begins at 100 and lasts 50 seconds; acme is loud."""
    made = {each.seq: each for each in exchanges}
    told = [
        Row(each.operation.key, each.request.principal or "", each.sent, each.sent, each.received, each.status,
            failed(each), each.seq)
        for each in exchanges if each.sent >= 100
    ]  # fmt: skip
    return Record(contract, deployment(), made, [*told, *rows], 100.0, shape(name, 50, 50), "acme", endings, walks)


def verdict(contract, law: str, key: str, made: Record):
    found = judged(made, f"load/{law}", contract.operation(key))
    assert found.verdict != BLOCKED, f"load/{law}: {found.reason}"
    return found


def test_one_server_error_is_reported_and_two_are_broken(contract):
    law = "no-server-error-under-load"
    good = [exchange(contract, USERS, sent=110 + each) for each in range(5)]
    bad = [exchange(contract, USERS, sent=120 + each, status=500) for each in range(2)]
    assert verdict(contract, law, USERS, record(contract, *good)).verdict == UPHELD
    assert verdict(contract, law, USERS, record(contract, *good, bad[0])).verdict == OBSERVED
    found = verdict(contract, law, USERS, record(contract, *good, *bad))
    assert found.verdict == BROKEN
    assert found.seqs == tuple(each.seq for each in bad)


def test_lost_connections_count_only_if_there_were_none_before(contract):
    law = "every-request-is-answered"
    calm = [exchange(contract, USERS, sent=90 + each) for each in range(5)]
    load = [exchange(contract, USERS, sent=101 + each / 10, status=0 if each % 20 == 0 else 200) for each in range(200)]
    assert verdict(contract, law, FIRST, record(contract, *calm, *load)).verdict == BROKEN
    lost_before = exchange(contract, USERS, sent=95, status=0)
    assert verdict(contract, law, FIRST, record(contract, *calm, lost_before, *load)).verdict == NOT_OBSERVABLE
    few = [attrs.evolve(each, response=load[1].response, error=None) for each in load[:180]]
    assert verdict(contract, law, FIRST, record(contract, *calm, *few, *load[180:])).verdict == UPHELD


def test_a_violation_is_one_of_load_only_if_it_was_not_seen_before(contract):
    law = "the-contract-holds-under-load"
    wrong = {"data": [{"id": 1}], "Cache_Control": "no-cache"}
    under_load = [exchange(contract, BOOKINGS, sent=110 + each, principal="acme-admin", **wrong) for each in range(3)]
    found = verdict(contract, law, BOOKINGS, record(contract, *under_load))
    assert found.verdict == BROKEN
    assert "under load" in str(found.actual)
    before = exchange(contract, BOOKINGS, sent=50, principal="acme-admin", **wrong)
    assert verdict(contract, law, BOOKINGS, record(contract, before, *under_load)).verdict == UPHELD


def test_two_refusals_before_the_declared_number_is_sent_are_broken(contract):
    law = "no-429-within-the-declared-limits"
    good = [exchange(contract, CREATE, sent=105 + each) for each in range(3)]
    early = [exchange(contract, CREATE, sent=130 + each, status=429) for each in range(2)]  # more than a window later
    assert verdict(contract, law, CREATE, record(contract, *good)).verdict == UPHELD
    assert verdict(contract, law, CREATE, record(contract, *good, early[0])).verdict == OBSERVED
    assert verdict(contract, law, CREATE, record(contract, *good, *early)).verdict == BROKEN


def counted(contract, *left: int) -> Record:
    """Answers to requests one after the other, with what each says remains."""
    told = {"X_RateLimit_Reset": "6", "X_RateLimit_Limit": "30"}
    return record(
        contract,
        *(
            exchange(contract, CREATE, sent=110 + number / 10, X_RateLimit_Remaining=str(each), **told)
            for number, each in enumerate(left)
        ),
    )


def test_two_counters_are_told_from_one(contract):
    law = "requests-are-counted-once"
    assert verdict(contract, law, CREATE, counted(contract, 29, 28, 27, 26)).verdict == UPHELD
    assert verdict(contract, law, CREATE, counted(contract, 29, 8, 28, 7, 27, 6)).verdict == BROKEN


def test_an_answer_to_another_question_is_seen_by_its_id(contract):
    law = "no-answer-belongs-to-another-caller"
    asked = "/v2/oauth-clients/c/users/7"
    good = exchange(contract, USER, target=asked, data={"id": 7})
    wrong = exchange(contract, USER, target=asked, data={"id": 8})
    assert verdict(contract, law, USER, record(contract, good)).verdict == UPHELD
    assert verdict(contract, law, USER, record(contract, good, wrong)).actual == "/id 8 where 7 was asked for"


def test_names_and_items_of_another_tenant_are_seen(contract):
    law = "no-answer-belongs-to-another-caller"
    made = exchange(contract, CREATE, sent=101, principal="rival", body='{"name": "ldabcdef-12-1"}', status=201)
    shown = exchange(contract, USERS, sent=102, principal="acme", data=[{"id": 3, "name": "ldabcdef-12-1"}])
    own = attrs.evolve(shown, request=attrs.evolve(shown.request, principal="rival"))
    assert "which rival made" in str(verdict(contract, law, USERS, record(contract, made, shown)).actual)
    assert verdict(contract, law, USERS, record(contract, made, own)).verdict == UPHELD
    quiet = [
        exchange(contract, BOOKINGS, sent=50, principal=f"{who}-admin", data=[{"id": number}])
        for who, number in (("acme", 1), ("rival", 2))
    ]
    later = exchange(contract, BOOKINGS, sent=120, principal="acme-admin", data=[{"id": 1}, {"id": 2}])
    assert verdict(contract, law, BOOKINGS, record(contract, *quiet, later)).actual == "item 2 of rival"
    both = exchange(contract, BOOKINGS, sent=51, principal="acme-admin", data=[{"id": 1}, {"id": 2}])
    assert verdict(contract, law, BOOKINGS, record(contract, *quiet, both, later)).verdict == UPHELD


def test_a_life_that_read_something_else_has_to_be_seen_twice(contract):
    law = "reads-show-the-last-write-under-load"
    good = JourneyResult(CREATE, "upheld", None, None, (1,))
    bad = JourneyResult(CREATE, "broken", "it to be there", "404", (2, 3))
    assert verdict(contract, law, CREATE, record(contract, endings=[good])).verdict == UPHELD
    assert verdict(contract, law, CREATE, record(contract, endings=[good, bad])).verdict == OBSERVED
    assert verdict(contract, law, CREATE, record(contract, endings=[good, bad, bad])).verdict == BROKEN


def walked(contract, ids: list[int], total: int) -> Walk:
    page = exchange(contract, USERS, sent=200, data=[{"id": each} for each in ids])
    assert page.response is not None
    told = page.response.body[:-1] + f', "pagination": {{"totalItems": {total}}}}}'
    return Walk(USERS, "acme", (attrs.evolve(page, response=attrs.evolve(page.response, body=told)),))


def test_lists_are_counted_when_all_is_quiet_again(contract):
    law = "lists-count-exactly-after-the-load"
    gone = exchange(contract, DELETE, sent=150, target="/v2/oauth-clients/c/users/3")
    swept = exchange(contract, DELETE, sent=300, target="/v2/oauth-clients/c/users/1")

    def found(walk: Walk):
        return verdict(contract, law, USERS, record(contract, gone, swept, walks=[walk]))

    assert found(walked(contract, [1, 2], 2)).verdict == UPHELD
    assert found(walked(contract, [1, 2], 5)).actual == "5"
    assert found(walked(contract, [1, 2, 3], 3)).expected == "what was removed to be gone from its list"
    assert found(walked(contract, [1, 2, 2], 3)).expected == "every item once"
    assert verdict(contract, law, USERS, record(contract, gone)).verdict == NOT_OBSERVABLE


def neighbours(loud: float, *, late: float = 0.0, failing: bool = False, calm: float = 0.01) -> list[Row]:
    """Rival's requests over the whole run: how long they took while acme was calm, and while it was loud."""
    random, profile, rows = Random(1), shape("waves", 50, 50), []
    for number in range(400):
        due = 100 + number / 8
        busy = profile.rate(due - 100) > 30
        took = (loud if busy else calm) * random.uniform(0.8, 1.3)
        bad = failing and busy and number % 3 == 0
        slip = late if busy else 0.0
        rows.append(Row(USERS, "rival", due, due + slip, due + slip + took, 429 if bad else 200, bad, number))
    return rows


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (neighbours(0.01), UPHELD),
        (neighbours(0.03), UPHELD),  # three times as long, but not by much
        (neighbours(0.25), BROKEN),
        (neighbours(0.25, late=0.3), UPHELD),  # our own sending was late
        (neighbours(0.15, calm=0.1), UPHELD),  # slow anyway
        (neighbours(0.01, failing=True), BROKEN),
        ([], NOT_OBSERVABLE),
    ],
)
def test_a_tenant_is_slowed_or_starved_by_another(contract, rows, expected):
    assert verdict(contract, "a-tenant-does-not-slow-another", FIRST, record(contract, rows=rows)).verdict == expected


def test_a_neighbour_cannot_be_judged_where_nobody_is_ever_calm(contract):
    found = verdict(
        contract, "a-tenant-does-not-slow-another", FIRST, record(contract, rows=neighbours(0.3), name="soak")
    )
    assert found.verdict == NOT_OBSERVABLE


def test_the_loud_tenant_never_gets_more_than_is_declared(contract):
    traffic = traffic_for(contract, deployment(), "soak", 10_000.0, 10)
    reads = sum(each.limits[0].requests / 6 for each in contract.operations if each.safe)
    assert traffic.loud == "acme"
    assert max(each.last for each in traffic.shape.pieces) < reads
    assert {each.tenant for each in traffic.slots} == {"acme", "rival"}


def test_answers_are_sampled_only_when_the_generator_falls_behind():
    sampler = Sampler()
    for _ in range(1000):
        sampler.judges()
        sampler.sent(0.001)
    assert sampler.judged == sampler.asked == 1000
    for _ in range(400):
        sampler.judges()
        sampler.sent(0.5)
    assert sampler.share < 0.2
    assert sampler.judged < 1300
    assert "would have fallen behind" in sampler.summary
