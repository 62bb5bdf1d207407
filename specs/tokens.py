"""Token promises, as `x-contract` states them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from specs.model import Operation, Schema, Scheme, TokenMember, TokenRules
from specs.pointers import SpecError

_AT = "#/x-contract/tokens"
_UNITS = ("seconds", "milliseconds", "iso8601")
Find = Callable[[str], Operation]


def token_rules(extension: Schema, find: Find, schemes: dict[str, Scheme]) -> TokenRules | None:
    """Read the token part of the document's extension. Raises SpecError for a name that does not exist."""
    if "tokens" not in extension:
        return None
    node = _mapping(extension["tokens"], _AT)
    return TokenRules(
        issue=tuple(_operation(name, find, f"{_AT}/issue") for name in node.get("issue", ())),
        refresh=_optional(node.get("refresh"), find, f"{_AT}/refresh"),
        force=_optional(node.get("force"), find, f"{_AT}/force"),
        present=str(node.get("present", "/refresh_token")),
        owner=node.get("owner"),
        access=_member(node.get("access"), schemes, f"{_AT}/access"),
        refresh_token=None
        if "refresh_token" not in node
        else _member(node["refresh_token"], schemes, f"{_AT}/refresh_token"),
        claims={str(name): str(claim) for name, claim in _mapping(node.get("claims", {}), f"{_AT}/claims").items()},
        data=str(extension.get("data", "")),
    )


def _mapping(node: Any, pointer: str) -> Schema:
    if not isinstance(node, dict):
        raise SpecError(f"{pointer}: has to be an object")
    return node


def _operation(name: Any, find: Find, pointer: str) -> Operation:
    try:
        return find(str(name))
    except KeyError:
        raise SpecError(f"{pointer}: there is no operation {name}") from None


def _optional(name: Any, find: Find, pointer: str) -> Operation | None:
    return None if name is None else _operation(name, find, pointer)


def _member(node: Any, schemes: dict[str, Scheme], pointer: str) -> TokenMember:
    stated = _mapping(node, pointer)
    if not isinstance(stated.get("token"), str):
        raise SpecError(f"{pointer}: `token` has to say where the token stands")
    unit, lifetime, scheme = stated.get("unit", "seconds"), stated.get("lifetime"), stated.get("scheme")
    if unit not in _UNITS:
        raise SpecError(f"{pointer}/unit: {unit!r} is none of {', '.join(_UNITS)}")
    if lifetime is not None and (isinstance(lifetime, bool) or not isinstance(lifetime, int | float)):
        raise SpecError(f"{pointer}/lifetime: has to be a number of seconds")
    if scheme is not None and scheme not in schemes:
        raise SpecError(f"{pointer}/scheme: there is no security scheme {scheme}")
    return TokenMember(
        stated["token"],
        stated.get("expires"),
        None if lifetime is None else float(lifetime),
        unit,
        schemes.get(scheme or ""),
    )
