// What stands at each time step, and how much the answer depends on it.

import { brushX } from "d3-brush";
import { select } from "d3-selection";

import { createMark, element } from "../dom.js";

const BARS = 26;
const LINES = 2; // of words
const LINE = 15;
const HIGH = BARS + 6 + LINE * LINES;
const LETTER = 7.2; // pixels, about

/**
 * @typedef {object} Given
 * @property {string[]} tokens
 * @property {boolean[]} evidence
 * @property {Float32Array | null} inputs   how much each input matters
 * @property {import("../time_scale.js").TimeScale} scale
 * @property {number} width
 */

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
  const plain = bars.append("path");
  const marked = bars.append("path").attr("class", "is-evidence");
  const words = svg.append("g").attr("class", "words");
  const marker = createMark(box, "time");
  marker.size(0, BARS + 4);
  const brushing = svg.append("g").attr("class", "brush");
  /** @type {import("../time_scale.js").TimeScale | null} */
  let scale = null;
  /** @type {number[]} */
  let others = [];
  /** @type {number[]} */
  let known = [];
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

  /** @type {Given | null} */
  let drawn = null;

  return {
    /** Bars and words; the time step alone needs `mark` only. @param {Given} given */
    draw(given) {
      drawn = given;
      scale = given.scale;
      const { tokens, evidence, inputs, width } = given;
      svg.attr("width", width).attr("height", HIGH).attr("aria-label", tokens.join(" ")).attr("role", "img");
      brushing.call(brush.extent([[0, 0], [width, HIGH]]));
      const steps = shownSteps(scale);
      let largest = 0;
      if (inputs) for (const t of steps) if (inputs[t] > largest && Number.isFinite(inputs[t])) largest = inputs[t];
      const height = (/** @type {number} */ t) =>
        largest > 0 && inputs ? Math.max(0.5, (BARS * Math.min(inputs[t] || 0, largest)) / largest) : 0.5;
      plain.attr("d", barsPath(steps.filter((t) => !evidence[t]), height, scale));
      marked.attr("d", barsPath(steps.filter((t) => evidence[t]), height, scale));
      others = placedOthers(given, steps);
      known = steps.filter((t) => evidence[t] && tokens[t]);
    },
    /** The chosen time step, and the words. @param {number} at */
    mark(at) {
      if (!drawn) return;
      const { scale } = drawn;
      const texts = placed(drawn, at, others, known);
      words.selectAll("text").data(texts).join("text")
        .attr("x", (w) => w.x).attr("y", (w) => BARS + 14 + LINE * w.line)
        .attr("text-anchor", (w) => w.anchor)
        .attr("class", (w) => w.kind).text((w) => w.text);
      marker.move(scale.scale(at), 0, scale.isShown(at));
    },
  };
}

/** @param {import("../time_scale.js").TimeScale} scale */
function shownSteps({ shown: [first, last] }) {
  return Array.from({ length: last - first + 1 }, (_, i) => first + i);
}

/**
 * @param {number[]} steps
 * @param {(t: number) => number} height
 * @param {import("../time_scale.js").TimeScale} scale
 */
function barsPath(steps, height, scale) {
  const wide = Math.max(1, scale.step - 0.5);
  return steps.map((t) => `M${scale.scale(t - 0.5).toFixed(1)},${BARS}h${wide.toFixed(1)}v${(-height(t)).toFixed(1)}h${(-wide).toFixed(1)}Z`).join("");
}

/**
 * All words, in lines that take turns, if there is room for them; else none but the two that are chosen.
 * @param {Given} given
 * @param {number[]} steps
 * @returns {number[]} time steps
 */
function placedOthers({ tokens, scale }, steps) {
  const fits = steps.every((t) => !tokens[t] || tokens[t].length * LETTER <= scale.step * LINES - 4);
  return fits ? steps.filter((t) => tokens[t]) : [];
}

/**
 * The evidence's words, the chosen step's below them, and the others where there is room for all.
 * @param {Given} given
 * @param {number} at
 * @param {number[]} others    time steps whose words are shown, or none
 * @param {number[]} known     those of the evidence
 */
function placed({ tokens, evidence, scale, width }, at, others, known) {
  const word = (/** @type {number} */ t, /** @type {number} */ line) => {
    const half = (tokens[t].length * LETTER) / 2;
    const x = scale.scale(t);
    const anchor = x < half ? "start" : x > width - half ? "end" : "middle";
    return { x, line, text: tokens[t], anchor, kind: `${evidence[t] ? "is-evidence" : others.length ? "is-other" : ""} ${t === at ? "is-chosen" : ""}` };
  };
  if (others.length) return others.map((t) => word(t, t % LINES));
  const words = known.filter((t) => t !== at).map((t) => word(t, 0));
  return tokens[at] && scale.isShown(at) ? [...words, word(at, evidence[at] ? 0 : 1)] : words;
}

/** @param {MouseEvent} event @param {HTMLElement} box */
function pointerX(event, box) {
  return event.clientX - box.getBoundingClientRect().left;
}
