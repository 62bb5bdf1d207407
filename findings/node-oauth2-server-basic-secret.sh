#!/usr/bin/env bash
# openid-client 6.9.0 meets @node-oauth/oauth2-server 5.3.0 (node 20): RFC 6749 (2.3.1) has a client's id and secret
# form-encoded before they are put into Basic. The client does so, the server never undoes it: a secret with any of + / =
# in it, as every second one that is random base64, is refused with 401 though it is right. In the body it is accepted,
# and so it is from a client that forgets the encoding.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund openid-client@6.9.0 @node-oauth/oauth2-server@5.3.0
cat >try.mjs <<'JS'
import assert from "node:assert";
import http from "node:http";
import OAuth2Server from "@node-oauth/oauth2-server";
import * as oidc from "openid-client";

const secrets = { plain: "letters", odd: "p+q/r=" };
const oauth = new OAuth2Server({
  model: {
    getClient: async (id, secret) => secret === secrets[id] && { id, grants: ["client_credentials"] },
    getUserFromClient: async (client) => client,
    validateScope: async (user, client, scope) => scope,
    saveToken: async (token, client, user) => ({ ...token, client, user }),
  },
});
const server = http.createServer(async (incoming, outgoing) => {
  let text = "";
  for await (const part of incoming) text += part;
  const { method, headers } = incoming;
  const request = new OAuth2Server.Request({ method, headers, query: {}, body: Object.fromEntries(new URLSearchParams(text)) });
  const response = new OAuth2Server.Response({ headers: {} });
  await oauth.token(request, response).catch(() => {});
  outgoing.writeHead(response.status, { ...response.headers, "content-type": "application/json" }).end(JSON.stringify(response.body));
});
server.listen(0, "127.0.0.1", async () => {
  const address = `http://127.0.0.1:${server.address().port}/token`;
  const granted = {};
  for (const [id, secret] of Object.entries(secrets)) {
    for (const way of ["ClientSecretPost", "ClientSecretBasic"]) {
      const configuration = new oidc.Configuration({ issuer: address, token_endpoint: address }, id, undefined, oidc[way](secret));
      oidc.allowInsecureRequests(configuration);
      granted[`${id} ${way}`] = await oidc.clientCredentialsGrant(configuration, { scope: "read" }).then(() => 200, (error) => error.status);
    }
    const headers = { Authorization: `Basic ${btoa(`${id}:${secret}`)}` };
    const body = new URLSearchParams({ grant_type: "client_credentials", scope: "read" });
    granted[`${id} not encoded`] = (await fetch(address, { method: "POST", headers, body })).status;
  }
  console.log(granted);
  assert.deepEqual(granted, {
    "plain ClientSecretPost": 200, "plain ClientSecretBasic": 200, "plain not encoded": 200,
    "odd ClientSecretPost": 200, "odd ClientSecretBasic": 401, "odd not encoded": 200,
  });
  process.exit(0);
});
JS
timeout 60 node try.mjs
