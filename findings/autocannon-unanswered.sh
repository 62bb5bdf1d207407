#!/usr/bin/env bash
# autocannon 9.0.0 (node 20): requests whose connection the server closes without an answer are nowhere: `errors`, "the
# number of connection errors", stays 0, and a server that drops every second request looks like one without a fault, only
# slower. Where each answer says Connection: close, every second request is counted as sent and never reaches the server,
# so amount: 20 asks ten times or so. With pipelining the last answers of each connection are not counted.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund autocannon@9.0.0
cat >try.mjs <<'JS'
import assert from "node:assert";
import http from "node:http";
import autocannon from "autocannon";

let asked = 0;
const server = http.createServer((request, response) => {
  asked += 1;
  if (request.url === "/drops" && asked % 2) return request.socket.destroy();
  if (request.url === "/closes") response.setHeader("Connection", "close");
  response.end("fine");
});
server.listen(0, "127.0.0.1", async () => {
  const run = async (path, options) => {
    asked = 0;
    const url = `http://127.0.0.1:${server.address().port}${path}`;
    const found = await autocannon({ url, connections: 1, timeout: 2, ...options });
    const { errors, timeouts, resets, non2xx } = found;
    return { asked, sent: found.requests.sent, answered: found.requests.total, bad: errors + timeouts + resets + non2xx };
  };
  const usual = await run("/answers", { amount: 20 });
  const drops = await run("/drops", { amount: 20 });
  const longer = await run("/drops", { duration: 1, connections: 2 });
  const closes = await run("/closes", { amount: 20 });
  const pipelined = await run("/answers", { amount: 20, pipelining: 10 });
  console.log({ usual, drops, longer, closes, pipelined });
  assert.deepEqual(usual, { asked: 20, sent: 20, answered: 20, bad: 0 });
  assert.deepEqual(drops, { asked: 20, sent: 20, answered: 10, bad: 0 });
  assert(longer.bad === 0 && longer.answered < longer.asked * 0.6);
  assert(closes.sent === 20 && closes.asked < 15 && closes.bad === 0);
  assert(pipelined.asked === 20 && pipelined.answered < 20 && pipelined.bad === 0);
  process.exit(0);
});
JS
timeout 60 node try.mjs
