#!/usr/bin/env bash
# ratelimit-header-parser 0.1.0 (node 20), by the authors of express-rate-limit: of the RateLimit field of draft 8, which
# express-rate-limit 8 sends with standardHeaders "draft-8", it makes an object of NaN and of a date that is none; and where an
# answer has X-RateLimit-Limit and -Remaining and tells the wait as Retry-After: 17, the reset is 17 s after 1970.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund ratelimit-header-parser@0.1.0
cat >try.mjs <<'JS'
import assert from "node:assert";
import { parseRateLimit } from "ratelimit-header-parser";

const read = (headers) => parseRateLimit(new Headers(headers));
const draft7 = read({ RateLimit: "limit=100, remaining=50, reset=30" });
const draft8 = read({ RateLimit: '"default";r=50;t=30', "RateLimit-Policy": '"default";q=100;w=60' });
const waited = read({ "X-RateLimit-Limit": "100", "X-RateLimit-Remaining": "0", "Retry-After": "17" });
console.log("draft 7:", draft7, "draft 8:", draft8, "with Retry-After:", waited);
assert.deepEqual([draft7.limit, draft7.remaining], [100, 50]);
for (const name of ["limit", "remaining", "reset"]) assert(Number.isNaN(Number(draft8[name])));
assert.equal(waited.reset.toISOString(), "1970-01-01T00:00:17.000Z");
JS
timeout 60 node try.mjs
