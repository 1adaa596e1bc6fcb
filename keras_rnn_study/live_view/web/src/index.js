// The entry: an anywidget front end, TensorBoard's `render`, and pages that hold their data.

import { mount } from "./app.js";
import { inlineSource, notebookSource, tensorboardSource } from "./sources.js";

export default {
  /** @param {{model: {get: (name: string) => any}, el: HTMLElement}} given */
  async render({ model, el }) {
    const { language, theme } = model.get("options") ?? {};
    return mount(el, notebookSource(model), { language: language ?? undefined, theme: theme ?? undefined });
  },
};

/** What TensorBoard calls in the tab's frame. */
export function render() {
  document.body.style.margin = "0";
  return mount(document.body, tensorboardSource());
}

// A page has its data in `<script type="application/json" data-krv>`: each becomes a view.
for (const data of /** @type {NodeListOf<HTMLScriptElement>} */ (document.querySelectorAll("script[data-krv]"))) {
  const el = document.createElement("div");
  data.before(el);
  const wished = { ...JSON.parse(data.dataset.options ?? "{}"), ...Object.fromEntries(new URLSearchParams(location.hash.slice(1))) };
  const { language, theme } = wished;
  mount(el, inlineSource(JSON.parse(data.textContent ?? "")), { language: language ?? undefined, theme: theme ?? undefined });
}
