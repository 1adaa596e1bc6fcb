import assert from "node:assert/strict";
import test from "node:test";

import { correlations, decadesOf, horizon, memoryTimes, order, recordAt, short } from "../src/numbers.js";
import { timeScale } from "../src/time_scale.js";

test("the horizon is that of the measures", () => {
  assert.equal(horizon([1e-5, 1e-4, 0.1, 1]), 2);
  assert.equal(horizon([0.5, 0.6, 1]), 3);
  assert.equal(horizon([1e6, 1e3, 1]), 3); // it grows on its way back and never falls
  assert.equal(horizon([0, 0, 0]), 0);
  assert.equal(horizon([1e-9, 1, NaN, NaN]), 1); // padding at the end does not count
  assert.ok(Number.isNaN(horizon([NaN, NaN])));
});

test("memory times order units, the longest first", () => {
  const gate = { time: 2, units: 3, values: Float32Array.from([0.5, 0.9, 0.1, 0.5, 0.9, NaN]) };
  const times = memoryTimes(gate);
  assert.ok(Math.abs(times[0] - 2) < 1e-5 && Math.abs(times[1] - 10) < 1e-4);
  assert.deepEqual(order(3, times), [1, 0, 2]);
  assert.deepEqual(order(3, null), [0, 1, 2]);
});

test("correlation with the chosen unit is that of its definition", () => {
  const values = Float32Array.from([1, 2, -1, 2, 4, -2, 3, 6, 5]);
  const [a, b, c] = correlations({ time: 3, units: 3, values }, 0);
  assert.ok(Math.abs(a - 1) < 1e-6 && Math.abs(b - 1) < 1e-6);
  const centred = [-1 - 2 / 3, -2 - 2 / 3, 5 - 2 / 3];
  const expected = (centred[2] - centred[0]) / Math.sqrt(2 * centred.reduce((s, v) => s + v * v, 0));
  assert.ok(Math.abs(c - expected) < 1e-6);
});

test("a training step shows the record before it", () => {
  const steps = [0, 40, 80];
  assert.deepEqual([0, 39, 40, 79, 500].map((step) => recordAt(steps, step)), [0, 0, 1, 1, 2]);
});

test("the scale covers ten decades below the largest of all that is shown", () => {
  assert.deepEqual(decadesOf([[1e-30, 3e-2], [NaN, Infinity, 0]]), { low: -11, high: -1 });
  assert.deepEqual(decadesOf([[0, NaN]]), { low: -10, high: 0 });
});

test("numbers are short", () => {
  assert.deepEqual([0, 0.73, 1234, 2e-14, -0.5, NaN, Infinity].map(short), ["0", "0.73", "1230", "2.0e−14", "−0.5", "NaN", "∞"]);
});

test("zoomed or not, a place is one of the steps shown", () => {
  const all = timeScale(10, null, 100);
  assert.deepEqual([all.at(0), all.at(99), all.at(-50), all.at(500), all.step], [0, 9, 0, 9, 10]);
  const zoomed = timeScale(10, [3, 20], 70);
  assert.deepEqual([zoomed.shown, zoomed.at(0), zoomed.at(69), zoomed.isShown(2)], [[3, 9], 3, 9, false]);
});
