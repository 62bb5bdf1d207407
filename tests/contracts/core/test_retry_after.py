"""How long a 429 asks to wait, in each of the ways servers say it."""

from __future__ import annotations

from email.utils import formatdate

import pytest

from contracts.core.retry_after import advised_wait
from tests.contracts.checks.exchanges import GET, NOW, exchange


def _date(later: float) -> str:
    return formatdate(NOW + later, usegmt=True)


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
        ((("Retry-After", "0.493"),), 0.493),
        ((("Retry-After", " 7 "),), 7),
        ((("Retry-After", "-7"),), None),
        ((("Retry-After", "²"),), None),
        ((("Retry-After", "Fri, 31 Feb 2027 10:00:00 GMT"),), None),
        ((("Retry-After", formatdate(NOW - 30, usegmt=True)),), 0),
        ((("Retry-After", _date(4000)), ("Date", _date(3970))), 30),
        ((("Retry-After", "soon"), ("RateLimit-Reset", "0.5")), 0.5),
        ((("RateLimit", '"hour";r=5;t=900, "minute";r=0;t=12.5'),), 12.5),
        ((("RateLimit", '"hour";r=5;t=900, "minute";r=1;t=12'),), 900),
        ((("RateLimit", "limit=10, remaining=0, reset=8"),), 8),
        ((("RateLimit", '"minute";r=0;t=12"'),), None),
        ((), None),
    ],
)
def test_the_wait_is_read_however_it_is_said(headers, seconds):
    assert advised_wait(exchange(GET, 429, {}, *headers)) == (seconds if seconds is None else pytest.approx(seconds))
