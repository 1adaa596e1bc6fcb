// The whole view: builds the panels, and moves them together.

import { createColumn } from "./column.js";
import { createControls } from "./controls.js";
import { element } from "./dom.js";
import { firstLook, lookAgain } from "./first_look.js";
import { createHeader } from "./header.js";
import { USUAL, fitted } from "./heights.js";
import { createInside } from "./inside.js";
import { keyed } from "./keyboard.js";
import { createLegend } from "./legend.js";
import { GRADIENT_NORM, NO_LINE, lineNames, lineTitle } from "./lines.js";
import { decadesOf } from "./numbers.js";
import { createFindings } from "./panels/findings.js";
import { createTraining } from "./panels/training.js";
import { createRanges } from "./ranges.js";
import { createRecords } from "./records.js";
import { lastStep, layerOf, recordedSteps } from "./runs.js";
import { createSide } from "./side.js";
import { createStore } from "./store.js";
import style from "./style.css";
import { translator } from "./words.js";

const LOOK_AGAIN = 10_000; // milliseconds, while a run may grow

/**
 * @typedef {import("./sources.js").Source} Source
 * @typedef {import("./sources.js").Index} Index
 * @typedef {import("./store.js").State} State
 * @typedef {ReturnType<typeof createColumn>} Column
 * @typedef {{unit: boolean, finding: string, heights: import("./heights.js").Heights, share: number}} Kept
 *   what outlives a change of language or runs: whether a unit was chosen, the finding that is open
 */

/**
 * Shows what a source has in an element; returns what takes it away again.
 * @param {HTMLElement} el
 * @param {Source} source
 * @param {{language?: string, theme?: "light" | "dark", share?: number}} [options] share: of the
 *   window's height, where the page has other things too
 */
export async function mount(el, source, options = {}) {
  // Its keys are its own, in JupyterLab too, where arrows would choose another cell.
  const root = element("div", { class: "krv", tabindex: "0", "data-lm-suppress-shortcuts": "true" });
  el.replaceChildren(element("style", { text: style }), element("div", { class: "krv-host" }, [root]));
  const language = options.language ?? (navigator.language.startsWith("zh") ? "zh" : "en");
  const dark = window.matchMedia("(prefers-color-scheme: dark)").matches;
  const theme = options.theme ?? (dark ? "dark" : "light");
  root.dataset.theme = theme;
  root.textContent = translator(language)("loading");
  let index = await source.index();
  const store = createStore({ ...firstLook(index), language, theme });
  /** @type {Kept} */
  const kept = { unit: false, finding: "", heights: USUAL, share: options.share ?? 1 };
  /** @type {() => void} */
  let remove = () => {};
  const rebuild = () => {
    remove();
    root.replaceChildren();
    const empty = Object.keys(index.runs).length === 0;
    if (empty) root.append(element("p", { class: "nothing", text: translator(store.get().language)("nothing") }));
    remove = empty ? () => {} : build(root, { index, source, store, kept });
  };
  rebuild();
  const stop = store.subscribe((state, changed) => {
    root.dataset.theme = state.theme;
    if (changed.has("language") || changed.has("runs") || changed.has("layer")) rebuild();
  });
  const again = source.grows ? setInterval(refresh, LOOK_AGAIN) : undefined;
  async function refresh() {
    if (document.hidden) return;
    const now = await source.index().catch(() => index);
    if (JSON.stringify(now) === JSON.stringify(index)) return;
    index = now;
    const change = lookAgain(store.get(), index);
    if (change.runs) store.set(change); // which builds anew
    else rebuild();
  }
  return () => {
    stop();
    remove();
    clearInterval(again);
    el.replaceChildren();
  };
}

/**
 * @param {HTMLElement} root
 * @param {{index: Index, source: Source, store: import("./store.js").Store, kept: Kept}} context
 */
