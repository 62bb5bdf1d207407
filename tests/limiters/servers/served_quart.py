"""quart-rate-limiter with its memory store, as an ASGI application."""

import os
from datetime import timedelta

from quart import Quart
from quart_rate_limiter import RateLimiter, rate_limit

app = Quart(__name__)
limiter = RateLimiter(app)


@app.get("/")
@rate_limit(int(os.environ["LIMIT"]), timedelta(seconds=int(os.environ["WINDOW"])))
async def root() -> str:
    return "ok"
