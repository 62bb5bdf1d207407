#!/usr/bin/env bash
# axios-rate-limit 1.9.0 (with axios 1.21.1, node 20): maxRPS, or the maxRequests of a window, has to be "a positive
# number". Of one that is not whole nothing is limited at all: the count is compared with it for equality, which it never
# reaches. maxRPS: 0.5, for one request every two seconds, sends everything at once, and getMaxRPS() says 0.5.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund axios-rate-limit@1.9.0 axios@1.21.1
cat >try.mjs <<'JS'
import assert from "node:assert";
import http from "node:http";
import axios from "axios";
import rateLimit from "axios-rate-limit";

const asked = {};
const server = http.createServer((request, response) => {
  asked[request.url] = (asked[request.url] ?? 0) + 1;
  response.end("fine");
});
server.listen(0, "127.0.0.1", async () => {
  const baseURL = `http://127.0.0.1:${server.address().port}`;
  const limits = {
    "/two": { maxRPS: 2 },
    "/half": { maxRPS: 0.5 },
    "/two-and-a-half": { maxRPS: 2.5 },
    "/window": { limits: [{ maxRequests: 1.5, duration: "1s" }] },
  };
  for (const [path, options] of Object.entries(limits)) {
    const client = rateLimit(axios.create({ baseURL }), options);
    console.log(path, "getMaxRPS():", client.getMaxRPS());
    for (let number = 0; number < 20; number++) client.get(path).catch(() => {});
  }
  await new Promise((over) => setTimeout(over, 900));
  console.log("of 20 requests sent within the first second:", asked);
  assert.deepEqual(asked, { "/two": 2, "/half": 20, "/two-and-a-half": 20, "/window": 20 });
  process.exit(0);
});
JS
timeout 60 node try.mjs
