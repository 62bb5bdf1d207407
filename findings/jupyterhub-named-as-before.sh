#!/usr/bin/env bash
# JupyterHub 6.1.1: PATCH /users/{name} whose body gives the name that the user has already is answered 200 with the name
# null. It stays so: the user is listed without a name, and can no longer be read or removed by the old one.
set -euo pipefail
work=$(mktemp -d)
server=
trap '[ -z "$server" ] || { kill "$server" 2>/dev/null; wait "$server" 2>/dev/null; } || true; rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check jupyterhub==6.1.1
cat > "$work/config.py" <<'PY'
from jupyterhub.proxy import Proxy


class NoProxy(Proxy):
    """Nobody opens a notebook here: nothing has to be led to one."""

    should_start = False

    async def add_route(self, routespec, target, data):
        pass

    async def delete_route(self, routespec):
        pass

    async def get_all_routes(self):
        return {}


c = get_config()  # noqa: F821
c.JupyterHub.proxy_class = NoProxy
c.JupyterHub.hub_bind_url = "http://127.0.0.1:18391/"
c.JupyterHub.bind_url = "http://127.0.0.1:18392/"
c.JupyterHub.db_url = "sqlite:///:memory:"
c.JupyterHub.authenticator_class = "dummy"
c.DummyAuthenticator.password = "a-password-of-some-length"
c.Authenticator.allow_all = True
c.JupyterHub.services = [{"name": "owner", "api_token": "token-of-the-owner-0001"}]
c.JupyterHub.load_roles = [{"name": "owner", "services": ["owner"], "scopes": ["admin:users"]}]
PY
cd "$work"
timeout 120 "$work/venv/bin/jupyterhub" -f "$work/config.py" > "$work/log" 2>&1 &
server=$!
ask() { curl -sS -m 10 -w ' %{http_code}\n' -H 'Authorization: token token-of-the-owner-0001' "$@"; }
users=http://127.0.0.1:18391/hub/api/users
for _ in $(seq 120); do curl -sf -m 5 -o /dev/null http://127.0.0.1:18391/hub/api/ && break; sleep 0.5; done
ask -X POST "$users/zed" > made
ask -X PATCH "$users/zed" -d '{"name": "zed"}' > changed
ask "$users/zed" > read
ask -X DELETE "$users/zed" > removed
ask "$users" > listed
for each in made changed read removed listed; do printf '%s: ' "$each"; cut -c1-160 < $each; done
grep -q '"name": "zed".* 201$' made
grep -q '"name": null.* 200$' changed
grep -q ' 404$' read
grep -q ' 404$' removed
grep -q '"name": null' listed
