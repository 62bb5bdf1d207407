"""What a reader runs to see a finding again: shell lines that make what the last request needs, and then send it.

Ids and tokens that the run was given are gone when somebody reads the report, and names that it used may be taken. So
an answer that is needed later is kept in a variable, names are made up anew whenever the lines are run, and all that
they make is removed at the end. Secrets of the deployment file are variables as well.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

import attrs

from contracts.config.deployment import Principal
from contracts.core.exchange import Exchange, Request, at
from contracts.core.same import Same
from contracts.judging.origins import SIGNATURE, Origins, spelled
from contracts.judging.shell_variables import OURS, TAG, Origin, answer_of
from contracts.plan.plan import Plan
from contracts.request.credentials import callers, sign
from contracts.request.curl import curl
from contracts.request.parameters import required_query
from contracts.request.url import path_values, target
from specs.contract import Operation

SHOWN = 4
"""How many requests are shown at most: the last ones. What they need comes on top."""
NEW = "NEW=$(printf ct%06x $((RANDOM * 512 + RANDOM % 512)))"
"""A beginning for names that no earlier run of the lines has used, in the form that the suite's own names have."""
NOTHING = "none"
"""What a removal names where nothing was made: an address of nothing, never that of a whole list."""
TAG_OF_HEAD = r"sed -n 's/^[Ee][Tt][Aa][Gg]: *\([^\r]*\).*/\1/p'"
WITHOUT_HEAD = r"sed '1,/^\r*$/d'"


def script(shown: Sequence[Exchange], exchanges: Mapping[int, Exchange], plan: Plan) -> str:
    """Lines for bash, with curl and jq, that end with the requests shown."""
    origins = _origins(Same(plan), Same(exchanges), len(exchanges))
    return "\n".join(_Script(plan, origins).lines(shown))


@lru_cache(maxsize=1)  # all scripts of a run ask, and its exchanges only become more
def _origins(plan: Same[Plan], exchanges: Same[Mapping[int, Exchange]], _: int) -> Origins:
    return Origins(plan.it, exchanges.it)


def with_rivals(shown: Exchange, exchanges: Mapping[int, Exchange]) -> list[Exchange]:
    """An exchange and those that changed the same thing at the same moment: alone it may be answered otherwise."""
    rivals = [] if shown.request.safe else [each for each in exchanges.values() if _rivals(each, shown)]
    return sorted([*rivals[: SHOWN - 1], shown], key=lambda each: each.sent)


def _rivals(one: Exchange, other: Exchange) -> bool:
    at_once = one.sent < other.received and other.sent < one.received
    return one.seq != other.seq and one.conversation == other.conversation and at_once and _alike(one, other)


