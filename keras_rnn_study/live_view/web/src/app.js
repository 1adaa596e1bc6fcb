// The whole view: builds the panels, and moves them together.

import { decades, gate, signed } from "./colours.js";
import { createColumn } from "./column.js";
import { element } from "./dom.js";
import { decadesOf } from "./numbers.js";
import { valuesOf } from "./packing.js";
import { createModule } from "./panels/module.js";
import { createTraining } from "./panels/training.js";
import { createRecords } from "./records.js";
import { createSide } from "./side.js";
import { createStore } from "./store.js";
import style from "./style.css";
import { translator } from "./words.js";

const FRAMES_PER_SECOND = { train: 8, time: 12 };
const LOOK_AGAIN = 10_000; // milliseconds, while a run may grow

/**
 * @typedef {import("./sources.js").Source} Source
 * @typedef {import("./sources.js").Index} Index
 * @typedef {import("./store.js").State} State
 * @typedef {ReturnType<typeof createColumn>} Column
 */

/**
 * Shows what a source has in an element; returns what takes it away again.
 * @param {HTMLElement} el
 * @param {Source} source
 * @param {{language?: string, theme?: "light" | "dark"}} [options]
 */
export async function mount(el, source, options = {}) {
  const root = element("div", { class: "krv", tabindex: "0" });
  el.replaceChildren(element("style", { text: style }), root);
  const language = options.language ?? (navigator.language.startsWith("zh") ? "zh" : "en");
  const dark = window.matchMedia("(prefers-color-scheme: dark)").matches;
  const theme = options.theme ?? (dark ? "dark" : "light");
  root.dataset.theme = theme;
  root.textContent = translator(language)("loading");
  let index = await source.index();
  const store = createStore({ ...firstLook(index), language, theme });
  const begun = { unit: false };
  /** @type {() => void} */
  let remove = () => {};
  const rebuild = () => {
    remove();
    root.replaceChildren();
    const empty = Object.keys(index.runs).length === 0;
    if (empty) root.append(element("p", { class: "nothing", text: translator(store.get().language)("nothing") }));
    remove = empty ? () => {} : build(root, { index, source, store, begun });
  };
  rebuild();
  const stop = store.subscribe((state, changed) => {
    root.dataset.theme = state.theme;
    if (changed.has("language") || changed.has("runs") || changed.has("layer")) rebuild();
  });
  const again = source.grows ? setInterval(lookAgain, LOOK_AGAIN) : undefined;
  async function lookAgain() {
    if (document.hidden) return;
    const now = await source.index().catch(() => index);
    if (JSON.stringify(now) === JSON.stringify(index)) return;
    const wasEmpty = Object.keys(index.runs).length === 0;
    index = now;
    if (wasEmpty) store.set(firstLook(index));
    rebuild();
  }
  return () => {
    stop();
    remove();
    clearInterval(again);
    el.replaceChildren();
  };
}

/**
 * What is shown at first: up to three runs, the end of training, the evidence's step, the gate that keeps.
 * @param {Index} index
 * @returns {Omit<State, "language" | "theme">}
 */
function firstLook(index) {
  const names = Object.keys(index.runs);
  const longest = Math.max(0, ...names.map((run) => firstLayer(index, run)?.time ?? 0));
  const runs = names.filter((run) => firstLayer(index, run)?.time === longest).slice(0, 3);
  const layers = runs.map((run) => firstLayer(index, run));
  const evidence = layers[0]?.evidence[0]?.indexOf(true) ?? -1;
  const last = Math.max(0, ...layers.flatMap((layer) => Object.values(layer?.steps ?? {}).map((steps) => steps.at(-1) ?? 0)));
  const all = new Set(layers.flatMap((layer) => layer?.quantities ?? []));
  const quantity = ["gate/forget", "gate/update"].find((name) => all.has(name)) ?? "state/h";
  return {
    runs, active: runs.filter((_, i) => layers[i]?.quantities.includes(quantity)).at(-1) ?? runs[0] ?? "", layer: Object.keys(index.runs[runs[0]]?.layers ?? {})[0] ?? "", train: last,
    time: evidence >= 0 ? evidence : Math.max(0, longest - 1), unit: 0, sample: 0, quantity, flow: "total",
    direction: "forwards", sort: "memory", zoom: null, playing: null,
  };
}

/** @param {Index} index @param {string} run */
function firstLayer(index, run) {
  return Object.values(index.runs[run]?.layers ?? {})[0];
}

/**
 * @param {HTMLElement} root
 * @param {{index: Index, source: Source, store: import("./store.js").Store, begun: {unit: boolean}}} context
 */
