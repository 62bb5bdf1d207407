"""Values of resources: which to send so that an effect can be seen, and whether a shown one is what it should be.

Nothing here knows a member of any one API. What servers may rightly do to a value (hide a secret, write a time in
another way, show one trigger as a list of one) never counts as a difference.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from typing import Any

import attrs

from contracts.api import Api
from contracts.exchange import MISSING, Exchange, at
from contracts.fixtures import UNIQUE, anew, body, members_of
from contracts.forms import is_form
from contracts.generate import validator
from contracts.law import Steps
from contracts.strategies.samples import stranger
from specs.contract import Operation

SECRET = re.compile(r"secret|token|passw|authorization|credential|(private|api|account|access|signing)_?key", re.I)
"""Members a server may hide, replace or show only once."""
VOLATILE = re.compile(r"updated|modified|changed|version|revision|etag|last_?(seen|used|active|login|sync)", re.I)
"""Members that move by themselves."""
LIFECYCLE = re.compile(r"(^|_)(status|state|phase|progress|stage)$|[a-z](Status|State|Phase|Progress)$")
"""Members that say how far a thing has come: they move by themselves where no request can set them."""
REFERENCE = re.compile(r"(?:[a-z0-9]I|_i|^[iI])ds?$|(?:[a-z0-9]U|_u|^u)u?ids?$")
"""Members that name something else: no value of ours can be made up for them."""
FREE = {"name", "title", "bio", "description", "value", "label", "comment", "note", "summary"}
"""Members whose text is anybody's choice."""
SIGNS = " – Zoë & O'Neil"
"""Letters beyond ASCII and signs that mean something elsewhere: they come back as they were sent."""
CLOCKS = 1.0
"""Seconds by which two writings of one time may differ: one may be rounded."""


# -- comparing ---------------------------------------------------------------------------------------------------------


def kept(sent: Any, shown: Any) -> bool:
    """Whether a shown value is what was sent. Where the two are of different kinds nobody can tell: then it is."""
    if shown is None or sent is None:
        return shown is sent
    if isinstance(sent, dict):
        return not isinstance(shown, dict) or _mirrors(sent, shown)
    if isinstance(sent, list):
        return not isinstance(shown, list) or not _plain(sent + shown) or _sorted(sent) == _sorted(shown)
    if isinstance(shown, list):
        return not _plain(shown) or (len(shown) == 1 and _same(sent, shown[0]))
    return isinstance(shown, dict) or _same(sent, shown)


def _mirrors(sent: dict[str, Any], shown: dict[str, Any]) -> bool:
    """An object shows what was put into it; one that shows more may have a form of its own, and leave some out."""
    common = all(kept(value, shown[name]) for name, value in sent.items() if name in shown)
    lost = sent.keys() - shown.keys()
    return common and not (lost and shown.keys() <= sent.keys() and not all(SECRET.search(name) for name in lost))


def differences(
    before: Any, after: Any, *, but: Collection[str] = (), alike: bool = False, filling: bool = False
) -> Iterator[str]:
    """Members both show with different values.

    `alike`: the same operation showed both, so that nothing is written in two ways. Members that move by themselves are
    left out, and so are secrets where two operations may show them differently, and, unless `filling` counts, members
    that were empty.
    """
    if not (isinstance(before, dict) and isinstance(after, dict)):
        return
    for name in before:
        if name not in after or name in but or VOLATILE.search(name):
            continue
        if not filling and filled(before[name], after[name]):
            continue
        same = _equal(before[name], after[name]) if alike else _agrees(name, before[name], after[name])
        if not same:
            yield name


def moving(api: Api) -> frozenset[str]:
    """Members of a resource that say how far it has come and that no request can set."""
    settable: set[str] = set()
    shown: set[str] = set()
    resource = api.resource
    for each in resource.operations:
        if each.body:
            settable |= members_of(api.contract.json_schema(each.body.schema, direction="request")).keys()
        for answer in each.success if each is not resource.list else ():
            shown |= members_of(_data_schema(api, each, answer.schema or {})).keys()
    return frozenset(name for name in shown - settable if LIFECYCLE.search(name))


