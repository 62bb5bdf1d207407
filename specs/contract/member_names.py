"""What a member's name suggests about the member, where the document says nothing: the one place for such guesses.

A document that means a name otherwise says so at `x-contract/members`: then all of the guesses about that name are off,
and only what is listed there holds.

    x-contract:
      members:
        versionName: [free]     # no revision, just a text
        seq: [volatile]         # counts by itself
        token_count: []         # no secret
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from functools import lru_cache

from attrs import field, frozen

from specs.contract.model import Schema


class Hint(StrEnum):
    """What a name may suggest, and what a document may state at `x-contract/members`."""

    SECRET = "secret"
    """A server may hide it, replace it or show it only once."""
    CONFIDENTIAL = "confidential"
    """No answer shows it where only requests are declared to carry it."""
    CREDENTIAL = "credential"
    """In the body of a request it shows who somebody is, so that nobody can make it up."""
    VOLATILE = "volatile"
    """It moves by itself."""
    FLEETING = "fleeting"
    """It changes by being read."""
    LIFECYCLE = "lifecycle"
    """It says how far a resource has come, or who made it and when: it moves by itself where no request can set it."""
    REFERENCE = "reference"
    """It names something else: no value can be made up for it."""
    ID = "id"
    """It distinguishes a resource from all others, whoever owns them."""
    OWNER = "owner"
    """It says whose a resource is."""
    FREE = "free"
    """Its text is anybody's choice."""
    UNIQUE = "unique"
    """No two resources may have the same; no document says so."""
    UNIQUE_AMONG_SIBLINGS = "unique-among-siblings"
    """The same in bodies that refer to nothing else: there it is a name among siblings, not somebody else's value."""


_UNIQUE = "email|slug|username|name|title|domain|code"
_OWNERS = "user|owner|team|org|organization|client|account|tenant|workspace"
_USUAL: dict[Hint, re.Pattern[str]] = {
    Hint.SECRET: re.compile(
        r"secret|token|passw|authorization|credential|(private|api|account|access|signing)_?key", re.IGNORECASE
    ),
    Hint.CONFIDENTIAL: re.compile(
        r"(password|passwd|private_?key|secret|api_?key|pass_?phrase)(?!.*(id|ref|hint|at)$)", re.IGNORECASE
    ),
    Hint.CREDENTIAL: re.compile(
        r"passw|pwd|secret|token|otp|pin$|assertion|^code$|_code$|passcode|api_?key", re.IGNORECASE
    ),
    Hint.VOLATILE: re.compile(
        r"updated|modified|changed|version|revision|etag|last_?(seen|used|active|login|sync)", re.IGNORECASE
    ),
    Hint.FLEETING: re.compile(r"last_?-?(used|seen|access|login|active|request)", re.IGNORECASE),
    Hint.LIFECYCLE: re.compile(
        r"(^|_)(status|state|phase|progress|stage)$|[a-z](Status|State|Phase|Progress)$"
        r"|^(user|date|time)_?([cC]reated|[uU]pdated|[mM]odified)$|(created|updated|modified)_?([bB]y|[oO]n|[aA]t)$"
    ),
    Hint.REFERENCE: re.compile(r"(?:[a-z0-9]I|_i|^[iI])ds?$|(?:[a-z0-9]U|_u|^u)u?ids?$"),
    Hint.ID: re.compile(r"(?:^|[/_-])u?u?id$|U?u?Id$|UUID$|ID$"),
    Hint.OWNER: re.compile(rf"({_OWNERS})[^a-z0-9]*id[^a-z0-9]*$", re.IGNORECASE),
    Hint.FREE: re.compile(r"^(name|title|bio|description|value|label|comment|note|summary)$"),
    Hint.UNIQUE: re.compile(rf"^(new_?)?({_UNIQUE})$", re.IGNORECASE),
    Hint.UNIQUE_AMONG_SIBLINGS: re.compile(rf"^(new_?)?({_UNIQUE}|value|label|key)$", re.IGNORECASE),
}


@frozen
class MemberNames:
    """What names suggest in one document. `stated`: the names that it speaks of itself."""

    stated: Mapping[str, frozenset[Hint]] = field(factory=dict)

    def suggest(self, name: str, hint: Hint) -> bool:
        """Say whether a member of this name is of a kind."""
        stated = self.stated.get(name)
        return hint in stated if stated is not None else _is_usual(name, hint)


@lru_cache(maxsize=16384)  # the same few names, in every conversation
def _is_usual(name: str, hint: Hint) -> bool:
    return _USUAL[hint].search(name) is not None


USUAL = MemberNames()
"""The guesses alone."""


def member_names(root: Schema) -> MemberNames:
    """Give what a document's extension states of names."""
    stated = root.get("members", {})
    return MemberNames({name: frozenset(Hint(each) for each in hints) for name, hints in stated.items()})
