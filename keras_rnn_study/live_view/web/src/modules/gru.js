// The GRU: z keeps, r resets what the candidate sees of the past.

import { slope } from "./picture.js";

/** @returns {import("./picture.js").Picture} */
export function gru(/** @type {Record<string, string>} */ activations) {
  return {
    signs: [
      { x: 4, y: 34, text: "hₜ₋₁" },
      { x: 46, y: 262, text: "xₜ" },
      { x: 396, y: 34, text: "hₜ" },
    ],
    nodes: [
      { kind: "point", x: 200, y: 50, sign: "×", name: "gate/update", factor: "factorZ" },
      { kind: "point", x: 310, y: 50, sign: "+", name: "state/h" },
      { kind: "point", x: 250, y: 108, sign: "1−", name: "gate/update" },
      { kind: "point", x: 310, y: 108, sign: "×", name: "gate/candidate", factor: "factorG" },
      { kind: "point", x: 120, y: 108, sign: "×", name: "gate/reset" },
      { kind: "layer", x: 80, y: 172, sign: "σ", name: "gate/reset", factor: "slopeR" },
      { kind: "layer", x: 200, y: 172, sign: "σ", name: "gate/update", factor: "slopeZ" },
      { kind: "layer", x: 310, y: 172, sign: "tanh", name: "gate/candidate", factor: "slopeG" },
    ],
    wires: [
      { path: "M30,50V222H200V185M80,222V185" },
      { path: "M46,250V222M200,222H310V185" },
      { path: "M120,50V95" },
      // What is left of the past goes to the candidate, over z's line: a bridge.
      { path: "M120,121V142H192A8,8 0 0 1 208,142H268V172H291" },
      { path: "M0,50H187", value: "before", label: [80, 44] },
      { path: "M213,50H297", value: "kept", label: [255, 44] },
      { path: "M323,50H400M366,50V12", value: "h", label: [346, 44], anchor: "middle" },
      { path: "M80,159V108H107", value: "r", label: [74, 134], anchor: "end" },
      { path: "M200,159V63", value: "z", label: [194, 84], anchor: "end" },
      { path: "M200,108H237", value: "z2" },
      { path: "M263,108H297", value: "rest", label: [280, 102], anchor: "middle" },
      { path: "M310,159V121", value: "g", label: [316, 144], anchor: "start" },
      { path: "M310,95V63", value: "written", label: [316, 84], anchor: "start" },
    ],
    forwards(at) {
      const [z, r, g, before] = [at("gate/update"), at("gate/reset"), at("gate/candidate"), at("state/h", 1)];
      return { before, z, z2: z, r, g, rest: 1 - z, kept: z * before, written: (1 - z) * g, h: at("state/h") };
    },
    backwards(at) {
      const [z, r, g, before] = [at("gate/update"), at("gate/reset"), at("gate/candidate"), at("state/h", 1)];
      const dh = at("gradient/h");
      return {
        h: dh, kept: dh, written: dh, before: dh * z, z: dh * (before - g), z2: -dh * g, rest: dh * g, g: dh * (1 - z), r: NaN,
        factorZ: z, factorG: 1 - z,
        slopeR: slope(activations.reset, r), slopeZ: slope(activations.update, z), slopeG: slope(activations.candidate, g),
      };
    },
  };
}
