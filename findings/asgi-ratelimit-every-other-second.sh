#!/usr/bin/env bash
# asgi-ratelimit 0.10.0: Rule(second=2) with its MemoryBackend lets two requests through in one second, as it says, and
# all of them in the next, in turn. A window of n seconds is renewed n + 1 seconds after it began; what is too much in the
# second between would have to wait 0 s, and 0 is how the backend says "not refused". Of Rule(minute=2) it is the last of
# every 61 seconds. A client that obeys `Retry-After: 1` always arrives in the open second.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check asgi-ratelimit==0.10.0 httpx==0.28.1
timeout 60 "$work/venv/bin/python" -W ignore - <<'PY'
import asyncio
import math

import httpx
from ratelimit import RateLimitMiddleware, Rule
from ratelimit.backends.simple import MemoryBackend


async def app(scope, receive, send) -> None:
    await send({"type": "http.response.start", "status": 204, "headers": []})
    await send({"type": "http.response.body", "body": b""})


async def caller(scope) -> tuple[str, str]:
    return "ann", "default"


class Hastened(MemoryBackend):
    """Its clock is set by hand, so that a minute need not be waited for."""

    second = 0
    now = staticmethod(lambda: Hastened.second)


async def minutes() -> list[int]:
    """The seconds of two minutes in which a third request, and a fourth, are admitted."""
    backend, open_seconds = Hastened(), []
    for Hastened.second in range(1000, 1122):
        waits = [await backend.retry_after("/", "ann", Rule(minute=2)) for _ in range(4)]
        if waits == [0] * 4:
            open_seconds.append(Hastened.second - 1000)
    return open_seconds


async def main() -> None:
    limited = RateLimitMiddleware(app, caller, MemoryBackend(), {"^/": [Rule(second=2)]})
    clock = asyncio.get_running_loop().time
    begun = math.ceil(clock())
    admitted, refused = [0] * 6, [0] * 6
    async with httpx.AsyncClient(transport=httpx.ASGITransport(limited), base_url="http://limited") as client:
        await asyncio.sleep(begun - clock() + 0.01)
        while (second := math.floor(clock()) - begun) < 6:
            answer = await client.get("/")
            counted = admitted if answer.status_code == 204 else refused
            counted[second] += 1
            assert answer.headers.get("retry-after") in (None, "1")
            await asyncio.sleep(0.05)
    print("admitted in each second:", admitted, "refused:", refused)
    assert admitted[0::2] == [2, 2, 2] and refused[1::2] == [0, 0, 0]
    assert all(each > 4 for each in admitted[1::2])
    assert await minutes() == [60, 121]


asyncio.run(main())
PY
