#!/usr/bin/env bash
# pygeoapi 0.21.0 with a feature collection of a CSV file: the document that it generates requires the member "queryables"
# of the answer of /queryables, and the answer is a JSON Schema without that member, as application/schema+json. OPTIONS
# on the items is declared, and answered 200 as application/json without a byte of body. Its enumeration of languages is
# no bound: by the description of lang, any other is answered in the usual language.
set -euo pipefail
work=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill "$server" 2>/dev/null || true; rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check pygeoapi==0.21.0
printf 'id,value,long,lat\n1,2.5,-70,40\n2,3.5,-71,41\n' >things.csv
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
cat >config.yml <<YML
server:
  bind: {host: 127.0.0.1, port: $port}
  url: http://127.0.0.1:$port
  mimetype: application/json; charset=UTF-8
  encoding: utf-8
  languages: [en-US]
  limits: {default_items: 10, max_items: 50}
  map: {url: "http://127.0.0.1:$port/none/{z}/{x}/{y}.png", attribution: none}
logging: {level: ERROR}
metadata:
  identification: {title: t, description: d, keywords: [k], keywords_type: theme, terms_of_service: n, url: "http://a.example"}
  license: {name: n, url: "http://a.example"}
  provider: {name: n, url: "http://a.example"}
  contact: {name: n, email: a@b.example, url: "http://a.example"}
resources:
  things:
    type: collection
    title: Things
    description: Two things
    keywords: [k]
    links: [{type: text/csv, rel: canonical, title: data, href: "http://a.example", hreflang: en-US}]
    extents: {spatial: {bbox: [-180, -90, 180, 90], crs: "http://www.opengis.net/def/crs/OGC/1.3/CRS84"}}
    providers:
      - {type: feature, name: CSV, data: things.csv, id_field: id, geometry: {x_field: long, y_field: lat}}
YML
export PYGEOAPI_CONFIG=config.yml PYGEOAPI_OPENAPI=openapi.yml
venv/bin/pygeoapi openapi generate config.yml --output-file openapi.yml >/dev/null 2>&1
venv/bin/pygeoapi serve >log 2>&1 &
server=$!
timeout 60 venv/bin/python - "$port" <<'PY'
import sys
import time
import urllib.error
import urllib.request

import yaml

base = f"http://127.0.0.1:{sys.argv[1]}"


def answer(path: str, method: str = "GET") -> tuple[int, str, bytes]:
    with urllib.request.urlopen(urllib.request.Request(base + path, method=method), timeout=10) as response:
        return response.status, response.headers["Content-Type"], response.read()


for _ in range(100):
    try:
        answer("/?f=json")
        break
    except urllib.error.URLError:
        time.sleep(0.2)
document = yaml.safe_load(open("openapi.yml", encoding="utf-8"))
declared = document["paths"]["/collections/things/items"]
schema = document["components"]["schemas"]["queryables"]
status, kind, body = answer("/collections/things/queryables?f=json")
members = yaml.safe_load(body)
print("queryables:", status, kind, "required:", schema["required"], "given:", sorted(members))
assert schema["required"] == ["queryables"] and "queryables" not in members and status == 200
status, kind, body = answer("/collections/things/items", "OPTIONS")
print("OPTIONS:", status, kind, body, "declared:", "options" in declared)
assert "options" in declared and (status, body) == (200, b"") and kind.startswith("application/json")
status, _, _ = answer("/?f=json&lang=EN-us")
print("another language than the enumeration has:", status)
assert status == 200
PY
