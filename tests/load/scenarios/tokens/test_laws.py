"""The laws and measures of token refresh under load, judged from made-up events."""

from __future__ import annotations

import attrs
import pytest

from contracts.core.verdicts import BLOCKED, BROKEN, NOT_OBSERVABLE, OBSERVED, UPHELD
from contracts.transport.token_client import POLICIES
from load.scenarios.tokens import events, timetable
from load.scenarios.tokens.events import AHEAD, CALL, FLOOD, FORCE, ISSUE, LATER, OLD, OTHER, QUIET, RACE, RENEW, Event
from load.scenarios.tokens.laws import Record, judged
from load.scenarios.tokens.measures import measure
from tests.load.scenarios.exchanges import exchange

REFRESH = "POST /v2/oauth/{clientId}/refresh"
USE = "GET /v2/organizations/{orgId}/bookings"
ALONE, NAIVE = 1, 0  # stints: single-flight and stampede


@pytest.fixture
def table(contract):
    chosen = [each for each in POLICIES if each.name in ("stampede", "single-flight")]
    return timetable.made(contract.tokens, 1200.0, (1, 10, 5.0), chosen, None, 0.0)


class Story:
    """Events told one after the other, a tenth of a second apart."""

    def __init__(self, contract) -> None:
        self.contract, self.now, self.told = contract, 0.0, list[Event]()

    def add(
        self,
        kind: str,
        token: str = "",
        status: int = 200,
        *,
        got: str = "",
        user: int = 1,
        call: int = 0,
        stint: int = ALONE,
        until: float | None = None,
        took: float = 0.01,
        at: float | None = None,
    ) -> Story:
        self.now = self.now + 0.1 if at is None else at
        key = USE if kind in (CALL, events.AGAIN) else REFRESH
        made = exchange(self.contract, key, sent=self.now, took=took, status=status)
        self.told.append(Event(kind, stint, user, call, self.now, token, made, got, until))
        return self

    def verdict(self, table, law: str):
        trades = [each.exchange for each in self.told if each.exchange.operation.key == REFRESH]
        refresh = self.contract.tokens.refresh
        found = judged(Record(table, self.told, refresh, 1200.0, trades), [f"load/{law}"])[f"load/{law}"]
        assert found.verdict != BLOCKED, f"load/{law}: {found.reason}"
        return found


def test_of_all_who_present_a_token_one_may_buy(contract, table):
    law = "a-refresh-token-buys-once-under-load"
    story = Story(contract).add(RACE, "r1", got="a2").add(RACE, "r1", 401).add(RACE, "r1", 404)
    assert story.verdict(table, law).verdict == UPHELD
    assert story.add(RACE, "r1", got="a3").verdict(table, law).verdict == BROKEN
    assert Story(contract).add(RACE, "r1", 401).verdict(table, law).verdict == NOT_OBSERVABLE


def test_a_new_token_has_to_work_unless_something_ended_it(contract, table):
    law = "a-new-access-token-works-at-once-under-load"
    issued = Story(contract).add(RENEW, "r1", got="a2", until=50.0)
    assert issued.add(CALL, "a2").verdict(table, law).verdict == UPHELD
    assert issued.add(CALL, "a2", 401).verdict(table, law).verdict == BROKEN
    expired = Story(contract).add(RENEW, "r1", got="a2", until=0.5).add(CALL, "a2", 401)
    assert expired.verdict(table, law).verdict == UPHELD
    replaced = Story(contract).add(RENEW, "r1", got="a2", until=50.0).add(RENEW, "r2", got="a3").add(CALL, "a2", 401)
    assert replaced.verdict(table, law).verdict == UPHELD
    revoked = Story(contract).add(RACE, "r1", got="a2", until=50.0).add(RACE, "r1", 401).add(CALL, "a2", 401)
    assert revoked.verdict(table, law).verdict == UPHELD


def test_a_token_nobody_has_spent_is_accepted(contract, table):
    law = "an-unspent-refresh-token-is-accepted-under-load"
    good = Story(contract).add(RENEW, "r1", got="a2").add(RENEW, "r1", 401)  # the second time it is spent
    assert good.verdict(table, law).verdict == UPHELD
    assert Story(contract).add(OTHER, "r9", 401).verdict(table, law).verdict == BROKEN
    naive = Story(contract).add(RENEW, "r1", 401, stint=NAIVE)  # a stampede: somebody else was first
    assert naive.verdict(table, law).verdict == NOT_OBSERVABLE


def test_server_errors_of_refreshes(contract, table):
    law = "refreshing-does-not-fail-the-server"
    story = Story(contract).add(RACE, "r1").add(RACE, "r1", 500)
    assert story.verdict(table, law).verdict == OBSERVED
    assert story.add(RACE, "r1", 503).verdict(table, law).verdict == BROKEN