function build(root, { index, source, store, begun }) {
  const t = translator(store.get().language);
  const records = createRecords(source);
  const side = element("nav", { class: "side", "aria-label": t("runs") });
  const training = element("section", { class: "training" }, [element("h3", { text: t("gradientNorm") })]);
  const columns = element("div", { class: "columns" });
  const module = element("section", { class: "module-box" });
  const findings = element("section", { class: "findings" }, [element("h3", { text: t("findings") })]);
  const main = element("main", {}, [training, columns]);
  const aside = element("aside", {}, [module, findings]);
  root.append(header(store, t), side, main, aside);

  const sidePanel = createSide(side, { store, index, t });
  const trainingPanel = createTraining(training, (train) => store.set({ train }));
  const controls = createControls(training, store, t, lastStep());
  const modulePanel = createModulePanel(module, store, t);
  const legend = element("div", { class: "legend" });
  module.after(legend);
  /** @type {Column[]} */
  let made = [];
  let limits = { low: -10, high: 0 };
  let alive = true;

  /** @param {string} run */
  function layerOf(run) {
    const { layers } = index.runs[run];
    const name = store.get().layer in layers ? store.get().layer : Object.keys(layers)[0];
    return { name, layer: layers[name] };
  }

  function lastStep() {
    const { runs } = store.get();
    const ends = runs.flatMap((run) => [index.runs[run].norms.steps.at(-1) ?? 0, ...Object.values(index.runs[run].layers).flatMap((layer) => Object.values(layer.steps).map((steps) => steps.at(-1) ?? 0))]);
    return Math.max(0, ...ends);
  }

  async function fill() {
    const { runs } = store.get();
    const flows = await Promise.all(runs.map((run) => {
      const { name, layer } = layerOf(run);
      return records.flow(run, name, layer.steps.flow?.length ?? 0);
    }));
    if (!alive) return;
    limits = decadesOf(flows.flatMap((flow) => flow.total));
    made = runs.map((run, place) => {
      const { name, layer } = layerOf(run);
      const given = { run, place, layerName: name, layer, flow: flows[place], limits };
      return createColumn(columns, { store, records, t, given, loaded: () => loaded(run) });
    });
    drawLegend();
    drawAll();
  }

  /** @param {string} run */
  function loaded(run) {
    const state = store.get();
    if (!begun.unit && run === state.active) {
      begun.unit = true; // the first row, until somebody chooses
      store.set({ unit: made[state.runs.indexOf(run)]?.firstUnit(state) ?? 0 });
    }
    drawModule(store.get());
  }

  function drawAll() {
    const state = store.get();
    sidePanel.draw(state);
    const runs = state.runs.map((run) => ({ norms: index.runs[run].norms, records: layerOf(run).layer.steps.flow ?? layerOf(run).layer.steps.values ?? [] }));
    const width = training.clientWidth;
    const none = runs.every(({ norms }) => norms.steps.length === 0);
    trainingPanel.draw({ runs, last: lastStep(), width, label: none ? t("noNorms") : t("gradientNorm") });
    trainingPanel.mark(state.train);
    training.classList.toggle("without-norms", none);
    for (const column of made) column.drawAll(state);
    controls.draw(state, longest(state));
    drawModule(state);
    drawFindings(state);
  }

  const longest = (/** @type {State} */ state) => Math.max(1, ...state.runs.map((run) => layerOf(run).layer.time));

  /** @param {State} state */
  function drawModule(state) {
    const place = Math.max(state.runs.indexOf(state.active), 0);
    const column = made[place];
    if (!column) return;
    const { layer } = layerOf(state.runs[place]);
    modulePanel.draw(state, state.runs[place], layer, column.frames(), limits);
  }

  /** @param {State} state */
  function drawFindings(state) {
    const found = state.runs.flatMap((run) => index.runs[run].findings.map((finding) => ({ run, finding })));
    const items = found.map(({ run, finding }) => element("button", {
      class: `finding ${finding.severity}`,
      onclick: () => store.set({ active: run, ...(finding.layer ? { layer: finding.layer } : {}), ...(finding.time != null ? { time: finding.time } : {}), ...(finding.step != null ? { train: finding.step } : {}) }),
    }, [element("b", { text: finding.name }), element("span", { text: ` ${finding.why}` }), element("code", { text: finding.remedy })]));
    findings.hidden = items.length === 0;
    findings.replaceChildren(element("h3", { text: t("findings") }), ...items);
  }

  function drawLegend() {
    const ramp = (/** @type {string} */ gradient, /** @type {string} */ from, /** @type {string} */ to, /** @type {string} */ text) =>
      element("span", { class: "ramp" }, [element("span", { text: from }), element("i", { style: `background: ${gradient}` }), element("span", { text: to }), element("em", { text })]);
    legend.replaceChildren(
      ramp(decades.ramp, `1e${limits.low}`, `1e${limits.high}`, t("decades")),
      element("span", { class: "ramp" }, [element("i", { class: "floor" }), element("em", { text: t("below", { value: `1e${limits.low}` }) })]),
      element("span", { class: "ramp" }, [element("i", { class: "reach-line" }), element("em", { text: t("reachLine") })]),
      ramp(gate.ramp, t("closed"), t("open"), ""),
      ramp(signed.ramp, "−1", "1", ""),
      element("em", { text: t("marks") }),
    );
  }

  const stop = store.subscribe((state, changed) => {
    if (changed.has("language") || changed.has("runs") || changed.has("layer")) return; // built anew
    if (changed.has("quantity") || changed.has("sort") || changed.has("flow") || changed.has("sample")) sidePanel.draw(state);
    if (changed.has("train")) trainingPanel.mark(state.train);
    for (const column of made) column.update(state, changed);
    controls.draw(state, longest(state));
    drawModule(state);
  });
  const onKey = (/** @type {KeyboardEvent} */ event) => keyed(event, store, { last: lastStep(), time: longest(store.get()), units: unitsOf(), records: allRecords() });
  root.addEventListener("keydown", onKey);
  const unitsOf = () => Math.max(1, ...store.get().runs.map((run) => layerOf(run).layer.units));
  const allRecords = () => [...new Set(store.get().runs.flatMap((run) => Object.values(layerOf(run).layer.steps).flat()))].sort((a, b) => a - b);
  const resized = new ResizeObserver(() => made.length && drawAll());
  resized.observe(root);
  fill().catch((error) => columns.append(element("p", { class: "bad", text: t("broken", { why: String(error) }) })));
  return () => {
    alive = false;
    stop();
    controls.stop();
    resized.disconnect();
    root.removeEventListener("keydown", onKey);
  };
}

