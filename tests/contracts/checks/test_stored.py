"""What a creation or an update answers is compared with what it was sent, where nobody can read it in two ways."""

from __future__ import annotations

import json
from typing import Any

import attrs
import pytest

from tests.contracts.checks.exchanges import POST, exchange, judged

CHECK = "state/an-answer-shows-what-was-sent"
ATTRIBUTE = "POST /v2/organizations/{orgId}/attributes"
WEBHOOK = "POST /v2/oauth-clients/{clientId}/webhooks"


def answered(key: str, sent: dict[str, Any], shown: dict[str, Any], status: int = 201) -> str | None:
    given = exchange(key, status, {"status": "success", "data": shown})
    return judged(CHECK, attrs.evolve(given, request=attrs.evolve(given.request, body=json.dumps(sent))))


@pytest.mark.parametrize(
    ("key", "sent", "shown"),
    [
        (POST, {"accepted": True}, {"accepted": False}),
        (POST, {"role": "ADMIN"}, {"role": "MEMBER"}),
        (POST, {"userId": 7}, {"userId": 8}),
        (ATTRIBUTE, {"name": "Team Role 12"}, {"name": "Team Ro"}),
        (ATTRIBUTE, {"name": "ct802bab-1036-12"}, {"name": "7c"}),
        (WEBHOOK, {"triggers": ["BOOKING_PAID", "MEETING_ENDED"]}, {"triggers": ["BOOKING_PAID"]}),
    ],
)
def test_another_value_than_was_sent_is_broken(key: str, sent: dict[str, Any], shown: dict[str, Any]):
    assert answered(key, sent, shown) is not None


@pytest.mark.parametrize(
    ("key", "sent", "shown"),
    [
        (ATTRIBUTE, {"name": " Team  Role "}, {"name": "team role"}),
        (ATTRIBUTE, {"name": "Zoë 🎈"}, {"name": "Zo"}),
        (ATTRIBUTE, {"name": "x" * 500}, {"name": "x" * 200}),
        (ATTRIBUTE, {"slug": "Team Role"}, {"slug": "team-role-2"}),
        (ATTRIBUTE, {"undeclared": 1}, {"undeclared": 2}),
        (POST, {"accepted": "true"}, {"accepted": True}),
        (POST, {"accepted": True}, {}),
        (WEBHOOK, {"triggers": "BOOKING_PAID"}, {"triggers": ["BOOKING_PAID"]}),
        (WEBHOOK, {"secret": "plain"}, {"secret": "****"}),
        (WEBHOOK, {"payloadTemplate": "ct802bab-1036-12"}, {"payloadTemplate": "7c"}),
        (WEBHOOK, {"subscriberUrl": "https://example.com"}, {"subscriberUrl": "https://example.com/"}),
    ],
)
def test_another_way_of_writing_a_value_is_not_blamed(key: str, sent: dict[str, Any], shown: dict[str, Any]):
    assert answered(key, sent, shown) is None


def test_a_refusal_may_show_anything():
    assert answered(POST, {"role": "ADMIN"}, {"role": "MEMBER"}, status=409) is None
