import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";

import { quantum, unpackAll, valuesOf } from "../src/packing.js";
import { slice } from "../src/sources.js";

// Frames that Python packed, and the values that it packed: `tests/live_view/test_web.py` writes them.
const directory = process.env.KRV_FRAMES;
const bytes = (name) => {
  const data = readFileSync(`${directory}/${name}`);
  return data.buffer.slice(data.byteOffset, data.byteOffset + data.byteLength);
};

test("what Python packed is read with the errors that the codes allow", { skip: !directory }, () => {
  const expected = JSON.parse(readFileSync(`${directory}/expected.json`, "utf8"));
  const frames = unpackAll(bytes("frames.bin"));
  assert.equal(frames.length, expected.length);
  frames.forEach((frame, index) => {
    assert.equal(frame.step, expected[index].step);
    for (const [name, samples] of Object.entries(expected[index].arrays)) {
      samples.forEach((flat, sample) => {
        const { values } = valuesOf(frame, name, sample);
        const { kind, half } = quantum(frame.quantities[name]);
        assert.equal(values.length, flat.length);
        flat.forEach((wanted, i) => check(values[i], wanted, kind, half, `${name} ${i}`));
      });
    }
  });
});

function check(value, wanted, kind, half, where) {
  if (wanted === "nan") return assert.ok(Number.isNaN(value), where);
  if (wanted === "inf" || wanted === "-inf") return assert.equal(value, wanted === "inf" ? Infinity : -Infinity, where);
  if (kind === "decades" && wanted !== 0) {
    assert.equal(Math.sign(value), Math.sign(wanted), where);
    assert.ok(Math.abs(Math.log10(Math.abs(value)) - Math.log10(Math.abs(wanted))) <= half + 1e-4, where);
  } else assert.ok(Math.abs(value - wanted) <= half * 1.0001 + 1e-6 * Math.abs(wanted), where);
}

test("a cut frame ends the list, and what came before it stays", { skip: !directory }, () => {
  const whole = bytes("frames.bin");
  assert.equal(unpackAll(whole.slice(0, whole.byteLength - 5)).length, unpackAll(whole).length - 1);
  assert.deepEqual(unpackAll(new ArrayBuffer(3)), []);
});

test("a slice of frames has just those", { skip: !directory }, () => {
  const whole = bytes("frames.bin");
  const steps = unpackAll(whole).map((frame) => frame.step);
  assert.deepEqual(unpackAll(slice(whole, 1, 1)).map((frame) => frame.step), [steps[1]]);
  assert.deepEqual(unpackAll(slice(whole, 0, 99)).map((frame) => frame.step), steps);
  assert.deepEqual(unpackAll(slice(whole, 7, 9)), []);
});
