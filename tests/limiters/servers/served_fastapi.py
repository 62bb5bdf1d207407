"""fastapi-limiter with pyrate-limiter's memory, as an ASGI application."""

import os

from fastapi import Depends, FastAPI
from fastapi_limiter.depends import RateLimiter
from pyrate_limiter import Duration, Limiter, Rate

limiter = Limiter(Rate(int(os.environ["LIMIT"]), Duration.SECOND * int(os.environ["WINDOW"])))
app = FastAPI(dependencies=[Depends(RateLimiter(limiter=limiter))])


@app.get("/")
def root() -> str:
    return "ok"
