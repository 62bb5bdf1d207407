"""Where the values of a request come from: which answers gave them, and what has to be made before it is sent."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

import attrs

from contracts.config.deployment import Principal
from contracts.core import tags
from contracts.core.exchange import MISSING, Exchange, Request, at
from contracts.judging.shell_variables import (
    CLAIMS,
    CONDITIONAL,
    TAG,
    Origin,
    answer_of,
    renamed,
    with_tag,
    with_variable,
)
from contracts.plan.plan import Plan
from contracts.request.url import path_values

_MADE_UP = re.compile(tags.RUN + r"-\d+[a-z0-9-]*")
SIGNATURE = re.compile(r"\$\{?(SIGNATURE_[0-9A-F]+)")
_CLAIMED = re.compile(r"\beyJ[\w-]+\.([\w-]{20,})\.")
_TOKEN = re.compile(r"\beyJ[\w-]+\.[\w-]+\.\$SIGNATURE_[0-9A-F]+|\$\{?TOKEN_[0-9A-F]+")


@attrs.define(slots=False)
class Origins:
    """What the answers of a run gave out, by value."""

    plan: Plan
    exchanges: Mapping[int, Exchange]

    def with_what_they_need(self, shown: list[Exchange]) -> list[Exchange]:
        """The requests, and those before them without which they cannot be sent again, in the order of sending."""
        # What a request needs may itself need something: a refresh needs a pair, which needs a user.
        chosen = {each.seq: each for each in shown}
        waiting = list(shown)
        while waiting:
            needing = waiting.pop()
            needs = self.needs(needing)
            makers = [origin.exchange for origin in needs]
            tagged = self.tag_of(needing)
            makers += [tagged] if tagged else []
            for each in [*makers, *self._named_things(needing), *self._made_of(needs, needing)]:
                if each.seq not in chosen:
                    chosen[each.seq] = each
                    waiting.append(each)
        return [chosen[seq] for seq in sorted(chosen)]

    def needs(self, each: Exchange) -> list[Origin]:
        """Where the values of a request come from, as far as earlier answers gave them."""
        found = [self._origins.get(value) for value in _values(each)]
        found.append(self._lent(each))
        return [origin for origin in found if origin and origin.exchange.seq < each.seq]

    def _named_things(self, each: Exchange) -> Iterator[Exchange]:
        """What was made under a name of ours that a request has in its address, or makes once more."""
        for name in _MADE_UP.findall(spelled(each)):
            maker = self._makers.get(name)
            again = maker is not None and maker.operation is each.operation
            if maker is not None and maker.seq < each.seq and (again or name in each.request.target):
                yield maker

    def tag_of(self, each: Exchange) -> Exchange | None:
        """The last answer before it that had the ETag which a conditional request names."""
        wanted = {value for name, value in each.request.headers if name.lower() in CONDITIONAL}
        if not wanted:
            return None
        earlier = (self.exchanges[seq] for seq in sorted(self.exchanges, reverse=True) if seq < each.seq)
        return next((one for one in earlier if one.response and one.response.header("ETag") in wanted), None)

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

    def written(self, each: Exchange) -> Request:
        """The request with variables in place of what earlier answers gave, and of what names of ours begin with."""
        request = renamed(each.request)
        for origin in self.needs(each):
            request = with_variable(request, origin.value, "${" + origin.name + "}")
        tagged = self.tag_of(each)
        return with_tag(request, f"${{{answer_of(tagged)}{TAG}}}") if tagged else request

    @cached_property
    def _origins(self) -> dict[str, Origin]:
        found: dict[str, Origin] = {}
        for each in self.exchanges.values():
            for origin in self.given(each):
                found.setdefault(origin.value, origin)
                for name in SIGNATURE.findall(origin.value):
                    found.setdefault(name, origin)
        return found

    def given(self, each: Exchange) -> Iterator[Origin]:
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
        text = spelled(each)
        lent = (one for one in principals.values() if one.provisioned)
        caller = next((one for one in lent if one.name == each.request.principal or _names(text, one)), None)
        if caller is None:
            return None
        for origin in self._origins.values():
            owner = principals.get(origin.exchange.request.principal or "")
            if origin.name.endswith("_ACCESS") and owner and owner.tenant == caller.tenant:
                return attrs.evolve(origin, value=next(iter(caller.values.values())))
        return None


def spelled(each: Exchange) -> str:
    """All of a request in which names of ours may stand."""
    return " ".join([each.request.target, *(value for _, value in each.request.headers), each.request.body or ""])


def _values(each: Exchange) -> Iterator[str]:
    """The values of a request that may have come from an answer."""
    yield from path_values(each.operation, each.request.target).values()
    text = spelled(each)
    yield from (found.replace("{", "") for found in _TOKEN.findall(text))
    yield from _CLAIMED.findall(_TOKEN.sub("", text))
    yield from SIGNATURE.findall(text)
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
