// The SimpleRNN: a single tanh layer.

import { slope } from "./picture.js";

/** @returns {import("./picture.js").Picture} */
export function simpleRnn(/** @type {Record<string, string>} */ activations) {
  const sign = activations.h ?? "tanh";
  return {
    signs: [
      { x: 4, y: 128, text: "hₜ₋₁" },
      { x: 106, y: 226, text: "xₜ" },
      { x: 396, y: 128, text: "hₜ" },
    ],
    nodes: [{ kind: "layer", x: 200, y: 110, sign, name: "state/h", factor: "slope" }],
    wires: [
      { path: "M106,214V110" },
      { path: "M106,110H181" },
      { path: "M0,110H106", value: "before", label: [50, 104] },
      { path: "M219,110H400M330,110V24", value: "h", label: [280, 104] },
    ],
    forwards: (at) => ({ before: at("state/h", 1), h: at("state/h") }),
    backwards(at) {
      const factor = slope(sign, at("state/h"));
      return { h: at("gradient/h"), before: at("gradient/h", 1), slope: factor };
    },
  };
}
