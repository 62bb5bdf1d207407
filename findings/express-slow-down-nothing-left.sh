#!/usr/bin/env bash
# express-slow-down 3.1.1 (with express-rate-limit, which it installs, and express 5.3.0): with its headers switched on
# they do not tell of delayAfter. A route that serves five requests undelayed says of the very first, answered 200 at
# once, that the limit is 0, that 0 remain, and Retry-After: a whole window. Its own request.slowDown knows better.
# Nothing is ever refused, so a client that lives by these headers sends one request a window and waits for no reason.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund express-slow-down@3.1.1 express@5.3.0
cat >try.mjs <<'JS'
import assert from "node:assert";
import express from "express";
import { slowDown } from "express-slow-down";

const app = express();
for (const [path, headers] of [["/draft-6", { standardHeaders: "draft-6" }], ["/draft-8", { standardHeaders: "draft-8" }], ["/old", { legacyHeaders: true }]])
  app.use(path, slowDown({ windowMs: 60_000, delayAfter: 5, delayMs: () => 10, ...headers }));
app.use((request, response) => response.json(request.slowDown));
const server = app.listen(0, "127.0.0.1", async () => {
  const found = {};
  for (const path of ["/draft-6", "/draft-8", "/old"]) {
    const answer = await fetch(`http://127.0.0.1:${server.address().port}${path}`);
    const { limit, remaining } = await answer.json();
    found[path] = { status: answer.status, limit, remaining, headers: Object.fromEntries([...answer.headers].filter(([name]) => /rate|retry/.test(name))) };
  }
  console.log(found);
  for (const each of Object.values(found)) {
    assert.deepEqual([each.status, each.limit, each.remaining], [200, 5, 4]);
    assert.equal(each.headers["retry-after"], "60");
  }
  assert.deepEqual([found["/draft-6"].headers["ratelimit-limit"], found["/draft-6"].headers["ratelimit-remaining"]], ["0", "0"]);
  assert.match(found["/draft-8"].headers.ratelimit, /; r=0; t=60$/);
  assert.deepEqual([found["/old"].headers["x-ratelimit-limit"], found["/old"].headers["x-ratelimit-remaining"]], ["0", "0"]);
  process.exit(0);
});
JS
timeout 60 node try.mjs
