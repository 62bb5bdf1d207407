"""The laws of the contract under load, judged from everything a mixed run has recorded."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence

import attrs

from contracts import checks
from contracts.api import callers, path_values
from contracts.exchange import MISSING, Exchange, at
from contracts.law import BROKEN, Broken, Law
from contracts.statistics import chance_of_more, percentile, shift
from load.mixed.counting import rises
from load.mixed.scene import Scene, marks
from load.mixed.visits import living
from load.refusals import early
from load.rows import Row
from load.ruling import Ruling, broken, law_of, observed, unseen, upheld
from specs.contract import Contract, Operation

LAWS: dict[str, Law] = {}
JUDGES: dict[str, Callable[[Scene, Operation], Ruling]] = {}

TWICE = 2
"""How often something has to be seen under load, where one sighting may be chance: a deploy, a lock, a lost packet."""
UNANSWERED = 0.005
SLOWER, SECONDS, SURE, MOSTLY = 3.0, 0.05, 1e-3, 0.75
"""A tenant is slowed by another if it waits so many times as long, so many seconds more, and that is no chance."""
FEW = 20
"""Rows without which two spells are not compared."""


def every(contract: Contract) -> list[Operation]:
    return list(contract.operations)


def limited(contract: Contract) -> list[Operation]:
    return [each for each in contract.operations if each.limits]


def made(contract: Contract) -> list[Operation]:
    """Creations of what can be looked at and removed again."""
    return [each.create for each in living(contract) if each.create]


def lists(contract: Contract) -> list[Operation]:
    return [each.list for each in living(contract) if each.list]


def first(contract: Contract) -> list[Operation]:
    """The operation under which a law about all of them is filed."""
    return list(contract.operations[:1])


def _law(
    on: Callable[[Contract], Iterable[Operation]], *kinds: str
) -> Callable[[Callable[[Scene, Operation], Ruling]], Callable[[Scene, Operation], Ruling]]:
    def register(judge: Callable[[Scene, Operation], Ruling]) -> Callable[[Scene, Operation], Ruling]:
        law_of(LAWS, "load", on, kinds)(judge)
        JUDGES[f"load/{judge.__name__.replace('_', '-')}"] = judge
        return judge

    return register


@_law(limited, "limit")
def no_429_within_the_declared_limits(scene: Scene, operation: Operation) -> Ruling:
    """A credential that sends no more than declared is never answered 429, whatever others are doing.

    Broken by two refusals before which at most the declared number had been sent within a window.
    """
    sent: dict[str, list[Exchange]] = defaultdict(list)
    for each in scene.ordered.get(operation.key, ()):
        sent[each.request.principal or ""].append(each)
    total = sum(map(len, sent.values()))
    wrong = [each for mine in sent.values() for each in early(mine, operation.limits, scene.deployment.time_scale)]
    if len(wrong) >= TWICE:
        limit = operation.limits[0]
        window = limit.window / scene.deployment.time_scale
        told = f"429 to {len(wrong)} of {total} requests, though fewer had been sent"
        return broken(f"{limit.requests} admitted in {window:g} s", told, _seqs(wrong))
    if wrong:
        return observed("one 429 though fewer had been sent than declared", _seqs(wrong))
    return upheld(total) if total else unseen("nothing was asked of this operation")


@_law(every, "status")
def no_server_error_under_load(scene: Scene, operation: Operation) -> Ruling:
    """Within the declared limits no request is answered with a server error.

    Broken by two of them under load; a single one is reported as seen.
    """
    sent = scene.under_load(operation)
    failed = [each for each in sent if each.status >= 500]
    if len(failed) >= TWICE:
        return broken("answers below 500", f"{failed[0].says()} to {len(failed)} of {len(sent)}", _seqs(failed))
    if failed:
        return observed(f"one server error: {failed[0].says()}", _seqs(failed))
    return upheld(len(sent)) if sent else unseen("nothing was asked of this operation under load")


@_law(first, "status")
def every_request_is_answered(scene: Scene, _: Operation) -> Ruling:
    """Within the declared limits the deployment answers: no connection is reset or cut off, none times out.

    Judged over all operations. Broken when more than 0.5 % of the requests under load, and at least five, came to
    nothing, while all requests were answered before. Connections that end while they idle are fewer than that.
    """
    sent = [each for each in scene.exchanges.values() if scene.began <= each.sent < scene.ended]
    lost = [each for each in sent if each.response is None and each.error and "the run ended" not in each.error]
    before = [each for each in scene.exchanges.values() if each.sent < scene.began]
    if len(lost) >= 5 and len(lost) > UNANSWERED * len(sent):
        if any(each.response is None for each in before):
            return unseen("requests were lost before the load began, too")
        return broken("an answer", f"none to {len(lost)} of {len(sent)}: {lost[0].error}", _seqs(lost))
    if not sent:
        return unseen("nothing was asked under load")
    return upheld(len(sent), f"{len(lost)} without an answer" if lost else None)


@_law(every, "schema", "status", "header")
def the_contract_holds_under_load(scene: Scene, operation: Operation) -> Ruling:
    """Every check of the gate holds under load as it does when all is quiet.

    The same checks judge the answers before and during the load. What is broken in both is told by the check itself;
    broken here is what was seen at least twice under load only.
    """
    quiet = {name for name, _, _ in _violations(scene, scene.quiet(operation))}
    sent = [each for each in scene.under_load(operation) if each.response is not None and each.status < 500]
    found: dict[str, list[tuple[Exchange, Broken]]] = defaultdict(list)
    for name, exchange, outcome in _violations(scene, sent):
        if name not in quiet:
            found[name].append((exchange, outcome))
    worst = max(found.items(), key=lambda pair: len(pair[1]), default=None)
    if worst and len(worst[1]) >= TWICE:
        name, seen = worst
        others = f"; also {', '.join(each for each in found if each != name)}" if len(found) > 1 else ""
        heard = "not seen when all was quiet" if scene.quiet(operation) else "not asked when all was quiet"
        return broken(
            f"{seen[0][1].expected} ({name})",
            f"{seen[0][1].actual}, in {len(seen)} of {len(sent)} answers under load, {heard}{others}",
            [each.seq for each, _ in seen],
        )
    return upheld(len(sent)) if sent else unseen("nothing was answered by this operation under load")


def _violations(scene: Scene, exchanges: Iterable[Exchange]) -> Iterator[tuple[str, Exchange, Broken]]:
    for exchange in exchanges:
        if exchange.response is None:
            continue
        for check in checks.load().values():
            try:
                check.judge(exchange, scene.contract)
            except Broken as outcome:
                yield check.id, exchange, outcome


@_law(every, "tenant")
def no_answer_belongs_to_another_caller(scene: Scene, operation: Operation) -> Ruling:
    """An answer is the one to the question that was asked, and shows nothing of another tenant.

    A thing asked for by its id is answered with that id; names that another tenant's requests made up, and ids that
    only another tenant's lists showed when all was quiet, are in no answer. One sighting proves it.
    """
    sent = [each for each in scene.ordered.get(operation.key, ()) if each.ok]
    for each in sent:
        told = _mistaken(scene, each) or _foreign_name(scene, each) or _foreign_item(scene, each)
        if told:
            return broken("the answer to the caller's own question", told, [each.seq])
    return upheld(len(sent)) if sent else unseen("nothing was answered by this operation")


def _mistaken(scene: Scene, exchange: Exchange) -> str | None:
    """What it answers, if that is another thing than was asked for by its id."""
    resource = scene.contract.resource_of(exchange.operation)
    if resource is None or resource.item != exchange.operation.path or resource.identifier is None:
        return None
    asked = path_values(exchange.operation, exchange.request.target).get(resource.identifier)
    got = at(exchange.data, resource.member)
    if asked is None or got is MISSING or str(got) == asked:
        return None
    return f"{resource.member} {got} where {asked} was asked for"


def _foreign_name(scene: Scene, exchange: Exchange) -> str | None:
    own = scene.tenant(exchange)
    for mark in marks(exchange.response.body if exchange.response else ""):
        owner = scene.owners.get(mark, "")
        if own and owner and owner != own:
            return f"{mark}, which {owner} made"
    return None


def _foreign_item(scene: Scene, exchange: Exchange) -> str | None:
    own = scene.tenant(exchange)
    resource = scene.contract.resource_of(exchange.operation)
    if exchange.operation.paging is None or exchange.sent < scene.began or not own:
        return None
    pointer = resource.member if resource else "/id"
    known = _shown(scene, exchange.operation, pointer)
    for item in exchange.items:
        tenants = known.get(str(at(item, pointer)), set())
        if tenants and own not in tenants:
            return f"item {at(item, pointer)} of {min(tenants)}"
    return None


def _shown(scene: Scene, operation: Operation, pointer: str) -> dict[str, set[str]]:
    """Which tenants' lists showed an id when all was quiet; nothing unless every tenant's list was seen."""
    found: dict[str, set[str]] = defaultdict(set)
    seen = set()
    for each in scene.quiet(operation):
        if each.ok and (tenant := scene.tenant(each)):
            seen.add(tenant)
            for item in each.items:
                found[str(at(item, pointer))].add(tenant)
    return found if len(seen) > 1 else {}


@_law(limited, "header")
def requests_are_counted_once(scene: Scene, operation: Operation) -> Ruling:
    """X-RateLimit-Remaining is the count of one limiter, also when requests come at once and from many connections.

    Between two answers within a window it never rises by more than a limiter can give back in that time. Broken when it
    does so twice: several workers count for themselves, or increments are lost.
    """
    by_whom: dict[str, list[Exchange]] = defaultdict(list)
    for each in scene.ordered.get(operation.key, ()):
        by_whom[each.request.principal or ""].append(each)
    limit = operation.limits[0]
    found = [each for sent in by_whom.values() for each in rises(sent, limit, scene.deployment.time_scale)]
    told = sum(
        1 for sent in by_whom.values() for each in sent
        if each.response is not None and each.response.header("X-RateLimit-Remaining")
    )  # fmt: skip
    if len(found) >= TWICE:
        worst = max(found, key=lambda each: each.by)
        got = f"a rise by {worst.by}, where {worst.allowed:.0f} is the most that can be given back ({len(found)} times)"
        return broken("Remaining to fall by one per request", got, [worst.before.seq, worst.after.seq])
    return upheld(told) if told else unseen("no answer told how many requests remain")


@_law(made, "state")
def reads_show_the_last_write_under_load(scene: Scene, operation: Operation) -> Ruling:
    """What a caller has created, changed or removed reads so afterwards, however busy the deployment is.

    Callers make things of their own, see them once in their list, change, read and remove them, one request after the
    other. Broken when two of them saw something else; a single sighting is reported as seen.
    """
    mine = [each for each in scene.endings if each.operation == operation.key]
    wrong = [each for each in mine if each.verdict == BROKEN]
    if len(wrong) >= TWICE:
        common = Counter((each.expected, each.actual and _plain(each.actual)) for each in wrong)
        expected = common.most_common(1)[0][0][0]
        shown = next(each for each in wrong if each.expected == expected)
        told = f"{shown.actual} ({len(wrong)} of {len(mine)} times)"
        return broken(str(shown.expected), told, shown.seqs)
    if wrong:
        return observed(f"seen once: expected {wrong[0].expected}, got {wrong[0].actual}", wrong[0].seqs)
    well = [each for each in mine if each.verdict == "upheld"]
    return upheld(len(well)) if well else unseen("nobody made one under load")


def _plain(text: str) -> str:
    return re.sub(r"'[^']*'|\d+", "…", text)


@_law(lists, "page")
def lists_count_exactly_after_the_load(scene: Scene, operation: Operation) -> Ruling:
    """When all is quiet again, a list holds what was created and not removed, once, and its total is their number.

    Read to its end after the load. What others create meanwhile is not known, so only things of this run are looked
    for; the total is held against the items of the same walk.
    """
    walks = [each for each in scene.walks if each.operation == operation.key and all(page.ok for page in each.pages)]
    if not walks:
        return unseen("the list was not read after the load")
    for walk in walks:
        items = [item for page in walk.pages for item in page.items]
        told = [page.page("total") for page in walk.pages[:1]]
        if told and told[0] is not MISSING and told[0] is not None and told[0] != len(items):
            return broken(f"a total of {len(items)}, as many as there are", str(told[0]), _seqs(walk.pages))
        if wrong := _wrongly_listed(scene, operation, items, walk.pages[0].sent):
            return broken(*wrong, _seqs(walk.pages))
    return upheld(len(walks), seqs=[page.seq for walk in walks for page in walk.pages])


def _wrongly_listed(scene: Scene, operation: Operation, items: Sequence[object], read: float) -> tuple[str, str] | None:
    """What a list that was read at a time shows and should not, as expected and actual."""
    resource = scene.contract.resource_of(operation)
    assert resource is not None
    listed = Counter(str(at(item, resource.member)) for item in items)
    removed = {
        path_values(each.operation, each.request.target).get(resource.identifier or "", "")
        for each in scene.ordered.get(resource.delete.key if resource.delete else "", ())
        if each.ok and each.received < read
    }
    if back := sorted(name for name in removed if listed[name]):
        return "what was removed to be gone from its list", f"{back[0]} is in it, one of {len(back)}"
    if twice := sorted(name for name, count in listed.items() if count > 1 and name != str(MISSING)):
        return "every item once", f"{twice[0]} is in it {listed[twice[0]]} times"
    return None


@_law(first, "limit")
def a_tenant_does_not_slow_another(scene: Scene, _: Operation) -> Ruling:
    """A tenant that uses all it is granted neither slows nor starves another one.

    One tenant is calm, loud, calm and loud again; the others go on as before. Judged over all operations, each answer
    against what is usual for its operation when all are calm. Broken when in every loud spell the others wait three
    times as long and 50 ms more, which is no chance, while our own sending is in time; or when they get errors then.
    """
    others = [
        each for each in scene.rows
        if scene.tenant_of.get(each.principal) not in (None, scene.loud) and scene.began <= each.due < scene.ended
    ]  # fmt: skip
    if not others:
        return unseen("the deployment file names no second tenant")
    spells = scene.spells(others)
    calm = [row for loud, rows in spells if not loud for row in rows]
    loud = [rows for is_loud, rows in spells if is_loud and len(rows) >= FEW]
    if len(calm) < FEW or not loud:
        return unseen("no calm and loud spells to compare: the shape has none, or too little was asked")
    if found := _starved(calm, [row for rows in loud for row in rows]):
        return found
    return _slowed(calm, loud)


def _starved(calm: Sequence[Row], loud: Sequence[Row]) -> Ruling | None:
    before, after = sum(each.failed for each in calm), [each for each in loud if each.failed]
    if len(after) >= 5 and chance_of_more(before, len(calm), len(after), len(loud)) < SURE:
        told = f"{len(after)} of {len(loud)} ({after[0].status or 'no answer'}) while it was loud"
        return broken(
            f"{before} of {len(calm)} failed, as while the other was calm", told, [each.seq for each in after]
        )
    return None


def _slowed(calm: Sequence[Row], loud: Sequence[Sequence[Row]]) -> Ruling:
    by_operation: dict[str, list[float]] = defaultdict(list)
    for each in calm:
        if each.status:
            by_operation[each.operation].append(each.service)
    middle = percentile(sorted(time for times in by_operation.values() for time in times), 50) if by_operation else 0.0
    usual = {key: percentile(sorted(times), 50) for key, times in by_operation.items()}
    before = [each.service - usual[each.operation] for each in calm if each.status]
    worse, seen = [], []
    for rows in loud:
        answered = [each for each in rows if each.status]
        if len(answered) < FEW or not before:
            continue
        after = [each.service - usual.get(each.operation, middle) for each in answered]
        found = shift(before, after)
        late = percentile(sorted(each.lateness for each in answered), 95)
        more = percentile(sorted(after), 50)
        seen.append(more)
        real = found.chance < SURE and found.above > MOSTLY and late < more / 2
        worse.append(real and more > SECONDS and more > (SLOWER - 1) * middle)
    if not seen:
        return unseen("too little was asked of operations whose usual time is known")
    slow = max(seen)
    if worse and all(worse):
        rows = [each for spell in loud for each in spell if each.service > usual.get(each.operation, 0) + SECONDS]
        told = f"{(middle + slow) * 1000:.0f} ms while it is loud, in each of {len(worse)} spells"
        return broken(f"about {middle * 1000:.0f} ms, as while the other is calm", told, [each.seq for each in rows])
    return upheld(
        sum(map(len, loud)), f"{middle * 1000:.1f} ms, {(middle + slow) * 1000:.1f} ms while the other is loud"
    )


def judged(scene: Scene, law: str, operation: Operation) -> Ruling:
    """What becomes of a law at an operation."""
    found = JUDGES[law](scene, operation)
    return attrs.evolve(found, seqs=tuple(dict.fromkeys(found.seqs))[:10])


def _seqs(exchanges: Iterable[Exchange]) -> list[int]:
    return [each.seq for each in exchanges]


__all__ = ["JUDGES", "LAWS", "callers", "judged"]
