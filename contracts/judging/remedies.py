"""What would make something observable that a run could not see, by the reason that it gives."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

import attrs

from contracts.core.verdicts import NOT_OBSERVABLE

DEEPER = {"quick": "--depth standard or deep", "standard": "--depth deep"}
"""By the depth of a run, how a deeper one is asked for; there is none below the last."""
_MORE_RESPONSES = "a deeper run gets more kinds of responses"
_REMEDIES = (
    (r"no applicable response was recorded", _MORE_RESPONSES),
    (r"is known who gets tokens",
     "add a [[principals]] of kind = \"login\", or owner = true to the one whose name and password log in there"),
    (r"names nobody of that kind|no principal of|nobody here can call|or no principal has one",
     "add a [[principals]] with a credential of that kind to the deployment file"),
    (r"second tenant|tenants have nothing apart|tenants have no address",
     "add a second tenant with resources of its own to the deployment file"),
    (r"limits are off", "remove limits = \"off\" from the deployment file, or run tox run -e load"),
    (r"a window lasts|limit was not reached|burst took|longer limit",
     "tox run -e load waits for the windows of limits"),
    (r"lifetime not awaited|provisions no tokens",
     "a deployment with a faster clock (time_scale), or tokens in the table [tokens] of the deployment file"),
    (r"the list has \d+ items?|list is longer|no filter is known that keeps|two different times|to look at",
     "put more items, that differ, into the list before the run"),
    (r"names none to make things below",
     "give a value under [parameters], or with a principal: what is made below it is removed again"),
    (r"there is no value for|document states no value|value of .* is known", "give a value under [parameters]"),
    (r"may be created|not even the first was created|creation was refused|accepts no form of its body",
     "allow its creation (writes = true, [writes] allow), or give an example of its body by an overlay"),
    (r"no way to remove", "allow it ([writes] allow, disposable = true): what is made there stays"),
    (r"the document (has no|offers no|shows no|does not say|declares no)|not declared",
     "the document does not say it: an overlay can, where the deployment has it"),
    (r"the document leaves nothing to test|no parameter has a type|no alternative here|no two alternatives"
     r"|have no identifier in common|example has no optional|goes on by|found by following a cursor",
     "it does not apply to these operations"),
    (r"no (strong )?ETag|carry no page information|carries? no cursor|no Location|no previous link",
     "the deployment does not offer it, and need not"),
    (r"refused for another reason|were not accepted|not accepted|may not read|neither granted nor refused",
     "see why the credential is refused there: the first finding or the evidence tells"),
    (r"came or went while", "run it while nobody else changes the list"),
    (r"defect of the document|schema of the document cannot be used",
     "mend the document: python -m specs check tells where"),
)  # fmt: skip
_COMPILED = tuple((re.compile(pattern), remedy) for pattern, remedy in _REMEDIES)


_PARTICULAR = re.compile(r"\d+|'[^']*'|\"[^\"]*\"|\b(?:GET|HEAD|POST|PUT|PATCH|DELETE) \S+")
"""What differs between reasons that are the same."""


@attrs.frozen
class Unseen:
    """A reason why something was not observable: how often, and what would change that (empty: nobody knows)."""

    reason: str
    count: int
    remedy: str


def remedy(reason: str, depth: str = "quick") -> str:
    """What would make observable what was not for this reason, at a depth; empty where that is not known."""
    told = next((told for pattern, told in _COMPILED if pattern.search(reason)), "")
    if told != _MORE_RESPONSES:
        return told
    return f"{told}: {DEEPER[depth]}" if depth in DEEPER else ""


def unseen(lines: Iterable[Mapping[str, Any]], depth: str = "quick") -> list[Unseen]:
    """Why lines of verdicts.json were not observable in a run of some depth, the most frequent reason first."""
    counted: Counter[str] = Counter()
    first: dict[str, str] = {}
    for line in lines:
        if line["verdict"] == NOT_OBSERVABLE:
            reason = line["reason"] or "no reason was recorded"
            kind = _PARTICULAR.sub("…", reason)
            counted[kind] += 1
            first.setdefault(kind, reason)
    return [Unseen(first[kind], count, remedy(first[kind], depth)) for kind, count in counted.most_common()]
