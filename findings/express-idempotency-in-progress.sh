#!/usr/bin/env bash
# express-idempotency 1.0.6 (express 5.3.0, node 20): a key is only settled where the answer goes through response.send. Of
# a handler that answers by end(), a 204 say, or that throws and is answered 500 by express, the key stays "in progress":
# every repetition is a 409, for ever, and the retry that the key was sent for is the one that is not carried out. (A 5xx
# of one's own, by json(), frees the key.) A key used for another body is 417, where the IETF draft has 422.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund express-idempotency@1.0.6 express@5.3.0
cat >try.mjs <<'JS'
import assert from "node:assert";
import express from "express";
import { getSharedIdempotencyService, idempotency } from "express-idempotency";

const app = express();
app.set("env", "test");
app.use(express.json(), idempotency());
const done = [];
const route = (path, handle) =>
  app.post(path, (request, response) => {
    if (getSharedIdempotencyService().isHit(request)) return;
    done.push(path);
    handle(response);
  });
route("/sent", (response) => response.status(201).json({ id: 1 }));
route("/ended", (response) => response.status(204).end());
route("/failed", () => {
  if (done.filter((path) => path === "/failed").length === 1) throw new Error("the database was away for a moment");
});
route("/refused", (response) => response.status(503).json({}));
const server = app.listen(0, "127.0.0.1", async () => {
  const post = async (path, body) => {
    const headers = { "Content-Type": "application/json", "Idempotency-Key": path };
    return (await fetch(`http://127.0.0.1:${server.address().port}${path}`, { method: "POST", headers, body: JSON.stringify(body) })).status;
  };
  const heard = {};
  for (const path of ["/sent", "/ended", "/failed", "/refused"]) {
    heard[path] = [];
    for (let time = 0; time < 3; time++) heard[path].push(await post(path, {}));
  }
  const another = await post("/sent", { amount: 2 });
  console.log(heard, "another body:", another, "carried out:", done.join(" "));
  assert.deepEqual(heard, { "/sent": [201, 201, 201], "/ended": [204, 409, 409], "/failed": [500, 409, 409], "/refused": [503, 503, 503] });
  assert.equal(another, 417);
  assert.equal(done.filter((path) => path === "/failed").length, 1);
  process.exit(0);
});
JS
timeout 60 node try.mjs
