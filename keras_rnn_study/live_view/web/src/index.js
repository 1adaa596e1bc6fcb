// The entry: an anywidget front end, what shows the frames of a server, and pages that hold their data.
// Nothing is exported by a name: anywidget takes a named `render` for its own of old.

import { mount } from "./app.js";
import { inlineSource, notebookSource, serverSource } from "./sources.js";

const SHARE_OF_NOTEBOOK = 0.78; // of the window's height; the rest are its bars and the cell

export default {
  /** @param {{model: {get: (name: string) => any}, el: HTMLElement}} given */
  async render({ model, el }) {
    const options = wishes(model.get("options") ?? {});
    return mount(el, notebookSource(model), { ...options, share: SHARE_OF_NOTEBOOK });
  },
  /** The whole page, with the frames of the server that it is from: TensorBoard's or the view's own. */
  served() {
    document.body.style.margin = "0";
    return mount(document.body, serverSource(), wishes({}));
  },
};

// A page has its data in `<script type="application/json" data-krv>`: each becomes a view.
for (const data of /** @type {NodeListOf<HTMLScriptElement>} */ (document.querySelectorAll("script[data-krv]"))) {
  const el = document.createElement("div");
  data.before(el);
  mount(el, inlineSource(JSON.parse(data.textContent ?? "")), wishes(JSON.parse(data.dataset.options ?? "{}")));
}

/**
 * Language and theme: those of the address, such as `#language=zh&theme=dark`, before those given.
 * @param {Record<string, any>} given
 */
function wishes(given) {
  const address = Object.fromEntries(new URLSearchParams(location.hash.slice(1)));
  const { language, theme } = { ...given, ...address };
  return {
    language: ["en", "zh"].includes(language) ? language : undefined,
    theme: ["light", "dark"].includes(theme) ? theme : undefined,
  };
}
