// The one horizontal axis that flow, sample and raster share.

import { scaleLinear } from "d3-scale";

/**
 * @param {number} time steps in all
 * @param {[number, number] | null} zoom
 * @param {number} width
 */
export function timeScale(time, zoom, width) {
  const last = time - 1;
  const shown = zoom ? [Math.min(zoom[0], last), Math.min(zoom[1], last)] : [0, last];
  const scale = scaleLinear([shown[0] - 0.5, shown[1] + 0.5], [0, width]);
  return {
    scale,
    shown: /** @type {[number, number]} */ (shown),
    /** Width of one step. */
    step: width / (shown[1] - shown[0] + 1),
    /** @param {number} x */
    at: (x) => Math.min(Math.max(Math.round(scale.invert(x)), shown[0]), shown[1]),
    /** @param {number} t */
    isShown: (t) => t >= shown[0] && t <= shown[1],
  };
}

/** @typedef {ReturnType<typeof timeScale>} TimeScale */
