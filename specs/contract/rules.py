"""Rules of behaviour that a document states in its extension, since OpenAPI has no place for them.

Nothing in HTTP or OpenAPI obliges a server to them, and good servers differ: what departs from a rule is held against a
deployment only where its document states that rule, and is observed elsewhere.
"""

from __future__ import annotations

from enum import StrEnum

from specs.contract.model import Schema


class Rule(StrEnum):
    """What a document may state at `x-contract/rules`."""

    CREDENTIAL_FIRST = "credential-first"
    """Without a valid credential 401 comes before 400, 403 and 404, whatever else is wrong with the request."""
    PAST_THE_END_IS_EMPTY = "past-the-end-is-empty"
    """A page past the end of a list is a success without items."""
    PAGES_ARE_FULL = "pages-are-full"
    """A page has as many items as were requested, or as there are; a server never gives fewer and leads on."""
    INVALID_IS_400 = "invalid-is-400"
    """A request that breaks its schema is refused with 400 or 422, and with no other status."""
    UNDECLARED_METHODS_ARE_REFUSED = "undeclared-methods-are-refused"
    """A method that a path does not declare is answered with 404 or 405."""
    MISSING_IS_404 = "missing-is-404"
    """What never existed is answered with 404 where the operation declares that, and never with a success."""
    FOREIGN_IS_403_OR_404 = "foreign-is-403-or-404"
    """A valid credential of another tenant is refused with 403 or 404, whichever of the two is declared."""


def stated_rules(root: Schema) -> frozenset[Rule]:
    """The rules that a document's extension states."""
    return frozenset(Rule(name) for name in root.get("rules", ()))
