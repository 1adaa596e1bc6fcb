// The part of the time axis that is shown: narrowed, widened, and moved along with the time step.

const LEAST = 4; // steps

/**
 * The window around a time step, this many times as wide; null: all steps.
 * @param {[number, number] | null} zoom
 * @param {number} time
 * @param {number} steps in all
 * @param {number} factor
 * @returns {[number, number] | null}
 */
export function zoomed(zoom, time, steps, factor) {
  const [first, last] = zoom ?? [0, steps - 1];
  const width = Math.max(Math.round((last - first + 1) * factor), LEAST);
  if (width >= steps) return null;
  const start = Math.min(Math.max(time - Math.floor(width / 2), 0), steps - width);
  return [start, start + width - 1];
}

/**
 * The window, moved so far that the time step is within it.
 * @param {[number, number] | null} zoom
 * @param {number} time
 * @returns {[number, number] | null}
 */
export function following(zoom, time) {
  if (!zoom) return null;
  const by = Math.min(time - zoom[0], 0) + Math.max(time - zoom[1], 0);
  return by === 0 ? zoom : [zoom[0] + by, zoom[1] + by];
}

/**
 * What changes when the time step does.
 * @param {import("./store.js").State} state
 * @param {number} time
 * @param {number} steps in all
 */
export function toTime(state, time, steps) {
  const within = Math.min(Math.max(time, 0), steps - 1);
  return { time: within, zoom: following(state.zoom, within) };
}
