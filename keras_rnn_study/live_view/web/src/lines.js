// Numbers over the training steps: what the gradient's norm, the loss and the metrics are.

/** @typedef {import("./sources.js").Line} Line */

export const GRADIENT_NORM = "gradient_norm";

/** What a run has nothing of. @type {Line} */
export const NO_LINE = { steps: [], values: [] };

/**
 * What grows and shrinks by factors is drawn by them.
 * @param {string} name
 */
export function isLogarithmic(name) {
  return name === GRADIENT_NORM || /(^|_)loss$/.test(name);
}

/**
 * The names of all lines of some runs, the gradient's norm first.
 * @param {Record<string, Line>[]} runs
 */
export function lineNames(runs) {
  const found = new Set(runs.flatMap(Object.keys));
  return [GRADIENT_NORM, ...[...found].filter((name) => name !== GRADIENT_NORM)];
}

/**
 * What tells whether a run has learned: its loss, and the first metric of its own.
 * @param {Record<string, Line>} lines
 */
export function verdictNames(lines) {
  const reported = Object.keys(lines).filter((name) => name !== GRADIENT_NORM && name !== "learning_rate");
  const metric = ["score", ...reported].find((name) => name in lines && !/(^|_)loss$|^val_/.test(name));
  return [..."loss" in lines ? ["loss"] : [], ...metric ? [metric] : []];
}

/**
 * The value at a training step: the last one that was reported until then, else the first one.
 * @param {Line} line
 * @param {number} step
 * @returns {number | null} null: it was no number, or there is none
 */
export function valueUntil({ steps, values }, step) {
  let found = 0;
  for (let i = 0; i < steps.length && steps[i] <= step; i++) found = i;
  return values[found] ?? null;
}

/**
 * What a line is called; a metric of the user's own as they named it.
 * @param {(key: string) => string} t
 * @param {string} name
 */
export function lineTitle(t, name) {
  /** @type {Record<string, string>} */
  const known = { [GRADIENT_NORM]: t("gradientNorm"), loss: t("loss"), accuracy: t("accuracy"), score: t("score") };
  return known[name] ?? name;
}
