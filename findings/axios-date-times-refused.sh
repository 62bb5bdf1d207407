#!/usr/bin/env bash
# axios 1.21.1 meets express-openapi-validator 5.6.2 (express 5.3.0, node 20): a query parameter that does not say
# allowReserved has to have its reserved characters percent-encoded, and the server refuses the others, the colon among
# them. axios undoes the encoding of the colon and the dollar sign on purpose: whatever date-time it sends, a Date or a
# text, is 400 "must be url encoded", while the same parameter by fetch and URLSearchParams is 200.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund axios@1.21.1 express@5.3.0 express-openapi-validator@5.6.2
cat >try.mjs <<'JS'
import assert from "node:assert";
import axios from "axios";
import express from "express";
import validator from "express-openapi-validator";

const parameter = (name, schema, more) => ({ in: "query", name, schema, ...more });
const get = {
  parameters: [
    parameter("from", { type: "string", format: "date-time" }), parameter("price", { type: "string" }),
    parameter("until", { type: "string", format: "date-time" }, { allowReserved: true }),
  ],
  responses: { 200: { description: "fine" } },
};
const document = { openapi: "3.0.3", info: { title: "things", version: "1" }, paths: { "/things": { get } } };
const app = express();
app.use(validator.middleware({ apiSpec: document }));
app.get("/things", (request, response) => response.json("fine"));
app.use((error, request, response, next) => response.status(error.status ?? 500).json(error.message));
const server = app.listen(0, "127.0.0.1", async () => {
  const address = `http://127.0.0.1:${server.address().port}/things`;
  const byAxios = async (params) => {
    const { status, data, request } = await axios.get(address, { params, validateStatus: () => true });
    return { sent: request.path, status, data };
  };
  const byFetch = async (params) => {
    const answer = await fetch(`${address}?${new URLSearchParams(params)}`);
    return { sent: new URL(answer.url).search, status: answer.status };
  };
  const date = new Date("2026-01-02T03:04:05Z");
  const heard = {
    date: await byAxios({ from: date }),
    text: await byAxios({ from: date.toISOString() }),
    price: await byAxios({ price: "$5" }),
    reserved: await byAxios({ until: date }),
    fetched: await byFetch({ from: date.toISOString() }),
    priced: await byFetch({ price: "$5" }),
  };
  console.log(heard);
  assert.deepEqual(Object.values(heard).map((each) => each.status), [400, 400, 400, 200, 200, 200]);
  assert.match(heard.date.data, /url encoded/);
  process.exit(0);
});
JS
timeout 60 node try.mjs
