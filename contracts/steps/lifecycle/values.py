"""Values of resources: which to send so that an effect can be seen.

Nothing here knows a member of any one API. Whether a value that is shown is the one that was sent is for
`contracts.comparing` to say.
"""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Collection, Iterator, Mapping
from functools import cache, lru_cache
from typing import Any

import attrs

from contracts.core.conversation import Steps
from contracts.core.exchange import MISSING, Exchange, at
from contracts.core.same import Same
from contracts.request.api import RequestFactory
from contracts.request.references import somebodys
from contracts.steps.fixtures import body, names_address
from contracts.steps.lifecycle.comparison import differences, is_made_of
from contracts.steps.unique_values import like_it, make_unique
from contracts.strategies.schemathesis_cases import validator
from specs.contract import Contract, Operation, Resource, selectors
from specs.contract.example_bodies import is_filler
from specs.contract.member_names import Hint
from specs.contract.model import Schema
from specs.contract.operations import is_form
from specs.contract.schema_queries import alternatives, member_at, members, rule_of

SIGNS = " – Zoë & O'Neil 🎈"
"""Letters beyond ASCII and signs that mean something elsewhere: they come back as they were sent."""


OWN_KEY = "changedBy"
"""A name in an object that holds whatever its owner wants: letters of both sizes come back as they were sent."""
USUAL: dict[str, tuple[str, ...]] = {
    "locale": ("fr", "de"),
    "language": ("fr", "de"),
    "timezone": ("Europe/Paris", "Asia/Tokyo"),
    "country": ("FR", "JP"),
    "currency": ("EUR", "JPY"),
}
"""Words that everybody takes for such a member, by its name in small letters without signs."""


def lifecycle_members(api: RequestFactory) -> frozenset[str]:
    """Members of a resource that say how far it has come and that no request can set."""
    settable, shown = _members(api.contract, api.resource)
    return frozenset(name for name in shown - settable if api.contract.names.suggest(name, Hint.LIFECYCLE))


@cache
def _members(contract: Contract, resource: Resource) -> tuple[set[str], set[str]]:
    """The members of a resource that the document lets a request set, and those it says are shown."""
    settable: set[str] = set()
    shown: set[str] = set()
    for each in resource.operations:
        if each.body:
            settable |= contract.body_rules(each).keys()
        for answer in each.success if each is not resource.list else ():
            raw = contract.document.raw
            data = member_at(raw, answer.schema, each.data)
            shown |= members(raw, data.schema).keys() if data else set()
    return settable, shown


def changed_members(
    api: RequestFactory,
    before: Any,
    after: Any,
    *,
    but: Collection[str] = (),
    alike: bool = False,
    filling: bool = False,
) -> Iterator[str]:
    """Members of this operation's resource that both show with different values, but for those that move by themselves.

    Those count as such that the server may compute from others. See `differences`.
    """
    out = {*but, *lifecycle_members(api)}
    found = differences(before, after, but=out, alike=alike, filling=filling, names=api.contract.names)
    return (name for name in found if not may_be_derived(api, name) and not is_made_of(after[name], after))


def short(value: Any) -> str:
    """A value as a verdict shows it."""
    text = "nothing" if value is MISSING else repr(value)
    return text if len(text) <= 80 else text[:77] + "…"


def may_be_derived(api: RequestFactory, name: str) -> bool:
    """Whether a server may compute a member from others: no request can set it, or the document does not know it.

    What distinguishes a resource from others, and when it was made, is never computed.
    """
    settable, shown = _members(api.contract, api.resource)
    lasting = name == "id" or api.contract.names.suggest(name, Hint.REFERENCE) or "created" in name.lower()
    return name not in settable and not (lasting and name in shown)


@attrs.frozen
class Change:
    """A new value for a member that shows its value.

    `tame`: nothing else can hang on it. `coin`: there are two values only.
    """

    name: str
    value: Any
    independent: bool
    two_valued: bool = False


