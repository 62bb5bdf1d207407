"""What a reader runs to see a finding again: shell lines that make what the last request needs, and then send it.

Ids and tokens that the run was given are gone when somebody reads the report, and names that it used may be taken. So
an answer that is needed later is kept in a variable, names are made up anew whenever the lines are run, and all that
they make is removed at the end. Secrets of the deployment file are variables as well.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

import attrs

from contracts.config.deployment import Principal
from contracts.core.exchange import MISSING, Exchange, Request, at
from contracts.judging.shell_variables import CLAIMS, OURS, Origin, answer_of, renamed, with_variable
from contracts.plan.plan import Plan
from contracts.request.credentials import sign
from contracts.request.curl import curl
from contracts.request.url import path_values, target

SHOWN = 4
"""How many requests are shown at most: the last ones. What they need comes on top."""
NEW = "NEW=$(printf ct%06x $((RANDOM * 512 + RANDOM % 512)))"
"""A beginning for names that no earlier run of the lines has used, in the form that the suite's own names have."""
NOTHING = "none"
"""What a removal names where nothing was made: an address of nothing, never that of a whole list."""
WITHOUT_HEAD = r"sed '1,/^\r*$/d'"
_MADE_UP = re.compile(r"\b(?:ct|ld)[0-9a-f]{6}-\d+[a-z0-9-]*")
_SIGNATURE = re.compile(r"\$\{?(SIGNATURE_[0-9A-F]+)")
_CLAIMED = re.compile(r"\beyJ[\w-]+\.([\w-]{20,})\.")
_TOKEN = re.compile(r"\beyJ[\w-]+\.[\w-]+\.\$SIGNATURE_[0-9A-F]+|\$\{?TOKEN_[0-9A-F]+")


def script(shown: Sequence[Exchange], exchanges: Mapping[int, Exchange], plan: Plan) -> str:
    """Lines for bash, with curl and jq, that end with the requests shown."""
    return "\n".join(_Script(plan, exchanges).lines(shown))


