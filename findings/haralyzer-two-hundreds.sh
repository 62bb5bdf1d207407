#!/usr/bin/env bash
# haralyzer 2.4.0: "2.*" is how its pages ask for the statuses of the 200s. The pattern is looked for anywhere in the
# status: 302, 412, 429 and 502 are among them, 204 is among the 400s, and of a recording that is half refusals all is
# well. load_time and sizes by such a filter are of the wrong requests, too. "^2" asks what was meant.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check haralyzer==2.4.0
timeout 60 "$work/venv/bin/python" - <<'PY'
from haralyzer import HarParser

STATUSES = (200, 204, 302, 404, 412, 429, 500, 502)


def entry(second: int, status: int) -> dict:
    sizes = {"headersSize": -1, "bodySize": -1}
    request = {"method": "GET", "url": f"http://api.example/{status}", "httpVersion": "HTTP/1.1"}
    response = {"status": status, "statusText": "", "httpVersion": "HTTP/1.1", "redirectURL": "", "cookies": []}
    return {
        "startedDateTime": f"2026-01-01T00:00:0{second}.000Z",
        "time": 10,
        "request": {**request, **sizes, "headers": [], "queryString": [], "cookies": []},
        "response": {**response, **sizes, "headers": [], "content": {"size": 1, "mimeType": "application/json"}},
        "cache": {},
        "timings": {"send": 1, "wait": 8, "receive": 1},
    }


entries = [entry(second, status) for second, status in enumerate(STATUSES)]
parser = HarParser({"log": {"version": "1.2", "creator": {"name": "x", "version": "1"}, "pages": [], "entries": entries}})
[page] = parser.pages


def found(pattern: str) -> list[int]:
    return [each.response.status for each in page.filter_entries(status_code=pattern)]


for pattern in ("2.*", "4.*", "5.*", "^2"):
    print(pattern, found(pattern))
assert found("2.*") == [200, 204, 302, 412, 429, 502]
assert found("4.*") == [204, 404, 412, 429]
assert found("^2") == [200, 204]
assert page.get_load_time(status_code="2.*", asynchronous=False) == 60
PY
