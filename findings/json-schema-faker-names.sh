#!/usr/bin/env bash
# json-schema-faker 0.6.3, judged by ajv 8.20.0 (node 20): its page says 2019-09, 2020-12 and patterns. Of a map whose names
# have to match ^x- every name it makes up breaks the pattern, by patternProperties and by propertyNames alike; of
# {"minimum": 9007199254740992, "type": "integer"}, as large ids have it, every number is too small; of a duration some
# values are none, as PT0D. A correct API refuses such bodies, and the refusal looks like its fault.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund json-schema-faker@0.6.3 ajv@8.20.0 ajv-formats@3.0.1
cat >try.mjs <<'JS'
import assert from "node:assert";
import addFormats from "ajv-formats";
import Ajv from "ajv/dist/2020.js";
import { generate } from "json-schema-faker";

const integer = { type: "integer" };
const schemas = {
  usual: { type: "object", required: ["a"], properties: { a: { type: "string", pattern: "^[A-Z]{3}-\\d{4}$" } } },
  patternProperties: { type: "object", patternProperties: { "^x-": integer }, additionalProperties: false, minProperties: 1 },
  propertyNames: { type: "object", propertyNames: { pattern: "^x-" }, additionalProperties: integer, minProperties: 1 },
  large: { type: "integer", minimum: 9007199254740992 },
  duration: { type: "string", format: "duration" },
};
const wrong = {};
for (const [name, schema] of Object.entries(schemas)) {
  const ajv = new Ajv({ strict: false });
  addFormats(ajv);
  const fits = ajv.compile(schema);
  const values = [];
  for (let seed = 0; seed < 100; seed++) values.push(await generate(schema, { seed }));
  const misfits = values.filter((value) => !fits(value));
  wrong[name] = misfits.length;
  console.log(name, misfits.length, "of 100 do not fit, such as", JSON.stringify(misfits[0]));
}
assert.deepEqual([wrong.usual, wrong.patternProperties, wrong.propertyNames, wrong.large], [0, 100, 100, 100]);
assert(wrong.duration > 0);
JS
timeout 60 node try.mjs
