import assert from "node:assert/strict";
import { test } from "node:test";

import { firstLook, lookAgain } from "../src/first_look.js";
import { lastStep, layerOf, recordedSteps } from "../src/runs.js";

const layer = (steps, time = 5) => ({ cell: "LSTM", steps, time, units: 2, activations: {}, tokens: [], evidence: [], quantities: ["gate/forget"], samples: 1 });
const run = (layers, lines = {}) => ({ layers, lines, findings: [] });
const index = { runs: {
  a: run({ lstm: layer({ flow: [0, 40], values: [0, 20] }) }, { loss: { steps: [50], values: [1] } }),
  b: run({ one: layer({ flow: [0, 80] }), two: layer({ values: [10] }) }),
} };

test("the layer that is wanted, or the first one", () => {
  assert.equal(layerOf(index, "b", "two").name, "two");
  assert.equal(layerOf(index, "b", "lstm").name, "one");
});

test("the last step is that of whatever was recorded", () => {
  assert.equal(lastStep(index, ["a"]), 50);
  assert.equal(lastStep(index, ["a", "b"]), 80);
  assert.equal(lastStep(index, []), 0);
});

test("the recorded steps of several layers, each once and in order", () => {
  assert.deepEqual(recordedSteps([index.runs.b.layers.one, index.runs.a.layers.lstm]), [0, 20, 40, 80]);
});

test("runs that were renamed are looked at afresh; one that was added changes nothing", () => {
  const state = { ...firstLook({ runs: { a: index.runs.a } }), language: "en", theme: "light" };
  assert.deepEqual(lookAgain(state, index), {});
  const renamed = { runs: { "demo/a": index.runs.a, "other/b": index.runs.b } };
  assert.deepEqual(lookAgain(state, renamed).runs, ["demo/a", "other/b"]);
  const empty = { ...firstLook({ runs: {} }), language: "en", theme: "light" };
  assert.deepEqual(lookAgain(empty, index).runs, ["a", "b"]);
});
