// What is shown before anybody has chosen anything.

/**
 * @typedef {import("./sources.js").Index} Index
 * @typedef {import("./store.js").State} State
 */

/**
 * What is shown at first: up to three runs, the end of training, the evidence's step, the gate that keeps.
 * @param {Index} index
 * @returns {Omit<State, "language" | "theme">}
 */
export function firstLook(index) {
  const names = Object.keys(index.runs);
  const longest = Math.max(0, ...names.map((run) => firstLayer(index, run)?.time ?? 0));
  const runs = names.filter((run) => firstLayer(index, run)?.time === longest).slice(0, 3);
  const layers = runs.map((run) => firstLayer(index, run));
  const evidence = layers[0]?.evidence[0]?.indexOf(true) ?? -1;
  const last = Math.max(0, ...layers.flatMap((layer) => Object.values(layer?.steps ?? {}).map((steps) => steps.at(-1) ?? 0)));
  const all = new Set(layers.flatMap((layer) => layer?.quantities ?? []));
  const quantity = ["gate/forget", "gate/update"].find((name) => all.has(name)) ?? "state/h";
  return {
    runs,
    active: runs.filter((_, i) => layers[i]?.quantities.includes(quantity)).at(-1) ?? runs[0] ?? "",
    layer: Object.keys(index.runs[runs[0]]?.layers ?? {})[0] ?? "",
    train: last,
    time: evidence >= 0 ? evidence : Math.max(0, longest - 1), unit: 0, sample: 0, quantity, flow: "total",
    line: "gradient_norm", direction: "forwards", sort: "memory", zoom: null, playing: null,
  };
}

/**
 * What changes when there are other runs: all, where one that is shown is there no longer, as names
 * grow longer when a run in another folder begins; else nothing.
 * @param {State} state
 * @param {Index} index
 * @returns {Partial<State>}
 */
export function lookAgain(state, index) {
  const areThere = state.runs.length > 0 && state.runs.every((run) => run in index.runs);
  return areThere ? {} : firstLook(index);
}

/** @param {Index} index @param {string} run */
function firstLayer(index, run) {
  return Object.values(index.runs[run]?.layers ?? {})[0];
}
