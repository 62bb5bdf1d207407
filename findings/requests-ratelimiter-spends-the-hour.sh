#!/usr/bin/env bash
# requests-ratelimiter 0.10.0 (with pyrate-limiter 4.5.1, requests 2.34.2): on a 429 it fills up the shortest of its limits
# "to catch up" and would wait that long. What it fills in is counted by the longer ones too: with 10 a second and 30 an
# hour three refusals are an hour's worth, and the fourth request waits for the hour. Retries that urllib3 makes for a
# LimiterAdapter are not limited: 2 a second sends nine in no time. And `bucket="tenant1"`, as its page has it, is accepted
# and has no effect: the argument is called bucket_name.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check \
    requests-ratelimiter==0.10.0 pyrate-limiter==4.5.1 requests==2.34.2 urllib3==2.8.0
timeout 60 "$work/venv/bin/python" -W ignore - <<'PY'
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import requests
from requests_ratelimiter import LimiterAdapter, LimiterSession
from urllib3.util import Retry

asked: list[float] = []


class Refuses(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        asked.append(time.monotonic())
        self.send_response(429)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Refuses)
threading.Thread(target=server.serve_forever, daemon=True).start()
address = f"http://127.0.0.1:{server.server_port}/"

session = LimiterSession(per_second=10, per_hour=30, max_delay=3)
try:
    for _ in range(5):
        session.get(address)
    fourth = "sent"
except requests.exceptions.Timeout as error:
    fourth = str(error)
print("requests sent:", len(asked), "of 30 in an hour, the next one:", fourth)
assert len(asked) == 3 and "not cleared" in fourth

asked.clear()
session = requests.Session()
session.mount("http://", LimiterAdapter(per_second=2, max_retries=Retry(total=8, status_forcelist=[429])))
try:
    session.get(address)
except requests.exceptions.RetryError:
    pass
print("at 2 a second:", len(asked), "requests in", round(asked[-1] - asked[0], 3), "s")
assert len(asked) == 9 and asked[-1] - asked[0] < 1

as_documented, as_named = LimiterSession(per_second=5, bucket="tenant1"), LimiterSession(per_second=5, bucket_name="tenant1")
print("bucket:", as_documented.bucket_name, "bucket_name:", as_named.bucket_name)
assert (as_documented.bucket_name, as_named.bucket_name) == (None, "tenant1")
PY
