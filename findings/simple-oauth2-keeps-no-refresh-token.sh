#!/usr/bin/env bash
# simple-oauth2 5.1.0 (node 20): an answer to a refresh need not have a new refresh token; the client then goes on with the
# one it has (RFC 6749, 6). AccessToken.refresh() gives a token made of that answer alone: the refresh token is gone, and
# the next refresh is sent without any. Authlib's documented grant answers so, and many servers whose refresh tokens last.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund simple-oauth2@5.1.0
cat >try.cjs <<'JS'
const assert = require("node:assert");
const http = require("node:http");
const { ClientCredentials, ResourceOwnerPassword } = require("simple-oauth2");

const sent = [];
const server = http.createServer((request, response) => {
  let body = "";
  request.on("data", (part) => (body += part));
  request.on("end", () => {
    const form = new URLSearchParams(body);
    sent.push([form.get("grant_type"), form.get("refresh_token")]);
    const token = { access_token: `a${sent.length}`, token_type: "bearer", expires_in: 60 };
    if (form.get("grant_type") === "password") token.refresh_token = "lasting";
    response.setHeader("Content-Type", "application/json");
    response.end(JSON.stringify(token));
  });
});
server.listen(0, "127.0.0.1", async () => {
  const auth = { tokenHost: `http://127.0.0.1:${server.address().port}` };
  const grant = new ResourceOwnerPassword({ client: { id: "client", secret: "made-up" }, auth });
  const first = await grant.getToken({ username: "ann", password: "made-up" });
  const second = await first.refresh();
  await second.refresh().catch((error) => error);
  server.close();
  console.log("sent, one after the other:", sent);
  assert.deepEqual(sent.slice(0, 2), [["password", null], ["refresh_token", "lasting"]]);
  assert.equal(second.token.refresh_token, undefined);
  assert(sent.length === 2 || sent[2][1] !== "lasting");
});
JS
timeout 60 node try.cjs
