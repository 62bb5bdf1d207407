#!/usr/bin/env bash
# koa2-ratelimit 1.1.3 meets koa-requestid 2.3.0 and koa-x-request-id 2.0.0 (koa 3.3.0, node 20): to know its caller the
# limiter looks for an id in ctx.state.user, ctx.state, ctx and others. The middlewares keep the id of the request there.
# Put before the limiter, as one does to have refusals in the log, they give each request a bucket of its own, and nobody
# is ever refused. Its Retry-After, "time to wait before retrying", is the whole window at any moment of it.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund koa@3.3.0 koa2-ratelimit@1.1.3 koa-requestid@2.3.0 koa-x-request-id@2.0.0
cat >try.mjs <<'JS'
import assert from "node:assert";
import Koa from "koa";
import stateId from "koa-requestid";
import contextId from "koa-x-request-id";
import { RateLimit } from "koa2-ratelimit";

const wait = (milliseconds) => new Promise((over) => setTimeout(over, milliseconds));
const ask = async (prefixKey, before) => {
  const app = new Koa();
  if (before) app.use(before(app));
  app.use(RateLimit.middleware({ interval: { sec: 10 }, max: 2, prefixKey }));
  app.use((ctx) => {
    ctx.body = "fine";
  });
  const server = app.listen(0, "127.0.0.1");
  await new Promise((ready) => server.once("listening", ready));
  const heard = [];
  for (let number = 0; number < 6; number++) heard.push(await fetch(`http://127.0.0.1:${server.address().port}/`));
  await wait(3500);
  const late = await fetch(`http://127.0.0.1:${server.address().port}/`);
  const told = { after: late.headers.get("retry-after"), left: Number(late.headers.get("x-ratelimit-reset")) - Date.now() / 1000 };
  server.close();
  return { statuses: heard.map((each) => each.status), remaining: heard.map((each) => each.headers.get("x-ratelimit-remaining")), told };
};
const [alone, requestid, xRequestId] = await Promise.all([
  ask("alone"),
  ask("state", () => stateId()),
  ask("context", (app) => contextId({ inject: true }, app)),
]);
console.log({ alone, requestid, xRequestId });
assert.deepEqual(alone.statuses, [200, 200, 429, 429, 429, 429]);
for (const each of [requestid, xRequestId]) {
  assert.deepEqual(each.statuses, Array(6).fill(200));
  assert.deepEqual(each.remaining, Array(6).fill("1"));
}
assert.equal(alone.told.after, "10");
assert(alone.told.left < 8);
process.exit(0);
JS
timeout 60 node try.mjs
