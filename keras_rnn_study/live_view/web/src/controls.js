// The two handles, which every browser moves by mouse, touch and keyboard, and their play buttons.

import { element } from "./dom.js";
import { toTime } from "./zoom.js";

const FRAMES_PER_SECOND = { train: 8, time: 12 };

/**
 * @typedef {import("./store.js").State} State
 */

/**
 * @param {HTMLElement} parent
 * @param {import("./store.js").Store} store
 * @param {(key: string) => string} t
 * @param {number} last training step
 */
export function createControls(parent, store, t, last) {
  const train = element("input", { type: "range", min: "0", max: String(last), "aria-label": t("trainingStep"), "data-key": "train" });
  const time = element("input", { type: "range", min: "0", "aria-label": t("timeStep"), "data-key": "time" });
  train.addEventListener("input", () => store.set({ train: train.valueAsNumber }));
  time.addEventListener("input", () => store.set(toTime(store.get(), time.valueAsNumber, longest)));
  moveByKeys(train);
  moveByKeys(time);
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
    const toggle = () => store.set({ playing: store.get().playing === what ? null : what });
    return element("button", { class: "play", text: "▶", "aria-label": t("play"), onclick: toggle });
  }

  function tick() {
    const state = store.get();
    if (state.playing === "train") {
      const stride = Math.max(1, Math.round(last / 100));
      store.set({ train: state.train >= last ? 0 : Math.min(state.train + stride, last) });
    } else if (state.playing === "time") {
      const step = state.direction === "backwards" ? -1 : 1;
      store.set(toTime(state, (state.time + step + longest) % longest, longest));
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
 * Does what the browser does by itself, but not where a notebook keeps the arrows from it.
 * @param {HTMLInputElement} handle
 */
function moveByKeys(handle) {
  handle.addEventListener("keydown", (event) => {
    const last = Number(handle.max);
    const far = Math.max(1, Math.round(last / 10));
    const at = handle.valueAsNumber;
    /** @type {Record<string, number>} */
    const places = {
      ArrowLeft: at - 1, ArrowDown: at - 1, ArrowRight: at + 1, ArrowUp: at + 1,
      PageDown: at - far, PageUp: at + far, Home: 0, End: last,
    };
    if (!(event.key in places) || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    handle.value = String(places[event.key]); // which keeps it within its ends
    handle.dispatchEvent(new Event("input"));
  });
}
