"""Token promises, as `x-contract` states them."""

from __future__ import annotations

from collections.abc import Callable

from specs.contract.model import Operation, Schema, Scheme, TokenMember, TokenRules
from specs.source.pointers import SpecError

_AT = "#/x-contract/tokens"
Find = Callable[[str], Operation]


def token_rules(root: Schema, find: Find, schemes: dict[str, Scheme]) -> TokenRules | None:
    """Read the token part of the document's extension. Raises SpecError for a name that does not exist."""
    if "tokens" not in root:
        return None
    stated = root["tokens"]
    refresh_token = stated.get("refresh_token")
    return TokenRules(
        issue=tuple(_operation(name, find, f"{_AT}/issue") for name in stated.get("issue", ())),
        refresh=_optional(stated.get("refresh"), find, f"{_AT}/refresh"),
        force=_optional(stated.get("force"), find, f"{_AT}/force"),
        present=stated.get("present", "/refresh_token"),
        owner=stated.get("owner"),
        access=_member(stated["access"], schemes, f"{_AT}/access"),
        refresh_token=None if refresh_token is None else _member(refresh_token, schemes, f"{_AT}/refresh_token"),
        claims=dict(stated.get("claims", {})),
        data=root.get("data", ""),
        single_use=bool(stated.get("single_use", False)),
        grace=float(stated.get("grace", 0)),
    )


def _operation(name: str, find: Find, pointer: str) -> Operation:
    try:
        return find(name)
    except KeyError:
        raise SpecError(f"{pointer}: there is no operation {name}") from None


def _optional(name: str | None, find: Find, pointer: str) -> Operation | None:
    return None if name is None else _operation(name, find, pointer)


def _member(stated: Schema, schemes: dict[str, Scheme], pointer: str) -> TokenMember:
    scheme, lifetime = stated.get("scheme"), stated.get("lifetime")
    if scheme is not None and scheme not in schemes:
        raise SpecError(f"{pointer}/scheme: there is no security scheme {scheme}")
    return TokenMember(
        token=stated["token"],
        expires=stated.get("expires"),
        lifetime=None if lifetime is None else float(lifetime),
        unit=stated.get("unit", "seconds"),
        scheme=None if scheme is None else schemes[scheme],
    )
