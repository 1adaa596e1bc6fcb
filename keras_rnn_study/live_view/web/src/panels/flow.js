// How far back does the gradient reach, and how does training change that?

import { axisBottom, axisLeft } from "d3-axis";
import { scaleLinear } from "d3-scale";
import { select } from "d3-selection";

import { NOTHING, decades } from "../colours.js";
import { createMark, drawPixels, element } from "../dom.js";
import { horizon, recordAt, short } from "../numbers.js";

const AXIS = 20;
const FLOOR = 0xff1a1216; // below the scale: nearly black, so that "nothing" looks like nothing

/**
 * @param {HTMLElement} parent
 * @param {(time: number, train: number) => void} pick
 */
export function createFlow(parent, pick) {
  const canvas = element("canvas", { role: "img" });
  let high = 0;
  const box = element("div", { class: "plot" }, [canvas]);
  const svg = select(box).append("svg").attr("class", "over");
  const axis = svg.append("g").attr("class", "axis");
  const rows = svg.append("g").attr("class", "axis");
  const shadow = svg.append("path").attr("class", "reach shadow");
  const reach = svg.append("path").attr("class", "reach");
  const sign = svg.append("text").attr("class", "reach-sign").text("1/1000");
  const evidence = svg.append("g").attr("class", "evidence");
  const column = createMark(box, "time");
  const row = createMark(box, "record");
  const tip = element("div", { class: "tip", hidden: true });
  box.append(tip);
  parent.append(box);

  /** @type {any} */
  let drawn = null;

  box.addEventListener("pointermove", (event) => {
    if (!drawn) return;
    const { index, t } = place(event);
    const value = drawn.norms[index]?.[t];
    tip.hidden = value === undefined;
    tip.textContent = `${drawn.steps[index]} · ${t}: ${short(value)}`;
    tip.style.left = `${Math.min(event.offsetX + 12, drawn.width - 90)}px`;
    tip.style.top = `${Math.max(event.offsetY - 24, 0)}px`;
    if (event.buttons === 1) pick(t, drawn.steps[index]);
  });
  box.addEventListener("pointerleave", () => (tip.hidden = true));
  box.addEventListener("pointerdown", (event) => {
    if (!drawn) return;
    const { index, t } = place(event);
    pick(t, drawn.steps[index]);
  });

  /** @param {PointerEvent} event */
  function place(event) {
    const bounds = canvas.getBoundingClientRect();
    const share = (event.clientY - bounds.top) / high;
    const index = Math.min(Math.max(Math.floor(share * drawn.steps.length), 0), drawn.steps.length - 1);
    return { index, t: drawn.scale.at(event.clientX - bounds.left) };
  }

  return {
    /**
     * The heat map itself; needed anew only when records, scale, zoom or size change.
     * @param {{norms: Float32Array[], steps: number[], scale: import("../time_scale.js").TimeScale,
     *   width: number, height: number, limits: {low: number, high: number}, evidence: number[], label: string}} given
     */
    draw(given) {
      drawn = given;
      const { norms, steps, scale, width, limits, label } = given;
      const time = norms[0]?.length ?? 0;
      high = given.height;
      box.style.paddingBottom = `${AXIS}px`;
      const pixels = new Uint32Array(time * norms.length);
      norms.forEach((values, index) => {
        for (let t = 0; t < time; t++) pixels[index * time + t] = colourOf(values[t], limits);
      });
      drawPixels(canvas, width, high, time, norms.length, pixels, scale.shown);
      canvas.setAttribute("aria-label", label);
      svg.attr("width", width).attr("height", high + AXIS);
      axis.attr("transform", `translate(0,${high})`);
      const ticks = Math.min(Math.max(2, Math.floor(width / 70)), time);
      axis.call(axisBottom(scale.scale).ticks(ticks).tickFormat((t) => (Number.isInteger(t) ? `${t}` : "")).tickSizeOuter(0));
      const y = scaleLinear([0, steps.length], [0, high]);
      const shownRows = [...new Set([0, Math.floor((steps.length - 1) / 2), steps.length - 1])];
      rows.call(axisLeft(y).tickValues(shownRows.map((i) => i + 0.5)).tickFormat((i) => `${steps[Math.floor(Number(i))]}`).tickSizeOuter(0));
      const path = reachPath(norms, scale, y);
      shadow.attr("d", path);
      reach.attr("d", path);
      const [end] = path.match(/[\d.-]+(?=,[\d.-]+$)/) ?? [];
      const left = Number(end) > width / 2; // where there is more room
      sign.attr("x", Number(end ?? 0) + (left ? -4 : 4)).attr("y", high - 5).attr("text-anchor", left ? "end" : "start")
        .attr("visibility", Number(end) > 0 ? "visible" : "hidden");
      column.size(0, high);
      row.size(width, 0);
      evidence.selectAll("text").data(given.evidence.filter(scale.isShown)).join("text")
        .attr("x", (t) => scale.scale(t)).attr("y", -1).attr("text-anchor", "middle").text("▼");
      evidence.selectAll("line").data(given.evidence.filter(scale.isShown)).join("line")
        .attr("x1", (t) => scale.scale(t)).attr("x2", (t) => scale.scale(t)).attr("y1", 0).attr("y2", high);
    },
    /**
     * The marked row and column.
     * @param {number} time
     * @param {number} train
     */
    mark(time, train) {
      if (!drawn) return;
      const { scale, steps } = drawn;
      column.move(scale.scale(time), 0, scale.isShown(time));
      row.move(0, ((recordAt(steps, train) + 0.5) / steps.length) * high);
    },
  };
}

/** @param {number} norm @param {{low: number, high: number}} limits */
function colourOf(norm, { low, high }) {
  if (Number.isNaN(norm)) return NOTHING;
  if (norm === Infinity) return 0xffffffff;
  const place = (Math.log10(norm) - low) / (high - low);
  return place < 0 ? FLOOR : decades.packed[Math.min(255, Math.round(place * 255))];
}

/**
 * The line along which the norm has fallen to a thousandth of its largest.
 * @param {Float32Array[]} norms
 * @param {import("../time_scale.js").TimeScale} scale
 * @param {(row: number) => number} y
 */
function reachPath(norms, scale, y) {
  let path = "";
  norms.forEach((values, index) => {
    const steps = horizon(values);
    if (Number.isNaN(steps)) return;
    let last = values.length - 1;
    while (last > 0 && Number.isNaN(values[last])) last--;
    const at = steps >= values.length ? 0 : last - steps + 1;
    const x = scale.scale(Math.max(at - 0.5, scale.shown[0] - 0.5));
    path += `${path ? "L" : "M"}${x},${y(index)}L${x},${y(index + 1)}`;
  });
  return path;
}
