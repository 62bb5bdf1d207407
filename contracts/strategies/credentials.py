"""Damaged credentials: what a valid one turns into by a small mistake or a small attack, and swapped owners.

Credentials are placeholders (see `contracts.vault`), so a damage to a secret is a change of its placeholder, in bash's
notation. What only changes how a good credential is spelled is kept apart: some of that may be accepted.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from itertools import combinations
from typing import TYPE_CHECKING

import attrs

from contracts.strategies.telling_first import one_of

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

_PLACEHOLDER = re.compile(r"\$\{?([A-Z][A-Z0-9_]*)\}?")

IN_SECRETS: dict[str, tuple[str, str]] = {
    "0 in place of its last character": ("${%s%%?}0", "plain"),
    "9 in place of its last character": ("${%s%%?}9", "low"),
    "its last character changed": ("${%s%%?}~", "odd"),
    "its first character changed": ("~${%s:1}", ""),
    "something after its end": ("${%s}x", ""),
    "its letters in the other case": ("${%s~~}", "cased"),
    "only its first eight characters": ("${%s:0:8}", "long"),
    "another one's name in its place": ("nobody", ""),
    "nothing in it": ("", ""),
    "its last character missing": ("${%s%%?}", ""),
    "its first character missing": ("${%s:1}", ""),
    "a character in its middle changed": ("${%s:0:12}~${%s:13}", "long"),
}
"""What is done to every secret (`%s` is its name), and what must be known of a secret for it to be a damage."""
IN_BASIC = {
    "its last character changed": "_CHANGED",
    "its last character missing": "_CUT",
    "something after its end": "_LONGER",
    "another one's name in its place": "_NOBODY",
    "nothing in it": "_EMPTY",
}
"""HTTP Basic encodes its secret, so the deployment file's reader prepared these: the endings of their names."""
SUBTLE = ("its last character missing", "its first character missing", "a character in its middle changed")
"""Damages that show hardly more than others do: a comparison that accepts them accepts one of the others as a rule."""
HARDLY_MORE = ("only its first eight characters", "another one's name in its place")
"""Damages that a comparison accepts which accepts a changed end, too, or none that can be thought of."""
IN_QUERY = "in the query"
IN_PLACES = ("under another scheme", "without its scheme", IN_QUERY, "three parts that are no token in its place")
"""The right secret where the document does not want it, and what looks like a token behind its scheme."""
SPELLINGS = (
    "its scheme in small letters",
    "its scheme in capitals",
    "two blanks behind its scheme",
    "a blank behind it",
    "it is sent twice",
    "a wrong one behind it",
    "a wrong one before it",
)
"""Other spellings of a right credential; a deployment may accept or refuse them, but not fail."""
_SCHEMES = ("Bearer ", "Basic ")
_IN_QUERIES = ("access_token", "api_key", "apiKey", "token", "key")
"""What servers call a bearer token in a query."""


@attrs.frozen
class Carried:
    """One credential as a request carries it: where, under which name, behind which scheme."""

    location: str
    name: str
    scheme: str
    value: str

    @property
    def secret(self) -> str | None:
        """The name of the secret in it; None where it is open, such as a client's id."""
        found = _PLACEHOLDER.search(self.value)
        return found[1] if found else None

    @property
    def basic(self) -> bool:
        return self.scheme == "Basic "


def damages(carried: Sequence[Carried], traits: Callable[[str], Collection[str]]) -> list[str]:
    """Every damage that certainly makes a wrong credential of a right one, the most telling first."""
    secrets = [each for each in carried if each.secret]
    if any(each.basic for each in secrets):
        found = list(IN_BASIC)
    else:
        found = [
            name
            for name, (_, trait) in IN_SECRETS.items()
            if not trait or all(trait in _known(traits, each.secret or "") for each in secrets)
        ]
    headed = [each for each in secrets if each.location == "header"]
    places = [name for name in IN_PLACES if headed and (name == IN_QUERY or any(each.scheme for each in headed))]
    return [*found[:3], *places, *found[3:]] if secrets else []


