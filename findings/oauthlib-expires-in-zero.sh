#!/usr/bin/env bash
# oauthlib 4.0.1: an answer with "expires_in": 0, a token that is over at once, is read as one that never ends: it is put
# on every request as if it were good, while one of -1 is refused as expired. "3600.0" in quotes is a ValueError, though
# the number 3600.5 is taken.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check oauthlib==4.0.1
timeout 60 "$work/venv/bin/python" - <<'PY'
import json

from oauthlib.oauth2 import BackendApplicationClient, TokenExpiredError


def outcome(expires_in: object) -> str:
    client = BackendApplicationClient("client")
    answer = json.dumps({"access_token": "made-up", "token_type": "bearer", "expires_in": expires_in})
    try:
        client.parse_request_body_response(answer)
        client.add_token("https://api.example/items")
    except (TokenExpiredError, ValueError) as error:
        return type(error).__name__
    return "used"


found = {repr(each): outcome(each) for each in (60, 0, -1, 3600.5, "60", "3600.0")}
print(found)
assert found == {
    "60": "used", "0": "used", "-1": "TokenExpiredError", "3600.5": "used", "'60'": "used", "'3600.0'": "ValueError"
}
PY