function build(root, { index, source, store, kept }) {
  const t = translator(store.get().language);
  const records = createRecords(source);
  const last = lastStep(index, store.get().runs);
  const shownOf = (/** @type {string} */ run) => layerOf(index, run, store.get().layer);
  const side = element("nav", { class: "side", "aria-label": t("runs") });
  const names = lineNames(Object.values(index.runs).map((run) => run.lines));
  const lineChoice = element("select", { "aria-label": t("lineHelp"), title: t("lineHelp"), "data-key": "line" },
    names.map((name) => element("option", { value: name, text: lineTitle(t, name) })));
  lineChoice.addEventListener("change", () => store.set({ line: lineChoice.value }));
  const training = element("section", { class: "training" }, [element("h3", {}, [lineChoice])]);
  const columns = element("div", { class: "columns" });
  const main = element("main", {}, [training, columns]);
  const aside = element("aside");
  const insideBox = element("section", { class: "module-box" });
  const findingsBox = element("section", { class: "findings" });
  aside.append(insideBox, findingsBox);
  root.append(createHeader(store, t), side, main, aside);

  const sidePanel = createSide(side, { store, index, t });
  const trainingPanel = createTraining(training, (train) => store.set({ train }));
  const controls = createControls(training, store, t, last);
  const inside = createInside(insideBox, store, t);
  const findings = createFindings(findingsBox, { store, index, t, opened: kept });
  const legend = createLegend(aside, t);
  /** @type {Column[]} */
  let made = [];
  let limits = { low: -10, high: 0 };
  let alive = true;
  const ranges = createRanges(() => {
    for (const column of made) column.drawRaster(store.get());
    drawLegend();
  });

  async function fill() {
    const { runs } = store.get();
    const flows = await Promise.all(runs.map((run) => {
      const { name, layer } = shownOf(run);
      return records.flow(run, name, layer.steps.flow?.length ?? 0);
    }));
    if (!alive) return;
    limits = decadesOf(flows.flatMap((flow) => flow.total));
    made = runs.map((run, place) => {
      const { name, layer } = shownOf(run);
      const given = { run, place, layerName: name, layer, flow: flows[place], limits, lines: index.runs[run].lines };
      return createColumn(columns, { store, records, t, given, ranges, heights: () => kept.heights, loaded: () => loaded(run) });
    });
    drawAll();
  }

  /** @param {string} run */
  function loaded(run) {
    const state = store.get();
    const first = made[state.runs.indexOf(run)]?.rows()[0];
    if (!kept.unit && run === state.active && first !== undefined) {
      kept.unit = true; // the first row, until somebody chooses
      store.set({ unit: first });
    }
    if (run === store.get().active) drawInside(store.get());
    drawLegend();
  }

  function drawAll() {
    const state = store.get();
    sidePanel.draw(state);
    drawTraining(state);
    for (const column of made) column.measure(state);
    fit();
    for (const column of made) column.drawAll(state);
    controls.draw(state, longest(state));
    drawInside(state);
    findings.draw(state);
    drawLegend();
  }

  /** @param {State} state */
  function drawTraining(state) {
    const name = names.includes(state.line) ? state.line : GRADIENT_NORM;
    lineChoice.value = name;
    const runs = state.runs.map((run) => {
      const { steps } = shownOf(run).layer;
      return { line: index.runs[run].lines[name] ?? NO_LINE, records: steps.flow ?? steps.values ?? [] };
    });
    const none = runs.every(({ line }) => line.steps.length === 0);
    trainingPanel.draw({ name, runs, last, width: training.clientWidth, label: t(none ? "noNorms" : "lineHelp") });
    trainingPanel.mark(state.train);
  }

  /** Gives the maps the height that the window leaves them. */
  function fit() {
    const set = () => {
      columns.style.setProperty("--flow", `${kept.heights.flow}px`);
      columns.style.setProperty("--raster", `${kept.heights.raster}px`);
    };
    set();
    if (made.length) kept.heights = fitted(root, columns, kept.heights, kept.share);
    set();
  }

  const longest = (/** @type {State} */ state) => Math.max(1, ...state.runs.map((run) => shownOf(run).layer.time));

  /** @param {State} state */
  function drawInside(state) {
    const place = Math.max(state.runs.indexOf(state.active), 0);
    if (made[place]) inside.draw(state, state.runs[place], shownOf(state.runs[place]).layer, made[place].frames(), limits);
  }

  function drawLegend() {
    legend.draw(limits, made.map((column) => column.scaleShown(store.get())).filter((one) => one !== null));
  }

  const stop = store.subscribe((state, changed) => {
    if (changed.has("language") || changed.has("runs") || changed.has("layer")) return; // built anew
    if (changed.has("quantity") || changed.has("sort") || changed.has("flow") || changed.has("sample")) sidePanel.draw(state);
    if (changed.has("line")) drawTraining(state);
    if (changed.has("train")) trainingPanel.mark(state.train);
    for (const column of made) column.update(state, changed);
    controls.draw(state, longest(state));
    drawInside(state);
    if (changed.has("quantity")) drawLegend();
  });
  const onKey = (/** @type {KeyboardEvent} */ event) => {
    const { runs, active } = store.get();
    const units = made[runs.indexOf(active)]?.rows() ?? [];
    keyed(event, store, { last, time: longest(store.get()), records: recordedSteps(store.get().runs.map((run) => shownOf(run).layer)), units });
  };
  root.addEventListener("keydown", onKey);
  let size = "";
  const onResize = () => {
    const now = `${root.clientWidth} ${window.innerHeight}`; // the maps' own height changes the root's
    if (made.length && now !== size) drawAll();
    size = now;
  };
  const resized = new ResizeObserver(onResize);
  resized.observe(root);
  window.addEventListener("resize", onResize);
  fill().catch((error) => columns.append(element("p", { class: "bad", text: t("broken", { why: String(error) }) })));
  return () => {
    alive = false;
    stop();
    controls.stop();
    resized.disconnect();
    window.removeEventListener("resize", onResize);
    root.removeEventListener("keydown", onKey);
  };
}
