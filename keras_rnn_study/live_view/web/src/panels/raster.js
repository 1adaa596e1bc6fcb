// Which units do what, and when? One row per unit, time across.

import { select } from "d3-selection";

import { NOTHING, gate, signed } from "../colours.js";
import { createMark, drawPixels, element } from "../dom.js";

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
  let high = 0;
  const box = element("div", { class: "plot" }, [canvas]);
  const svg = select(box).append("svg").attr("class", "over");
  const evidence = svg.append("g").attr("class", "evidence");
  const column = createMark(box, "time");
  const row = createMark(box, "unit");
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
     *   colours: Scale, scale: import("../time_scale.js").TimeScale, width: number, height: number, evidence: number[],
     *   label: string}} given
     */
    draw(given) {
      drawn = given;
      const { quantity, order, colours, scale, width, label } = given;
      const { time, units } = quantity;
      high = given.height;
      drawPixels(canvas, width, high, time, units, pixelsOf(quantity, order, colours), scale.shown);
      canvas.setAttribute("aria-label", label);
      svg.attr("width", width).attr("height", high);
      column.size(0, high);
      row.size(width, Math.max(high / order.length, 3));
      evidence.selectAll("line").data(given.evidence.filter(scale.isShown)).join("line")
        .attr("x1", (t) => scale.scale(t)).attr("x2", (t) => scale.scale(t)).attr("y1", 0).attr("y2", high);
    },
    /**
     * @param {number} time
     * @param {number} unit
     */
    mark(time, unit) {
      if (!drawn) return;
      const { scale, order } = drawn;
      column.move(scale.scale(time), 0, scale.isShown(time));
      row.move(0, (Math.max(order.indexOf(unit), 0) * high) / order.length);
    },
  };
}

/**
 * Packed colours, a row for each unit.
 * @param {{time: number, units: number, values: Float32Array}} quantity
 * @param {number[]} order
 * @param {Scale} scale
 */
function pixelsOf({ time, units, values }, order, { kind, low, high }) {
  const pixels = new Uint32Array(time * units);
  const { packed } = kind === "gate" ? gate : signed;
  // To 0 ... 255, with rounding; of decades the sign and the logarithm.
  const width = 255 / (high - low);
  const place = kind === "decades" ? placeOfDecades(low, high) : (/** @type {number} */ value) => (value - low) * width;
  for (let row = 0, at = 0; row < order.length; row++)
    for (let t = 0, from = order[row]; t < time; t++, from += units, at++) {
      const value = values[from];
      pixels[at] = value !== value ? NOTHING : packed[Math.min(255, Math.max(0, place(value))) + 0.5 | 0];
    }
  return pixels;
}

/** @param {number} low @param {number} high @returns {(value: number) => number} */
function placeOfDecades(low, high) {
  return (value) => {
    const strength = value === 0 ? 0 : (Math.log10(Math.abs(value)) - low) / (high - low);
    return 127.5 * (1 + Math.sign(value) * Math.min(1, Math.max(0, strength)));
  };
}
