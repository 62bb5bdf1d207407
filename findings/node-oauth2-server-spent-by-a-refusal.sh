#!/usr/bin/env bash
# @node-oauth/oauth2-server 5.3.0 (node 20; its refresh grant as it comes, with a model that keeps tokens in a Map): the
# refresh token is revoked before the scope is looked at. A refresh that is refused with invalid_scope has spent it: the
# same token without the wrong scope is invalid_grant a moment later, and the user has to log in again. A refresh that
# asks for less gives a refresh token of less, for good; RFC 6749 (6) says that a new one has the scope of the old one.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund @node-oauth/oauth2-server@5.3.0
cat >try.mjs <<'JS'
import assert from "node:assert";
import OAuth2Server from "@node-oauth/oauth2-server";

const client = { id: "reports", grants: ["password", "refresh_token"] };
const kept = new Map();
const server = new OAuth2Server({
  model: {
    getClient: async () => client,
    getUser: async () => ({ name: "ann" }),
    validateScope: async (user, asking, scope) => scope,
    saveToken: async (token, owner, user) => {
      const whole = { ...token, client: owner, user };
      kept.set(token.refreshToken, whole);
      return whole;
    },
    getRefreshToken: async (token) => kept.get(token),
    revokeToken: async (token) => kept.delete(token.refreshToken),
  },
});
const ask = async (fields) => {
  const body = { client_id: "reports", client_secret: "secret", ...fields };
  const headers = { "content-type": "application/x-www-form-urlencoded", "content-length": "1" };
  const response = new OAuth2Server.Response({ headers: {} });
  await server.token(new OAuth2Server.Request({ method: "POST", query: {}, headers, body }), response).catch(() => {});
  return { status: response.status, ...response.body };
};
const login = () => ask({ grant_type: "password", username: "ann", password: "x", scope: "read write" });
const refresh = (token, more) => ask({ grant_type: "refresh_token", refresh_token: token.refresh_token, ...more });

const first = await login();
const refused = await refresh(first, { scope: "read admin" });
const again = await refresh(first, {});
console.log("refused:", refused.status, refused.error, "- then:", again.status, again.error);
assert.deepEqual([refused.error, again.error], ["invalid_scope", "invalid_grant"]);

const less = await refresh(await login(), { scope: "read" });
const whole = await refresh(less, { scope: "read write" });
console.log("less:", less.status, less.scope, "- all that was granted:", whole.status, whole.error);
assert.deepEqual([less.status, less.scope, whole.error], [200, "read", "invalid_scope"]);
JS
timeout 60 node try.mjs
