// What a cell's picture consists of; each cell's file gives its own.

/**
 * @typedef {object} Wire
 * @property {string} path      SVG path, drawn from left to right
 * @property {string} [value]   key of the number that runs along it; none: a vector of all units
 * @property {[number, number]} [label] where that number stands
 * @property {"start" | "middle" | "end"} [anchor]
 */

/**
 * @typedef {object} Node
 * @property {"layer" | "point"} kind   a box: learned layer; a circle: pointwise
 * @property {number} x
 * @property {number} y
 * @property {string} sign
 * @property {string} name             for people: the gate's key in the words
 * @property {string} [factor]         key of what the gradient is multiplied by here
 */

/**
 * @typedef {object} Picture
 * @property {Wire[]} wires
 * @property {Node[]} nodes
 * @property {{x: number, y: number, text: string}[]} signs   h(t-1), x(t), ...
 * @property {(at: Reader) => Record<string, number>} forwards
 * @property {(at: Reader) => Record<string, number>} backwards   gradients by wire, factors by node
 */

/**
 * One unit's numbers around one time step.
 * @callback Reader
 * @param {string} quantity   such as "gate/forget", "state/c", "gradient/h"
 * @param {number} [back]     how many steps earlier
 * @returns {number}
 */

/** Half of a box's width and height, and a circle's radius. */
export const BOX = { width: 19, height: 13 };
export const RADIUS = 13;

/**
 * The slope of an activation where it has this value; NaN where the value does not tell it.
 * @param {string} activation
 * @param {number} value
 */
export function slope(activation, value) {
  if (activation === "tanh") return 1 - value * value;
  if (activation === "sigmoid") return value * (1 - value);
  if (activation === "relu") return value > 0 ? 1 : 0;
  return activation === "linear" ? 1 : NaN;
}
