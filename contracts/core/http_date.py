"""Times as HTTP headers write them."""

from __future__ import annotations

from datetime import UTC
from email.utils import parsedate_to_datetime
from functools import lru_cache


@lru_cache(maxsize=4096)
def epoch(text: str) -> float:
    """The epoch seconds of an HTTP date, in any of its three forms. Raises ValueError for anything else."""
    moment = parsedate_to_datetime(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()  # HTTP dates know no other zone
