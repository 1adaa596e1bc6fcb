// Which units do what, and when? One row per unit, time across.

import { select } from "d3-selection";

import { NOTHING, gate, signed } from "../colours.js";
import { drawPixels, element, fitted } from "../dom.js";

const HEIGHT = 196;

/**
 * @typedef {{kind: "gate" | "signed" | "decades", low: number, high: number}} Scale
 *   "decades": the sign by hue, the logarithm of the magnitude by strength
 */

/**
 * @param {HTMLElement} parent
 * @param {(time: number, unit: number) => void} pick
 */
export function createRaster(parent, pick) {
  const canvas = element("canvas", { role: "img" });
  let high = fitted(HEIGHT);
  const box = element("div", { class: "plot" }, [canvas]);
  const svg = select(box).append("svg").attr("class", "over");
  const evidence = svg.append("g").attr("class", "evidence");
  const column = svg.append("line").attr("class", "time").attr("y1", 0);
  const row = svg.append("rect").attr("class", "unit").attr("x", 0.5);
  parent.append(box);
  /** @type {any} */
  let drawn = null;

  const choose = (/** @type {PointerEvent} */ event) => {
    if (!drawn) return;
    const bounds = canvas.getBoundingClientRect();
    const place = Math.floor(((event.clientY - bounds.top) / high) * drawn.order.length);
    const unit = drawn.order[Math.min(Math.max(place, 0), drawn.order.length - 1)];
    pick(drawn.scale.at(event.clientX - bounds.left), unit);
  };
  box.addEventListener("pointerdown", choose);
  box.addEventListener("pointermove", (event) => event.buttons === 1 && choose(event));

  return {
    /**
     * @param {{quantity: {time: number, units: number, values: Float32Array}, order: number[],
     *   colours: Scale, scale: import("../time_scale.js").TimeScale, width: number, evidence: number[],
     *   label: string}} given
     */
    draw(given) {
      drawn = given;
      const { quantity, order, colours, scale, width, label } = given;
      const { time, units, values } = quantity;
      const pixels = new Uint32Array(time * units);
      const colour = colouring(colours);
      order.forEach((unit, place) => {
        for (let t = 0; t < time; t++) pixels[place * time + t] = colour(values[t * units + unit]);
      });
      high = fitted(HEIGHT);
      drawPixels(canvas, width, high, time, units, pixels, scale.shown);
      canvas.setAttribute("aria-label", label);
      svg.attr("width", width).attr("height", high);
      column.attr("y2", high);
      evidence.selectAll("line").data(given.evidence.filter(scale.isShown)).join("line")
        .attr("x1", (t) => scale.scale(t)).attr("x2", (t) => scale.scale(t)).attr("y1", 0).attr("y2", high);
    },
    /**
     * @param {number} time
     * @param {number} unit
     */
    mark(time, unit) {
      if (!drawn) return;
      const { scale, order, width } = drawn;
      const x = scale.scale(time);
      column.attr("x1", x).attr("x2", x).attr("visibility", scale.isShown(time) ? "visible" : "hidden");
      const height = high / order.length;
      const place = Math.max(order.indexOf(unit), 0);
      row.attr("y", place * height).attr("height", Math.max(height, 3)).attr("width", Math.max(width - 1, 0));
    },
  };
}

/** @param {Scale} scale @returns {(value: number) => number} */
function colouring({ kind, low, high }) {
  const index = (/** @type {number} */ place) => Math.min(255, Math.max(0, Math.round(place * 255)));
  if (kind === "decades")
    return (value) => {
      if (Number.isNaN(value)) return NOTHING;
      const strength = value === 0 ? 0 : (Math.log10(Math.abs(value)) - low) / (high - low);
      return signed.packed[index(0.5 + (Math.sign(value) * Math.min(1, Math.max(0, strength))) / 2)];
    };
  const { packed } = kind === "gate" ? gate : signed;
  return (value) => (Number.isNaN(value) ? NOTHING : packed[index((value - low) / (high - low))]);
}
