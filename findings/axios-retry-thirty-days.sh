#!/usr/bin/env bash
# axios-retry 4.5.0 (with axios 1.21.1, node 20): it waits as long as Retry-After says, by a timer that holds 24.8 days. A
# quota that is counted in months may well say more: on `Retry-After: 2592000`, thirty days, all three retries are sent
# within a second, where a wait of 20 s would have been kept. exponentialDelay is no better: it takes the longer of both.
# The server that asked for the longest pause is asked again soonest; a date that far away does the same.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund axios-retry@4.5.0 axios@1.21.1
cat >try.mjs <<'JS'
import assert from "node:assert";
import http from "node:http";
import axios from "axios";
import axiosRetry, { exponentialDelay } from "axios-retry";

const waits = { "/seconds": "2592000", "/date": new Date(Date.now() + 2_592_000_000).toUTCString(), "/short": "20" };
const asked = {};
const server = http.createServer((request, response) => {
  asked[request.url] = (asked[request.url] ?? 0) + 1;
  response.writeHead(429, { "Retry-After": waits[request.url.replace("?exponential", "")] }).end();
});
server.listen(0, "127.0.0.1", async () => {
  const base = `http://127.0.0.1:${server.address().port}`;
  const client = (options) => {
    const made = axios.create({ baseURL: base, timeout: 0 });
    axiosRetry(made, { retries: 3, ...options });
    return made;
  };
  const asks = [client({}).get("/seconds"), client({}).get("/date"), client({ retryDelay: exponentialDelay }).get("/seconds?exponential")];
  client({}).get("/short").catch(() => {});
  await Promise.race([Promise.allSettled(asks), new Promise((over) => setTimeout(over, 5000))]);
  console.log("requests within five seconds:", asked);
  assert.deepEqual(asked, { "/seconds": 4, "/date": 4, "/seconds?exponential": 4, "/short": 1 });
  process.exit(0);
});
JS
timeout 60 node try.mjs
