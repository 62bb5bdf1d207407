#!/usr/bin/env bash
# openapi-typescript-fetch 2.2.1 (node 20): parameters of path, query and body are given to a call as one object, and what
# fills the path is taken out of it. Where the body has a member of the same name, as `id` in PUT /things/{id}, there is no
# way to send it: the body arrives without, and an API that requires it answers 400. An answer of 200 without a body, but
# with a JSON media type, is a SyntaxError, so that a change that was made looks like one that failed.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund openapi-typescript-fetch@2.2.1
cat >try.mjs <<'JS'
import assert from "node:assert";
import http from "node:http";
import { Fetcher } from "openapi-typescript-fetch";

const received = [];
const server = http.createServer(async (request, response) => {
  let body = "";
  for await (const part of request) body += part;
  received.push(`${request.method} ${request.url} ${body}`);
  response.setHeader("Content-Type", "application/json");
  if (request.url.endsWith("/start")) return response.end();
  const whole = "id" in JSON.parse(body);
  response.writeHead(whole ? 200 : 400).end(JSON.stringify(whole ? JSON.parse(body) : { message: "id is required" }));
});
server.listen(0, "127.0.0.1", async () => {
  const client = Fetcher.for();
  client.configure({ baseUrl: `http://127.0.0.1:${server.address().port}` });
  const replace = client.path("/things/{id}").method("put").create();
  const create = client.path("/things").method("post").create();
  const start = client.path("/things/{id}/start").method("post").create();
  const told = (call) => call.then(({ status }) => status, (error) => error.status ?? error.name);
  const heard = [await told(create({ id: 5, name: "five" })), await told(replace({ id: 5, name: "five" })), await told(start({ id: 5 }))];
  console.log(heard, received);
  assert.deepEqual(heard, [200, 400, "SyntaxError"]);
  assert.equal(received[1], 'PUT /things/5 {"name":"five"}');
  process.exit(0);
});
JS
timeout 60 node try.mjs
