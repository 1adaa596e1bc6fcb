// Elements and drawing surfaces. Text goes in as text nodes only: names and tokens are data.

/**
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {Record<string, any>} [properties]  class, text, on<event>, attributes
 * @param {(Node | null)[]} [children]
 * @returns {HTMLElementTagNameMap[K]}
 */
export function element(tag, properties = {}, children = []) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name === "text") node.textContent = value;
    else if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value === true) node.setAttribute(name, "");
    else if (value !== false && value != null) node.setAttribute(name, value);
  }
  for (const child of children) if (child) node.append(child);
  return node;
}

/**
 * A mark over a plot. It is moved as a layer: nothing is laid out or painted anew.
 * @param {HTMLElement} box
 * @param {"time" | "train" | "record" | "unit"} kind   a line down, a line down, a line across, a box
 */
export function createMark(box, kind) {
  const mark = element("div", { class: `mark ${kind}` });
  box.append(mark);
  return {
    /** @param {number} width @param {number} height */
    size(width, height) {
      mark.style.width = `${width}px`;
      mark.style.height = `${height}px`;
    },
    /** @param {number} x @param {number} y @param {boolean} [shown] */
    move(x, y, shown = true) {
      mark.style.transform = `translate(${x}px, ${y}px)`;
      mark.style.visibility = shown ? "visible" : "hidden";
    },
  };
}

/**
 * A canvas of the given size in CSS pixels, sharp on every screen.
 * @param {HTMLCanvasElement} canvas
 * @param {number} width
 * @param {number} height
 */
export function sized(canvas, width, height) {
  const ratio = window.devicePixelRatio || 1;
  const [w, h] = [Math.round(width * ratio), Math.round(height * ratio)];
  if (canvas.width !== w || canvas.height !== h) {
    canvas.width = w;
    canvas.height = h;
    canvas.style.width = `${width}px`;
    canvas.style.height = `${height}px`;
  }
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  return context;
}

/**
 * Draws an image of one pixel per value over a whole canvas.
 * @param {HTMLCanvasElement} canvas
 * @param {number} width      of the canvas, in CSS pixels
 * @param {number} height
 * @param {number} columns    of the image
 * @param {number} rows
 * @param {Uint32Array} pixels packed RGBA, row by row
 * @param {[number, number]} window first and last column shown
 */
export function drawPixels(canvas, width, height, columns, rows, pixels, [first, last]) {
  const context = sized(canvas, width, height);
  context.clearRect(0, 0, width, height);
  if (columns === 0 || rows === 0) return;
  const image = imageOf(canvas, columns, rows);
  const bytes = new Uint8ClampedArray(pixels.buffer, pixels.byteOffset, pixels.byteLength);
  /** @type {OffscreenCanvasRenderingContext2D} */ (image.getContext("2d")).putImageData(
    new ImageData(/** @type {any} */ (bytes), columns, rows), 0, 0,
  );
  context.imageSmoothingEnabled = false;
  context.drawImage(image, first, 0, last - first + 1, rows, 0, 0, width, height);
}

/** @type {WeakMap<HTMLCanvasElement, OffscreenCanvas>} */
const images = new WeakMap();

/**
 * What is drawn over a canvas before it is stretched: one for each, as making one takes a while.
 * @param {HTMLCanvasElement} canvas
 * @param {number} columns
 * @param {number} rows
 */
function imageOf(canvas, columns, rows) {
  const known = images.get(canvas);
  if (known && known.width === columns && known.height === rows) return known;
  const made = new OffscreenCanvas(columns, rows);
  images.set(canvas, made);
  return made;
}
