// Frames as they travel: little-endian, each `uint32 length, uint32 header length, header (JSON), payload`.
// `keras_rnn_study/live_view/packing.py` writes them and says what the codes mean.

/**
 * @typedef {object} Quantity
 * @property {number[]} shape   [samples, time, units], [samples, time] or [time]
 * @property {"float32" | "linear" | "signed_log"} code
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

export const LEVELS = 252; // codes 0 ... 252 are values
const NEGATIVE_INFINITY = 253;
const POSITIVE_INFINITY = 254;
const HALF = LEVELS / 2;

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
 * The values of one quantity of one sample.
 * @param {Frame} frame
 * @param {string} name
 * @param {number} [sample]
 * @returns {{time: number, units: number, values: Float32Array} | null} (time, units), row by row
 */
export function valuesOf(frame, name, sample = 0) {
  const quantity = frame.quantities[name];
  if (!quantity) return null;
  const { shape } = quantity;
  const [time, units] = shape.length === 3 ? shape.slice(1) : [shape[shape.length - 1], 1];
  const size = time * units;
  const first = shape.length === 1 ? 0 : Math.min(sample, shape[0] - 1) * size;
  return { time, units, values: decode(frame.payload, quantity, first, size) };
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
  const table = decodingTable(quantity);
  const values = new Float32Array(size);
  for (let i = 0; i < size; i++) values[i] = table[payload[quantity.at + first + i]];
  return values;
}

/** @param {Quantity} quantity */
function decodingTable(quantity) {
  const { low = 0, high = 1 } = quantity;
  const table = new Float32Array(256).fill(NaN);
  for (let code = 0; code <= LEVELS; code++) {
    if (quantity.code === "linear") table[code] = low + ((high - low) * code) / LEVELS;
    else if (code === HALF) table[code] = 0;
    else {
      const decades = low + ((high - low) * (Math.abs(code - HALF) - 1)) / (HALF - 1);
      table[code] = Math.sign(code - HALF) * 10 ** decades;
    }
  }
  table[NEGATIVE_INFINITY] = -Infinity;
  table[POSITIVE_INFINITY] = Infinity;
  return table;
}

/**
 * How far a shown value may be from the true one.
 * @param {Quantity} quantity
 * @returns {{kind: "exact" | "absolute" | "decades", half: number}}
 */
export function quantum({ code, low = 0, high = 1 }) {
  if (code === "float32") return { kind: "exact", half: 0 };
  if (code === "linear") return { kind: "absolute", half: (high - low) / LEVELS / 2 };
  return { kind: "decades", half: (high - low) / (HALF - 1) / 2 };
}
