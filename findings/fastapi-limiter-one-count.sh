#!/usr/bin/env bash
# fastapi-limiter 0.2.0 (with pyrate-limiter 4.5.1, fastapi 0.142.2): wired as its page shows, a limit is told to be "by
# IP + path", or by whatever an identifier of one's own says. A pyrate_limiter.Limiter that is made from a rate has one
# bucket, in which the name that it is given plays no part: one caller uses up the limit of all others, and one id of a
# templated path that of all other ids. The 429 has neither Retry-After nor any header of a rate limit.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check \
    fastapi-limiter==0.2.0 pyrate-limiter==4.5.1 fastapi==0.142.2 httpx==0.28.1
timeout 60 "$work/venv/bin/python" -W ignore - <<'PY'
from fastapi import Depends, FastAPI, Request
from fastapi.testclient import TestClient
from fastapi_limiter.depends import RateLimiter
from pyrate_limiter import Duration, Limiter, Rate

app = FastAPI()


async def caller(request: Request) -> str:
    return request.headers["X-Caller"]


def limit(**options) -> list:
    return [Depends(RateLimiter(limiter=Limiter(Rate(2, Duration.MINUTE)), **options))]


@app.get("/items/{number}", dependencies=limit())
def item(number: int) -> int:
    return number


@app.get("/mine", dependencies=limit(identifier=caller))
def mine() -> str:
    return "yours"


client = TestClient(app)
ids = [client.get(f"/items/{number}").status_code for number in (1, 2, 3)]
callers = [client.get("/mine", headers={"X-Caller": each}).status_code for each in ("ann", "ann", "bob")]
headers = sorted(client.get("/items/1").headers)
print("three ids, one request each:", ids)
print("ann, ann, bob:", callers)
print("headers of a 429:", headers)
assert ids == callers == [200, 200, 429]
assert headers == ["content-length", "content-type"]
PY
