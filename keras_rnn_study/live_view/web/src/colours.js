// Colour scales that colour-blind people can read; each is a table of 256 packed RGBA values.

const VIRIDIS = ["#440154", "#482475", "#414487", "#355f8d", "#2a788e", "#21918c", "#22a884", "#44bf70", "#7ad151", "#bddf26", "#fde725"];
const CIVIDIS = ["#00224e", "#123570", "#3b496c", "#575d6d", "#707173", "#8a8678", "#a59c74", "#c3b369", "#e1cc55", "#fee838"];
const PURPLE_ORANGE = ["#2d004b", "#542788", "#8073ac", "#b2abd2", "#d8daeb", "#f7f7f7", "#fee0b6", "#fdb863", "#e08214", "#b35806", "#7f3b08"];

/** @param {string[]} stops @param {number} place 0 to 1 */
function mixed(stops, place) {
  const at = Math.min(Math.max(place, 0), 1) * (stops.length - 1);
  const index = Math.min(Math.floor(at), stops.length - 2);
  const parts = [1, 3, 5].map((i) => {
    const a = parseInt(stops[index].slice(i, i + 2), 16);
    const b = parseInt(stops[index + 1].slice(i, i + 2), 16);
    return Math.round(a + (b - a) * (at - index));
  });
  return /** @type {[number, number, number]} */ (parts);
}

/** @param {string[]} stops */
function table(stops) {
  return Uint32Array.from({ length: 256 }, (_, i) => {
    const [r, g, b] = mixed(stops, i / 255);
    return ((255 << 24) | (b << 16) | (g << 8) | r) >>> 0;
  });
}

/** @param {string[]} stops */
function scale(stops) {
  const packed = table(stops);
  return {
    packed,
    /** @param {number} place 0 to 1 */
    css(place) {
      return Number.isNaN(place) ? "transparent" : `rgb(${mixed(stops, place).join(" ")})`;
    },
    /** A CSS gradient from low to high. */
    ramp: `linear-gradient(to right, ${stops.join(", ")})`,
  };
}

/** Norms over decades: dark is nothing. */
export const decades = scale(VIRIDIS);
/** Gates: dark is closed, light is open. */
export const gate = scale(CIVIDIS);
/** Signed values: purple is negative, orange is positive. */
export const signed = scale(PURPLE_ORANGE);

/** What has no number: masked, NaN. */
export const NOTHING = 0x00000000;
