#!/usr/bin/env bash
# hypothesis-jsonschema 0.23.1 with hypothesis 6.170.17, the pair that pip installs where neither is pinned: of a schema of
# any object nothing is generated, each test is an AttributeError ('many' object has no attribute 'more'). Arrays and
# texts are. It asks for hypothesis 6.84.3 or later; with 6.170.8 it works. A property test of an API's bodies that was
# green is red after a patch release of hypothesis, and the API has not changed.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check hypothesis-jsonschema==0.23.1 hypothesis==6.170.17
cat >"$work/draw.py" <<'PY'
from hypothesis import HealthCheck, given, settings
from hypothesis_jsonschema import from_schema

OBJECT = {"type": "object", "required": ["id"], "properties": {"id": {"type": "integer"}}, "additionalProperties": False}


def drawn(schema: dict) -> str:
    @settings(max_examples=10, database=None, deadline=None, suppress_health_check=list(HealthCheck))
    @given(from_schema(schema))
    def draw(value: object) -> None:
        pass

    try:
        draw()
    except AttributeError as error:
        return str(error)
    return "fine"


for schema in ({"type": "array", "items": {"type": "string"}}, {"type": "object"}, OBJECT):
    print(schema["type"], "-", drawn(schema))
PY
with() {
    "$work/venv/bin/pip" install -q --disable-pip-version-check "hypothesis==$1"
    timeout 60 "$work/venv/bin/python" -W ignore "$work/draw.py"
}
lost="'many' object has no attribute 'more'"
new=$(with 6.170.17)
old=$(with 6.170.8)
printf 'hypothesis 6.170.17:\n%s\nhypothesis 6.170.8:\n%s\n' "$new" "$old"
[[ $new == "array - fine"$'\n'"object - $lost"$'\n'"object - $lost" ]]
[[ $old == "array - fine"$'\n'"object - fine"$'\n'"object - fine" ]]
