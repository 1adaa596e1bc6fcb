// One number over the training steps: the gradient's norm, the loss, a metric; and the one handle
// that moves through training.

import { axisBottom, axisLeft } from "d3-axis";
import { scaleLinear, scaleLog } from "d3-scale";
import { select } from "d3-selection";

import { createMark, element } from "../dom.js";
import { isLogarithmic } from "../lines.js";
import { short } from "../numbers.js";

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
     * @param {{name: string, runs: {line: import("../sources.js").Line, records: number[]}[], last: number, width: number, label: string}} given
     */
    draw({ name, runs, last, width, label }) {
      svg.attr("width", width).attr("aria-label", label);
      x = scaleLinear([0, Math.max(last, 1)], [LEFT, width - RIGHT]);
      const values = runs.flatMap(({ line }) => line.values.filter((value) => value !== null));
      const logarithmic = isLogarithmic(name) && values.every((value) => value >= 0);
      const y = heightOf(values, logarithmic);
      across.call(axisBottom(x).ticks(Math.max(2, width / 90)).tickSizeOuter(0));
      const format = logarithmic ? (/** @type {number} */ v) => `1e${Math.round(Math.log10(v))}` : short;
      down.call(axisLeft(y).tickValues(y.domain()).tickFormat((v) => format(Number(v))).tickSizeOuter(0));
      lines.selectAll("path").data(runs).join("path").attr("class", "over-training")
        .style("stroke", (_, i) => RUN_COLOURS[i])
        .attr("d", ({ line }) => linePath(line, x, y, width));
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
 * @param {number[]} values @param {boolean} logarithmic
 * @returns {import("d3-scale").ScaleContinuousNumeric<number, number>}
 */
function heightOf(values, logarithmic) {
  const [low, high] = values.filter((v) => v > 0 || !logarithmic)
    .reduce(([a, b], v) => [Math.min(a, v), Math.max(b, v)], [Infinity, -Infinity]);
  const known = Number.isFinite(low);
  if (logarithmic) return scaleLog(known ? [low, Math.max(high, low * 1.01)] : [0.1, 1], [HEIGHT - 4, 4]).nice();
  return scaleLinear(known ? [low, Math.max(high, low + 1e-9)] : [0, 1], [HEIGHT - 4, 4]).nice();
}

/**
 * At most a few points per pixel, the least and the largest of each: peaks stay.
 * @param {import("../sources.js").Line} line
 * @param {(step: number) => number} x
 * @param {(value: number) => number} y
 * @param {number} width
 */
function linePath({ steps, values }, x, y, width) {
  const size = Math.max(1, Math.floor(steps.length / (2 * width)));
  let path = "";
  for (let start = 0; start < steps.length; start += size) {
    const block = values.slice(start, start + size).filter((v) => v !== null).map((v) => y(v)).filter(Number.isFinite);
    const ends = size === 1 ? block : [Math.min(...block), Math.max(...block)];
    for (const place of block.length ? ends : []) path += `${path ? "L" : "M"}${x(steps[start]).toFixed(1)},${place.toFixed(1)}`;
  }
  return path;
}
