#!/usr/bin/env bash
# loadtest 8.2.1 (node 20): its usual client counts every refusal under the error code -1, so that 429, 401 and 503 are
# one number in the result; the same run with a statusCallback takes another client and tells them apart.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund loadtest@8.2.1
cat >try.mjs <<'JS'
import assert from "node:assert";
import http from "node:http";
import { loadTest } from "loadtest";

let count = 0;
const server = http.createServer((request, response) => {
  response.writeHead([200, 429, 503, 401][count++ % 4], { "Content-Length": 1 }).end("x");
});
await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
const options = { url: `http://127.0.0.1:${server.address().port}/`, maxRequests: 8, concurrency: 1, quiet: true };
const usual = await loadTest(options);
const watched = await loadTest({ ...options, statusCallback: () => {} });
console.log("usual:", usual.errorCodes, "with a statusCallback:", watched.errorCodes);
assert.deepEqual({ ...usual.errorCodes }, { "-1": 6 });
assert.deepEqual({ ...watched.errorCodes }, { 401: 2, 429: 2, 503: 2 });
process.exit(0);
JS
timeout 60 node try.mjs
