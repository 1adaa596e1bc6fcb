// What the colours, lines and marks mean: the scales that are on the screen, and no others.

import { decades, gate, signed } from "./colours.js";
import { element } from "./dom.js";
import { short } from "./numbers.js";

/**
 * @typedef {{scale: import("./panels/raster.js").Scale, name: string, keeps: boolean}} Shown
 */

/**
 * @param {HTMLElement} parent
 * @param {(key: string, filled?: Record<string, string | number>) => string} t
 */
export function createLegend(parent, t) {
  const legend = element("div", { class: "legend" });
  parent.append(legend);
  return {
    /** @param {{low: number, high: number}} limits of the gradient's decades @param {Shown[]} shown */
    draw({ low, high }, shown) {
      const floor = power(low);
      legend.replaceChildren(
        ramp(decades.ramp, floor, power(high), t("decades")),
        entry(element("i", { class: "floor" }), t("below", { value: floor })),
        entry(element("i", { class: "reach-line" }), t("reachLine")),
        ...[...new Map(shown.map((one) => [JSON.stringify([one.scale, one.name]), one])).values()].map(rampOf),
        element("em", { text: t("marks") }),
        element("em", { text: t("tokensHelp") }),
      );
    },
  };

  /** @param {Shown} shown */
  function rampOf({ scale: { kind, low, high }, name, keeps }) {
    if (kind === "gate") return ramp(gate.ramp, t("closed"), t("open"), keeps ? t("keeps", { gate: name }) : name);
    if (kind === "signed") return ramp(signed.ramp, short(low), short(high), name);
    const most = power(high);
    return ramp(signed.ramp, `−${most}`, most, `${name}: ${t("signedDecades", { value: power(low) })}`);
  }

  /** @param {string} gradient @param {string} from @param {string} to @param {string} text */
  function ramp(gradient, from, to, text) {
    return element("span", { class: "ramp" }, [
      element("span", { class: "end", text: from }), element("i", { style: `background: ${gradient}` }), element("span", { class: "end", text: to }), element("em", { text }),
    ]);
  }

  /** @param {HTMLElement} sign @param {string} text */
  function entry(sign, text) {
    return element("span", { class: "ramp" }, [sign, element("em", { text })]);
  }
}

/** @param {number} decade */
function power(decade) {
  return `1e${String(decade).replace("-", "−")}`;
}