@attrs.define
class _Script:
    plan: Plan
    origins: Origins

    def lines(self, shown: Sequence[Exchange]) -> Iterator[str]:
        asked = self.origins.with_what_they_need(telling := _telling(shown))
        needed = {origin.name: origin for each in asked for origin in self.origins.needs(each)}
        racing = {each.seq for number, each in enumerate(asked) if _races(asked, number)}
        sure = [each for each in asked if self._removable(each, asked)]
        # of those that were sent at once another one may win when they are sent again
        rivals = [each for each in asked if each.seq in racing and any(_alike(each, other) for other in sure)]
        removed = [each for each in asked if each in sure or each in rivals]
        tagged = {found.seq for each in asked if (found := self.origins.tag_of(each))}
        needed |= {origin.name: origin for each in removed for origin in self._ids(each)}
        kept = {origin.exchange.seq for origin in needed.values()}
        yield from [NEW] if any(OURS.search(spelled(each)) for each in asked) else []
        yield from ["DIR=$(mktemp -d)"] if racing & kept else []
        for number, each in enumerate(asked):
            mine = [origin for origin in needed.values() if origin.exchange.seq == each.seq]
            if each.seq in racing:  # a race shows only if it is run again as one
                yield self._raced(each, keep=bool(mine))
                yield from [] if _overlap(asked, number, number + 1) else self._after_race(asked, number, needed)
            elif mine or each.seq in tagged:
                yield from self._answered(each, loud=each in telling, tagged=each.seq in tagged)
                yield from self._keeping(mine, asked)
            else:
                yield self._shown(each)
        for each in reversed(removed):  # what was made later may hang on what was made before
            yield curl(self._removal(each), self._base, quiet=True) + " >/dev/null"
        yield from ['rm -r "$DIR"'] if racing & kept else []

    def _shown(self, each: Exchange) -> str:
        """A request whose head and body are printed, the next head on a line of its own."""
        return curl(self.origins.written(each), self._base) + " -w '\\n'"

    def _answered(self, each: Exchange, *, loud: bool, tagged: bool) -> Iterator[str]:
        """A request whose body is kept; `loud`: and printed, after its head; `tagged`: and its ETag is kept."""
        name, line = answer_of(each), curl(self.origins.written(each), self._base, quiet=not (loud or tagged))
        yield f"{name}=$({line})"
        yield from [f'echo "${name}"'] if loud else []
        yield from [f'{name}{TAG}=$({TAG_OF_HEAD} <<<"${name}")'] if tagged else []
        yield from [f'{name}=$({WITHOUT_HEAD} <<<"${name}")'] if loud or tagged else []

    def _raced(self, each: Exchange, *, keep: bool) -> str:
        """A request that is sent while the next is; what is needed of its answer goes through a file."""
        return self._shown(each) + (f' | tee "$DIR/{answer_of(each)}" &' if keep else " &")

    def _after_race(self, asked: list[Exchange], last: int, needed: Mapping[str, Origin]) -> Iterator[str]:
        """What is kept of requests that were sent at once, when all of them have come back."""
        yield "wait"
        first = last
        while _overlap(asked, first - 1, first):
            first -= 1
        for each in asked[first : last + 1]:
            mine = [origin for origin in needed.values() if origin.exchange.seq == each.seq]
            if mine:
                yield f'{answer_of(each)}=$({WITHOUT_HEAD} "$DIR/{answer_of(each)}")'
                yield from self._keeping(mine, asked)

    def _ids(self, each: Exchange) -> Iterator[Origin]:
        """By what a removal names what a request has made, or would have."""
        resource = self.plan.contract.resource_of(each.operation)
        if resource and resource.create is each.operation and each.request.verb == each.operation.method:
            pointer = f"{each.operation.data}{resource.member}"
            yield Origin(each, pointer, f"{answer_of(each)}_ID", str(at(each.json, pointer)))

    @property
    def _base(self) -> str:
        return self.plan.deployment.base_url

    def _keeping(self, origins: list[Origin], asked: list[Exchange]) -> Iterator[str]:
        """Lines that keep values of an answer, and the signature of a token by itself where a forgery needs it."""
        bare = {name for each in asked for name in SIGNATURE.findall(repr(self.origins.written(each)))}
        for origin in origins:
            yield origin.line
            yield from (f"{name}=${{{origin.name}##*.}}" for name in sorted(bare) if origin.value.endswith(f"${name}"))

    def _removable(self, each: Exchange, asked: list[Exchange]) -> bool:
        """Whether a response shows something created that can be deleted, and that the script does not delete."""
        resource = self.plan.contract.resource_of(each.operation)
        if resource is None or resource.create is not each.operation or not (resource.delete and resource.identifier):
            return False
        if not any(origin.name == f"{answer_of(each)}_ID" for origin in self.origins.given(each)):
            return False
        return not any(other.operation is resource.delete and other.ok for other in asked)

    def _removal(self, each: Exchange) -> Request:
        resource = self.plan.contract.resource_of(each.operation)
        assert resource is not None
        assert resource.delete is not None
        written = self.origins.written(each)
        values = {
            **path_values(each.operation, written.target),
            str(resource.identifier): f"${{{answer_of(each)}_ID:-{NOTHING}}}",
        }
        caller = self._remover(each, resource.delete)
        headers = sign(resource.delete, caller)[0] if caller else written.headers
        query = required_query(resource.delete, ())
        return Request(resource.delete, target(resource.delete, values, query), headers)

    def _remover(self, each: Exchange, delete: Operation) -> Principal | None:
        """Who may remove what a request has made: whose place it is, though somebody else may have made it there."""
        able = callers(self.plan.deployment, delete)
        places = set(each.request.target.partition("?")[0].split("/"))
        owners = [one for one in able if not one.reads_only and places & {*one.values.values()}]
        maker = next((one for one in able if one.name == each.request.principal), None)
        return maker if maker in owners else next(iter(owners), maker)


def _telling(shown: Sequence[Exchange]) -> list[Exchange]:
    """The last requests, and the changes before them that concern the same resource."""
    last = list(shown[-SHOWN:])
    paths = {each.request.target.partition("?")[0] for each in last}
    changes = [
        each
        for each in shown[:-SHOWN]
        if each.ok and not each.request.safe and each.request.target in paths and each.operation.method != "POST"
    ]
    return [*changes, *last]


def _alike(one: Exchange, other: Exchange) -> bool:
    return one.operation is other.operation and one.request.target == other.request.target


def _races(asked: list[Exchange], number: int) -> bool:
    """Whether a request was sent at once with the one before or after it."""
    return _overlap(asked, number - 1, number) or _overlap(asked, number, number + 1)


def _overlap(asked: list[Exchange], one: int, other: int) -> bool:
    """Whether two neighbours were sent at once: within one conversation, one before the other's answer came."""
    if one < 0 or other >= len(asked):
        return False
    first, second = asked[one], asked[other]
    return first.conversation == second.conversation and second.sent < first.received
