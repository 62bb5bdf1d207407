#!/usr/bin/env bash
# httpx-auth 0.23.1: a token answer without expires_in, which RFC 6749 (5.1) only recommends, is refused with a ValueError
# unless the access token is a JWT; so is one of 0. Where a token lives 30 s or less every single call asks for a new one
# (early_expiry is 30 s), so that half of what a limit sees are calls of the token endpoint.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check httpx-auth==0.23.1 httpx==0.28.1
timeout 60 "$work/venv/bin/python" - <<'PY'
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
from httpx_auth import OAuth2, OAuth2ClientCredentials

lifetime: object = None
counted = {"token": 0, "call": 0}


class Server(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        counted["token"] += 1
        self.rfile.read(int(self.headers["Content-Length"]))
        answer = {"access_token": f"opaque-{counted['token']}", "token_type": "Bearer"}
        body = json.dumps(answer if lifetime is None else {**answer, "expires_in": lifetime}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self) -> None:
        counted["call"] += 1
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Server)
threading.Thread(target=server.serve_forever, daemon=True).start()
address = f"http://127.0.0.1:{server.server_port}"


def called(seconds: object) -> tuple[int, int] | str:
    """Requests for a token and calls that five calls make; or what was raised."""
    global lifetime
    lifetime = seconds
    counted.update(token=0, call=0)
    OAuth2.token_cache.clear()
    auth = OAuth2ClientCredentials(f"{address}/token", client_id="id", client_secret="secret")
    try:
        with httpx.Client(auth=auth) as client:
            for _ in range(5):
                client.get(f"{address}/calls")
    except ValueError as error:
        return f"ValueError: {error}"
    return counted["token"], counted["call"]


found = {seconds: called(seconds) for seconds in (3600, 31, 30, 5, 0, None)}
print(found)
assert found[3600] == found[31] == (1, 5)
assert found[30] == found[5] == (5, 5)
assert all(str(found[seconds]).startswith("ValueError") for seconds in (0, None))
PY
