import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import test from "node:test";

import { WORDS, translator } from "../src/words.js";

test("both languages have the same words, filled with the same names", () => {
  assert.deepEqual(Object.keys(WORDS.zh), Object.keys(WORDS.en));
  const names = (text) => [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1]).sort();
  for (const key of Object.keys(WORDS.en)) assert.deepEqual(names(WORDS.zh[key]), names(WORDS.en[key]), key);
});

test("every word that the source asks for is there, and none is left over", () => {
  const here = new URL("../src/", import.meta.url);
  const files = readdirSync(here, { recursive: true }).filter((name) => name.endsWith(".js") && name !== "words.js");
  const source = files.map((name) => readFileSync(new URL(name, here), "utf8")).join("\n");
  const asked = new Set([...source.matchAll(/\bt\(\s*"([^"]+)"/g), ...source.matchAll(/\?\s*"(\w+)"\s*:\s*"(\w+)"/g)].flatMap((m) => m.slice(1)));
  for (const [, key] of source.matchAll(/\bt\(\s*"([^"]+)"/g)) assert.ok(key in WORDS.en, key);
  const unused = Object.keys(WORDS.en).filter((key) => !asked.has(key) && !source.includes(`"${key}"`) && !/^(gate|state|gradient)\//.test(key) && !/Help$/.test(key));
  assert.deepEqual(unused, []);
});

test("words are filled in", () => {
  assert.match(translator("en")("unitAt", { unit: 3, time: 7, value: "0.5" }), /unit 3, time step 7: 0\.5/);
  assert.equal(translator("nope")("open"), WORDS.en.open);
});
