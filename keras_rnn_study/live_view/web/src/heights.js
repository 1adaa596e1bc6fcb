// How high the maps are: as high as the window leaves them, so that nobody has to scroll.

const LEAST = { flow: 90, raster: 110 };
const MOST = { flow: 300, raster: 380 };
const SHARE = 0.44; // of what is left, for the flow
const MARGIN = 14;

/** @typedef {{flow: number, raster: number}} Heights */

/** @type {Heights} */
export const USUAL = { flow: 160, raster: 196 };

/**
 * @param {HTMLElement} root of the view
 * @param {HTMLElement} columns which hold the maps
 * @param {Heights} now what the maps have
 * @param {number} share of the window that is the view's
 * @returns {Heights}
 */
export function fitted(root, columns, now, share) {
  const taken = columns.getBoundingClientRect().bottom - root.getBoundingClientRect().top - now.flow - now.raster;
  const left = share * window.innerHeight - taken - MARGIN;
  const flow = clamp("flow", SHARE * left);
  return { flow, raster: clamp("raster", left - flow) };
}

/** @param {"flow" | "raster"} what @param {number} height */
function clamp(what, height) {
  return Math.round(Math.min(Math.max(height, LEAST[what]), MOST[what]));
}
