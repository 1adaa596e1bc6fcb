import assert from "node:assert/strict";
import test from "node:test";

import { isLogarithmic, lineNames, valueUntil, verdictNames } from "../src/lines.js";

const line = { steps: [40, 80, 120], values: [2, null, 0.5] };

test("a value is the last one reported until then", () => {
  assert.equal(valueUntil(line, 0), 2); // nothing yet: the first
  assert.equal(valueUntil(line, 40), 2);
  assert.equal(valueUntil(line, 79), 2);
  assert.equal(valueUntil(line, 80), null);
  assert.equal(valueUntil(line, 1000), 0.5);
  assert.equal(valueUntil({ steps: [], values: [] }, 5), null);
});

test("a run is judged by its loss and the first metric of its own", () => {
  assert.deepEqual(verdictNames({ gradient_norm: line, loss: line, accuracy: line, auc: line }), ["loss", "accuracy"]);
  assert.deepEqual(verdictNames({ accuracy: line, loss: line, score: line }), ["loss", "score"]);
  assert.deepEqual(verdictNames({ loss: line, val_loss: line, val_accuracy: line, learning_rate: line }), ["loss"]);
  assert.deepEqual(verdictNames({ gradient_norm: line }), []);
});

test("norms and losses go by factors, metrics do not", () => {
  assert.deepEqual(["gradient_norm", "loss", "val_loss", "accuracy", "lossless"].map(isLogarithmic), [true, true, true, false, false]);
  assert.deepEqual(lineNames([{ loss: line }, { gradient_norm: line, loss: line, auc: line }]), ["gradient_norm", "loss", "auc"]);
});
