#!/usr/bin/env bash
# @feathersjs/memory 5.0.50 (with feathers and its koa server 5.0.50, node 20): $skip=-1 is answered 200 with the last
# item of the list as its only page, "skip": -1 and the whole total; $limit=-1 and $limit=abc with the usual page, 2.5
# with two items. A client that steps back one page too far reads the end of the list as its beginning.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund @feathersjs/feathers@5.0.50 @feathersjs/koa@5.0.50 @feathersjs/memory@5.0.50
cat >try.mjs <<'JS'
import assert from "node:assert";
import { feathers } from "@feathersjs/feathers";
import { bodyParser, errorHandler, koa, rest } from "@feathersjs/koa";
import { memory } from "@feathersjs/memory";

const app = koa(feathers());
app.use(errorHandler()).use(bodyParser());
app.configure(rest());
app.use("things", memory({ paginate: { default: 5, max: 10 } }));
for (let number = 0; number < 12; number++) await app.service("things").create({ number });
const server = await app.listen(0, "127.0.0.1");
if (!server.listening) await new Promise((ready) => server.once("listening", ready));
const page = async (query) => {
  const answer = await fetch(`http://127.0.0.1:${server.address().port}/things?${query}`);
  const { total, limit, skip, data } = await answer.json();
  return { status: answer.status, total, limit, skip, numbers: data.map((each) => each.number) };
};
const found = {};
for (const query of ["$skip=-1", "$limit=-1", "$limit=abc", "$limit=2.5"]) found[query] = await page(query);
console.log(found);
assert.deepEqual(found["$skip=-1"], { status: 200, total: 12, limit: 5, skip: -1, numbers: [11] });
assert.deepEqual([found["$limit=-1"].numbers.length, found["$limit=abc"].numbers.length], [5, 5]);
assert.deepEqual([found["$limit=2.5"].limit, found["$limit=2.5"].numbers.length], [2, 2]);
process.exit(0);
JS
timeout 60 node try.mjs
