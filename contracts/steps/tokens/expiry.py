"""When tokens say they expire: as a time or a span, in seconds or milliseconds, in the answer or in the token only."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from contracts.core.conversation import Broken
from contracts.core.exchange import MISSING, Exchange
from contracts.core.jwt_parts import claims
from contracts.steps.tokens.pairs import Pair
from specs.contract import TokenMember, TokenRules

_SPAN = re.compile(r"(?:_in|In)(?:_ms|Ms|_?millis|_seconds|Seconds)?$|ttl$|lifetime$", re.IGNORECASE)
_EITHER = re.compile(r"expires?$|expiry$|expiration$", re.IGNORECASE)
_EPOCH = 500_000_000
"""Seconds since 1970 that no span reaches and every time of issue exceeds."""


def seconds_left(member: TokenMember, value: Any, answer: Exchange) -> float | None:
    """Seconds from the answer to the expiry it announces; None where it announces none.

    Raises Broken for a value that is no time of the declared kind.
    """
    if value is MISSING or value is None:
        return None
    if member.unit == "iso8601" or (isinstance(value, str) and member.unit != "seconds"):
        return _time(value) - answer.received
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Broken(f"an expiry in Unix {member.unit}", repr(value))
    seconds = value / 1000 if _milliseconds(member) else float(value)
    return seconds if _is_span(member, seconds) else seconds - answer.received


def _milliseconds(member: TokenMember) -> bool:
    return member.unit == "milliseconds" or bool(re.search(r"(?:_ms|Ms|millis)$", member.expires or ""))


def _is_span(member: TokenMember, seconds: float) -> bool:
    name = (member.expires or "").rpartition("/")[2]
    return bool(_SPAN.search(name)) or (bool(_EITHER.search(name)) and seconds < _EPOCH)


def _time(text: Any) -> float:
    try:
        return datetime.fromisoformat(str(text).replace("Z", "+00:00")).timestamp()
    except ValueError:
        raise Broken("an expiry in ISO 8601", repr(text)) from None


def seconds_left_by_claim(rules: TokenRules, token: str, answer: Exchange) -> float | None:
    """Seconds from the answer to the expiry that the token itself claims; None where it claims none."""
    expiry = claims(token).get(rules.claims.get("expires", "exp"))
    return None if isinstance(expiry, bool) or not isinstance(expiry, int | float) else expiry - answer.received


def access_seconds_left(rules: TokenRules, pair: Pair) -> float | None:
    """How long an access token says it lives, in the answer or else by its own claim."""
    left = seconds_left(rules.access, pair.access_expires, pair.answer)
    return seconds_left_by_claim(rules, pair.access, pair.answer) if left is None else left
