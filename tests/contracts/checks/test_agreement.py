"""Members of one thing are held against each other where the document leaves no doubt of what they say."""

from __future__ import annotations

from typing import Any

import pytest

from tests.contracts.checks.exchanges import exchange, judged

BOOKINGS = "GET /v2/organizations/{orgId}/bookings"
BOOKING = {
    "start": "2026-01-04T10:00:00Z",
    "end": "2026-01-04T10:30:00Z",
    "duration": 30,
    "eventTypeId": 7,
    "eventType": {"id": 7, "slug": "intro"},
}


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ({}, None),
        ({"duration": 1800}, "duration: 30, from its start to its end"),
        ({"end": BOOKING["start"]}, "duration: 0, from its start to its end"),
        ({"end": "2026-01-04T11:30:20+01:00"}, None),
        ({"eventTypeId": 8}, "the id of eventType as eventTypeId tells it: 8"),
        ({"eventTypeId": None}, None),
        ({"eventTypeId": "evt_8"}, None),
    ],
)
def test_what_a_thing_says_of_itself_agrees(members: dict[str, Any], expected: str | None) -> None:
    body = {"status": "success", "data": [BOOKING | members]}
    found = judged("schema/members-of-a-thing-agree", exchange(BOOKINGS, 200, body))
    assert found is None if expected is None else (found or "").startswith(expected)
