// The recorded frames of the runs that are shown: fetched when they are looked at, kept for a while.

import { unpackAll, valuesOf } from "./packing.js";

const KEPT = 64; // big frames held in memory
const FLOWS_AT_ONCE = 512;

/**
 * @typedef {import("./sources.js").Source} Source
 * @typedef {import("./packing.js").Frame} Frame
 * @typedef {{total: Float32Array[], direct: Float32Array[], state: string}} Flow
 */

/** @param {Source} source */
export function createRecords(source) {
  /** @type {Map<string, Promise<any>>} */
  const flows = new Map();
  /** @type {Map<string, Promise<Frame | null>>} */
  const frames = new Map();

  return {
    /**
     * The small arrays of all records: batch mean norms over time.
     * @param {string} run
     * @param {string} layer
     * @param {number} count records
     * @returns {Promise<Flow>}
     */
    flow(run, layer, count) {
      const key = JSON.stringify([run, layer, count]);
      if (!flows.has(key)) flows.set(key, readFlow(source, run, layer, count));
      return /** @type {Promise<Flow>} */ (flows.get(key));
    },
    /**
     * One record's arrays over time and units.
     * @param {string} run
     * @param {string} layer
     * @param {"values" | "gradients"} part
     * @param {number} index
     * @returns {Promise<Frame | null>}
     */
    frame(run, layer, part, index) {
      const key = JSON.stringify([run, layer, part, index]);
      const known = frames.get(key);
      if (known) {
        frames.delete(key); // the last one used is the last one dropped
        frames.set(key, known);
        return known;
      }
      const read = source
        .frames(run, layer, part, index, index)
        .then((buffer) => unpackAll(buffer)[0] ?? null);
      read.catch(() => frames.delete(key)); // may be asked for again
      frames.set(key, read);
      if (frames.size > KEPT) frames.delete(/** @type {string} */ (frames.keys().next().value));
      return read;
    },
  };
}

/** @typedef {ReturnType<typeof createRecords>} Records */

/**
 * @param {Source} source
 * @param {string} run
 * @param {string} layer
 * @param {number} count
 * @returns {Promise<Flow>}
 */
async function readFlow(source, run, layer, count) {
  /** @type {Flow} */
  const flow = { total: [], direct: [], state: "h" };
  for (let first = 0; first < count; first += FLOWS_AT_ONCE) {
    const last = Math.min(first + FLOWS_AT_ONCE, count) - 1;
    for (const frame of unpackAll(await source.frames(run, layer, "flow", first, last))) {
      flow.state = frame.quantities["flow/c"] ? "c" : "h";
      const total = valuesOf(frame, `flow/${flow.state}`);
      const direct = valuesOf(frame, "flow/direct");
      if (total) flow.total.push(total.values);
      if (direct) flow.direct.push(direct.values);
    }
  }
  return flow;
}