def test_a_refused_refresh_leaves_its_token(contract, table):
    law = "a-refused-refresh-consumes-nothing"
    flood = Story(contract).add(FLOOD, "r1", 429)
    assert flood.verdict(table, law).verdict == NOT_OBSERVABLE
    assert Story(contract).add(FLOOD, "r1", 429).add(LATER, "r1").verdict(table, law).verdict == UPHELD
    assert Story(contract).add(FLOOD, "r1", 429).add(LATER, "r1", 401).verdict(table, law).verdict == BROKEN
    assert Story(contract).add(FLOOD, "r1", 200).add(LATER, "r1", 401).verdict(table, law).verdict == NOT_OBSERVABLE


def test_a_forced_refresh_ends_the_token_from_before(contract, table):
    law = "a-forced-refresh-ends-old-tokens-under-load"
    assert Story(contract).add(FORCE, got="a2").add(OLD, "r1", 401).verdict(table, law).verdict == UPHELD
    assert Story(contract).add(FORCE, got="a2").add(OLD, "r1").verdict(table, law).verdict == BROKEN


@pytest.mark.parametrize(("took", "calls", "expected"), [(1.0, 0.01, BROKEN), (0.2, 0.01, UPHELD), (1.0, 0.9, UPHELD)])
def test_a_refresh_is_slow_only_beside_quick_calls(contract, table, took, calls, expected):
    story = Story(contract).add(QUIET, "q", got="a0", took=0.02)
    for number in range(4):
        story.add(AHEAD, f"r{number}", got=f"a{number}", took=took).add(CALL, f"a{number}", took=calls)
    assert story.verdict(table, "a-refresh-takes-no-longer-under-load").verdict == expected


def test_refusals_of_refreshes_below_their_limit(contract, table):
    law = "refreshes-within-the-limit-are-not-refused"
    story = Story(contract).add(RENEW, "r1", got="a2").add(RENEW, "r2", 429, at=1.0).add(RENEW, "r2", 429, at=2.0)
    assert story.verdict(table, law).verdict == BROKEN
    flood = Story(contract)
    for number in range(30):
        flood.add(RACE, "r1", 200 if number == 0 else 429, at=1 + number / 1000)
    assert flood.verdict(table, law).verdict == UPHELD


def test_a_lifetime_that_does_not_fit_in_is_not_awaited(contract):
    hour = timetable.made(contract.tokens, 1.0, (1, 10, 1.0), POLICIES, None, 0.0)
    assert not hour.awaited
    assert [each.drill for each in hour.stints] == [True]
    soaked = timetable.made(contract.tokens, 1.0, (1, 10, 1.0), POLICIES, 9000.0, 0.0)
    assert soaked.awaited
    assert len(soaked.stints) == len(POLICIES) + 1


def test_a_timetable_travels(contract, table):
    assert timetable.read(table.written()) == table


def test_what_an_expiry_costs(contract, table):
    stint = table.stints[ALONE]
    begin = stint.start
    story = Story(contract).add(ISSUE, got="a1", until=begin + 3, at=begin)
    for number in range(1, 40):  # ten calls a second; those of the half second after the expiry are refused at first
        at = begin + number / 10
        refused = 3.0 <= at - begin < 3.5
        story.add(CALL, "a1", 401 if refused else 200, call=number, at=at)
        if refused and number != 34:
            story.add(events.AGAIN, "a2", call=number, at=at + 0.05)
    story.add(RENEW, "r1", got="a2", until=begin + 99, call=30, at=begin + 3.02)
    found = measure(stint, ALONE, story.told, 0.0)
    assert (found.calls, found.failed, found.refused_first, found.retries) == (39, 1, 5, 4)
    assert (found.refreshes, found.refreshed, found.expiries, found.attributable) == (1, 1, 1, 1)
    assert found.recovery == pytest.approx(0.41, abs=0.02)
    assert found.around is not None
    assert found.baseline is not None
    assert found.around[1] > found.baseline[1]
    assert sum(each.refused for each in found.timeline) == 4
    assert found.written()["refreshes_per_expiry"] == 1.0


def test_events_travel_without_their_clock(contract):
    story = Story(contract).add(RENEW, "r1", got="a2", until=9.0, call=4)
    told = story.told[0].written()
    behind = attrs.evolve(story.told[0].exchange, sent=story.told[0].sent + 5, received=story.told[0].received + 5)
    (heard,) = events.read([told], lambda _: behind)
    assert heard.until == pytest.approx(14.0)
    assert heard.due == pytest.approx(story.told[0].due + 5)
    assert list(events.read([told], lambda _: None)) == []
