#!/usr/bin/env bash
# got 14.6.6 with its `cache` option (node 20), told to be "RFC 7234 compliant": a POST whose answer has a max-age, as where
# one header is set for a whole API, is kept. The same POST again is not sent: its 201 comes from the cache, so of two
# equal creations one is made. (RFC 9111, 4: only GET and HEAD may be answered from what is kept of a POST.) A PUT or
# DELETE that succeeded does not end what is kept of its URL (4.4: it must), so got reads the old state back. And the 304
# that answers a caller's own If-None-Match is kept as the answer to all: who asks without a tag is given 304, no body.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund got@14.6.6
cat >try.mjs <<'JS'
import assert from "node:assert";
import http from "node:http";
import got from "got";

const made = [];
let name = "old";
const server = http.createServer(async (request, response) => {
  let body = "";
  for await (const part of request) body += part;
  response.setHeader("Cache-Control", "max-age=60");
  if (request.method === "POST") return response.writeHead(201).end(String(made.push(body)));
  if (request.method === "PUT") name = body;
  if (request.url === "/tagged") response.setHeader("ETag", '"one"');
  if (request.headers["if-none-match"] === '"one"') return response.writeHead(304).end();
  response.end(name);
});
server.listen(0, "127.0.0.1", async () => {
  const client = got.extend({
    prefixUrl: `http://127.0.0.1:${server.address().port}`,
    cache: new Map(),
    retry: { limit: 0 },
    throwHttpErrors: false,
  });
  const told = ({ statusCode, body, isFromCache }) => [statusCode, body, isFromCache];
  const creations = [];
  for (const title of ["tea", "tea", "milk"]) creations.push(told(await client.post("things", { json: { title } })));
  console.log("creations:", creations, "made:", made);
  assert.deepEqual(creations, [[201, "1", false], [201, "1", true], [201, "2", false]]);
  assert.equal(made.length, 2);

  const before = await client.get("things/1");
  const change = await client.put("things/1", { body: "new" });
  const after = await client.get("things/1");
  console.log("read, changed, read:", told(before), told(change), told(after));
  assert.deepEqual([before.body, change.statusCode, name], ["old", 200, "new"]);
  assert.deepEqual(told(after), [200, "old", true]);

  const conditional = await client.get("tagged", { headers: { "If-None-Match": '"one"' } });
  const plain = await client.get("tagged");
  console.log("with a tag, without:", told(conditional), told(plain));
  assert.deepEqual([told(conditional), told(plain)], [[304, "", false], [304, "", true]]);
  process.exit(0);
});
JS
timeout 60 node try.mjs
