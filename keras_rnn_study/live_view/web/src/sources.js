// Where frames come from: a server's routes, a notebook's model, or the page itself.

/**
 * @typedef {object} Layer
 * @property {string} cell               such as "LSTM"
 * @property {Record<string, number[]>} steps  of each part ("flow", "values", "gradients"): the
 *   training steps of its records
 * @property {number} time
 * @property {number} units
 * @property {Record<string, string>} activations
 * @property {string[][]} tokens         of each sample; may be empty
 * @property {boolean[][]} evidence      of each sample; may be empty
 * @property {string[]} quantities         such as "gate/forget", "gradient/c"
 * @property {number} samples
 */

/**
 * @typedef {object} Finding
 * @property {string} name
 * @property {"error" | "warning" | "note"} severity
 * @property {string | null} layer
 * @property {number | null} time_step      where it shows best, as the training step
 * @property {number | null} training_step
 * @property {string} title
 * @property {string} why
 * @property {string} remedy                code; may be empty, as the lesson
 * @property {string} lesson
 */

/** @typedef {{steps: number[], values: (number | null)[]}} Line   one number over the training steps */

/**
 * @typedef {object} Run
 * @property {Record<string, Layer>} layers
 * @property {Record<string, Line>} lines   by name: "gradient_norm", and what `fit` reports, such as "loss"
 * @property {Finding[]} findings
 */

/** @typedef {{runs: Record<string, Run>}} Index */

/**
 * @typedef {object} Source
 * @property {() => Promise<Index>} index
 * @property {(run: string, layer: string, part: string, first: number, last: number) => Promise<ArrayBuffer>} frames
 *   packed frames of the records with these indices, first and last among them
 * @property {boolean} grows   whether more records may come
 */

/** @returns {Source} */
export function serverSource() {
  const get = async (/** @type {string} */ path) => {
    const answer = await fetch(path);
    if (!answer.ok) throw new Error(`${answer.status} ${answer.statusText}`);
    return answer;
  };
  return {
    grows: true,
    index: async () => (await get("./runs")).json(),
    frames: async (run, layer, part, first, last) => {
      const query = new URLSearchParams({ run, layer, part, first: `${first}`, last: `${last}` });
      return (await get(`./frames?${query}`)).arrayBuffer();
    },
  };
}

/**
 * What Python put into the page: the index, and the frames of each run, layer and part in base64.
 * @param {{index: Index, frames: Record<string, string>}} data
 * @returns {Source}
 */
export function inlineSource(data) {
  /** @type {Map<string, ArrayBuffer>} */
  const known = new Map();
  const bytes = (/** @type {string} */ key) => {
    if (!known.has(key)) {
      const text = atob(data.frames[key] ?? "");
      known.set(key, Uint8Array.from(text, (c) => c.charCodeAt(0)).buffer);
    }
    return /** @type {ArrayBuffer} */ (known.get(key));
  };
  return {
    grows: false,
    index: async () => data.index,
    frames: async (run, layer, part, first, last) =>
      slice(bytes(JSON.stringify([run, layer, part])), first, last),
  };
}

/**
 * A notebook's anywidget model: `index` (JSON) and `frames` (bytes by key), nothing else.
 * @param {{get: (name: string) => any}} model
 * @returns {Source}
 */
export function notebookSource(model) {
  return {
    grows: false,
    index: async () => model.get("index"),
    frames: async (run, layer, part, first, last) => {
      const view = model.get("frames")[JSON.stringify([run, layer, part])];
      return view ? slice(view, first, last) : new ArrayBuffer(0);
    },
  };
}

/**
 * The frames with indices first to last of some bytes that are frames.
 * @param {ArrayBuffer | DataView | Uint8Array} bytes   a notebook's widget gives views, with an offset
 * @param {number} first
 * @param {number} last
 */
export function slice(bytes, first, last) {
  const [buffer, offset] = "buffer" in bytes ? [bytes.buffer, bytes.byteOffset] : [bytes, 0];
  const view = new DataView(buffer, offset, bytes.byteLength);
  let at = 0;
  let start = bytes.byteLength;
  for (let index = 0; at + 4 <= bytes.byteLength; index++) {
    if (index === first) start = at;
    at += 4 + view.getUint32(at, true);
    if (index === last) break;
  }
  return /** @type {ArrayBuffer} */ (buffer.slice(offset + Math.min(start, at), offset + Math.min(at, bytes.byteLength)));
}