def changes(api: RequestFactory, operation: Operation, values: Mapping[str, str], thing: Any) -> Steps:
    """Every member an update may carry and the resource shows, each with another value than it has; texts first."""
    if operation.body is None or not isinstance(thing, dict):
        return []
    offered: dict[str, Any] = yield from body(api, operation, values)
    examples = {**shown_in_examples(api.contract, operation), **offered}
    names = api.contract.names
    resource = api.contract.resource_of(operation)
    shared = bool(resource and resource.create and selectors.returns_existing(resource.create))
    found = []
    for name, rule in api.contract.body_rules(operation).items():
        if name not in thing or names_address(api.contract, operation, name):
            continue
        hidden = names.suggest(name, Hint.SECRET) and not _shown_as_sent(thing[name], examples.get(name))
        if hidden or (names.suggest(name, Hint.REFERENCE) and name not in offered):
            continue
        value = _other(api, name, rule, thing[name], examples.get(name, MISSING))
        if (
            value is not MISSING
            and value != thing[name]
            and not (name not in offered and somebodys(api.contract, operation, name, value))
            and not _useless(value, thing[name], shared=shared)
            and is_valid_with(api, operation, offered, name, value)
        ):
            tame = name in offered or names.suggest(name, Hint.FREE) or isinstance(value, bool)
            found.append(Change(name, value, tame, two_valued=isinstance(value, bool) or len(choices_of(rule)) == 2))
    return sorted(
        found,
        key=lambda each: (not each.independent, not names.suggest(each.name, Hint.FREE), isinstance(each.value, dict)),
    )


def _shown_as_sent(value: Any, example: Any) -> bool:
    """Whether a secret is shown as it was sent: as the document's own example of it, which is sent as it is."""
    return isinstance(value, str) and value == example


def _useless(value: Any, now: Any, *, shared: bool) -> bool:
    """Whether a text was made up for a member in which nothing has shown that a text can be kept.

    `shared`: or that may make one thing of two, where a creation answers with what is there.
    """
    return isinstance(value, str) and is_filler(value) and (shared or not isinstance(now, str))


def choices_of(rule: Schema) -> list[Any]:
    return [each for each in rule.get("enum", ()) if each is not None]


def _other(api: RequestFactory, name: str, rule: Schema, now: Any, example: Any) -> Any:
    """Another value than `now`; MISSING where none can be known to make sense."""
    names = api.contract.names
    if choices := choices_of(rule):
        return _another_choice(choices, now, example, rule.get("default", choices[0]))
    if isinstance(now, bool) or rule.get("type") == "boolean":
        return not now
    if items := several(Same(rule)):
        return [each for each in items if each not in (now if isinstance(now, list) else [now])][-2:]
    if rule.get("format") in {"uri", "url"}:
        return f"https://example.com/{api.unique_name()}?from=there&to=here"
    if rule.get("format") == "email":
        return f"{api.unique_name()}@example.com"
    if names.suggest(name, Hint.FREE) and (isinstance(now, str) or now is None):
        return f"{now or 'Changed'} {api.unique_name()}{SIGNS}"
    if isinstance(now, dict) and rule.get("type") == "object" and not members(rule, rule):
        return {name: api.unique_name() for name in (*(name for name in now if isinstance(now[name], str)), OWN_KEY)}
    if isinstance(now, str) and (other := like_it(rule, now, api.unique_name())):
        return other
    if names.suggest(name, Hint.UNIQUE) and isinstance(now, str):
        return api.unique_name()
    if names.suggest(name, Hint.SECRET) and isinstance(now, str):
        return f"{now}-{api.unique_name()}"
    if example == now and isinstance(now, str) and not rule.keys() & {"format", "pattern", "maxLength"}:
        return _reworded(api, now)
    if isinstance(now, str) and (word := usual(name, now)):
        return word
    if example == now and isinstance(now, dict):
        return _elsewhere(api, now)
    return make_unique(api, name, example, rule) if isinstance(example, list) else example


def usual(name: str, now: str) -> str | None:
    """Another word than `now` for a member whose name says of what kind it is; None for any other member."""
    words = USUAL.get(re.sub(r"[^a-z]", "", name.lower()), ())
    return next((each for each in words if each != now), None)


