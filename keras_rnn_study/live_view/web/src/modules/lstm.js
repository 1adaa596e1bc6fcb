// The LSTM: f, i, g, o; c runs straight through at the top.

import { slope } from "./picture.js";

/** @returns {import("./picture.js").Picture} */
export function lstm(/** @type {Record<string, string>} */ activations) {
  const squash = (/** @type {number} */ c) => (activations.candidate === "linear" ? c : Math.tanh(c));
  return {
    signs: [
      { x: 2, y: 28, text: "cₜ₋₁" },
      { x: 4, y: 240, text: "hₜ₋₁" },
      { x: 46, y: 262, text: "xₜ" },
      { x: 398, y: 28, text: "cₜ" },
      { x: 396, y: 240, text: "hₜ" },
      ...["f", "i", "g", "o"].map((text, at) => ({ x: 95 + 60 * at, y: 203, text })),
    ],
    nodes: [
      { kind: "point", x: 90, y: 50, sign: "×", name: "gate/forget", factor: "factorC" },
      { kind: "point", x: 210, y: 50, sign: "+", name: "state/c" },
      { kind: "point", x: 210, y: 108, sign: "×", name: "gate/input" },
      { kind: "point", x: 322, y: 98, sign: "tanh", name: "state/c", factor: "factorTanh" },
      { kind: "point", x: 322, y: 152, sign: "×", name: "gate/output", factor: "factorO" },
      { kind: "layer", x: 90, y: 172, sign: "σ", name: "gate/forget", factor: "slopeF" },
      { kind: "layer", x: 150, y: 172, sign: "σ", name: "gate/input", factor: "slopeI" },
      { kind: "layer", x: 210, y: 172, sign: "tanh", name: "gate/candidate", factor: "slopeG" },
      { kind: "layer", x: 270, y: 172, sign: "σ", name: "gate/output", factor: "slopeO" },
    ],
    wires: [
      { path: "M0,222H270V185M90,222V185M150,222V185M210,222V185" },
      { path: "M46,250V222" },
      { path: "M0,50H77", value: "before", label: [44, 44] },
      { path: "M103,50H197", value: "kept", label: [150, 44] },
      { path: "M223,50H400", value: "c", label: [270, 44] },
      { path: "M90,159V63", value: "f", label: [84, 112], anchor: "end" },
      { path: "M150,159V108H197", value: "i", label: [144, 134], anchor: "end" },
      { path: "M210,159V121", value: "g", label: [216, 144], anchor: "start" },
      { path: "M210,95V63", value: "written", label: [216, 84], anchor: "start" },
      { path: "M270,159V152H309", value: "o", label: [290, 146], anchor: "middle" },
      { path: "M322,50V85", value: "cDown" },
      { path: "M322,111V139", value: "squashed", label: [328, 130], anchor: "start" },
      // h crosses c without joining it: a bridge.
      { path: "M322,165V222H400M366,222V58A8,8 0 0 1 366,42V12", value: "h", label: [344, 216] },
    ],
    forwards(at) {
      const [c, f, i, g, o] = [at("state/c"), at("gate/forget"), at("gate/input"), at("gate/candidate"), at("gate/output")];
      const before = at("state/c", 1);
      return { before, f, i, g, o, kept: f * before, written: i * g, c, cDown: c, squashed: squash(c), h: at("state/h") };
    },
    backwards(at) {
      const [c, f, i, g, o] = [at("state/c"), at("gate/forget"), at("gate/input"), at("gate/candidate"), at("gate/output")];
      const [dc, dh, before] = [at("gradient/c"), at("gradient/h"), at("state/c", 1)];
      const tanh = squash(c);
      const factorTanh = activations.candidate === "linear" ? 1 : 1 - tanh * tanh;
      const through = dh * o * factorTanh;
      return {
        c: dc - through, cDown: through, squashed: dh * o, h: dh, kept: dc, written: dc, before: dc * f,
        f: dc * before, i: dc * g, g: dc * i, o: dh * tanh,
        factorC: f, factorTanh, factorO: o,
        slopeF: slope(activations.forget, f), slopeI: slope(activations.input, i),
        slopeG: slope(activations.candidate, g), slopeO: slope(activations.output, o),
      };
    },
  };
}