def _data_schema(api: Api, operation: Operation, schema: Mapping[str, Any]) -> dict[str, Any]:
    """The schema of what an answer is about, out of its envelope."""
    whole = api.contract.json_schema(dict(schema))
    found = whole
    for step in operation.data.strip("/").split("/") if operation.data else ():
        found = {**resolved(whole, members_of(found).get(step, {})), "$defs": whole.get("$defs", {})}
    return found


def filled(before: Any, after: Any) -> bool:
    """Whether a member was empty and is not any more: servers finish what they create a moment after they answer."""
    return before in (None, [], {}) and not isinstance(before, bool) and after not in (None, [], {})


def unfilled(before: Any, after: Any) -> Any:
    """What is shown now, but empty where it was empty before."""
    if filled(before, after):
        return before
    if isinstance(before, dict) and isinstance(after, dict):
        return {name: unfilled(before[name], value) if name in before else value for name, value in after.items()}
    return after


def _agrees(name: str, one: Any, other: Any) -> bool:
    if SECRET.search(name):
        return True
    if isinstance(one, dict) and isinstance(other, dict):
        return not any(differences(one, other))
    if isinstance(one, list) and isinstance(other, list):
        return not _plain(one + other) or _sorted(one) == _sorted(other)
    return _same(one, other)


def _equal(one: Any, other: Any) -> bool:
    if isinstance(one, list) and isinstance(other, list):
        return _sorted(one) == _sorted(other)
    if isinstance(one, dict) and isinstance(other, dict):
        names = (one.keys() | other.keys()) - {name for name in one.keys() | other.keys() if VOLATILE.search(name)}
        both = all(name in one and name in other for name in names)
        return both and all(filled(one[name], other[name]) or _equal(one[name], other[name]) for name in names)
    return _same(one, other)


def _same(one: Any, other: Any) -> bool:
    """Whether two plain values are one value: written alike, or the same instant, number or address."""
    if one is None or other is None or isinstance(one, bool) or isinstance(other, bool):
        return bool(one == other and type(one) is type(other))
    if one == other or str(one) == str(other):
        return True
    if not (isinstance(one, str) and isinstance(other, str)):
        return False
    if "://" in one:
        return one.rstrip("/") == other.rstrip("/")
    times = _instant(one), _instant(other)
    return times[0] is not None and times[1] is not None and abs(times[0] - times[1]) <= CLOCKS


def _instant(text: str) -> float | None:
    if not re.match(r"\d{4}-\d\d-\d\d[T ]\d", text):
        return None
    try:
        return datetime.fromisoformat(text).timestamp()
    except ValueError:
        return None


def _plain(values: list[Any]) -> bool:
    return not any(isinstance(each, dict | list) for each in values)


def _sorted(values: list[Any]) -> list[str]:
    return sorted(map(repr, values))


def short(value: Any) -> str:
    """A value as a verdict tells it."""
    text = "nothing" if value is MISSING else repr(value)
    return text if len(text) <= 80 else text[:77] + "…"


# -- choosing ----------------------------------------------------------------------------------------------------------


@attrs.frozen
class Change:
    """A new value for a member that shows its value.

    `tame`: nothing else can hang on it. `coin`: there are two values only.
    """

    name: str
    value: Any
    tame: bool
    coin: bool = False


def changes(api: Api, operation: Operation, values: Mapping[str, str], thing: Any) -> Steps:
    """Every member an update may carry and the thing shows, each with another value than it has; texts first."""
    if operation.body is None or not isinstance(thing, dict):
        return []
    offered: dict[str, Any] = yield from body(api, operation, values)
    schema = api.contract.json_schema(operation.body.schema, direction="request")
    examples = {**_shown_in_examples(api, operation), **offered}
    found = []
    for name, rule in members_of(schema).items():
        if name not in thing or SECRET.search(name) or (REFERENCE.search(name) and name not in offered):
            continue
        value = _other(api, name, resolved(schema, rule), thing[name], examples.get(name, MISSING))
        if value is not MISSING and value != thing[name] and _valid(api, operation, offered, name, value):
            tame = name in offered or name in FREE or isinstance(value, bool)
            found.append(Change(name, value, tame, coin=isinstance(value, bool) or _choices(schema, rule) == 2))
    return sorted(found, key=lambda each: (not each.tame, each.name not in FREE, isinstance(each.value, dict)))


