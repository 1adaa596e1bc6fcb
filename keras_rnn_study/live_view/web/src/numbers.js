// Arrays to numbers: what the panels say in words, and how units are sorted. Nothing here draws.

/**
 * How many steps back from the last measured one the norms first fall below a share of the largest.
 * As `keras_rnn_study.measures.horizon`: NaN where a norm is not a number, `time` where it never falls.
 * @param {ArrayLike<number>} norms
 * @param {number} [share]
 */
export function horizon(norms, share = 1e-3) {
  let last = norms.length - 1;
  while (last >= 0 && Number.isNaN(norms[last])) last--;
  if (last < 0) return NaN;
  let largest = 0;
  for (let t = 0; t <= last; t++) if (norms[t] > largest) largest = norms[t];
  if (largest === 0) return 0;
  let wasAbove = false;
  for (let t = last; t >= 0; t--) {
    if (Number.isNaN(norms[t])) continue;
    const above = norms[t] >= share * largest;
    if (wasAbove && !above) return last - t;
    wasAbove = above;
  }
  return norms.length;
}

/**
 * Mean of a quantity over units at one step; NaN where it is masked.
 * @param {{units: number, values: Float32Array}} quantity
 * @param {number} step
 */
export function meanAt({ units, values }, step) {
  let sum = 0;
  for (let unit = 0; unit < units; unit++) sum += values[step * units + unit];
  return sum / units;
}

/**
 * Memory time of each unit: 1 / (1 - mean of the keeping gate), in steps.
 * @param {{time: number, units: number, values: Float32Array}} gate
 */
export function memoryTimes({ time, units, values }) {
  const times = new Float32Array(units);
  for (let unit = 0; unit < units; unit++) {
    let sum = 0;
    let count = 0;
    for (let t = 0; t < time; t++) {
      const value = values[t * units + unit];
      if (Number.isFinite(value)) (sum += value), count++;
    }
    times[unit] = count ? 1 / Math.max(1e-6, 1 - sum / count) : 0;
  }
  return times;
}

/**
 * Correlation over time of each unit with one of them.
 * @param {{time: number, units: number, values: Float32Array}} quantity
 * @param {number} chosen
 */
export function correlations({ time, units, values }, chosen) {
  const steps = [...Array(time).keys()].filter((t) => Number.isFinite(values[t * units + chosen]));
  const column = (/** @type {number} */ unit) => {
    const all = steps.map((t) => values[t * units + unit]);
    const mean = all.reduce((a, b) => a + b, 0) / all.length;
    return all.map((value) => value - mean);
  };
  const dot = (/** @type {number[]} */ a, /** @type {number[]} */ b) =>
    a.reduce((sum, value, i) => sum + value * b[i], 0);
  const reference = column(chosen);
  return Float32Array.from({ length: units }, (_, unit) => {
    const other = column(unit);
    return dot(other, reference) / Math.sqrt(dot(other, other) * dot(reference, reference)) || 0;
  });
}

/**
 * Units in the order in which rows are drawn.
 * @param {number} units
 * @param {ArrayLike<number> | null} keys largest first; null: by number
 */
export function order(units, keys) {
  const all = [...Array(units).keys()];
  return keys ? all.sort((a, b) => keys[b] - keys[a] || a - b) : all;
}

/**
 * Index of the last record at or before a training step; 0 before the first.
 * @param {number[]} steps ascending
 * @param {number} step
 */
export function recordAt(steps, step) {
  let low = 0;
  let high = steps.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (steps[middle] <= step) low = middle;
    else high = middle - 1;
  }
  return low;
}

/**
 * The decades that a colour scale covers: ten below the largest of all that is shown.
 * @param {Iterable<ArrayLike<number>>} rows norms, 0 or more
 */
export function decadesOf(rows) {
  let largest = 0;
  for (const row of rows)
    for (let i = 0; i < row.length; i++)
      if (Number.isFinite(row[i]) && row[i] > largest) largest = row[i];
  const high = largest > 0 ? Math.ceil(Math.log10(largest)) : 0;
  return { low: high - 10, high };
}

/**
 * A number for a label: three significant digits, powers of ten where they are needed.
 * @param {number} value
 */
export function short(value) {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
  const size = Math.abs(value);
  if (value === 0) return "0";
  const text = size >= 1e-3 && size < 1e4 ? String(Number(value.toPrecision(3))) : value.toExponential(1);
  return text.replace("-", "−").replace("e+", "e").replace("e-", "e−");
}