/**
 * @param {import("./store.js").Store} store
 * @param {(key: string) => string} t
 */
function header(store, t) {
  const other = () => (store.get().language === "zh" ? "en" : "zh");
  return element("header", {}, [
    element("h2", { text: t("title") }),
    element("span", { class: "quiet", text: t("keys") }),
    element("button", { class: "small", text: t("language"), lang: other(), onclick: () => store.set({ language: other() }) }),
    element("button", { class: "small", text: "◐", title: t("theme"), "aria-label": t("theme"), onclick: () => store.set({ theme: store.get().theme === "dark" ? "light" : "dark" }) }),
  ]);
}

/**
 * The two handles, which every browser moves by mouse, touch and keyboard, and their play buttons.
 * @param {HTMLElement} parent
 * @param {import("./store.js").Store} store
 * @param {(key: string) => string} t
 * @param {number} last
 */
function createControls(parent, store, t, last) {
  const train = element("input", { type: "range", min: "0", max: String(last), "aria-label": t("trainingStep"), "data-key": "train" });
  const time = element("input", { type: "range", min: "0", "aria-label": t("timeStep"), "data-key": "time" });
  train.addEventListener("input", () => store.set({ train: train.valueAsNumber }));
  time.addEventListener("input", () => store.set({ time: time.valueAsNumber }));
  const texts = { train: element("output"), time: element("output") };
  const buttons = { train: playButton("train"), time: playButton("time") };
  parent.append(
    element("div", { class: "controls train" }, [buttons.train, element("span", { text: t("trainingStep") }), train, texts.train]),
    element("div", { class: "controls time" }, [buttons.time, element("span", { text: t("timeStep") }), time, texts.time]),
  );
  /** @type {ReturnType<typeof setInterval> | undefined} */
  let timer;
  let longest = 1;

  /** @param {"train" | "time"} what */
  function playButton(what) {
    return element("button", { class: "play", text: "▶", "aria-label": t("play"), onclick: () => store.set({ playing: store.get().playing === what ? null : what }) });
  }

  function tick() {
    const { playing, direction } = store.get();
    if (playing === "train") {
      const stride = Math.max(1, Math.round(last / 100));
      const next = store.get().train + stride;
      store.set({ train: store.get().train >= last ? 0 : Math.min(next, last) });
    } else if (playing === "time") {
      const step = direction === "backwards" ? -1 : 1;
      store.set({ time: (store.get().time + step + longest) % longest });
    }
  }

  /** @type {State["playing"]} */
  let was = null;
  return {
    /** @param {State} state @param {number} steps */
    draw(state, steps) {
      longest = steps;
      time.max = String(steps - 1);
      train.value = String(state.train);
      time.value = String(state.time);
      texts.train.textContent = `${state.train} / ${last}`;
      texts.time.textContent = `${Math.min(state.time, steps - 1)} / ${steps - 1}`;
      if (was === state.playing) return;
      was = state.playing;
      clearInterval(timer);
      if (was) timer = setInterval(tick, 1000 / FRAMES_PER_SECOND[was]);
      for (const what of /** @type {const} */ (["train", "time"])) {
        buttons[what].textContent = was === what ? "⏸" : "▶";
        buttons[what].setAttribute("aria-label", t(was === what ? "pause" : "play"));
      }
    },
    stop: () => clearInterval(timer),
  };
}