def _known(traits: Callable[[str], Collection[str]], secret: str) -> Collection[str]:
    """What is known of a secret; of a last character that is unknown, that it may be any."""
    known = traits(secret)
    return known if {"plain", "low"} & set(known) else {*known, "odd"}


def misplaced(carried: Sequence[Carried], declared: Collection[str]) -> list[Carried]:
    """What shows no credential: its secrets in the query, by every usual name.

    Nothing stands where it belongs, a client's open id neither: with it, a request lacks no credential but has half of
    one, and a server may refuse that and still grant what has none. `declared`: names that mean something in a query,
    in small letters; those are left out.
    """
    hidden = (again for each in carried if each.secret and each.location == "header" for again in _in_query(each))
    return [each for each in hidden if each.name.lower() not in declared]


def damaged(carried: Sequence[Carried], damage: str) -> list[Carried]:
    """The credentials of a request with one damage done to every secret in them."""
    if damage == IN_QUERY:
        return [again for each in carried for again in (_in_query(each) if each.secret else [each])]
    return [_damaged(each, damage) if each.secret else each for each in carried]


def _in_query(each: Carried) -> list[Carried]:
    names = _IN_QUERIES if each.name.lower() == "authorization" else (each.name,)
    return [attrs.evolve(each, location="query", name=name, scheme="") for name in names]


def _damaged(each: Carried, damage: str) -> Carried:
    if damage == "under another scheme":
        other = next(scheme for scheme in _SCHEMES if scheme != each.scheme)
        return attrs.evolve(each, scheme=other if each.scheme else "")
    if damage == IN_PLACES[-1]:
        return attrs.evolve(each, value="a.b.c" if each.scheme else "nobody")
    if damage == "without its scheme":
        return attrs.evolve(each, scheme="")
    if each.basic:
        return attrs.evolve(each, value=f"${each.secret}{IN_BASIC[damage]}")
    pattern, _ = IN_SECRETS[damage]
    changed = _PLACEHOLDER.sub(lambda match: pattern.replace("%s", match[1]).replace("%%", "%"), each.value)
    return attrs.evolve(each, value=changed)


def spelled(carried: Sequence[Carried], spelling: str) -> list[Carried]:
    """A right credential, spelled in another way."""
    return [again for each in carried for again in (_spelled(each, spelling) if each.secret else [each])]


def _spelled(each: Carried, spelling: str) -> list[Carried]:
    wrong = attrs.evolve(each, value="nobody")
    match spelling:
        case "its scheme in small letters":
            return [attrs.evolve(each, scheme=each.scheme.lower())]
        case "its scheme in capitals":
            return [attrs.evolve(each, scheme=each.scheme.upper())]
        case "two blanks behind its scheme":
            return [attrs.evolve(each, scheme=f"{each.scheme} " if each.scheme else "")]
        case "a blank behind it":
            return [attrs.evolve(each, value=f"{each.value} ")]
        case "it is sent twice":
            return [each, each]
        case "a wrong one behind it":
            return [each, wrong]
    return [wrong, each]


def owner_swaps(parameters: Sequence[str], tenants: Collection[str]) -> list[list[str]]:
    """Which path parameters to give another tenant's value, the most telling first: never none, never all.

    `tenants`: the parameters that name the tenant itself. First everything below the tenant is another's, then only the
    last thing, then only the tenant, then every other mixture.
    """
    below = [name for name in parameters if name not in tenants]
    above = [name for name in parameters if name in tenants]
    mixtures = [list(mix) for size in range(1, len(parameters)) for mix in combinations(parameters, size)]
    ordered = [below, below[-1:], above, *mixtures]
    return [mix for number, mix in enumerate(ordered) if mix in mixtures and mix not in ordered[:number]]


def damaged_credentials(
    carried: Sequence[Carried], traits: Callable[[str], Collection[str]] = lambda _: ()
) -> SearchStrategy[str]:
    """Names of damages for `damaged`."""
    return one_of(damages(carried, traits))
