// One run: its gradient flow, its sample, its gates and states, on one time axis.

import { element } from "./dom.js";
import { lineTitle, valueUntil, verdictNames } from "./lines.js";
import { correlations, horizon, meanAt, memoryTimes, order, recordAt, short } from "./numbers.js";
import { quantum, valuesOf } from "./packing.js";
import { createFlow } from "./panels/flow.js";
import { createRaster } from "./panels/raster.js";
import { createSample } from "./panels/sample.js";
import { RUN_COLOURS } from "./panels/training.js";
import { timeScale } from "./time_scale.js";

const LEFT = 36;
const RIGHT = 8;
const KEEPING = { LSTM: "gate/forget", GRU: "gate/update" };

/**
 * @typedef {import("./packing.js").Frame} Frame
 * @typedef {import("./store.js").State} State
 * @typedef {object} Given
 * @property {string} run
 * @property {number} place                         among the columns
 * @property {string} layerName
 * @property {import("./sources.js").Layer} layer
 * @property {import("./records.js").Flow} flow
 * @property {Record<string, import("./sources.js").Line>} lines   over training
 * @property {{low: number, high: number}} limits   decades of the scale that all columns share
 */

/**
 * @param {HTMLElement} parent
 * @param {{store: import("./store.js").Store, records: import("./records.js").Records,
 *   t: (key: string, filled?: Record<string, string | number>) => string, given: Given,
 *   heights: () => import("./heights.js").Heights, ranges: import("./ranges.js").Ranges,
 *   loaded: () => void}} context
 */
