import assert from "node:assert/strict";
import test from "node:test";

import { createRanges } from "../src/ranges.js";
import { slice } from "../src/sources.js";
import { following, toTime, zoomed } from "../src/zoom.js";

test("a window is half as wide around the time step, and stays within the sequence", () => {
  assert.deepEqual(zoomed(null, 50, 100, 0.5), [25, 74]);
  assert.deepEqual(zoomed(null, 3, 100, 0.5), [0, 49]);
  assert.deepEqual(zoomed([50, 99], 99, 100, 0.5), [75, 99]);
  assert.deepEqual(zoomed([10, 13], 11, 100, 0.5), [9, 12]); // no narrower
  assert.equal(zoomed([25, 74], 50, 100, 2), null); // all
  assert.equal(zoomed(null, 1, 3, 0.5), null);
});

test("a window follows the time step, which stays within the sequence", () => {
  assert.deepEqual(following([10, 19], 20), [11, 20]);
  assert.deepEqual(following([10, 19], 4), [4, 13]);
  assert.deepEqual(following([10, 19], 12), [10, 19]);
  assert.deepEqual(toTime({ time: 0, zoom: [0, 9] }, 40, 30), { time: 29, zoom: [20, 29] });
  assert.deepEqual(toTime({ time: 0, zoom: null }, -3, 30), { time: 0, zoom: null });
});

test("a state's scale is that of the largest value seen, and tells when it grows", async () => {
  let grown = 0;
  const ranges = createRanges(() => grown++);
  const code = (low, high) => ({ code: "linear16", shape: [1, 2, 2], at: 0, low, high });
  const scale = (low, high) => ranges.scaleOf("state/c", code(low, high), { low: -9, high: 1 }, {});
  assert.deepEqual(scale(-1, 2), { kind: "signed", low: -2, high: 2 });
  assert.deepEqual(scale(-5, 2), { kind: "signed", low: -5, high: 5 });
  assert.deepEqual(scale(-1, 2), { kind: "signed", low: -5, high: 5 });
  await Promise.resolve();
  assert.equal(grown, 1);
  const gates = { forget: "sigmoid", candidate: "tanh" };
  assert.deepEqual(ranges.scaleOf("gate/forget", code(0.2, 0.3), {}, gates), { kind: "gate", low: 0, high: 1 });
  assert.deepEqual(ranges.scaleOf("state/h", code(0.2, 0.3), {}, gates), { kind: "signed", low: -1, high: 1 });
});

test("frames are cut out of a buffer, and of a view into one", () => {
  const frame = (...bytes) => [bytes.length, 0, 0, 0, ...bytes];
  const bytes = Uint8Array.from([7, 7, ...frame(1, 2), ...frame(3), ...frame(4, 5, 6)]);
  const view = new DataView(bytes.buffer, 2);
  for (const all of [view, bytes.buffer.slice(2)]) {
    assert.deepEqual([...new Uint8Array(slice(all, 1, 1))], frame(3));
    assert.deepEqual([...new Uint8Array(slice(all, 1, 9))], [...frame(3), ...frame(4, 5, 6)]);
    assert.equal(slice(all, 5, 6).byteLength, 0);
  }
});
