// One unit from inside, at one time step of one training step: title, direction, picture, key.

import { element } from "./dom.js";
import { valueAt } from "./packing.js";
import { createModule } from "./panels/module.js";

/**
 * @param {HTMLElement} parent
 * @param {import("./store.js").Store} store
 * @param {(key: string, filled?: Record<string, string | number>) => string} t
 */
export function createInside(parent, store, t) {
  const title = element("h3");
  const help = element("span", { class: "quiet" });
  const directions = element("div", { class: "switch", role: "group" }, [directionButton("forwards"), directionButton("backwards")]);
  const picture = element("div");
  const key = element("p", { class: "quiet key" }, [
    element("span", { class: "box", text: t("learned") }), element("span", { class: "circle", text: t("pointwise") }),
    element("span", { text: t("joins") }), element("span", { text: t("forks") }),
  ]);
  parent.append(title, element("div", { class: "row" }, [directions, help]), picture, key);
  const module = createModule(picture, t);

  /** @param {"forwards" | "backwards"} direction */
  function directionButton(direction) {
    const play = () => store.set({ direction, playing: "time" });
    return element("button", { class: "small", text: t(direction), "data-direction": direction, onclick: play });
  }

  return {
    /**
     * @param {import("./store.js").State} state
     * @param {string} run
     * @param {import("./sources.js").Layer} layer
     * @param {{values: import("./packing.js").Frame | null, gradients: import("./packing.js").Frame | null}} frames
     * @param {{low: number, high: number}} limits
     */
    draw(state, run, layer, frames, limits) {
      const time = Math.min(state.time, layer.time - 1);
      const unit = Math.min(state.unit, layer.units - 1);
      title.textContent = title.title = t("module", { run, unit, time });
      help.textContent = t(`${state.direction}Help`);
      for (const button of /** @type {Iterable<HTMLElement>} */ (directions.children))
        button.setAttribute("aria-pressed", String(button.dataset.direction === state.direction));
      const at = (/** @type {string} */ name, back = 0) => {
        const frame = name.startsWith("gradient/") ? frames.gradients : frames.values;
        if (!frame?.quantities[name]) return NaN;
        if (time < back) return 0; // before the first step the states are zero
        return valueAt(frame, name, state.sample, time - back, unit);
      };
      const { cell, activations } = layer;
      const moving = state.playing === "time";
      module.draw({ cell, activations, at, direction: state.direction, decades: limits, moving });
    },
  };
}
