#!/usr/bin/env bash
# aiolimiter 1.3.0: AsyncLimiter(5, 1) reads like "5 in 1 s". It is a bucket that leaks steadily and is empty at first, so
# a client that begins at once is let through 9 times in its first second, and in no later one more than 5 or 6. Against a
# server that counts in windows such a client is refused, though it keeps the declared numbers.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check aiolimiter==1.3.0
timeout 60 "$work/venv/bin/python" - <<'PY'
import asyncio
import time

from aiolimiter import AsyncLimiter


async def main() -> None:
    limiter, times = AsyncLimiter(5, 1), []
    begun = time.monotonic()
    for _ in range(16):
        async with limiter:
            times.append(time.monotonic() - begun)
    first = sum(each < 1 for each in times)
    later = sum(1 <= each < 2 for each in times)
    print("in the first second:", first, "in the second:", later)
    assert first > 7 and 4 <= later <= 6


asyncio.run(main())
PY
