"""slowapi with its memory store, as an ASGI application. STRATEGY: of the `limits` library."""

import os

from slowapi import Limiter
from slowapi.errors import RateLimitExceeded
from slowapi.util import get_remote_address
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

RULE = f"{os.environ['LIMIT']} per {os.environ['WINDOW']} seconds"
limiter = Limiter(key_func=get_remote_address, strategy=os.environ["STRATEGY"], headers_enabled=True)


@limiter.limit(RULE)
async def root(request: Request) -> Response:
    return PlainTextResponse("ok")


async def refused(request: Request, error: Exception) -> Response:
    response = JSONResponse({"error": str(error)}, 429)
    return limiter._inject_headers(response, request.state.view_rate_limit)


app = Starlette(routes=[Route("/", root)], exception_handlers={RateLimitExceeded: refused})
app.state.limiter = limiter