def resolved(schema: Mapping[str, Any], rule: Any) -> dict[str, Any]:
    """A member's schema itself, where it stands behind a reference."""
    if isinstance(rule, dict) and "$ref" in rule:
        target = at(schema, str(rule["$ref"]).removeprefix("#"))
        return target if isinstance(target, dict) else {}
    return rule if isinstance(rule, dict) else {}


def _choices(schema: Mapping[str, Any], rule: Any) -> int:
    return len([each for each in resolved(schema, rule).get("enum", ()) if each is not None])


def _other(api: Api, name: str, rule: dict[str, Any], now: Any, example: Any) -> Any:
    """Another value than `now`; MISSING where none can be known to make sense."""
    choices = [each for each in rule.get("enum", ()) if each is not None]
    if choices:
        return _another_choice(choices, now, example, rule.get("default", choices[0]))
    if isinstance(now, bool) or rule.get("type") == "boolean":
        return not now
    if rule.get("format") in {"uri", "url"}:
        return f"https://example.com/{api.name()}"
    if rule.get("format") == "email":
        return f"{api.name()}@example.com"
    if name in FREE and (isinstance(now, str) or now is None):
        return f"{now or 'Changed'} {api.name()}{SIGNS}"
    if isinstance(now, dict) and rule.get("type") == "object" and not members_of(rule):
        return {name: api.name() for name, value in now.items() if isinstance(value, str)} or {"changed": api.name()}
    if name.lower() in UNIQUE and isinstance(now, str):
        return api.name()
    if example == now and isinstance(now, dict):
        return _elsewhere(api, now)
    return example


def _another_choice(choices: list[Any], now: Any, example: Any, usual: Any) -> Any:
    """Another choice: if there are enough, none that a server takes where nothing is said, so that this would show."""
    fresh = [each for each in choices if each not in (now, usual)] or [each for each in choices if each != now]
    if example in fresh:
        return example
    # the last one, since the creation has taken the one behind the document's example
    return fresh[-1] if fresh else MISSING


def _elsewhere(api: Api, now: dict[str, Any]) -> Any:
    """An object with another text in the one of its members whose text is anybody's choice."""
    free = next((name for name in now if name in FREE and isinstance(now[name], str)), None)
    return MISSING if free is None else {**now, free: f"{now[free]} {api.name()}"}


def _shown_in_examples(api: Api, operation: Operation) -> dict[str, Any]:
    """Values of members in the document's examples of the resource: they make sense, having been shown.

    Where a body has no example, what was made up for its members comes last.
    """
    resource = api.contract.resource_of(operation)
    found: dict[str, Any] = {}
    for each in resource.operations if resource else (operation,):
        for example in (example for answer in each.success for example in answer.examples):
            thing = at(example, each.data)
            for shown in thing if isinstance(thing, list) else [thing]:
                found = {**_told(shown), **found}
    return {**_told(operation.body.fullest), **found} if operation.body else found


def _told(shown: Any) -> dict[str, Any]:
    return {name: value for name, value in shown.items() if value is not None} if isinstance(shown, dict) else {}


def _valid(api: Api, operation: Operation, offered: dict[str, Any], name: str, value: Any) -> bool:
    return bool(validator(api.contract, operation).is_valid({**offered, name: value}))


