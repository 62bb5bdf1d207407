#!/usr/bin/env bash
# ky 1.14.3 (node 20) on a 429 without Retry-After waits as long as X-RateLimit-Reset says: seconds to wait, or, if the
# number is large, an epoch second. A limiter that tells the reset in epoch milliseconds (hapi-rate-limit does, by its
# documentation) makes it wait 2,147,483,647 ms, 24.8 days. A reset 5 s ahead in epoch seconds is waited for as it should be.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund ky@1.14.3
cat >try.mjs <<'JS'
import assert from "node:assert";
import http from "node:http";
import ky from "ky";

let reset;
let refuse;
const server = http.createServer((request, response) => {
  response.writeHead(refuse ? 429 : 200, refuse ? { "X-RateLimit-Reset": String(reset) } : {}).end();
  refuse = false;
});
await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
const asleep = globalThis.setTimeout;
const waited = [];
globalThis.setTimeout = (call, wait, ...rest) => {
  if (wait > 3500) waited.push(wait); // the shorter ones are those of connections
  return asleep(call, wait > 3500 ? 1 : wait, ...rest);
};
async function waitFor(value) {
  [reset, refuse] = [value, true];
  waited.length = 0;
  await ky.get(`http://127.0.0.1:${server.address().port}/`, { timeout: false });
  return waited[0];
}
const seconds = await waitFor(Math.floor(Date.now() / 1000) + 5);
const milliseconds = await waitFor(Date.now() + 5000);
server.close();
console.log("reset in epoch seconds:", seconds, "ms; in epoch milliseconds:", milliseconds, "ms");
assert(seconds > 3500 && seconds <= 5000);
assert.equal(milliseconds, 2147483647);
JS
timeout 60 node try.mjs
