"""What a document's prose says about the reuse of refresh tokens.

RFC 6749 (section 6) lets a server keep a refresh token valid after its use, so nothing is promised unless the document
says so; and many servers that rotate tokens grant a grace in which the old one still works.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

_ONCE = re.compile(
    r"""\b(?: (?:works?|used|valid|usable|good|accepted|exchanged|redeemed|presented)\b[^.]{0,20}\b(?:only\s+)?once
      | once\s+only | single[-\s]use | one[-\s]time
      | spent\b | rotat(?:e|es|ed|ing|ion)\b
      | (?:old|previous|presented|used|existing|current)\s+(?:refresh[-\s_]?)?tokens?\b[^.]{0,40}
        \b(?:invalid|invalidated|revoked|expires?|refused|rejected|unusable|no\s+longer)
      | (?:invalidates|revokes)\s+the\s+(?:old|previous|presented|used|existing|current) )""",
    re.IGNORECASE | re.VERBOSE,
)
_AGAIN = re.compile(
    r"""\b(?: grace\b | leeway\b | reuse\s+(?:interval|window|period) | overlap(?:s|ping)?\b
      | (?:stays|remains?|still|keeps?|continues?|goes\s+on)\b[^.]{0,30}\b(?:valid|works?|working|usable|accepted)
      | (?:may|can)\s+be\s+(?:re-?used|used\s+(?:again|several|many|multiple)|presented\s+again)
      | (?:another|further|additional|next|within|for)\s+\d+\s*(?:s|sec|seconds?|m|min|minutes?)\b
      | gives?\s+the\s+same\s+(?:new\s+)?pair | not\s+rotat | without\s+rotat | idempotent )""",
    re.IGNORECASE | re.VERBOSE,
)
_SPAN = re.compile(r"(\d+(?:\.\d+)?)[\s-]*(s|sec|secs|seconds?|m|mins?|minutes?|h|hours?)\b", re.IGNORECASE)
_LONG = float("inf")


def reuse(texts: Iterable[str]) -> tuple[bool, float]:
    """Whether a refresh token is said to work once, and for how many seconds it is said to work on (0: not at all).

    A grace without a number of seconds lasts for as long as nobody says otherwise (infinity).
    """
    sentences = [each for text in texts for each in re.split(r"(?<=[.!?])\s+|\n\s*\n", text) if each.strip()]
    about = [each for each in sentences if re.search(r"token|refresh|pair|rotat", each, re.IGNORECASE)]
    again = [each for each in about if _AGAIN.search(each)]
    once = any(_ONCE.search(each) for each in about)
    return once, max((_seconds(each) for each in again), default=0.0)


def _seconds(sentence: str) -> float:
    found = _SPAN.search(sentence)
    if found is None:
        return _LONG
    unit = {"h": 3600.0, "m": 60.0}.get(found[2][0].lower(), 1.0)
    return float(found[1]) * unit
