// The left side: which runs, which layer, what is shown of it.

import { element } from "./dom.js";
import { RUN_COLOURS } from "./panels/training.js";

const MOST_RUNS = 3;

/**
 * @param {HTMLElement} parent
 * @param {{store: import("./store.js").Store, index: import("./sources.js").Index,
 *   t: (key: string, filled?: Record<string, string | number>) => string}} context
 */
export function createSide(parent, { store, index, t }) {
  /** @param {import("./store.js").State} state */
  function draw(state) {
    const focused = /** @type {HTMLElement | null} */ (document.activeElement)?.dataset?.key;
    parent.replaceChildren(...[
      group(t("runs"), t("runsHelp"), Object.keys(index.runs).map((run) => runBox(run, state))),
      hasSeveralLayers(state) ? choices("layer", t("layer"), layerNames(state).map((name) => [name, name]), state.layer) : null,
      choices("quantity", t("quantity"), quantities(state).map((name) => [name, t(name)]), state.quantity),
      choices("sort", t("sortBy"), [["memory", t("sortMemory")], ["name", t("sortName")], ["correlation", t("sortCorrelation")]], state.sort),
      choices("flow", t("flow"), [["total", t("total")], ["direct", t("direct")]], state.flow, { total: t("totalHelp"), direct: t("directHelp") }),
      samples(state) > 1 ? choices("sample", t("sample"), sampleNames(state), state.sample) : null,
    ].filter((one) => one !== null));
    if (focused) /** @type {HTMLElement | null} */ (parent.querySelector(`[data-key="${CSS.escape(focused)}"]`))?.focus();
  }

  const layersOf = (/** @type {import("./store.js").State} */ state) => state.runs.map((run) => index.runs[run].layers);
  const hasSeveralLayers = (/** @type {import("./store.js").State} */ state) => layersOf(state).some((layers) => Object.keys(layers).length > 1);
  const layerNames = (/** @type {import("./store.js").State} */ state) => [...new Set(layersOf(state).flatMap(Object.keys))];
  const samples = (/** @type {import("./store.js").State} */ state) =>
    Math.max(1, ...layersOf(state).flatMap((layers) => Object.values(layers).map((layer) => layer.samples ?? 1)));

  /** @param {import("./store.js").State} state @returns {[number, string][]} */
  const sampleNames = (state) => Array.from({ length: samples(state) }, (_, i) => [i, String(i)]);

  /** @param {import("./store.js").State} state */
  function quantities(state) {
    const found = new Set(["state/h"]);
    for (const layers of layersOf(state))
      for (const layer of Object.values(layers)) for (const name of layer.quantities ?? []) found.add(name);
    return [...found];
  }

  /** @param {string} run @param {import("./store.js").State} state */
  function runBox(run, state) {
    const place = state.runs.indexOf(run);
    const box = element("input", { type: "checkbox", checked: place >= 0, "data-key": `run ${run}` });
    box.disabled = place < 0 && state.runs.length >= MOST_RUNS;
    box.addEventListener("change", () => {
      const runs = box.checked ? [...state.runs, run] : state.runs.filter((other) => other !== run);
      if (runs.length) store.set({ runs, active: runs.includes(state.active) ? state.active : runs[0] });
      else box.checked = true;
    });
    const label = element("label", { class: "choice", title: run }, [box, element("span", { text: run })]);
    if (place >= 0) label.style.setProperty("--run", RUN_COLOURS[place]);
    return label;
  }

  /**
   * @param {keyof import("./store.js").State} key
   * @param {string} title
   * @param {[any, string][]} options
   * @param {any} chosen
   * @param {Record<string, string>} [help]
   */
  function choices(key, title, options, chosen, help = {}) {
    return group(title, "", options.map(([value, text]) => {
      const radio = element("input", { type: "radio", name: `krv-${key}`, checked: value === chosen, "data-key": `${key} ${value}` });
      radio.addEventListener("change", () => store.set({ [key]: value }));
      return element("label", { class: "choice", title: help[value] ?? text }, [radio, element("span", { text })]);
    }));
  }

  return { draw };
}

/** @param {string} title @param {string} help @param {Node[]} children */
function group(title, help, children) {
  return element("fieldset", {}, [element("legend", { text: title, title: help }), ...children]);
}
