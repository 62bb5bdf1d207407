#!/usr/bin/env bash
# CacheControl 0.14.4 (with requests 2.34.2): `Cache-Control: no-cache` in an answer means "keep it, but ask me each time"
# (RFC 9111, 5.2.2.4), whatever age stands beside it. With a max-age or an Expires beside it, as where a proxy adds a
# header of its own to the application's, the answer is given out for all that time without a question, though it has an
# ETag to ask with. The same word in a request is obeyed.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check cachecontrol==0.14.4 requests==2.34.2
timeout 60 "$work/venv/bin/python" - <<'PY'
import threading
import time
from collections import Counter
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import requests
from cachecontrol import CacheControl

in_an_hour = formatdate(time.time() + 3600, usegmt=True)
ANSWERS = {
    "/alone": [("Cache-Control", "no-cache")],
    "/one-field": [("Cache-Control", "no-cache, max-age=3600")],
    "/two-fields": [("Cache-Control", "no-cache"), ("Cache-Control", "max-age=3600")],
    "/expires": [("Cache-Control", "no-cache"), ("Expires", in_an_hour)],
}
asked: Counter[str] = Counter()


class Answers(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        asked[self.path] += 1
        known = self.headers["If-None-Match"] == '"one"'
        self.send_response(304 if known else 200)
        for name, value in [*ANSWERS[self.path], ("ETag", '"one"'), ("Content-Length", "0" if known else "4")]:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(b"" if known else b"body")

    def log_message(self, *_: object) -> None:
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
threading.Thread(target=server.serve_forever, daemon=True).start()
client = CacheControl(requests.Session())


def get(path: str, **headers: str) -> None:
    answer = client.get(f"http://127.0.0.1:{server.server_port}{path}", headers=headers)
    assert (answer.status_code, answer.text) == (200, "body")


for path in ANSWERS:
    for _ in range(3):
        get(path)
print("of three questions the server was asked:", dict(asked))
assert asked == {"/alone": 3, "/one-field": 1, "/two-fields": 1, "/expires": 1}
get("/one-field", **{"Cache-Control": "no-cache"})
assert asked["/one-field"] == 2
PY
