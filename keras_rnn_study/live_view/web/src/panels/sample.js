// What stands at each time step, and how much the answer depends on it.

import { brushX } from "d3-brush";
import { select } from "d3-selection";

import { element } from "../dom.js";

const BARS = 34;
const LETTER = 7.2; // pixels, about

/**
 * @param {HTMLElement} parent
 * @param {(zoom: [number, number] | null) => void} zoomTo
 * @param {(time: number) => void} pick
 */
export function createSample(parent, zoomTo, pick) {
  const box = element("div", { class: "plot sample" });
  parent.append(box);
  const svg = select(box).append("svg").attr("class", "tokens");
  const bars = svg.append("g").attr("class", "bars");
  const words = svg.append("g").attr("class", "words");
  const marker = svg.append("line").attr("class", "time").attr("y1", 0).attr("y2", BARS + 4);
  const brushing = svg.append("g").attr("class", "brush");
  /** @type {import("../time_scale.js").TimeScale | null} */
  let scale = null;
  const brush = brushX().on("end", (event) => {
    if (!event.sourceEvent || !scale) return;
    if (!event.selection) {
      pick(scale.at(pointerX(event.sourceEvent, box)));
      return;
    }
    const [first, last] = event.selection.map(scale.at);
    brushing.call(brush.move, null);
    if (last - first >= 2) zoomTo([first, last]);
  });
  box.addEventListener("dblclick", () => zoomTo(null));

  return {
    /**
     * @param {{tokens: string[], evidence: boolean[], inputs: Float32Array | null, time: number,
     *   scale: import("../time_scale.js").TimeScale, width: number, at: number}} given
     */
    draw(given) {
      scale = given.scale;
      const { tokens, evidence, inputs, time, width, at } = given;
      svg.attr("width", width).attr("aria-label", tokens.join(" ")).attr("role", "img");
      const steps = [...Array(time).keys()].filter(given.scale.isShown);
      const largest = inputs ? Math.max(...steps.map((t) => (Number.isFinite(inputs[t]) ? inputs[t] : 0))) : 0;
      const height = (/** @type {number} */ t) =>
        largest > 0 && inputs ? Math.max(0.5, (BARS * Math.min(inputs[t] || 0, largest)) / largest) : 0.5;
      bars.selectAll("rect").data(steps).join("rect")
        .attr("x", (t) => given.scale.scale(t - 0.5)).attr("width", Math.max(1, given.scale.step - 0.5))
        .attr("y", (t) => BARS - height(t)).attr("height", height)
        .attr("class", (t) => (evidence[t] ? "is-evidence" : ""));
      const texts = placed(given, steps);
      const lines = Math.max(1, ...texts.map((word) => word.line + 1));
      const high = BARS + 8 + 15 * lines;
      svg.attr("height", high);
      brushing.call(brush.extent([[0, 0], [width, high]]));
      words.selectAll("text").data(texts).join("text")
        .attr("x", (w) => w.x).attr("y", (w) => BARS + 14 + 15 * w.line)
        .attr("text-anchor", (w) => w.anchor)
        .attr("class", (w) => w.kind).text((w) => w.text);
      const x = given.scale.scale(at);
      marker.attr("x1", x).attr("x2", x).attr("visibility", given.scale.isShown(at) ? "visible" : "hidden");
    },
  };
}

/**
 * Words where there is room: the chosen step's and the evidence first, then the others if all fit.
 * @param {{tokens: string[], evidence: boolean[], scale: import("../time_scale.js").TimeScale, width: number, at: number}} given
 * @param {number[]} steps
 */
function placed({ tokens, evidence, scale, width, at }, steps) {
  const wanted = steps.filter((t) => evidence[t] && tokens[t]);
  if (tokens[at] && scale.isShown(at) && !evidence[at]) wanted.push(at);
  /** @type {{x: number, line: number, text: string, kind: string, anchor: string}[]} */
  const words = wanted.map((t) => {
    const half = (tokens[t].length * LETTER) / 2;
    const x = scale.scale(t);
    const anchor = x < half ? "start" : x > width - half ? "end" : "middle";
    return { x, line: t === at ? 1 : 0, text: tokens[t], anchor, kind: `${evidence[t] ? "is-evidence" : ""} ${t === at ? "is-chosen" : ""}` };
  });
  const others = steps.filter((t) => tokens[t] && !wanted.includes(t));
  const fits = others.every((t) => tokens[t].length * LETTER <= scale.step * 2 - 4);
  if (fits) for (const t of others) words.push({ x: scale.scale(t), line: 2 + (t % 2), text: tokens[t], anchor: "middle", kind: "is-other" });
  return words;
}

/** @param {MouseEvent} event @param {HTMLElement} box */
function pointerX(event, box) {
  return event.clientX - box.getBoundingClientRect().left;
}
