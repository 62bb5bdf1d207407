"""Whether a shown value is what it should be.

Nothing here knows a member of any one API. What servers may rightly do to a value (hide a secret, write a time in
another way, show one trigger as a list of one) never counts as a difference.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Any

from specs.contract.member_names import USUAL, Hint, MemberNames
from specs.contract.vocabulary import CREATION, fold

CLOCKS = 1.0
"""Seconds by which two writings of one time may differ: one may be rounded."""


def kept(sent: Any, shown: Any) -> bool:
    """Whether a shown value is what was sent. Where the two are of different kinds it cannot be known: then it is."""
    if shown is None or sent is None:
        return shown is sent
    if isinstance(sent, dict):
        return not isinstance(shown, dict) or _mirrors(sent, shown)
    if isinstance(sent, list):
        return not isinstance(shown, list) or not _plain(sent + shown) or _sorted(sent) == _sorted(shown)
    if isinstance(shown, list):
        return not _plain(shown) or (len(shown) == 1 and same_value(sent, shown[0]))
    return isinstance(shown, dict) or same_value(sent, shown)


_SLUG = re.compile(r"[a-z0-9]+(?:[-_][a-z0-9]+)+")


def is_made_of(value: Any, thing: Any) -> bool:
    """Whether a server has made a text of another one that it shows: the slug of a title, the address of a name."""
    if not (isinstance(value, str) and isinstance(thing, dict) and _SLUG.fullmatch(value)):
        return False
    texts = {each for each in thing.values() if isinstance(each, str) and each != value}
    own = re.sub(r"[-_]", "", value)
    return any(own in (_letters(unicodedata.normalize("NFKD", each)), _letters(each)) for each in texts)


def _letters(text: str) -> str:
    """The plain letters and digits of a text in lower case."""
    return re.sub(r"[^a-z0-9]", "", text.casefold())


def _mirrors(sent: dict[str, Any], shown: dict[str, Any]) -> bool:
    """An object shows what was put into it; one that shows more may have a form of its own, and leave some out.

    A name that is shown in letters of another size was not left out, but changed.
    """
    common = all(kept(value, shown[name]) for name, value in sent.items() if name in shown)
    lost = sent.keys() - shown.keys()
    hidden = all(USUAL.suggest(name, Hint.SECRET) for name in lost)
    changed = {name.lower() for name in lost} & {name.lower() for name in shown.keys() - sent.keys()}
    return common and not changed and (hidden or not shown.keys() <= sent.keys())


def differences(
    before: Any,
    after: Any,
    *,
    but: Collection[str] = (),
    alike: bool = False,
    filling: bool = False,
    names: MemberNames = USUAL,
) -> Iterator[str]:
    """Members both show with different values.

    `alike`: the same operation showed both, so that nothing is written in two ways. Members that move by themselves are
    left out, and so are secrets where two operations may show them differently, and, unless `filling` counts, members
    that were empty.
    """
    if not (isinstance(before, dict) and isinstance(after, dict)):
        return
    for name in before:
        if name not in after or name in but or names.suggest(name, Hint.VOLATILE):
            continue
        if not filling and filled(before[name], after[name]):
            continue
        same = _equal(before[name], after[name], names) if alike else _agrees(name, before[name], after[name], names)
        if not same or (alike and fold(name) in CREATION and _moved(before[name], after[name])):
            yield name


def _moved(before: Any, after: Any) -> bool:
    """Whether one operation shows two times, however near: when something was made does not change."""
    if not (isinstance(before, str) and isinstance(after, str)):
        return False
    times = _instant(before), _instant(after)
    return None not in times and times[0] != times[1]


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


def _agrees(name: str, one: Any, other: Any, names: MemberNames) -> bool:
    if names.suggest(name, Hint.SECRET):
        return True
    if isinstance(one, dict) and isinstance(other, dict):
        return _is_same_thing(one, other) or not any(differences(one, other, names=names))
    if isinstance(one, list) and isinstance(other, list):
        return not _plain(one + other) or _sorted(one) == _sorted(other)
    if isinstance(one, dict) or isinstance(other, dict):
        return _stands_for(one, other) or _stands_for(other, one)
    return same_value(one, other)


def _stands_for(value: Any, whole: Any) -> bool:
    """Whether a value is what names an object: one operation may show the id of a thing, another all of the thing."""
    if not isinstance(whole, dict) or isinstance(value, dict | list | bool) or value is None:
        return False
    return any(same_value(value, each) for each in whole.values() if isinstance(each, str | int))


def _equal(one: Any, other: Any, names: MemberNames) -> bool:
    if isinstance(one, list) and isinstance(other, list):
        return _sorted(one) == _sorted(other)
    if isinstance(one, dict) and isinstance(other, dict):
        if _is_same_thing(one, other):
            return True
        lasting = [name for name in one.keys() | other.keys() if not names.suggest(name, Hint.VOLATILE)]
        both = all(name in one and name in other for name in lasting)
        return both and all(filled(one[name], other[name]) or _equal(one[name], other[name], names) for name in lasting)
    return same_value(one, other)


_IDS = ("id", "_id", "uuid", "gid", "sid")


def _is_same_thing(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Whether two objects inside of others are one thing with an id of its own: what else is in it is its matter."""
    own = next((name for name in _IDS if name in one and name in other), None)
    return own is not None and one[own] is not None and same_value(one[own], other[own])


