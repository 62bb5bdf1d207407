#!/usr/bin/env bash
# asgi-idempotency-header 0.2.0 (with fastapi 0.142.2 and redis 8.1.0, both of which it imports without asking for it): the replay of an answer has its status and its body, but no header
# of the first one, so a repeated creation lost its Location. The key alone decides: sent again with another body, or to
# another path, it brings the first path's answer (the IETF draft wants 422 there). An answer whose media type says
# "application/json; charset=utf-8" is not kept at all: the repeated request is carried out a second time.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check asgi-idempotency-header==0.2.0 fastapi==0.142.2 redis==8.1.0 httpx==0.28.1
timeout 60 "$work/venv/bin/python" -W ignore - <<'PY'
from idempotency_header_middleware import IdempotencyHeaderMiddleware
from idempotency_header_middleware.backends import MemoryBackend
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route
from starlette.testclient import TestClient

made: list[str] = []


async def create(request):
    made.append(request.url.path)
    answer = JSONResponse({"number": len(made)}, 201, headers={"Location": f"{request.url.path}/{len(made)}"})
    if request.url.path == "/notes":
        answer.headers["Content-Type"] = "application/json; charset=utf-8"
    return answer


app = Starlette(routes=[Route(path, create, methods=["POST"]) for path in ("/orders", "/refunds", "/notes")])
client = TestClient(IdempotencyHeaderMiddleware(app, backend=MemoryBackend()))


def post(path: str, key: str, body: dict) -> tuple[int, int, str | None, str | None]:
    answer = client.post(path, json=body, headers={"Idempotency-Key": key})
    return answer.status_code, answer.json()["number"], answer.headers.get("location"), answer.headers.get("idempotent-replayed")


first = post("/orders", "one", {"amount": 1})
same = post("/orders", "one", {"amount": 1})
other_body = post("/orders", "one", {"amount": 2})
other_path = post("/refunds", "one", {})
notes = [post("/notes", "two", {}) for _ in range(2)]
for name in ("first", "same", "other_body", "other_path", "notes"):
    print(name, globals()[name])
assert first == (201, 1, "/orders/1", None)
assert same == other_body == other_path == (201, 1, None, "true")
assert [number for _, number, _, _ in notes] == [2, 3]
PY