def _reworded(api: RequestFactory, now: str) -> Any:
    """A text of several words with one more behind it; MISSING for what may be a name or a code.

    Of an object written as a text, the first of its members that is such a text.
    """
    with contextlib.suppress(ValueError):
        told = json.loads(now)
        if isinstance(told, dict):
            name = next((name for name, each in told.items() if isinstance(each, str) and " " in each), None)
            return json.dumps({**told, name: f"{told[name]} {api.unique_name()}"}) if name else MISSING
    return f"{now} {api.unique_name()}" if " " in now.strip() else MISSING


@lru_cache(maxsize=8192)
def several(rule: Same[Schema]) -> list[Any]:
    """The choices of a list of choices, where a member may be such a list and there are enough of them."""
    ways = (way for way in alternatives(rule.it, rule.it) if way.get("type") == "array")
    lists = (rule_of(rule.it, way.get("items", {})) for way in ways)
    return next((found for each in lists if len(found := choices_of(each)) > 2), [])


def _another_choice(choices: list[Any], now: Any, example: Any, usual: Any) -> Any:
    """Another choice: if there are enough, none that a server takes where nothing is said, so that this would show."""
    fresh = [each for each in choices if each not in (now, usual)] or [each for each in choices if each != now]
    if example in fresh:
        return example
    # the last one, since the creation has taken the one behind the document's example
    return fresh[-1] if fresh else MISSING


def _elsewhere(api: RequestFactory, now: dict[str, Any]) -> Any:
    """An object with another text in the one of its members whose text is anybody's choice."""
    names = api.contract.names
    free = next((name for name in now if names.suggest(name, Hint.FREE) and isinstance(now[name], str)), None)
    return MISSING if free is None else {**now, free: f"{now[free]} {api.unique_name()}"}


@cache
def shown_in_examples(contract: Contract, operation: Operation) -> Mapping[str, Any]:
    """Values of members in the document's examples of the resource: they make sense, having been shown.

    Where a body has no example, what was made up for its members comes last.
    """
    resource = contract.resource_of(operation)
    found: dict[str, Any] = {}
    for each in resource.operations if resource else (operation,):
        for example in (example for answer in each.success for example in answer.examples):
            thing = at(example, each.data)
            for shown in thing if isinstance(thing, list) else [thing]:
                found = {**_told(shown), **found}
    return {**_told(operation.body.fullest), **found} if operation.body else found


def _told(shown: Any) -> dict[str, Any]:
    return {name: value for name, value in shown.items() if value is not None} if isinstance(shown, dict) else {}


def is_valid_with(api: RequestFactory, operation: Operation, offered: dict[str, Any], name: str, value: Any) -> bool:
    return bool(validator(api.contract, operation).is_valid({**offered, name: value}))


def invalid_member(api: RequestFactory, operation: Operation, content: dict[str, Any]) -> tuple[str, Any] | None:
    """A member with a value its schema forbids; first such as a server may notice late: a choice, a format, a type."""
    assert operation.body is not None
    found: list[tuple[int, str, Any]] = []
    for name, rule in api.contract.body_rules(operation).items():
        rank, bad = _bad(rule)
        if rank == 3 and is_form(operation.body.media_type) and rule.get("type") not in {"integer", "number"}:
            continue  # any text will do there
        if not is_valid_with(api, operation, content, name, bad):
            found.append((rank, name, bad))
    best = min(found, key=lambda each: each[0], default=None)
    return best and best[1:]


def _bad(rule: Schema) -> tuple[int, Any]:
    if "enum" in rule:
        return 0, "none of these"
    if rule.get("format") == "email":
        return 1, "no address"
    return (2, "neither") if rule.get("type") == "boolean" else (3, {"no": "text"})


def thing_of(exchange: Exchange) -> dict[str, Any]:
    """The object an answer shows; empty where it shows none."""
    return exchange.data if isinstance(exchange.data, dict) else {}