@attrs.define
class _Script:
    plan: Plan
    exchanges: Mapping[int, Exchange]

    def lines(self, shown: Sequence[Exchange]) -> Iterator[str]:
        asked = self._with_what_they_need(telling := _telling(shown))
        needed = {origin.name: origin for each in asked for origin in self._needs(each)}
        racing = {each.seq for number, each in enumerate(asked) if _races(asked, number)}
        sure = [each for each in asked if self._removable(each, asked)]
        # of those that were sent at once another one may win when they are sent again
        rivals = [each for each in asked if each.seq in racing and any(_alike(each, other) for other in sure)]
        removed = [each for each in asked if each in sure or each in rivals]
        needed |= {origin.name: origin for each in removed for origin in self._ids(each)}
        kept = {origin.exchange.seq for origin in needed.values()}
        yield from [NEW] if any(OURS.search(_spelled(each)) for each in asked) else []
        yield from ["DIR=$(mktemp -d)"] if racing & kept else []
        for number, each in enumerate(asked):
            mine = [origin for origin in needed.values() if origin.exchange is each]
            if each.seq in racing:  # a race shows only if it is run again as one
                yield self._raced(each, keep=bool(mine))
                yield from [] if _overlap(asked, number, number + 1) else self._after_race(asked, number, needed)
            elif mine:
                yield from self._answered(each, loud=each in telling)
                yield from self._keeping(mine, asked)
            else:
                yield self._shown(each)
        for each in reversed(removed):  # what was made later may hang on what was made before
            yield curl(self._removal(each), self._base, quiet=True) + " >/dev/null"
        yield from ['rm -r "$DIR"'] if racing & kept else []

    def _shown(self, each: Exchange) -> str:
        """A request whose head and body are printed, the next head on a line of its own."""
        return curl(self._written(each), self._base) + " -w '\\n'"

    def _answered(self, each: Exchange, *, loud: bool) -> Iterator[str]:
        """A request whose body is kept; `loud`: and printed, after its head."""
        name = answer_of(each)
        yield f"{name}=$({curl(self._written(each), self._base, quiet=not loud)})"
        yield from [f'echo "${name}"', f'{name}=$({WITHOUT_HEAD} <<<"${name}")'] if loud else []

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
            mine = [origin for origin in needed.values() if origin.exchange is each]
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
        bare = {name for each in asked for name in _SIGNATURE.findall(repr(self._written(each)))}
        for origin in origins:
            yield origin.line
            yield from (f"{name}=${{{origin.name}##*.}}" for name in sorted(bare) if origin.value.endswith(f"${name}"))

    def _with_what_they_need(self, shown: list[Exchange]) -> list[Exchange]:
        # What a request needs may itself need something: a refresh needs a pair, which needs a user.
        chosen = {each.seq: each for each in shown}
        waiting = list(shown)
        while waiting:
            needing = waiting.pop()
            needs = self._needs(needing)
            makers = [origin.exchange for origin in needs]
            for each in [*makers, *self._named_things(needing), *self._made_of(needs, needing)]:
                if each.seq not in chosen:
                    chosen[each.seq] = each
                    waiting.append(each)
        return [chosen[seq] for seq in sorted(chosen)]

    def _needs(self, each: Exchange) -> list[Origin]:
        """Where the values of a request come from, as far as earlier answers gave them."""
        found = [self._origins.get(value) for value in _values(each)]
        found.append(self._lent(each))
        return [origin for origin in found if origin and origin.exchange.seq < each.seq]

    def _named_things(self, each: Exchange) -> Iterator[Exchange]:
        """What was made under a name of ours that a request has in its address, or makes once more."""
        for name in _MADE_UP.findall(_spelled(each)):
            maker = self._makers.get(name)
            again = maker is not None and maker.operation is each.operation
            if maker is not None and maker.seq < each.seq and (again or name in each.request.target):
                yield maker

    def _made_of(self, needs: Sequence[Origin], before: Exchange) -> Iterator[Exchange]:
        """What the same conversation has made of a thing that a request needs, before it: a user's membership."""
        for origin in needs:
            for each in self._mentions.get((origin.exchange.conversation, origin.value), ()):
                if origin.exchange.seq < each.seq < before.seq:
                    yield each

    @cached_property
    def _mentions(self) -> dict[tuple[int, str], list[Exchange]]:
        """Successful creations by their conversation and by each value of their body."""
        found: dict[tuple[int, str], list[Exchange]] = {}
        for each in self.exchanges.values():
            resource = self.plan.contract.resource_of(each.operation)
            if resource and resource.create is each.operation and each.ok:
                for value in _leaves(each.request.json):
                    found.setdefault((each.conversation, value), []).append(each)
        return found

    @cached_property
    def _makers(self) -> dict[str, Exchange]:
        found: dict[str, Exchange] = {}
        for each in self.exchanges.values():
            resource = self.plan.contract.resource_of(each.operation)
            if resource and resource.create is each.operation and each.ok and each.request.body:
                for name in _MADE_UP.findall(each.request.body):
                    found.setdefault(name, each)
        return found

    def _written(self, each: Exchange) -> Request:
        """The request with variables in place of what earlier answers gave, and of what names of ours begin with."""
        request = renamed(each.request)
        for origin in self._needs(each):
            request = with_variable(request, origin.value, "${" + origin.name + "}")
        return request

    @cached_property
    def _origins(self) -> dict[str, Origin]:
        found: dict[str, Origin] = {}
        for each in self.exchanges.values():
            for origin in self._given(each):
                found.setdefault(origin.value, origin)
                for name in _SIGNATURE.findall(origin.value):
                    found.setdefault(name, origin)
        return found

    def _given(self, each: Exchange) -> Iterator[Origin]:
        """What an answer gave out that later requests may need: the id of what was made, and tokens."""
        if not each.ok or each.request.safe or each.request.verb != each.operation.method:
            return
        places: list[tuple[str, str]] = []
        resource = self.plan.contract.resource_of(each.operation)
        if resource and resource.create is each.operation:
            places.append((f"{each.operation.data}{resource.member}", "ID"))
        rules = self.plan.contract.tokens
        if rules and each.operation in rules.issue:
            members = ((rules.access, "ACCESS"), (rules.refresh_token, "REFRESH"))
            places += [(f"{rules.data}{member.token}", word) for member, word in members if member]
        for pointer, word in places:
            value = at(each.json, pointer)
            if value not in (MISSING, None, ""):
                yield Origin(each, pointer, f"{answer_of(each)}_{word}", str(value))
                if claims := _CLAIMED.search(str(value)):
                    yield Origin(each, pointer, f"{answer_of(each)}_{word}{CLAIMS}", claims[1])

    def _lent(self, each: Exchange) -> Origin | None:
        """The token of a user that the suite made for itself: any user of the same tenant will do."""
        principals = {principal.name: principal for principal in self.plan.deployment.principals}
        text = _spelled(each)
        lent = (one for one in principals.values() if one.provisioned)
        caller = next((one for one in lent if one.name == each.request.principal or _names(text, one)), None)
        if caller is None:
            return None
        for origin in self._origins.values():
            owner = principals.get(origin.exchange.request.principal or "")
            if origin.name.endswith("_ACCESS") and owner and owner.tenant == caller.tenant:
                return attrs.evolve(origin, value=next(iter(caller.values.values())))
        return None

    def _removable(self, each: Exchange, asked: list[Exchange]) -> bool:
        """Whether a response shows something created that can be deleted, and that the script does not delete."""
        resource = self.plan.contract.resource_of(each.operation)
        if resource is None or resource.create is not each.operation or not (resource.delete and resource.identifier):
            return False
        if not any(origin.name == f"{answer_of(each)}_ID" for origin in self._given(each)):
            return False
        return not any(other.operation is resource.delete and other.ok for other in asked)

    def _removal(self, each: Exchange) -> Request:
        resource = self.plan.contract.resource_of(each.operation)
        assert resource is not None
        assert resource.delete is not None
        written = self._written(each)
        values = {
            **path_values(each.operation, written.target),
            str(resource.identifier): f"${{{answer_of(each)}_ID:-{NOTHING}}}",
        }
        principals = {principal.name: principal for principal in self.plan.deployment.principals}
        caller = principals.get(each.request.principal or "")
        headers = sign(resource.delete, caller)[0] if caller else written.headers
        return Request(resource.delete, target(resource.delete, values), headers)


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


def _spelled(each: Exchange) -> str:
    """All of a request in which names of ours may stand."""
    return " ".join([each.request.target, *(value for _, value in each.request.headers), each.request.body or ""])


def _values(each: Exchange) -> Iterator[str]:
    """The values of a request that may have come from an answer."""
    yield from path_values(each.operation, each.request.target).values()
    text = _spelled(each)
    yield from (found.replace("{", "") for found in _TOKEN.findall(text))
    yield from _CLAIMED.findall(_TOKEN.sub("", text))
    yield from _SIGNATURE.findall(text)
    yield from _leaves(each.request.json)


def _leaves(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        for each in value.values():
            yield from _leaves(each)
    elif isinstance(value, list):
        for each in value:
            yield from _leaves(each)
    elif isinstance(value, str | int) and not isinstance(value, bool) and len(str(value)) > 2:
        yield str(value)


def _names(text: str, principal: Principal) -> bool:
    """Whether a text has the credential of a principal in it."""
    return any(value in text for value in principal.values.values() if value.startswith("$"))


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
