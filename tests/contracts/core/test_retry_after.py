"""How long a 429 asks to wait, in each of the ways servers say it."""

from __future__ import annotations

from email.utils import formatdate

import pytest

from contracts.core.retry_after import advised_wait
from tests.contracts.checks.exchanges import GET, NOW, exchange

RECEIVED = NOW + 0.1


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ((("Retry-After", "7"),), 7),
        ((("Retry-After", formatdate(NOW + 30, usegmt=True)),), 29.9),
        ((("X-RateLimit-Reset", str(int(NOW + 20))),), 19.95),
        ((("RateLimit-Reset", "12"),), 12),
        ((("X-Rate-Limit-Reset", "12"),), 12),
        ((("X-RateLimit-Reset-Default", str(int(NOW + 20))),), 19.95),
        ((("X-RateLimit-Reset-short", "5"), ("X-RateLimit-Reset-long", "50")), 50),
        ((("Retry-After", "3"), ("X-RateLimit-Reset", "40")), 3),
        ((("X-RateLimit-Reset", str(int(NOW + 20) * 1000)),), None),
        ((("X-RateLimit-Reset", "soon"),), None),
        ((("Retry-After", "soon"),), None),
        ((), None),
    ],
)
def test_the_wait_is_read_however_it_is_said(headers, seconds):
    assert advised_wait(exchange(GET, 429, {}, *headers)) == (seconds if seconds is None else pytest.approx(seconds))
