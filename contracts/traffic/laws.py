"""The laws that need no question: what recorded traffic shows of them by itself.

Each has the id of the gate's law whose promise it judges. Somebody else may have changed or used what a recording does
not show, so each judges only what nobody else can have caused; one sighting is reported, two make it broken.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from urllib.parse import parse_qsl

from contracts.core.exchange import MISSING, Exchange, at, is_whole
from contracts.judging.record_laws import Judgement, broken, observed, unseen, upheld
from contracts.laws.law import Law, Selector, law
from contracts.steps.tokens.expiry import seconds_left
from contracts.traffic.record import Record
from specs.contract import Limit, Operation, TokenRules, selectors

LAWS: dict[str, Law] = {}
Judge = Callable[[Record, Operation], Judgement]
TWICE = 2
"""How often something has to be seen, where one sighting may be chance."""
SLACK = 60.0
"""Seconds by which clocks may differ, and a token may outlive what it says."""
_FRESH = 0.9
"""What a window is multiplied by, since answers may be recorded closer together than requests were counted."""


def _judges(family: str, on: Selector, *kinds: str) -> Callable[[Judge], Judge]:
    return law(family=family, on=on, kinds=kinds, laws=LAWS, recorded=True, no_path_setup=True)


def _verdict(
    wrong: Sequence[tuple[str, Sequence[Exchange]]], expected: str, well: Sequence[Exchange], unheard: str
) -> Judgement:
    """Broken by two sightings, each what was got and the exchanges that show it; upheld by answers that kept it."""
    seqs = [each.seq for _, shown in wrong for each in shown]
    if len(wrong) >= TWICE:
        return broken(expected, f"{wrong[0][0]} ({len(wrong)} times)", seqs, f"seen {len(wrong)} times")
    if wrong:
        return observed(f"seen once: expected {expected}, got {wrong[0][0]}", seqs)
    return upheld(len(well), seqs=[each.seq for each in well]) if well else unseen(unheard)


@_judges("limits", selectors.limited, "limit")
def the_declared_limit_is_enforced(record: Record, operation: Operation) -> Judgement:
    """No credential is granted more than a limiter of the declared number can grant in a window.

    Whatever kind it is of, that is twice the number: a fixed window may let it through on either side of its end.
    Broken where more were granted within one window, twice. Upheld where a credential was refused with 429, and was
    granted no more before.
    """
    limit = next((each for each in operation.limits if not each.implied), operation.limits[0])
    wrong: list[tuple[str, Sequence[Exchange]]] = []
    refused: list[Exchange] = []
    for mine in record.by_caller(operation):
        granted = [each for each in mine if each.ok]
        window = limit.window / record.deployment.time_scale
        wrong += [(f"{len(each)} granted in {window:g} s", each[:2]) for each in _crowded(granted, limit, window)]
        refused += [each for each in mine if each.status == 429]
    expected = f"at most {2 * limit.requests} granted in any {limit.window / record.deployment.time_scale:g} s"
    return _verdict(wrong, expected, refused, "no credential was refused with 429, nor granted more than it may be")


def _crowded(granted: Sequence[Exchange], limit: Limit, window: float) -> Iterator[list[Exchange]]:
    """Windows that do not overlap with more granted in them than any limiter of this number grants."""
    begun = 0
    for end, last in enumerate(granted):
        while begun < end and last.received - granted[begun].sent > window * _FRESH:
            begun += 1
        if end - begun + 1 > 2 * limit.requests:
            yield list(granted[begun : end + 1])
            begun = end + 1


@_judges("credentials", selectors.protected, "credential", "status/401")
def nothing_without_a_credential(record: Record, operation: Operation) -> Judgement:
    """A request without a credential is refused with 401.

    Judged where the recording has requests to the operation with a credential as well: some recorders take them out.
    Broken where two requests that carry none, and no cookie, were granted.
    """
    bare = [each for each in record.of(operation) if each.request.principal is None and not _has_cookie(each)]
    if not any(each.request.principal for each in record.of(operation)):
        return unseen("the recording shows no credential at all here: it may have been taken out of it")
    wrong = [(each.summary(), [each]) for each in bare if each.ok]
    return _verdict(wrong, "401 without a credential", [each for each in bare if each.status == 401], "none was sent")


def _has_cookie(exchange: Exchange) -> bool:
    return any(name.lower() in {"cookie", "authorization"} for name, _ in exchange.request.headers)


@_judges("pagination", selectors.sized_lists, "page")
def pages_have_the_size_asked_for(record: Record, operation: Operation) -> Judgement:
    """A page has at most as many items as were requested."""
    size = operation.paging.size if operation.paging else None
    asked = [
        (each, wanted)
        for each in record.of(operation)
        if each.ok and size and (wanted := _number(each, size.name)) is not None and wanted > 0
    ]
    wrong = [(f"{len(each.items)} of at most {wanted}", [each]) for each, wanted in asked if len(each.items) > wanted]
    full = [each for each, wanted in asked if len(each.items) == wanted]
    return _verdict(wrong, "no more items than asked for", full, "no full page of a requested size was recorded")


def _number(exchange: Exchange, name: str) -> int | None:
    values = [value for key, value in parse_qsl(exchange.request.target.partition("?")[2]) if key == name]
    return int(values[0]) if len(values) == 1 and is_whole(values[0]) else None


@_judges("state", selectors.deletions, "state/delete", "status")
def what_was_deleted_is_gone(record: Record, operation: Operation) -> Judgement:
    """A deleted resource cannot be read any more.

    Read by whoever deleted it, later than the deployment may take to know of it, with no other change of it recorded in
    between.
    """
    resource = record.contract.resource_of(operation)
    reads = record.of(resource.read) if resource and resource.read else ()
    wrong: list[tuple[str, Sequence[Exchange]]] = []
    gone: list[Exchange] = []
    for deletion in (each for each in record.of(operation) if each.ok):
        for read in _reads_after(record, deletion, reads):
            if read.ok:
                wrong.append((f"{read.status} when it was read afterwards", [deletion, read]))
                break
            if read.status in {403, 404, 410}:
                gone.append(read)
    return _verdict(wrong, "a deleted resource to be gone", gone, "nothing deleted was read afterwards")


def _reads_after(record: Record, deletion: Exchange, reads: Sequence[Exchange]) -> Iterator[Exchange]:
    place, settled = _path(deletion), deletion.received + record.deployment.eventual
    revived = [
        each.sent
        for each in record.ordered
        if not each.request.safe and each.seq != deletion.seq and each.ok and _path(each) in {place, _parent(place)}
    ]
    for read in reads:
        mine = _path(read) == place and read.request.principal == deletion.request.principal
        if mine and read.sent > settled and not any(deletion.sent <= each <= read.received for each in revived):
            yield read


def _path(exchange: Exchange) -> str:
    return exchange.request.target.partition("?")[0].rstrip("/")


def _parent(path: str) -> str:
    return path.rpartition("/")[0]


@_judges("tokens", selectors.refreshes, "token/refresh")
def a_spent_refresh_token_is_refused(record: Record, operation: Operation) -> Judgement:
    """A refresh token works once: presented again it is refused with 400 or 401.

    Broken where the document says that a token works once, and two tokens each gave a second pair to a request that was
    sent after the first had been answered.
    """
    rules = record.contract.tokens
    assert rules is not None
    used: dict[str, Exchange] = {}
    wrong: list[tuple[str, Sequence[Exchange]]] = []
    refused: list[Exchange] = []
    for each in record.of(operation):
        token = at(each.request.json, rules.present)
        if not isinstance(token, str) or "$" not in token:
            continue
        first = used.get(token)
        if first is None:
            used |= {token: each} if each.ok else {}
        elif each.sent > first.received + rules.grace:
            if each.ok:
                wrong.append((str(each.status), [first, each]))
            elif each.status in {400, 401}:
                refused.append(each)
    if wrong and not rules.single_use:
        return observed("a used refresh token gives another pair", [each.seq for _, some in wrong for each in some])
    return _verdict(wrong, "400 or 401 for a refresh token that was used", refused, "no token was presented twice")


@_judges("tokens", selectors.refreshes, "token/refresh")
def a_refresh_gives_a_new_pair(record: Record, operation: Operation) -> Judgement:
    """A refresh answers with a new access token and, where tokens are renewed, a new refresh token."""
    rules = record.contract.tokens
    assert rules is not None
    member = rules.refresh_token if rules.single_use else None
    granted = [each for each in record.of(operation) if each.ok]
    wrong: list[tuple[str, Sequence[Exchange]]] = []
    for each in granted:
        fresh = at(each.json, f"{rules.data}{member.token}") if member else MISSING
        if at(each.json, f"{rules.data}{rules.access.token}") in (MISSING, None, ""):
            wrong.append(("no access token", [each]))
        elif fresh is not MISSING and fresh == at(each.request.json, rules.present):
            wrong.append(("the refresh token that was presented", [each]))
    return _verdict(wrong, "a new pair", granted, "no refresh was granted")


@_judges("tokens", selectors.issues, "token")
def tokens_are_never_issued_twice(record: Record, operation: Operation) -> Judgement:
    """No token is given out twice."""
    rules = record.contract.tokens
    assert rules is not None
    wrong: list[tuple[str, Sequence[Exchange]]] = []
    seen: dict[str, Exchange] = {}
    for member in filter(None, (rules.access, rules.refresh_token if rules.single_use else None)):
        for token, each in record.given_out(rules, member):
            before = seen.setdefault(token, each)
            if before is not each and operation.key in {before.operation.key, each.operation.key}:
                wrong.append(("the token of an earlier answer", [before, each]))
    told = [each for each in record.of(operation) if each.ok]
    enough = told if len(seen) > 1 and len(told) >= TWICE else []
    return _verdict(wrong, "a token that was never given out before", enough, "fewer than two pairs were recorded")


@_judges("tokens", selectors.opened_by_token, "token/expiry", "status/401")
def an_expired_access_token_is_refused(record: Record, operation: Operation) -> Judgement:
    """An access token is refused with 401 once it has expired.

    Judged where an answer of the recording gave it out and said when it expires, a minute of grace allowed.
    """
    rules = record.contract.tokens
    assert rules is not None
    ends = _ends(record, rules)
    wrong: list[tuple[str, Sequence[Exchange]]] = []
    refused: list[Exchange] = []
    for each in record.of(operation):
        sent = " ".join(value for _, value in each.request.headers)
        end, source = next((ends[token] for token in ends if token in sent), (None, None))
        if end is None or source is None or each.sent < end + SLACK:
            continue
        if each.ok:
            wrong.append((f"{each.status}, {each.sent - end:.0f} s after it expired", [source, each]))
        elif each.status == 401:
            refused.append(each)
    return _verdict(wrong, "401 for an expired access token", refused, "no expired token was presented")


def _ends(record: Record, rules: TokenRules) -> dict[str, tuple[float, Exchange]]:
    """When each access token that was given out expires, as its answer says."""
    found: dict[str, tuple[float, Exchange]] = {}
    for token, each in record.given_out(rules, rules.access):
        expires = at(each.json, f"{rules.data}{rules.access.expires}") if rules.access.expires else MISSING
        left = seconds_left(rules.access, expires, each)
        if left is not None:
            found[token] = each.received + left, each
    return found
