#!/usr/bin/env bash
# Jupyter Server 2.21.1: the document that it serves of itself (/api/spec.yaml) declares no security, neither for all
# operations nor for any of them, though every operation but one is refused without a token.
set -euo pipefail
work=$(mktemp -d)
server=
trap '[ -z "$server" ] || { kill "$server" 2>/dev/null; wait "$server" 2>/dev/null; } || true; rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check jupyter-server==2.21.1
mkdir "$work/root"
HOME="$work" timeout 120 "$work/venv/bin/jupyter-server" --ip 127.0.0.1 --port 18393 --ServerApp.port_retries=0 \
    --IdentityProvider.token=token-of-the-owner-0001 --ServerApp.root_dir="$work/root" --no-browser --allow-root \
    > "$work/log" 2>&1 &
server=$!
base=http://127.0.0.1:18393/api
for _ in $(seq 120); do curl -sf -m 5 -o /dev/null "$base" && break; sleep 0.5; done
curl -sS -m 10 -H 'Authorization: token token-of-the-owner-0001' "$base/spec.yaml" > "$work/spec.yaml"
said=$(grep -ciE '^ *(security|securityDefinitions):' "$work/spec.yaml" || true)
without=$(curl -sS -m 10 -o /dev/null -w '%{http_code}' "$base/status")
with=$(curl -sS -m 10 -o /dev/null -w '%{http_code}' -H 'Authorization: token token-of-the-owner-0001' "$base/status")
echo "lines about security: $said; GET /api/status without a token: $without, with one: $with"
grep -q '^swagger: .2.0.' "$work/spec.yaml"
[ "$said" = 0 ] && [ "$without" = 403 ] && [ "$with" = 200 ]
