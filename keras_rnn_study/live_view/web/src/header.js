// The title, the keys, and what concerns the whole view: language and theme.

import { element } from "./dom.js";

/**
 * @param {import("./store.js").Store} store
 * @param {(key: string) => string} t
 */
export function createHeader(store, t) {
  const other = store.get().language === "zh" ? "en" : "zh";
  const turn = () => store.set({ theme: store.get().theme === "dark" ? "light" : "dark" });
  return element("header", {}, [
    element("h2", { text: t("title") }),
    element("span", { class: "quiet", text: t("keys") }),
    element("button", { class: "small", text: t("language"), lang: other, onclick: () => store.set({ language: other }) }),
    element("button", { class: "small", text: "◐", title: t("theme"), "aria-label": t("theme"), onclick: turn }),
  ]);
}
