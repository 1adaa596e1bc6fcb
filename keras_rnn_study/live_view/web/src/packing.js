// Frames as they travel: little-endian, each `uint32 length, uint32 header length, header (JSON), payload`.
// `keras_rnn_study/live_view/packing.py` writes them and says what the codes mean.

/**
 * @typedef {object} Quantity
 * @property {number[]} shape   [samples, time, units], [samples, time] or [time]
 * @property {"float32" | "linear" | "linear16" | "signed_log"} code
 * @property {number} at        first byte in the payload
 * @property {number} [low]     of the linear scale; of the logarithmic one in decades
 * @property {number} [high]
 */

/**
 * @typedef {object} Frame
 * @property {number} step
 * @property {Record<string, Quantity>} quantities
 * @property {Uint8Array} payload
 */

// Codes from 0 to these are values; the three above are minus infinity, infinity, and no number.
const LEVELS = { linear: 252, linear16: 65532, signed_log: 252 };
const HALF = LEVELS.signed_log / 2;

/**
 * All frames of a buffer. A frame that is cut or broken ends the list: what came before it is shown.
 * @param {ArrayBuffer} buffer
 * @returns {Frame[]}
 */
export function unpackAll(buffer) {
  const view = new DataView(buffer);
  /** @type {Frame[]} */
  const frames = [];
  let at = 0;
  while (at + 8 <= buffer.byteLength) {
    const length = view.getUint32(at, true);
    const headerLength = view.getUint32(at + 4, true);
    const end = at + 4 + length;
    if (end > buffer.byteLength || headerLength + 4 > length) break;
    try {
      const text = new TextDecoder().decode(new Uint8Array(buffer, at + 8, headerLength));
      const header = JSON.parse(text);
      if (!Number.isInteger(header.step)) break;
      const payload = new Uint8Array(buffer, at + 8 + headerLength, end - at - 8 - headerLength);
      frames.push({ step: header.step, quantities: header.quantities, payload });
    } catch {
      break;
    }
    at = end;
  }
  return frames;
}

/**
 * @typedef {{time: number, units: number, values: Float32Array}} Values   (time, units), row by row
 */

/** @type {WeakMap<Frame, Map<string, Values>>} */
const decoded = new WeakMap();

/**
 * The values of one quantity of one sample; the same arrays each time.
 * @param {Frame} frame
 * @param {string} name
 * @param {number} [sample]
 * @returns {Values | null}
 */
export function valuesOf(frame, name, sample = 0) {
  const quantity = frame.quantities[name];
  if (!quantity) return null;
  const known = decoded.get(frame) ?? new Map();
  decoded.set(frame, known);
  const key = `${sample} ${name}`;
  if (!known.has(key)) {
    const { first, time, units } = extent(quantity, sample);
    known.set(key, { time, units, values: decode(frame.payload, quantity, first, time * units) });
  }
  return known.get(key);
}

/**
 * One value, without decoding the others.
 * @param {Frame} frame
 * @param {string} name    of a quantity with units
 * @param {number} sample
 * @param {number} time
 * @param {number} unit
 */
export function valueAt(frame, name, sample, time, unit) {
  const quantity = frame.quantities[name];
  const { first, units } = extent(quantity, sample);
  return decode(frame.payload, quantity, first + time * units + unit, 1)[0];
}

/** @param {Quantity} quantity @param {number} sample */
function extent({ shape }, sample) {
  const [time, units] = shape.length === 3 ? shape.slice(1) : [shape[shape.length - 1], 1];
  const first = shape.length === 1 ? 0 : Math.min(sample, shape[0] - 1) * time * units;
  return { first, time, units };
}

/**
 * @param {Uint8Array} payload
 * @param {Quantity} quantity
 * @param {number} first
 * @param {number} size
 */
function decode(payload, quantity, first, size) {
  if (quantity.code === "float32") {
    const start = payload.byteOffset + quantity.at + 4 * first;
    return new Float32Array(payload.buffer.slice(start, start + 4 * size));
  }
  const wide = quantity.code === "linear16";
  const view = new DataView(payload.buffer, payload.byteOffset + quantity.at);
  const at = wide
    ? (/** @type {number} */ i) => view.getUint16(2 * (first + i), true)
    : (/** @type {number} */ i) => view.getUint8(first + i);
  const values = new Float32Array(size);
  if (size < 256 || wide) for (let i = 0; i < size; i++) values[i] = valueOf(at(i), quantity);
  else {
    const table = Float32Array.from({ length: 256 }, (_, number) => valueOf(number, quantity));
    for (let i = 0; i < size; i++) values[i] = table[at(i)];
  }
  return values;
}

const NOT_FINITE = [-Infinity, Infinity, NaN];

/**
 * What a code stands for.
 * @param {number} number
 * @param {Quantity} quantity
 */
function valueOf(number, { code, low = 0, high = 1 }) {
  const levels = LEVELS[/** @type {keyof typeof LEVELS} */ (code)];
  if (number > levels) return NOT_FINITE[number - levels - 1];
  if (code !== "signed_log") return low + ((high - low) * number) / levels;
  if (number === HALF) return 0;
  const decades = low + ((high - low) * (Math.abs(number - HALF) - 1)) / (HALF - 1);
  return Math.sign(number - HALF) * 10 ** decades;
}

/**
 * How far a shown value may be from the true one.
 * @param {Quantity} quantity
 * @returns {{kind: "exact" | "absolute" | "decades", half: number}}
 */
export function quantum({ code, low = 0, high = 1 }) {
  if (code === "float32") return { kind: "exact", half: 0 };
  if (code === "signed_log") return { kind: "decades", half: (high - low) / (HALF - 1) / 2 };
  return { kind: "absolute", half: (high - low) / LEVELS[code] / 2 };
}
