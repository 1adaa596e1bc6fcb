// What is looked at now, in one place; panels read it and are told when it changes.

/**
 * @typedef {object} State
 * @property {string[]} runs       shown side by side, at most three
 * @property {string} active       the one whose module is shown
 * @property {string} layer        wanted; a run without it shows its first one
 * @property {number} train        training step
 * @property {number} time         time step
 * @property {number} unit
 * @property {number} sample
 * @property {string} quantity
 * @property {"total" | "direct"} flow
 * @property {"forwards" | "backwards"} direction
 * @property {string} line      drawn over training: "gradient_norm", "loss", a metric
 * @property {"memory" | "name" | "correlation"} sort
 * @property {[number, number] | null} zoom   first and last time step shown; null: all
 * @property {"train" | "time" | null} playing
 * @property {string} language
 * @property {"light" | "dark"} theme
 */

/** @param {State} initial */
export function createStore(initial) {
  let state = initial;
  /** @type {Set<(state: State, changed: Set<string>) => void>} */
  const listeners = new Set();
  return {
    get: () => state,
    /** @param {Partial<State>} change */
    set(change) {
      const keys = /** @type {(keyof State)[]} */ (Object.keys(change));
      const changed = new Set(keys.filter((key) => state[key] !== change[key]));
      if (changed.size === 0) return;
      state = { ...state, ...change };
      for (const listener of listeners) listener(state, changed);
    },
    /** @param {(state: State, changed: Set<string>) => void} listener */
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/** @typedef {ReturnType<typeof createStore>} Store */
