// Every handle by keyboard.

import { toTime, zoomed } from "./zoom.js";

const FAR = 10; // steps, with Shift

/**
 * Does what a key stands for.
 * @param {KeyboardEvent} event
 * @param {import("./store.js").Store} store
 * @param {{last: number, time: number, records: number[], units: number[]}} ends
 *   the last training step, how many time steps, the recorded training steps, the units by row
 */
export function keyed(event, store, { last, time, records, units }) {
  const target = /** @type {HTMLElement} */ (event.target);
  if (event.ctrlKey || event.metaKey || event.altKey || target.matches("input, select, textarea")) return;
  const state = store.get();
  const move = (/** @type {number} */ by) => store.set(toTime(state, state.time + (event.shiftKey ? FAR * by : by), time));
  const later = records.find((step) => step > state.train) ?? last;
  const earlier = records.filter((step) => step < state.train).at(-1) ?? 0;
  const row = (/** @type {number} */ by) => {
    const place = Math.min(Math.max(units.indexOf(state.unit) + by, 0), units.length - 1);
    if (units.length) store.set({ unit: units[place] });
  };
  const zoomBy = (/** @type {number} */ factor) => store.set({ zoom: zoomed(state.zoom, state.time, time, factor) });
  /** @type {Record<string, () => void>} */
  const keys = {
    ArrowLeft: () => move(-1),
    ArrowRight: () => move(1),
    ArrowUp: () => row(-1),
    ArrowDown: () => row(1),
    Home: () => store.set(toTime(state, 0, time)),
    End: () => store.set(toTime(state, time - 1, time)),
    "[": () => store.set({ train: earlier }),
    "]": () => store.set({ train: later }),
    "+": () => zoomBy(0.5),
    "=": () => zoomBy(0.5), // the same key without Shift
    "-": () => zoomBy(2),
    Escape: () => store.set({ zoom: null, playing: null }),
  };
  if (!target.matches("button")) keys[" "] = () => store.set({ playing: state.playing ? null : "time" });
  if (!(event.key in keys)) return;
  event.preventDefault();
  keys[event.key]();
}