def are_two_things(one: Any, other: Any) -> bool:
    """Whether two objects have an id each, and not the same."""
    if not (isinstance(one, dict) and isinstance(other, dict)):
        return False
    own = next((name for name in _IDS if one.get(name) is not None and other.get(name) is not None), None)
    return own is not None and not same_value(one[own], other[own])


def same_value(one: Any, other: Any) -> bool:
    """Whether two plain values are one: written alike, one word in another case, or the same instant or number."""
    if one is None or other is None or isinstance(one, bool) or isinstance(other, bool):
        return bool(one == other and type(one) is type(other))
    if one == other or str(one) == str(other):
        return True
    spans = _seconds(one), _seconds(other)
    if None not in spans and (isinstance(one, str) or isinstance(other, str)):
        return spans[0] == spans[1]
    if not (isinstance(one, str) and isinstance(other, str)):
        return False
    if "://" in one:
        return one.rstrip("/") == other.rstrip("/")
    if " " not in one and one.casefold() == other.casefold():  # a server has its own way to write codes
        return True
    times = _instant(one), _instant(other)
    return times[0] is not None and times[1] is not None and abs(times[0] - times[1]) <= CLOCKS


_SPANS = (
    re.compile(r"P(?:(?P<d>\d+)D)?(?:T(?:(?P<h>\d+)H)?(?:(?P<m>\d+)M)?(?:(?P<s>\d+(?:\.\d+)?)S)?)?"),
    re.compile(r"(?:(?P<d>\d+) )?(?P<h>\d+):(?P<m>\d\d):(?P<s>\d\d(?:\.\d+)?)(?:Z|[+-]00:?00)?"),
)
"""A length of time as ISO 8601 and as clocks write it; a time of day may lose its zone where that is UTC."""


def _seconds(value: Any) -> float | None:
    """A length of time in seconds, as a number or in either way of writing; None where it is none."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    found = next(filter(None, (span.fullmatch(str(value)) for span in _SPANS)), None)
    if found is None or not any(found.groups()):
        return None
    days, hours, minutes, seconds = (float(found[unit] or 0) for unit in "dhms")
    return ((days * 24 + hours) * 60 + minutes) * 60 + seconds


def _instant(text: str) -> float | None:
    if not re.match(r"\d{4}-\d\d-\d\d[T ]\d", text):
        return None
    try:
        return datetime.fromisoformat(text).timestamp()
    except ValueError:
        return None


def has_seconds(value: Any) -> bool:
    """Whether a value is a time that says more than the minute."""
    instant = _instant(value) if isinstance(value, str) else None
    return instant is not None and instant % 60 != 0


def _plain(values: list[Any]) -> bool:
    return not any(isinstance(each, dict | list) for each in values)


def _sorted(values: list[Any]) -> list[str]:
    return sorted(map(repr, values))
