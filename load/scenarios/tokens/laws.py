"""The laws of tokens under load, judged from the events of a run."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence

import attrs

from contracts.core.exchange import Exchange
from contracts.core.statistics import percentile
from contracts.judging.record_laws import Judgement, broken, judgement, observed, unseen, upheld
from contracts.laws.law import Law, law
from load.scenarios.early_429 import early
from load.scenarios.tokens.events import AHEAD, CALL, FLOOD, FORCE, LATER, OLD, OTHER, QUIET, RACE, RENEW, Event
from load.scenarios.tokens.timetable import Timetable, policy
from specs.contract import Operation, selectors

LAWS: dict[str, Law] = {}
MARGIN = 1.0
"""Seconds before its announced end in which an access token may be refused already (clocks, rounding)."""
TRADES = (RENEW, AHEAD, RACE, LATER, OTHER, QUIET)
REFUSED = (400, 401)
SLOW, TIMES = 0.5, 5.0
"""A refresh is slow under load from so many seconds on, if it takes so many times as long as when all is quiet."""


@attrs.define
class Record:
    """What is judged: all events in order, the timetable, and who sent what to the refresh operation."""

    table: Timetable
    events: Sequence[Event]
    refresh: Operation | None
    time_scale: float
    refreshes: Sequence[Exchange] = ()
    """Every exchange of the refresh operation, in order of sending."""

    @property
    def trades(self) -> list[Event]:
        return [each for each in self.events if each.kind in TRADES]

    def careful(self, event: Event) -> bool:
        """Whether an event belongs to a policy with one renewal at a time, which never presents a spent token."""
        return policy(self.table.stints[event.stint].policy).single

    def spoilt(self, user: int, before: float) -> bool:
        """Whether a spent token of a user was presented by then: the server may have ended all the user had."""
        return any(
            each.user == user and each.sent < before and each.status in (400, 401, 404, 409)
            for each in self.events
            if each.kind in (*TRADES, OLD)
        )


_law = law(family="load", on=selectors.refreshes, kinds=("token",), laws=LAWS, recorded=True, no_path_setup=True)
_law_of_forcing = law(
    family="load", on=selectors.forced_refreshes, kinds=("token",), laws=LAWS, recorded=True, no_path_setup=True
)


@_law
def a_refresh_token_buys_once_under_load(record: Record) -> Judgement:
    """Of all callers that present one refresh token, at most one gets a new pair, however many there are at once.

    Callers of one user stampede at every expiry, and in the drill at one moment. Broken when two were answered with
    success; one sighting proves it.
    """
    bought: dict[str, list[Event]] = defaultdict(list)
    for each in record.trades:
        if 200 <= each.status < 300:
            bought[each.token].append(each)
    if not bought:
        return unseen("no refresh succeeded")
    worst = max(bought.values(), key=len)
    if len(worst) > 1:
        total = sum(each.token == worst[0].token for each in record.trades)
        return broken(f"1 of {total} refreshes with one token to succeed", f"{len(worst)} did", [e.seq for e in worst])
    return upheld(len(bought), seqs=[each[0].seq for each in bought.values()])


@_law
def a_new_access_token_works_at_once_under_load(record: Record) -> Judgement:
    """The access token of a refresh is accepted from the moment the answer arrives until shortly before its end.

    Every call with it is judged. Not judged for a user of whom a spent token was presented: a server may end all a user
    has then. Broken by a 401 for a token that was the newest of its user and not about to expire.
    """
    ends: dict[str, tuple[float, Event]] = {}
    for each in record.events:
        if each.got:
            ends[each.got] = (math.inf if each.until is None else each.until, each)
    used = [each for each in record.events if each.token in ends and each.kind not in (*TRADES, FORCE, OLD, FLOOD)]
    wrong = [each for each in used if each.status == 401 and _newest(record, each, *ends[each.token])]
    if wrong:
        first = wrong[0]
        age = first.sent - ends[first.token][1].received
        return broken(
            "the newest access token to be accepted",
            f"401, {age:.2f} s after it was issued",
            [ends[first.token][1].seq, *(each.seq for each in wrong)],
            f"{len(wrong)} of {len(used)} calls",
        )
    return upheld(len(used), seqs=[each.seq for each in used]) if used else unseen("no new access token was used")


def _newest(record: Record, use: Event, until: float, issue: Event) -> bool:
    """Whether a token has to be accepted: not about to end, not replaced, and nothing bad done to its user."""
    replaced = any(
        each.user == use.user and each.got and each.received > issue.received and each.sent < use.received
        for each in record.events
    )
    return use.received < until - MARGIN and not replaced and not record.spoilt(use.user, use.received)


@_law
def an_unspent_refresh_token_is_accepted_under_load(record: Record) -> Judgement:
    """A refresh token that nobody has spent buys a new pair, whatever other users' tokens are doing meanwhile.

    Looked at where one caller at a time refreshes. Broken by 400 or 401 for a token that was presented for the first
    time and not refused for its number before.
    """
    alone = [each for each in record.trades if each.kind in (OTHER, QUIET) or (record.careful(each) and _alone(each))]
    first: dict[str, Event] = {}
    for each in alone:
        first.setdefault(each.token, each)
    wrong = [each for each in first.values() if each.status in REFUSED and not record.spoilt(each.user, each.sent)]
    if wrong:
        return broken(
            "a new pair for a token nobody has spent", wrong[0].exchange.summary(), [each.seq for each in wrong]
        )
    good = [each for each in first.values() if each.exchange.ok]
    return upheld(len(good), seqs=[each.seq for each in good]) if good else unseen("nobody refreshed alone")


def _alone(event: Event) -> bool:
    return event.kind in (RENEW, AHEAD)


@_law
def refreshing_does_not_fail_the_server(record: Record) -> Judgement:
    """No refresh is answered with a server error, however many are sent at once.

    Those that lose get 400, 401, 404 or 409, those beyond the limit 429. Broken by two server errors; one alone is
    reported as seen.
    """
    failed = [each for each in record.refreshes if each.status >= 500]
    if len(failed) > 1:
        got = f"{len(failed)} of {len(record.refreshes)}: {failed[0].summary()}"
        return broken("no server error", got, [each.seq for each in failed])
    if failed:
        return observed(f"one server error: {failed[0].summary()}", [failed[0].seq])
    return upheld(len(record.refreshes)) if record.refreshes else unseen("nothing was refreshed")


@_law
def refreshes_within_the_limit_are_not_refused(record: Record) -> Judgement:
    """As many refreshes as declared are admitted in a window, and none of them is answered 429."""
    if record.refresh is None or not record.refreshes:
        return unseen("nothing was refreshed")
    by_whom: dict[str | None, list[Exchange]] = defaultdict(list)
    for each in record.refreshes:
        by_whom[each.request.principal].append(each)
    wrong = [
        each for sent in by_whom.values() for each in early(sent, record.refresh.limits, record.time_scale)
    ]  # fmt: skip
    if len(wrong) > 1:
        limit = record.refresh.limits[0]
        got = f"429 {len(wrong)} times although fewer had been sent"
        expected = f"{limit.requests} admitted in {limit.window / record.time_scale:g} s"
        return broken(expected, got, [each.seq for each in wrong])
    return upheld(len(record.refreshes))


@_law
def a_refused_refresh_consumes_nothing(record: Record) -> Judgement:
    """A refresh that is answered 429 leaves its token as it was: presented again later, it buys a new pair.

    The limit is used up with tokens that do not exist; then a good one is presented, and once more a window later.
    """
    refused = {each.token for each in record.events if each.kind == FLOOD and each.status == 429}
    later = [each for each in record.events if each.kind == LATER and each.token in refused]
    if not later:
        return unseen("no good token was refused for the number of refreshes")
    last = later[-1]
    if last.status in REFUSED:
        return broken("a new pair, since a refused refresh consumes nothing", last.exchange.summary(), [last.seq])
    return upheld(1, seqs=[last.seq]) if last.exchange.ok else unseen(f"presented again: {last.exchange.summary()}")


@_law
def a_refresh_takes_no_longer_under_load(record: Record) -> Judgement:
    """A refresh that nobody competes with is answered about as quickly under load as when all is quiet.

    Looked at where one caller at a time refreshes. Broken when every one of three or more takes half a second more
    and five times as long as before the load, while other calls are answered quickly.
    """
    quiet = [each.received - each.sent for each in record.events if each.kind == QUIET and each.exchange.ok]
    alone = [each for each in record.trades if record.careful(each) and _alone(each) and each.exchange.ok]
    times = sorted(each.received - each.sent for each in alone)
    others = sorted(each.received - each.sent for each in record.events if each.kind == CALL)
    if not quiet or len(times) < 3 or not others:
        return unseen("fewer than three refreshes were made by one caller at a time")
    if times[0] > max(quiet) + SLOW and times[0] > TIMES * max(quiet) and percentile(others, 95) < times[0] / 2:
        got = f"{times[0]:.2f} to {times[-1]:.2f} s, other calls {percentile(others, 50):.3f} s"
        return broken(f"about {max(quiet):.2f} s, as when all is quiet", got, [each.seq for each in alone])
    return upheld(len(times), f"{percentile(times, 50):.3f} s, {max(quiet):.3f} s when all is quiet")


@_law_of_forcing
def a_forced_refresh_ends_old_tokens_under_load(record: Record) -> Judgement:
    """After a forced refresh the refresh token from before is refused, also while its user's calls are under way."""
    olds = [each for each in record.events if each.kind == OLD]
    if not olds:
        return unseen("nothing was forced")
    wrong = [each for each in olds if each.exchange.ok]
    if wrong:
        return broken("400 or 401 for the token from before", wrong[0].exchange.summary(), [each.seq for each in wrong])
    return upheld(len(olds), seqs=[each.seq for each in olds])


def judged(record: Record, laws: Iterable[str]) -> dict[str, Judgement]:
    """What becomes of each of these laws."""
    return {name: judgement(LAWS[name], record) for name in laws}


__all__ = ["LAWS", "Record", "judged"]
