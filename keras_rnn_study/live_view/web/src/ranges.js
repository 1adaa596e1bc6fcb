// One colour scale for what is compared: the same for all runs that are shown, and through training.

/** @typedef {import("./panels/raster.js").Scale} Scale */

/**
 * @param {() => void} widened called when a scale has grown, so that what was drawn on it is drawn anew
 */
export function createRanges(widened) {
  /** @type {Map<string, number>} */
  const largest = new Map();
  return {
    /**
     * @param {string} name of the quantity
     * @param {import("./packing.js").Quantity} code
     * @param {{low: number, high: number}} limits of gradients, in decades
     * @param {Record<string, string>} activations
     * @returns {Scale}
     */
    scaleOf(name, code, limits, activations) {
      if (code.code === "signed_log") return { kind: "decades", ...limits };
      const activation = activations[name.split("/")[1]] ?? "";
      if (activation.endsWith("sigmoid")) return { kind: "gate", low: 0, high: 1 };
      if (activation === "tanh" || (name === "state/h" && activations.candidate === "tanh")) return { kind: "signed", low: -1, high: 1 };
      const before = largest.get(name) ?? 0;
      const now = Math.max(Math.abs(code.low ?? 0), Math.abs(code.high ?? 0)) || 1;
      if (now > before) {
        largest.set(name, now);
        if (before > 0) queueMicrotask(widened);
      }
      const high = Math.max(now, before);
      return { kind: "signed", low: -high, high };
    },
  };
}

/** @typedef {ReturnType<typeof createRanges>} Ranges */
