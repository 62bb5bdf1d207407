"""Whatever stands in a header, a check has a word for it: no value of a server's is a defect of the document."""

from __future__ import annotations

import contextlib
import itertools

import pytest

from contracts import checks
from contracts.core.conversation import Outcome
from contracts.core.exchange import Exchange, Request, Response

ABSURD = ("²", "9" * 5000, "-" + "9" * 5000, "1e999", "٣", '"' * 5000, "(" * 5000, "=;," * 2000, "\x00", "")
NAMES = (
    "Age", "Allow", "Cache-Control", "Content-Length", "Content-Type", "Date", "ETag", "Expires", "Link", "Location",
    "Retry-After", "Vary", "WWW-Authenticate", "RateLimit", "RateLimit-Policy", "RateLimit-Limit",
    "X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset",
)  # fmt: skip
NOW = 1_790_000_000.0
USUAL = {"X-RateLimit-Limit": "60", "X-RateLimit-Remaining": "59", "X-RateLimit-Reset": "1790000000"}


@pytest.mark.parametrize("name", NAMES)
def test_no_check_trips_over_a_header(name, contract):
    operation = contract.operation("GET /v2/oauth-clients/{clientId}/users")
    request = Request(operation, "/v2/oauth-clients/a/users", principal="acme")
    for status, value in itertools.product((200, 429), ABSURD):
        headers = tuple({"Content-Type": "application/json", **USUAL, name: value}.items())
        response = Response(status, headers, '{"status": "success", "data": []}', 33)
        pair = [Exchange(seq, request, response, None, NOW + seq, NOW + seq + 0.1) for seq in (1, 2)]
        for check in checks.load().values():
            with contextlib.suppress(Outcome):
                check.judge(pair[0], contract)
            with contextlib.suppress(Outcome):
                if check.judge_all:
                    check.judge_all(pair, None)
            with contextlib.suppress(Outcome):
                if check.together:
                    check.together(pair)