def wrong(api: Api, operation: Operation, content: dict[str, Any]) -> tuple[str, Any] | None:
    """A member with a value its schema forbids; first such as a server may notice late: a choice, a format, a type."""
    assert operation.body is not None
    schema = api.contract.json_schema(operation.body.schema, direction="request")
    found: list[tuple[int, str, Any]] = []
    for name, rule in members_of(schema).items():
        rule = resolved(schema, rule)
        rank, bad = _bad(rule)
        if rank == 3 and is_form(operation.body.media_type) and rule.get("type") not in {"integer", "number"}:
            continue  # any text will do there
        if not _valid(api, operation, content, name, bad):
            found.append((rank, name, bad))
    best = min(found, key=lambda each: each[0], default=None)
    return best and best[1:]


def _bad(rule: dict[str, Any]) -> tuple[int, Any]:
    if "enum" in rule:
        return 0, "none of these"
    if rule.get("format") == "email":
        return 1, "no address"
    return (2, "neither") if rule.get("type") == "boolean" else (3, {"no": "text"})


def lean(api: Api, operation: Operation, content: dict[str, Any]) -> dict[str, Any]:
    """What is left of a valid body without the members its schema does not require."""
    left = dict(content)
    for name in reversed(list(content)):
        fewer = {key: value for key, value in left.items() if key != name}
        if validator(api.contract, operation).is_valid(fewer):
            left = fewer
    return left


def rich(api: Api, operation: Operation, content: dict[str, Any], *, bold: bool) -> dict[str, Any]:
    """A body with every optional member whose value can be known to make sense; `bold`: with other choices, too."""
    assert operation.body is not None
    schema = api.contract.json_schema(operation.body.schema, direction="request")
    examples = _shown_in_examples(api, operation)
    found = dict(content)
    for name, rule in members_of(schema).items():
        rule = resolved(schema, rule)
        now = found.get(name, examples.get(name, MISSING))
        if name not in found and (REFERENCE.search(name) or name in operation.body.sources):
            continue
        if isinstance(now, bool):
            now = not now
        elif "enum" in rule and (bold or name not in found):
            now = _next(rule["enum"], now)
        elif name in found and name in FREE and isinstance(now, str) and " " in now:
            now = f"{now}{SIGNS}"
        elif name not in found and name in FREE:
            now = f"Said {api.name()}{SIGNS}" if now is MISSING or isinstance(now, str) else now
        elif name not in found and now is not MISSING:
            now = anew(api, name, now, rule)
        if now is MISSING or now is None or not _valid(api, operation, found, name, now):
            continue
        if name in found or not _replaces(api, operation, found, name, now):
            found[name] = now
    return found


def _next(choices: list[Any], now: Any) -> Any:
    return choices[(choices.index(now) + 1) % len(choices)] if now in choices else choices[0]


def _replaces(api: Api, operation: Operation, content: dict[str, Any], name: str, value: Any) -> bool:
    """Whether a member says in another way what one says that is there: one of the two suffices."""
    valid = validator(api.contract, operation).is_valid
    without = ({key: each for key, each in content.items() if key != other} for other in content)
    return any(not valid(fewer) and valid({**fewer, name: value}) for fewer in without)


def owners(api: Api, thing: Any, operation: Operation) -> dict[str, Any]:
    """Members that say whose a thing is or what it hangs on and that its update does not offer, with other values."""
    if not isinstance(thing, dict) or operation.body is None:
        return {}
    offered = members_of(api.contract.json_schema(operation.body.schema, direction="request"))
    ends = tuple({*(_fold(name) for name in operation.path_parameters), *OWNERS})
    told = [name for name in thing if name not in offered and name.lower() != "id" and _fold(name).endswith(ends)]
    return {name: another(thing[name]) for name in told if isinstance(thing[name], str | int)}


OWNERS = ("userid", "ownerid", "teamid", "orgid", "organizationid", "clientid", "accountid", "tenantid", "workspaceid")


def another(value: Any) -> Any:
    """An id of the same kind that is nobody's."""
    if isinstance(value, str):
        uuid = re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", value)
        return stranger({"type": "string", **({"format": "uuid"} if uuid else {})})
    return int(stranger({"type": "number"}))


def _fold(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


def thing_of(exchange: Exchange) -> dict[str, Any]:
    """The object an answer shows; empty where it shows none."""
    return exchange.data if isinstance(exchange.data, dict) else {}
