"""The laws of the contract under load, judged from everything a mixed run has recorded."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence

from contracts import checks
from contracts.core.conversation import Broken
from contracts.core.exchange import MISSING, Exchange, at
from contracts.core.verdicts import BROKEN
from contracts.judging.record_laws import Judgement, broken, judgement, observed, unseen, upheld
from contracts.request.url import path_values
from load.scenarios.early_429 import early
from load.scenarios.mixed import noisy_neighbour, tenant_leaks
from load.scenarios.mixed.record import Record
from load.scenarios.mixed.registry import LAWS, first, judges, lists, made
from load.scenarios.mixed.remaining_counter import rises
from specs.contract import Operation, selectors

__all__ = ["LAWS", "judged", "noisy_neighbour", "tenant_leaks"]

TWICE = 2
"""How often something has to be seen under load, where one sighting may be chance: a deploy, a lock, a lost packet."""
UNANSWERED = 0.005


@judges(selectors.limited, "limit")
def no_429_within_the_declared_limits(record: Record, operation: Operation) -> Judgement:
    """A credential that sends no more than declared is never answered 429, whatever others are doing.

    Broken by two refusals before which at most the declared number had been sent within a window.
    """
    sent: dict[str, list[Exchange]] = defaultdict(list)
    for each in record.ordered.get(operation.key, ()):
        sent[each.request.principal or ""].append(each)
    total = sum(map(len, sent.values()))
    wrong = [each for mine in sent.values() for each in early(mine, operation.limits, record.deployment.time_scale)]
    if len(wrong) >= TWICE:
        limit = operation.limits[0]
        window = limit.window / record.deployment.time_scale
        got = f"429 to {len(wrong)} of {total} requests, though fewer had been sent"
        return broken(f"{limit.requests} admitted in {window:g} s", got, _seqs(wrong))
    if wrong:
        return observed("one 429 though fewer had been sent than declared", _seqs(wrong))
    return upheld(total) if total else unseen("no request was sent to this operation")


@judges(selectors.every, "status")
def no_server_error_under_load(record: Record, operation: Operation) -> Judgement:
    """Within the declared limits no request is answered with a server error.

    Broken by two of them under load; a single one is reported as seen.
    """
    sent = record.under_load(operation)
    failed = [each for each in sent if each.status >= 500]
    if len(failed) >= TWICE:
        return broken("answers below 500", f"{failed[0].summary()} to {len(failed)} of {len(sent)}", _seqs(failed))
    if failed:
        return observed(f"one server error: {failed[0].summary()}", _seqs(failed))
    return upheld(len(sent)) if sent else unseen("no request was sent to this operation under load")


@judges(first, "status")
def every_request_is_answered(record: Record, _: Operation) -> Judgement:
    """Within the declared limits the deployment answers: no connection is reset or cut off, none times out.

    Judged over all operations. Broken when more than 0.5 % of the requests under load, and at least five, came to
    nothing, while all requests were answered before. Connections that end while they idle are fewer than that.
    """
    sent = [each for each in record.exchanges.values() if record.began <= each.sent < record.ended]
    lost = [each for each in sent if each.response is None and each.error and "the run ended" not in each.error]
    before = [each for each in record.exchanges.values() if each.sent < record.began]
    if len(lost) >= 5 and len(lost) > UNANSWERED * len(sent):
        if any(each.response is None for each in before):
            return unseen("requests were lost before the load began, too")
        return broken("an answer", f"none to {len(lost)} of {len(sent)}: {lost[0].error}", _seqs(lost))
    if not sent:
        return unseen("no request was sent under load")
    return upheld(len(sent), f"{len(lost)} without an answer" if lost else None)


@judges(selectors.every, "schema", "status", "header")
def the_contract_holds_under_load(record: Record, operation: Operation) -> Judgement:
    """Every check of the gate holds under load as it does when all is quiet.

    The same checks judge the answers before and during the load. What is broken in both is reported by the check
    itself; broken here is what was seen at least twice under load only.
    """
    sent = [each for each in record.under_load(operation) if each.response is not None and each.status < 500]
    found: dict[str, list[tuple[Exchange, Broken]]] = defaultdict(list)
    for name, exchange, outcome in _violations(record, sent):
        found[name].append((exchange, outcome))
    for name, _, _ in _violations(record, record.quiet(operation)) if found else ():
        found.pop(name, None)
    worst = max(found.items(), key=lambda pair: len(pair[1]), default=None)
    if worst and len(worst[1]) >= TWICE:
        name, seen = worst
        others = f"; also {', '.join(each for each in found if each != name)}" if len(found) > 1 else ""
        heard = "not seen when all was quiet" if record.quiet(operation) else "not run before the load began"
        return broken(
            f"{seen[0][1].expected} ({name})",
            f"{seen[0][1].actual}, in {len(seen)} of {len(sent)} answers under load, {heard}{others}",
            [each.seq for each, _ in seen],
        )
    return upheld(len(sent)) if sent else unseen("nothing was answered by this operation under load")


def _violations(record: Record, exchanges: Iterable[Exchange]) -> Iterator[tuple[str, Exchange, Broken]]:
    known = checks.load().values()
    for exchange in exchanges:
        if exchange.response is None:
            continue
        for check in known:
            if isinstance(said := record.alike.say(check, exchange), Broken):
                yield check.id, exchange, said


@judges(selectors.limited, "header")
def requests_are_counted_once(record: Record, operation: Operation) -> Judgement:
    """X-RateLimit-Remaining is the count of one limiter, also when requests come at once and from many connections.

    Between two answers within a window it never rises by more than a limiter can give back in that time. Broken when it
    does so twice: several workers count for themselves, or increments are lost.
    """
    by_whom: dict[str, list[Exchange]] = defaultdict(list)
    for each in record.ordered.get(operation.key, ()):
        by_whom[each.request.principal or ""].append(each)
    limit = operation.limits[0]
    found = [each for sent in by_whom.values() for each in rises(sent, limit, record.deployment.time_scale)]
    told = sum(
        1 for sent in by_whom.values() for each in sent
        if each.response is not None and each.response.header("X-RateLimit-Remaining")
    )  # fmt: skip
    if len(found) >= TWICE:
        worst = max(found, key=lambda each: each.by)
        got = f"a rise by {worst.by}, where {worst.allowed:.0f} is the most that can be given back ({len(found)} times)"
        return broken("Remaining to fall by one per request", got, [worst.before.seq, worst.after.seq])
    return upheld(told) if told else unseen("no response said how many requests remain")


@judges(made, "state")
def reads_show_the_last_write_under_load(record: Record, operation: Operation) -> Judgement:
    """What a caller has created, changed or removed reads so afterwards, however busy the deployment is.

    Callers create resources of their own, see them once in their list, change, read and remove them, one request after
    the other. Broken when two of them saw something else; a single sighting is reported as seen.
    """
    mine = [each for each in record.endings if each.operation == operation.key]
    wrong = [each for each in mine if each.verdict == BROKEN]
    if len(wrong) >= TWICE:
        common = Counter((each.expected, each.actual and _plain(each.actual)) for each in wrong)
        expected = common.most_common(1)[0][0][0]
        shown = next(each for each in wrong if each.expected == expected)
        got = f"{shown.actual} ({len(wrong)} of {len(mine)} times)"
        return broken(str(shown.expected), got, shown.seqs)
    if wrong:
        return observed(f"seen once: expected {wrong[0].expected}, got {wrong[0].actual}", wrong[0].seqs)
    well = [each for each in mine if each.verdict == "upheld"]
    return upheld(len(well)) if well else unseen("nobody made one under load")


def _plain(text: str) -> str:
    return re.sub(r"'[^']*'|\d+", "…", text)


@judges(lists, "page")
def lists_count_exactly_after_the_load(record: Record, operation: Operation) -> Judgement:
    """When all is quiet again, a list holds what was created and not removed, once, and its total is their number.

    Read to its end after the load. What others create meanwhile is not known, so only resources of this run are
    searched for; the total is held against the items of the same walk.
    """
    walks = [each for each in record.walks if each.operation == operation.key and all(page.ok for page in each.pages)]
    if not walks:
        return unseen("the list was not read after the load")
    for walk in walks:
        items = [item for page in walk.pages for item in page.items]
        totals = [page.page("total") for page in walk.pages[:1]]
        if totals and totals[0] is not MISSING and totals[0] is not None and totals[0] != len(items):
            return broken(f"a total of {len(items)}, as many as there are", str(totals[0]), _seqs(walk.pages))
        if wrong := _wrongly_listed(record, operation, items, walk.pages[0].sent):
            return broken(*wrong, _seqs(walk.pages))
    return upheld(len(walks), seqs=[page.seq for walk in walks for page in walk.pages])


def _wrongly_listed(
    record: Record, operation: Operation, items: Sequence[object], read: float
) -> tuple[str, str] | None:
    """What a list that was read at a time shows and should not, as expected and actual."""
    resource = record.contract.resource_of(operation)
    assert resource is not None
    listed = Counter(str(at(item, resource.member)) for item in items)
    removed = {
        path_values(each.operation, each.request.target).get(resource.identifier or "", "")
        for each in record.ordered.get(resource.delete.key if resource.delete else "", ())
        if each.ok and each.received < read
    }
    if back := sorted(name for name in removed if listed[name]):
        return "what was removed to be gone from its list", f"{back[0]} is in it, one of {len(back)}"
    if twice := sorted(name for name, count in listed.items() if count > 1 and name != str(MISSING)):
        return "every item once", f"{twice[0]} is in it {listed[twice[0]]} times"
    return None


def judged(record: Record, law: str, operation: Operation) -> Judgement:
    """What becomes of a law at an operation."""
    return judgement(LAWS[law], record, operation)


def _seqs(exchanges: Iterable[Exchange]) -> list[int]:
    return [each.seq for each in exchanges]
