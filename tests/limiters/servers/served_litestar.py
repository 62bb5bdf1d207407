"""litestar's own rate limit middleware with its memory store. Its windows are a second, a minute or an hour."""

import os

from litestar import Litestar, get
from litestar.middleware.rate_limit import RateLimitConfig

UNITS = {1: "second", 60: "minute", 3600: "hour"}


@get("/")
async def root() -> str:
    return "ok"


limit = RateLimitConfig(rate_limit=(UNITS[int(os.environ["WINDOW"])], int(os.environ["LIMIT"])))
app = Litestar(route_handlers=[root], middleware=[limit.middleware])
