"""What the prose of a parameter or member allows beyond its schema: values that are capped, replaced or ignored.

A document may state an enumeration or a maximum and say in the same breath what becomes of other values. Then a server
that does not refuse them keeps its word.
"""

from __future__ import annotations

import re

_OTHERS = (
    r"(?:not|isn'?t|aren'?t|neither) (?:\w+ ){0,3}?"
    r"(?:among|one of|in the|listed|valid|recogni[sz]ed|supported|known|allowed)"
    r"|invalid|unknown|unsupported|unrecogni[sz]ed|out[- ]of[- ]range|outside|exceed\w*|greater|larger|higher|bigger"
    r"|above|over (?=\d)|more than|below|less|lower|smaller|beyond|negative|any ?thing else|(?:any )?other values?"
)
_BECOME = (
    r"ignored|clamped|capped|rounded|truncated|reduced|lowered|raised|replaced|coerced|adjusted"
    r"|treated as|interpreted as|taken (?:as|for)|assumed|set to|limited to|falls? back|defaults? to"
    r"|default (?:value )?(?:is|will be) used|(?:is|are|will be) used (?:instead|if)|instead"
)
_ALLOWED = re.compile(
    rf"\b(?:{_OTHERS})\b[^.;]{{0,160}}\b(?:{_BECOME})\b|\b(?:capped|clamped) (?:at|to)\b"
    r"|\b(?:silently|automatically) (?:capped|clamped|limited|reduced)\b",
    re.IGNORECASE,
)
_ANY_CASE = re.compile(
    r"case[- ]?insensitiv\w*|not case[- ]sensitive"
    r"|(?:ignor\w+|regardless of|irrespective of) (?:the )?(?:letter )?case\b",
    re.IGNORECASE,
)
_SENT = r"(?:supplied|provided|given|specified|passed|set|sent|present|included|required)"
_ONE_OF = re.compile(
    rf"\b(?:at least|exactly) one (?:of|query|parameter|filter)\b[^.;]{{0,160}}\b(?:{_SENT}|needed|mandatory)\b"
    rf"|\b(?:must|has to|have to|should|need to) (?:specify|provide|supply|pass|send|set|include|give) "
    r"(?:at least|exactly) one\b"
    rf"|\beither\b[^.;]{{0,120}}\bor\b[^.;]{{0,120}}\b(?:must|has to|have to|needs? to) be {_SENT}\b"
    rf"|\b(?:omitted|missing|absent|not {_SENT})\b[^.;]{{0,80}}\b(?:must|has to|have to|needs? to) be {_SENT}\b",
    re.IGNORECASE,
)


def takes_other_values(prose: str) -> bool:
    """Whether a description says what becomes of values that its schema forbids, other than that they are refused."""
    return _ALLOWED.search(prose) is not None


def takes_any_case(prose: str) -> bool:
    """Whether a description says that upper and lower case are the same."""
    return _ANY_CASE.search(prose) is not None


def needs_one_of(prose: str) -> bool:
    """Whether a description says that one of several parameters has to be there, none of which the schema requires."""
    return _ONE_OF.search(prose) is not None