export function createColumn(parent, { store, records, t, given, heights, ranges, loaded }) {
  const { run, layer, layerName, flow, limits, lines, place } = given;
  const title = element("button", { class: "run-title", text: run, onclick: () => store.set({ active: run }) });
  title.style.setProperty("--run", RUN_COLOURS[place]);
  const learned = element("span", { class: "learned value", title: t("learnedHelp") });
  const verdict = element("p", { class: "verdict" });
  const flowTitle = element("h3", { title: t("flowHelp") }, [element("span", { text: t("flowTitle") }), axes(t("axesOfFlow"))]);
  const flowBox = element("div", { class: "indent flow" });
  const sampleBox = element("div", { class: "indent", title: t("tokensHelp") });
  const rasterTitle = element("span", { class: "raster-title" });
  const rasterBox = element("div", { class: "indent raster" });
  const reading = element("p", { class: "reading value", title: t("quantumHelp") });
  const root = element("section", { class: "column" }, [
    element("div", { class: "run-head" }, [title, learned]), verdict,
    flowTitle, flowBox, sampleBox,
    element("h3", { class: "of-raster" }, [rasterTitle, axes(t("axesOfRaster"))]), rasterBox, reading,
  ]);
  parent.append(root);

  const flowPanel = createFlow(flowBox, (time, train) => store.set({ time, train, active: run }));
  const samplePanel = createSample(sampleBox, (zoom) => store.set({ zoom }), (time) => store.set({ time, active: run }));
  const rasterPanel = createRaster(rasterBox, (time, unit) => store.set({ time, unit, active: run }));
  /** @type {{values: Frame | null, gradients: Frame | null}} */
  let frames = { values: null, gradients: null };
  let wanted = "";
  let width = 0;
  let scale = timeScale(layer.time, null, 60);
  let failed = "";
  /** @type {number[]} */
  let rows = [];

  /** What runs across and down. @param {string} text */
  function axes(text) {
    return element("span", { class: "axes", text });
  }

  /** Whether it learns, which the pictures below explain. @param {State} state */
  function drawLearned(state) {
    const parts = verdictNames(lines).map((name) => {
      const value = valueUntil(lines[name], state.train);
      return `${lineTitle(t, name)} ${value === null ? "NaN" : short(value)}`;
    });
    learned.textContent = parts.join(" · ");
  }

  /** @param {State} state */
  async function load(state) {
    const at = (/** @type {"values" | "gradients"} */ part) =>
      layer.steps[part]?.length ? recordAt(layer.steps[part], state.train) : -1;
    const [values, gradients] = [at("values"), at("gradients")];
    const key = `${values} ${gradients}`;
    if (key === wanted) return;
    wanted = key;
    try {
      const [a, b] = await Promise.all([
        values < 0 ? null : records.frame(run, layerName, "values", values),
        gradients < 0 ? null : records.frame(run, layerName, "gradients", gradients),
      ]);
      if (wanted !== key) return; // the handle has moved on
      frames = { values: a, gradients: b };
      failed = (values >= 0 && !a) || (gradients >= 0 && !b) ? "?" : "";
    } catch (error) {
      frames = { values: null, gradients: null };
      failed = String(error);
    }
    drawFrames(store.get());
    loaded();
    root.dataset.record = String(layer.steps.values?.[values] ?? layer.steps.gradients?.[gradients] ?? "");
  }

  // The same gate has another name in a GRU.
  const called = (/** @type {string} */ name) => t(name === "gate/candidate" && layer.cell === "GRU" ? "gate/candidate (GRU)" : name);
  const evidenceSteps = (/** @type {State} */ state) =>
    (layer.evidence[Math.min(state.sample, layer.evidence.length - 1)] ?? []).flatMap((is, step) => (is ? [step] : []));
  const tokensOf = (/** @type {State} */ state) => layer.tokens[Math.min(state.sample, layer.tokens.length - 1)] ?? [];
  const scaleOf = (/** @type {State} */ state) => timeScale(layer.time, state.zoom, width);

  /** @param {State} state */
  function drawFlow(state) {
    const norms = state.flow === "direct" ? flow.direct : flow.total;
    if (!norms.length) {
      verdict.textContent = t("noFlow");
      return;
    }
    flowPanel.draw({
      norms, steps: layer.steps.flow, scale: scaleOf(state), width, height: heights().flow, limits,
      evidence: evidenceSteps(state), label: verdict.textContent ?? "",
    });
  }

  /** @param {State} state */
  function drawVerdict(state) {
    if (!flow.total.length) return;
    const norms = flow.total[Math.min(recordAt(layer.steps.flow, state.train), flow.total.length - 1)];
    const reach = horizon(norms);
    const evidence = evidenceSteps(state);
    const token = tokensOf(state)[evidence[0]] ?? t("evidence");
    const distance = layer.time - 1 - evidence[0];
    let text = t("reaches", { reach: Math.min(reach, layer.time), time: layer.time });
    if (Number.isNaN(reach)) text = t("noReach");
    else if (reach === 0) text = t("noGradient");
    else if (reach >= layer.time) text = t("reachesAll");
    const arrives = reach > distance;
    if (evidence.length && reach > 0) text = t(arrives ? "arrives" : "missesEvidence", { reach, token, distance });
    verdict.textContent = text;
    verdict.className = `verdict ${evidence.length ? (arrives ? "good" : "bad") : ""}`;
  }

  /** @param {State} state */
  function drawFrames(state) {
    drawSample(state);
    drawRaster(state);
    mark(state);
  }

  /** @param {State} state */
  function drawSample(state) {
    const inputs = frames.gradients && valuesOf(frames.gradients, "input_gradient", state.sample);
    const evidence = layer.evidence[Math.min(state.sample, layer.evidence.length - 1)] ?? [];
    samplePanel.draw({ tokens: tokensOf(state), evidence, inputs: inputs?.values ?? null, scale, width });
  }

  /** @param {State} state */
  function shownQuantity(state) {
    const part = state.quantity.startsWith("gradient/") ? frames.gradients : frames.values;
    const names = Object.keys(part?.quantities ?? {}).filter((name) => /^(gate|state|gradient)\//.test(name));
    const name = names.includes(state.quantity) ? state.quantity : names.at(-1);
    const quantity = part && name ? valuesOf(part, name, state.sample) : null;
    return part && name && quantity ? { name, quantity, code: part.quantities[name] } : null;
  }

  /** @param {State} state */
  function drawRaster(state) {
    const shown = shownQuantity(state);
    rasterBox.classList.toggle("empty", !shown);
    if (!shown) {
      rasterTitle.textContent = failed ? t("broken", { why: failed }) : t(layer.steps.values ? "loading" : "noValues");
      reading.textContent = "";
      rows = [];
      return;
    }
    const { name, quantity, code } = shown;
    const other = name === state.quantity ? "" : ` (${t("instead", { quantity: t(state.quantity) })})`;
    rasterTitle.textContent = called(name) + other;
    rows = unitOrder(state, quantity);
    const colours = ranges.scaleOf(name, code, limits, layer.activations);
    rasterPanel.draw({ quantity, order: rows, colours, scale, width, height: heights().raster, evidence: evidenceSteps(state), label: called(name) });
  }

  /** @param {State} state @param {{name: string, quantity: import("./packing.js").Values, code: import("./packing.js").Quantity}} shown */
  function readOut(state, { name, quantity, code }) {
    const time = Math.min(state.time, layer.time - 1);
    const unit = Math.min(state.unit, quantity.units - 1);
    const value = quantity.values[time * quantity.units + unit];
    const evidence = evidenceSteps(state);
    const token = tokensOf(state)[evidence[0]];
    const { kind, half } = quantum(code);
    const error = short(Number(half.toPrecision(1)));
    const parts = [t("unitAt", { unit, time, value: short(value), half: kind === "decades" ? t("inDecades", { half: error }) : error })];
    if (token && name.startsWith("gate/")) parts.unshift(t("atStep", { token, mean: short(meanAt(quantity, evidence[0])) }));
    reading.textContent = parts.join(" · ");
  }

  /** @param {State} state @param {{time: number, units: number, values: Float32Array}} quantity */
  function unitOrder(state, quantity) {
    if (state.sort === "correlation") return order(quantity.units, correlations(quantity, Math.min(state.unit, quantity.units - 1)));
    const keeping = KEEPING[/** @type {keyof typeof KEEPING} */ (layer.cell)];
    const gate = frames.values && keeping ? valuesOf(frames.values, keeping, state.sample) : null;
    return order(quantity.units, state.sort === "memory" && gate ? memoryTimes(gate) : null);
  }

  /** @param {State} state */
  function mark(state) {
    const time = Math.min(state.time, layer.time - 1);
    flowPanel.mark(time, state.train);
    samplePanel.mark(time);
    rasterPanel.mark(time, state.unit);
    root.classList.toggle("active", state.active === run);
    const shown = shownQuantity(state);
    if (shown) readOut(state, shown);
  }

  /** @param {State} state */
  function measure(state) {
    width = Math.max(root.clientWidth - LEFT - RIGHT, 60);
    scale = scaleOf(state);
    drawVerdict(state);
    drawLearned(state);
  }

  return {
    root,
    /** Reads how much room there is; before `drawAll`, so that columns are not laid out one by one. */
    measure,
    /** Draws everything, after a change of size or at first. @param {State} state */
    drawAll(state) {
      drawFlow(state);
      drawFrames(state);
      load(state);
    },
    /** Draws gates and states again, on another scale. @param {State} state */
    drawRaster(state) {
      drawRaster(state);
      mark(state);
    },
    /** Draws what a change calls for. @param {State} state @param {Set<string>} changed */
    update(state, changed) {
      const has = (/** @type {string[]} */ ...keys) => keys.some((key) => changed.has(key));
      if (has("zoom")) scale = scaleOf(state);
      if (has("train")) {
        drawVerdict(state);
        drawLearned(state);
        load(state); // draws when the frames are there
      }
      if (has("zoom", "flow", "sample", "theme")) drawFlow(state);
      if (has("zoom", "quantity", "sort", "sample", "theme") || (state.sort === "correlation" && has("unit"))) drawFrames(state);
      else mark(state);
    },
    frames: () => frames,
    /** Units, row by row. */
    rows: () => rows,
    /** The scale of the quantity that is shown, for the legend. @param {State} state */
    scaleShown(state) {
      const shown = shownQuantity(state);
      if (!shown) return null;
      const { name, code } = shown;
      const keeps = Object.values(KEEPING).includes(name);
      return { scale: ranges.scaleOf(name, code, limits, layer.activations), name: called(name), keeps };
    },
  };
}
