// The entry: an anywidget front end, TensorBoard's `render`, and `show` for a page.

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

/**
 * What a page that holds its data calls.
 * @param {HTMLElement} el
 * @param {Parameters<typeof inlineSource>[0]} data
 * @param {{language?: string, theme?: "light" | "dark"}} [options]
 */
export function show(el, data, options) {
  return mount(el, inlineSource(data), options);
}
