#!/usr/bin/env bash
# parse-link-header 2.0.0 and li 1.3.0 (node 20), by which many clients follow pages: RFC 8288 says that names of link
# parameters are case-insensitive and lets blanks stand around "=". Both libraries find no link at all in `REL="next"` and
# in `rel = "next"`, so a client takes the page for the last one. http-link-header 1.1.4 reads both. Where two links have
# the relation "next", the first two keep the last without a word.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund parse-link-header@2.0.0 li@1.3.0 http-link-header@1.1.4
cat >try.mjs <<'JS'
import assert from "node:assert";
import LinkHeader from "http-link-header";
import li from "li";
import parse from "parse-link-header";

const readers = {
  "parse-link-header": (text) => parse(text)?.next?.url,
  li: (text) => li.parse(text).next,
  "http-link-header": (text) => LinkHeader.parse(text).refs.filter(({ rel }) => rel === "next")[0]?.uri,
};
const headers = ['</a?page=2>; rel="next"', '</a?page=2>; REL="next"', '</a?page=2>; rel = "next"', '</b>; rel="next", </c>; rel="next"'];
for (const header of headers) {
  const found = Object.fromEntries(Object.entries(readers).map(([name, read]) => [name, read(header)]));
  console.log(header, found);
}
const next = (name) => headers.map(readers[name]);
assert.deepEqual(next("parse-link-header"), ["/a?page=2", undefined, undefined, "/c"]);
assert.deepEqual(next("li"), ["/a?page=2", undefined, undefined, "/c"]);
assert.deepEqual(next("http-link-header"), ["/a?page=2", "/a?page=2", "/a?page=2", "/b"]);
JS
timeout 60 node try.mjs
