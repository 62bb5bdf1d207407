"""Members of one thing are held against each other where the document leaves no doubt of what they say."""

from __future__ import annotations

import json
from typing import Any

import pytest

from contracts import checks
from contracts.core.conversation import Broken
from contracts.core.exchange import Exchange, Request, Response
from specs.contract import build
from specs.source.document import as_document
from tests.contracts.checks.exchanges import NOW, exchange, judged

RULE = "schema/members-of-a-thing-agree"
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
    found = judged(RULE, exchange(BOOKINGS, 200, body))
    assert found is None if expected is None else (found or "").startswith(expected)


def _told_of_a_call(description: str, **call: Any) -> str | None:
    """What is found wrong with a call, by a document that describes its duration so."""
    time = {"type": "string", "format": "date-time"}
    members = {"start_time": time, "end_time": time, "duration": {"type": "integer", "description": description}}
    schema = {"type": "object", "properties": members}
    answer = {"description": "A call.", "content": {"application/json": {"schema": schema}}}
    paths = {"/calls/last": {"get": {"responses": {"200": answer}}}}
    contract = build(as_document({"openapi": "3.0.3", "info": {"title": "Calls", "version": "1"}, "paths": paths}))
    (operation,) = contract.operations
    text = json.dumps(call)
    response = Response(200, (("Content-Type", "application/json"),), text, len(text))
    given = Exchange(1, Request(operation, operation.path, (), None, "a"), response, None, NOW, NOW)
    try:
        checks.load()[RULE].judge(given, contract)
    except Broken as broken:
        return broken.expected
    return None


@pytest.mark.parametrize(
    ("description", "duration", "expected"),
    [
        ("Seconds it took.", 21, None),  # start, end and length may each be cut to whole seconds
        ("Seconds it took.", 27, "duration: 20, from its start to its end"),
        ("Seconds of talk time.", 7, None),
        ("How long it took.", 7, None),
    ],
)
def test_a_length_is_judged_where_it_is_one_of_a_whole_span(
    description: str, duration: int, expected: str | None
) -> None:
    call = {"start_time": "2026-01-04T10:00:00Z", "end_time": "2026-01-04T10:00:20Z", "duration": duration}
    assert _told_of_a_call(description, **call) == expected
