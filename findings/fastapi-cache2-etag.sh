#!/usr/bin/env bash
# fastapi-cache2 0.2.2 (with fastapi 0.142.2 and jinja2, which it imports without asking for it): its ETag is W/ and a bare number, without the quotes that RFC 9110 (8.8.3)
# asks for. The number is Python's hash of the bytes, which differs from process to process: the workers of one server
# give the same representation different tags, so a client that revalidates with another worker gets it all again. A tag
# is only compared when it is alone: in a list of two, If-None-Match misses, and so does If-None-Match: *.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check fastapi-cache2==0.2.2 fastapi==0.142.2 httpx==0.28.1 jinja2==3.1.6
cat >"$work/worker.py" <<'PY'
from fastapi import FastAPI
from fastapi.testclient import TestClient
from fastapi_cache import FastAPICache
from fastapi_cache.backends.inmemory import InMemoryBackend
from fastapi_cache.decorator import cache

app = FastAPI()
FastAPICache.init(InMemoryBackend())


@app.get("/items")
@cache(expire=60)
async def items() -> list[str]:
    return ["one", "two"]


client = TestClient(app)
client.get("/items")
tag = client.get("/items").headers["etag"]
statuses = [client.get("/items", headers={"If-None-Match": each}).status_code for each in (tag, f'"x", {tag}', "*")]
print(tag, *statuses)
PY
one=$(timeout 60 "$work/venv/bin/python" -W ignore "$work/worker.py")
two=$(timeout 60 "$work/venv/bin/python" -W ignore "$work/worker.py")
echo "one worker: $one"
echo "another:    $two"
[[ $one =~ ^W/-?[0-9]+\ 304\ 200\ 200$ ]]
[[ $two =~ ^W/-?[0-9]+\ 304\ 200\ 200$ ]]
[[ ${one%% *} != "${two%% *}" ]]
