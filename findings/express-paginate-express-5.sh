#!/usr/bin/env bash
# express-paginate 1.0.2 meets express 5.3.0 (beside 4.22.1, node 20): the middleware writes the page, the usual size and
# the greatest size into request.query, which express 5 makes anew at every look. Nothing complains. A list without a
# query is empty (it skips NaN), links say page=NaN, and the greatest size is not kept: limit=1000 is answered with all.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund express-paginate@1.0.2 four@npm:express@4.22.1 five@npm:express@5.3.0
cat >try.mjs <<'JS'
import assert from "node:assert";
import paginate from "express-paginate";
import five from "five";
import four from "four";

const things = Array.from({ length: 200 }, (_, number) => number);
const ask = async (express) => {
  const app = express();
  app.use(paginate.middleware(10, 50));
  app.get("/things", (request, response) => {
    const items = things.slice(request.skip, request.skip + request.query.limit);
    response.json({ items: items.length, skip: request.skip, next: response.locals.paginate.href() });
  });
  const server = app.listen(0, "127.0.0.1");
  await new Promise((ready) => server.once("listening", ready));
  const heard = {};
  for (const query of ["", "?page=2", "?page=1&limit=1000"])
    heard[query] = await (await fetch(`http://127.0.0.1:${server.address().port}/things${query}`)).json();
  server.close();
  return heard;
};
const heard = { four: await ask(four), five: await ask(five) };
console.log(heard);
const items = ({ four, five }, query) => [four[query].items, five[query].items];
assert.deepEqual([items(heard, ""), items(heard, "?page=2"), items(heard, "?page=1&limit=1000")], [[10, 0], [10, 0], [50, 200]]);
assert.deepEqual([heard.four[""].next, heard.five[""].next], ["/things?page=2&limit=10", "/things?page=NaN"]);
process.exit(0);
JS
timeout 60 node try.mjs
