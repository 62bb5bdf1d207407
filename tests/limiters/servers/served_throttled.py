"""throttled-py with its memory store, told in the headers its documentation suggests. STRATEGY: its algorithm."""

import os
from datetime import timedelta

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from throttled import Throttled, rate_limiter

LIMIT, WINDOW = int(os.environ["LIMIT"]), int(os.environ["WINDOW"])
throttle = Throttled(
    using=os.environ["STRATEGY"],
    quota=rate_limiter.per_duration(timedelta(seconds=WINDOW), LIMIT, burst=LIMIT),
)


async def root(request: Request) -> Response:
    assert request.client is not None
    result = throttle.limit(request.client.host, cost=1)
    state = result.state
    headers = {
        "X-RateLimit-Limit": str(state.limit),
        "X-RateLimit-Remaining": str(state.remaining),
        "X-RateLimit-Reset": f"{state.reset_after:g}",
    }
    if result.limited:
        return PlainTextResponse("Rate limit exceeded", 429, {**headers, "Retry-After": f"{state.retry_after:g}"})
    return PlainTextResponse("ok", headers=headers)


app = Starlette(routes=[Route("/", root)])
