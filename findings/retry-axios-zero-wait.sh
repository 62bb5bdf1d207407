#!/usr/bin/env bash
# retry-axios 4.0.3 (with axios 1.21.1, node 20): a Retry-After of 0, which RFC 9110 (10.2.3) allows and koa-ratelimit
# sends throughout the last second of a window, is no wait of none: the request is given up without a single retry. So it
# is with a date that has just passed. A wait of 1, and no Retry-After at all, are retried.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund retry-axios@4.0.3 axios@1.21.1
cat >try.mjs <<'JS'
import assert from "node:assert";
import http from "node:http";
import axios from "axios";
import * as rax from "retry-axios";

const waits = { "/none": undefined, "/zero": "0", "/one": "1", "/past": new Date(Date.now() - 1000).toUTCString() };
const requests = {};
const server = http.createServer((request, response) => {
  requests[request.url] = (requests[request.url] ?? 0) + 1;
  const wait = waits[request.url];
  const refused = requests[request.url] === 1;
  response.writeHead(refused ? 429 : 200, refused && wait !== undefined ? { "Retry-After": wait } : {}).end();
});
await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
const client = axios.create({ baseURL: `http://127.0.0.1:${server.address().port}` });
client.defaults.raxConfig = { retry: 3, retryDelay: 10 };
rax.attach(client);
const outcomes = {};
for (const path of Object.keys(waits)) {
  outcomes[path] = await client.get(path).then((found) => found.status, (error) => error.response.status);
}
server.close();
console.log("status in the end:", outcomes, "requests:", requests);
assert.deepEqual(outcomes, { "/none": 200, "/zero": 429, "/one": 200, "/past": 429 });
assert.deepEqual(requests, { "/none": 2, "/zero": 1, "/one": 2, "/past": 1 });
JS
timeout 60 node try.mjs
