// Gradient norm of every training step, and the one handle that moves through training.

import { axisBottom, axisLeft } from "d3-axis";
import { scaleLinear, scaleLog } from "d3-scale";
import { select } from "d3-selection";

import { createMark, element } from "../dom.js";

const HEIGHT = 52;
// From the middle of the handle at its left end to that at its right one; style.css has the rest.
const LEFT = 158;
const RIGHT = 100;
export const RUN_COLOURS = ["var(--run-0)", "var(--run-1)", "var(--run-2)"];

/**
 * @param {HTMLElement} parent
 * @param {(step: number) => void} pick
 */
export function createTraining(parent, pick) {
  const box = element("div", { class: "plot" });
  parent.append(box);
  const svg = select(box).append("svg").attr("height", HEIGHT + 20).attr("role", "img");
  const across = svg.append("g").attr("class", "axis").attr("transform", `translate(0,${HEIGHT})`);
  const down = svg.append("g").attr("class", "axis").attr("transform", `translate(${LEFT},0)`);
  const lines = svg.append("g");
  const ticks = svg.append("g").attr("class", "records");
  const handle = createMark(box, "train");
  handle.size(0, HEIGHT);
  let x = scaleLinear();
  const choose = (/** @type {PointerEvent} */ event) =>
    pick(Math.max(0, Math.round(x.invert(event.clientX - box.getBoundingClientRect().left))));
  box.addEventListener("pointerdown", choose);
  box.addEventListener("pointermove", (event) => event.buttons === 1 && choose(event));

  return {
    /**
     * @param {{runs: {norms: {steps: number[], values: (number | null)[]}, records: number[]}[], last: number, width: number, label: string}} given
     */
    draw({ runs, last, width, label }) {
      svg.attr("width", width).attr("aria-label", label);
      x = scaleLinear([0, Math.max(last, 1)], [LEFT, width - RIGHT]);
      const all = runs.flatMap(({ norms }) => norms.values.filter((v) => v !== null && v > 0 && Number.isFinite(v)));
      const [low, high] = all.reduce(([a, b], v) => [Math.min(a, Number(v)), Math.max(b, Number(v))], [Infinity, 0]);
      const y = scaleLog(all.length ? [low, Math.max(high, low * 1.01)] : [0.1, 1], [HEIGHT - 4, 4]).nice();
      across.call(axisBottom(x).ticks(Math.max(2, width / 90)).tickSizeOuter(0));
      const [bottom, top] = y.domain();
      down.call(axisLeft(y).tickValues([bottom, top]).tickFormat((v) => `1e${Math.round(Math.log10(Number(v)))}`).tickSizeOuter(0));
      lines.selectAll("path").data(runs).join("path").attr("class", "norms")
        .style("stroke", (_, i) => RUN_COLOURS[i])
        .attr("d", ({ norms }) => linePath(norms, x, y, width));
      const places = [...new Set(runs.flatMap((run) => run.records))];
      const few = places.length > width / 3 ? [] : places;
      ticks.selectAll("line").data(few).join("line")
        .attr("x1", (step) => x(step)).attr("x2", (step) => x(step)).attr("y1", HEIGHT - 4).attr("y2", HEIGHT);
    },
    /** @param {number} step */
    mark(step) {
      handle.move(x(step), 0);
    },
  };
}

/**
 * At most a few points per pixel, the least and the largest of each: peaks stay.
 * @param {{steps: number[], values: (number | null)[]}} norms
 * @param {(step: number) => number} x
 * @param {(value: number) => number} y
 * @param {number} width
 */
function linePath({ steps, values }, x, y, width) {
  const size = Math.max(1, Math.floor(steps.length / (2 * width)));
  let path = "";
  for (let start = 0; start < steps.length; start += size) {
    const block = values.slice(start, start + size).map(Number).filter((v) => v > 0 && Number.isFinite(v));
    const ends = size === 1 ? block : [Math.min(...block), Math.max(...block)];
    for (const value of block.length ? ends : []) path += `${path ? "L" : "M"}${x(steps[start]).toFixed(1)},${y(value).toFixed(1)}`;
  }
  return path;
}
