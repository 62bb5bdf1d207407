"""The words of verdicts and depths."""

from __future__ import annotations

DEPTHS = ("quick", "standard", "deep")

UPHELD, BROKEN, OBSERVED = "upheld", "broken", "observed"
NOT_OBSERVABLE, BLOCKED, NOT_ASKED, KNOWN = "not observable", "blocked", "not asked", "known"


HEARD = (UPHELD, BROKEN, OBSERVED, KNOWN)
"""Verdicts for which something was learnt."""
VERDICTS = (UPHELD, BROKEN, OBSERVED, NOT_OBSERVABLE, BLOCKED, NOT_ASKED, KNOWN)
