// What happens inside one unit at one time step, forwards and backwards?

import { select } from "d3-selection";

import { element } from "../dom.js";
import { gru } from "../modules/gru.js";
import { lstm } from "../modules/lstm.js";
import { BOX, RADIUS } from "../modules/picture.js";
import { simpleRnn } from "../modules/simple_rnn.js";
import { short } from "../numbers.js";

/** @type {Record<string, (activations: Record<string, string>) => import("../modules/picture.js").Picture>} */
const PICTURES = { LSTM: lstm, GRU: gru, SimpleRNN: simpleRnn };

/**
 * @param {HTMLElement} parent
 * @param {(key: string, filled?: Record<string, string | number>) => string} t
 */
export function createModule(parent, t) {
  const box = element("div", { class: "module" });
  parent.append(box);
  const svg = select(box).append("svg").attr("viewBox", "0 0 400 270").attr("role", "img");
  const wires = svg.append("g");
  const nodes = svg.append("g");
  const labels = svg.append("g").attr("class", "labels");
  let shown = "";
  /** @type {import("../modules/picture.js").Picture | null} */
  let picture = null;

  return {
    /**
     * @param {{cell: string, activations: Record<string, string>, at: import("../modules/picture.js").Reader,
     *   direction: "forwards" | "backwards", decades: {low: number, high: number}, moving: boolean}} given
     */
    draw({ cell, activations, at, direction, decades, moving }) {
      const key = JSON.stringify([cell, activations]);
      if (key !== shown) {
        shown = key;
        picture = PICTURES[cell]?.(activations) ?? null;
        build();
      }
      if (!picture) return;
      const back = direction === "backwards";
      const values = back ? picture.backwards(at) : picture.forwards(at);
      const strength = (/** @type {number} */ value) =>
        back
          ? Math.max(0, Math.min(1, (Math.log10(Math.abs(value)) - decades.low) / (decades.high - decades.low)))
          : Math.min(1, Math.abs(value));
      svg.attr("class", `${direction} ${moving ? "moving" : ""}`);
      wires.selectAll("path").each(function (_, index) {
        const wire = /** @type {import("../modules/picture.js").Picture} */ (picture).wires[index];
        const value = wire.value === undefined ? NaN : values[wire.value];
        const known = Number.isFinite(value);
        select(this)
          .attr("stroke-width", known ? 1.5 + 5 * strength(value) : 1.5)
          .style("stroke", known ? wireColour(value, strength(value)) : "var(--wire)");
      });
      labels.selectAll("text").data(textsOf(picture, values, back)).join("text")
        .attr("x", (d) => d.x).attr("y", (d) => d.y).attr("text-anchor", (d) => d.anchor)
        .attr("class", (d) => d.kind).text((d) => d.text);
      svg.attr("aria-label", `${t(direction)}: ${Object.entries(values).map(([n, v]) => `${n} ${short(v)}`).join(", ")}`);
    },
  };

  function build() {
    wires.selectAll("*").remove();
    nodes.selectAll("*").remove();
    labels.selectAll("*").remove();
    if (!picture) return;
    wires.selectAll("path").data(picture.wires).join("path").attr("d", (w) => w.path).attr("class", "wire");
    const groups = nodes.selectAll("g").data(picture.nodes).join("g")
      .attr("class", (n) => n.kind).attr("transform", (n) => `translate(${n.x},${n.y})`);
    groups.filter((n) => n.kind === "layer").append("rect").attr("x", -BOX.width).attr("y", -BOX.height)
      .attr("width", 2 * BOX.width).attr("height", 2 * BOX.height).attr("rx", 3);
    groups.filter((n) => n.kind === "point").append("circle").attr("r", RADIUS);
    groups.append("text").attr("dy", "0.35em").text((n) => n.sign).attr("class", (n) => (n.sign.length > 2 ? "long" : ""));
    groups.append("title").text((n) => `${t(n.kind === "layer" ? "learned" : "pointwise")}: ${t(n.name)}`);
  }
}

/**
 * The numbers beside the wires, and backwards the factors beside the nodes.
 * @param {import("../modules/picture.js").Picture} picture
 * @param {Record<string, number>} values
 * @param {boolean} back
 */
function textsOf(picture, values, back) {
  const texts = picture.signs.map(({ x, y, text }) => ({ x, y, text, anchor: x > 350 ? "end" : "start", kind: "sign" }));
  for (const { value, label, anchor = "middle" } of picture.wires)
    if (value && label && !Number.isNaN(values[value]))
      texts.push({ x: label[0], y: label[1], text: short(values[value]), anchor, kind: "value" });
  for (const { x, y, kind, factor } of back ? picture.nodes : []) {
    if (!factor || Number.isNaN(values[factor])) continue;
    const text = `×${short(values[factor])}`;
    if (kind === "layer") texts.push({ x, y: y + BOX.height + 10, text, anchor: "middle", kind: "factor" });
    else texts.push({ x: x + RADIUS + 1, y: y + RADIUS + 6, text, anchor: "start", kind: "factor" });
  }
  return texts;
}

/** @param {number} value @param {number} strength */
function wireColour(value, strength) {
  const colour = value < 0 ? "var(--negative)" : "var(--positive)";
  return `color-mix(in oklab, ${colour} ${Math.round(25 + 75 * strength)}%, var(--wire))`;
}
