// What is wrong, by whom it was diagnosed: a click goes to where it shows.

import { element } from "../dom.js";
import { RUN_COLOURS } from "./training.js";

const SEVERITIES = ["error", "warning", "note"]; // the worst first
const SVG = "http://www.w3.org/2000/svg";

// The shape tells the severity as well as the colour: octagon, triangle, circle.
/** @type {Record<string, [string, string]>} */
const SIGNS = {
  error: ["M5,1H11L15,5V11L11,15H5L1,11V5Z", "M5.5,5.5L10.5,10.5M10.5,5.5L5.5,10.5"],
  warning: ["M8,1L15.5,15H.5Z", "M8,6V10.5M8,12.3V13"],
  note: ["M8,1A7,7 0 1 1 8,15A7,7 0 1 1 8,1Z", "M8,7V12M8,4V4.8"],
};

/**
 * @typedef {import("../sources.js").Finding} Finding
 * @typedef {import("../store.js").State} State
 */

/**
 * @param {HTMLElement} parent
 * @param {{store: import("../store.js").Store, index: import("../sources.js").Index, opened: {finding: string},
 *   t: (key: string, filled?: Record<string, string | number>) => string}} context
 */
export function createFindings(parent, { store, index, opened, t }) {
  /** @param {State} state */
  function draw(state) {
    const found = state.runs.flatMap((run, place) => (index.runs[run]?.findings ?? []).map((finding, number) => ({ run, place, finding, number })));
    found.sort((a, b) => SEVERITIES.indexOf(a.finding.severity) - SEVERITIES.indexOf(b.finding.severity));
    parent.replaceChildren(
      element("h3", { text: t("findings") }),
      found.length
        ? element("ol", {}, found.map(item))
        : element("p", { class: "quiet", text: t("noFindings") }),
    );
  }

  /** @param {{run: string, place: number, finding: Finding, number: number}} found */
  function item({ run, place, finding, number }) {
    const key = JSON.stringify([run, number]);
    const is = opened.finding === key;
    const button = element("button", { class: `finding ${finding.severity}`, "aria-expanded": String(is), "data-key": key, onclick: () => open(key, run, finding) }, [
      sign(finding.severity), element("b", { text: finding.title }), element("span", { class: "quiet", text: whereOf(run, finding) }),
    ]);
    button.style.setProperty("--run", RUN_COLOURS[place]);
    const detail = is && element("div", { class: "detail" }, [
      element("p", { text: finding.why }),
      finding.remedy ? element("pre", { text: finding.remedy }) : null,
      finding.lesson ? element("p", { class: "quiet", text: t("lesson", { lesson: finding.lesson }) }) : null,
    ]);
    return element("li", {}, detail ? [button, detail] : [button]);
  }

  /** @param {string} severity */
  function sign(severity) {
    const svg = document.createElementNS(SVG, "svg");
    svg.setAttribute("viewBox", "0 0 16 16");
    svg.setAttribute("role", "img");
    svg.setAttribute("aria-label", t(severity));
    for (const d of SIGNS[severity] ?? SIGNS.note) svg.appendChild(document.createElementNS(SVG, "path")).setAttribute("d", d);
    return svg;
  }

  /** @param {string} run @param {Finding} finding */
  function whereOf(run, { layer, time_step, training_step }) {
    const parts = [run, Object.keys(index.runs[run].layers).length > 1 ? layer : ""];
    if (time_step != null) parts.push(t("atTimeStep", { time: time_step }));
    if (training_step != null) parts.push(t("atTrainingStep", { train: training_step }));
    return parts.filter(Boolean).join(" · ");
  }

  /** @param {string} key @param {string} run @param {Finding} finding */
  function open(key, run, { layer, time_step, training_step }) {
    opened.finding = opened.finding === key ? "" : key;
    draw(store.get());
    /** @type {HTMLElement | null} */ (parent.querySelector(`[data-key="${CSS.escape(key)}"]`))?.focus();
    if (!opened.finding) return;
    const layers = index.runs[run].layers;
    store.set({
      active: run,
      ...(layer && layer in layers ? { layer } : {}),
      ...(time_step != null ? { time: time_step, zoom: null } : {}),
      ...(training_step != null ? { train: training_step } : {}),
    });
  }

  return { draw };
}