/**
 * @param {HTMLElement} parent
 * @param {import("./store.js").Store} store
 * @param {(key: string, filled?: Record<string, string | number>) => string} t
 */
function createModulePanel(parent, store, t) {
  const title = element("h3");
  const help = element("p", { class: "quiet" });
  const directions = element("div", { class: "switch", role: "group" }, [directionButton("forwards"), directionButton("backwards")]);
  const picture = element("div");
  const key = element("p", { class: "quiet key" }, [
    element("span", { class: "box", text: t("learned") }), element("span", { class: "circle", text: t("pointwise") }),
    element("span", { text: t("joins") }), element("span", { text: t("forks") }),
  ]);
  parent.append(element("div", { class: "row" }, [title, directions]), picture, help, key);
  const module = createModule(picture, t);

  /** @param {"forwards" | "backwards"} direction */
  function directionButton(direction) {
    return element("button", { class: "small", text: t(direction), "data-direction": direction, onclick: () => store.set({ direction, playing: "time" }) });
  }

  return {
    /**
     * @param {State} state
     * @param {string} run
     * @param {import("./sources.js").Layer} layer
     * @param {{values: any, gradients: any}} frames
     * @param {{low: number, high: number}} limits
     */
    draw(state, run, layer, frames, limits) {
      const time = Math.min(state.time, layer.time - 1);
      const unit = Math.min(state.unit, layer.units - 1);
      title.textContent = t("module", { run, unit, time });
      help.textContent = t(`${state.direction}Help`);
      for (const button of directions.children) button.setAttribute("aria-pressed", String(/** @type {HTMLElement} */ (button).dataset.direction === state.direction));
      /** @type {Record<string, any>} */
      const known = {};
      const at = (/** @type {string} */ name, back = 0) => {
        const frame = name.startsWith("gradient/") ? frames.gradients : frames.values;
        known[name] ??= frame ? valuesOf(frame, name, state.sample) : null;
        const quantity = known[name];
        if (!quantity) return NaN;
        if (time - back < 0) return 0; // before the first step the states are zero
        return quantity.values[(time - back) * quantity.units + unit];
      };
      module.draw({ cell: layer.cell, activations: layer.activations, at, direction: state.direction, decades: limits, moving: state.playing === "time" });
    },
  };
}

/**
 * @param {KeyboardEvent} event
 * @param {import("./store.js").Store} store
 * @param {{last: number, time: number, units: number, records: number[]}} ends
 */
function keyed(event, store, { last, time, units, records }) {
  const target = /** @type {HTMLElement} */ (event.target);
  if (event.ctrlKey || event.metaKey || event.altKey || target.matches("input, select, textarea")) return;
  const state = store.get();
  const clamp = (/** @type {number} */ value, /** @type {number} */ most) => Math.min(Math.max(value, 0), most);
  const later = records.find((step) => step > state.train) ?? last;
  const earlier = records.filter((step) => step < state.train).at(-1) ?? 0;
  /** @type {Record<string, () => void>} */
  const keys = {
    ArrowLeft: () => store.set({ time: clamp(state.time - 1, time - 1) }),
    ArrowRight: () => store.set({ time: clamp(state.time + 1, time - 1) }),
    ArrowUp: () => store.set({ unit: clamp(state.unit - 1, units - 1) }),
    ArrowDown: () => store.set({ unit: clamp(state.unit + 1, units - 1) }),
    Home: () => store.set({ time: 0 }),
    End: () => store.set({ time: time - 1 }),
    "[": () => store.set({ train: earlier }),
    "]": () => store.set({ train: later }),
    Escape: () => store.set({ zoom: null, playing: null }),
  };
  if (event.key === " " && !target.matches("button")) keys[" "] = () => store.set({ playing: state.playing ? null : "time" });
  if (!(event.key in keys)) return;
  event.preventDefault();
  keys[event.key]();
}

