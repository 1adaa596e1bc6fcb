// What the index says of the runs that are shown. Nothing here draws.

/**
 * @typedef {import("./sources.js").Index} Index
 * @typedef {import("./sources.js").Layer} Layer
 */

/**
 * The layer that is wanted, or the run's first one.
 * @param {Index} index
 * @param {string} run
 * @param {string} wanted
 * @returns {{name: string, layer: Layer}}
 */
export function layerOf(index, run, wanted) {
  const { layers } = index.runs[run];
  const name = wanted in layers ? wanted : Object.keys(layers)[0];
  return { name, layer: layers[name] };
}

/**
 * The last training step of some runs, of whatever was recorded.
 * @param {Index} index
 * @param {string[]} runs
 */
export function lastStep(index, runs) {
  const ends = runs.flatMap((run) => {
    const { lines, layers } = index.runs[run];
    const ofLines = Object.values(lines).map(({ steps }) => steps);
    const ofLayers = Object.values(layers).flatMap(({ steps }) => Object.values(steps));
    return [...ofLines, ...ofLayers].map((steps) => steps.at(-1) ?? 0);
  });
  return Math.max(0, ...ends);
}

/**
 * The training steps at which some layers were recorded, ascending.
 * @param {Layer[]} layers
 */
export function recordedSteps(layers) {
  return [...new Set(layers.flatMap(({ steps }) => Object.values(steps).flat()))].sort((a, b) => a - b);
}
