/** The few numbers that charts are made of. */

export function mean(values: readonly number[]): number {
  return values.reduce((sum, x) => sum + x, 0) / values.length;
}

/** Sample standard deviation; null for fewer than two values. */
export function deviation(values: readonly number[]): number | null {
  if (values.length < 2) return null;
  const center = mean(values);
  const squares = values.reduce((sum, x) => sum + (x - center) ** 2, 0);
  return Math.sqrt(squares / (values.length - 1));
}

/** The value below which a share of the sorted values lies, interpolated. */
export function quantile(sorted: ArrayLike<number>, share: number): number {
  const place = share * (sorted.length - 1);
  const low = Math.floor(place);
  const high = Math.min(low + 1, sorted.length - 1);
  return sorted[low]! + (place - low) * (sorted[high]! - sorted[low]!);
}

export interface PowerLaw {
  readonly factor: number;
  readonly exponent: number;
}

/** Fits y = factor · x^exponent by least squares of the logarithms; null for fewer than three points. */
export function fitPowerLaw(xs: readonly number[], ys: readonly number[]): PowerLaw | null {
  const points = xs.map((x, i) => [Math.log(x), Math.log(ys[i]!)] as const);
  const usable = points.filter(([x, y]) => Number.isFinite(x) && Number.isFinite(y));
  if (new Set(usable.map(([x]) => x)).size < 3) return null;
  const centerX = mean(usable.map(([x]) => x));
  const centerY = mean(usable.map(([, y]) => y));
  const covariance = usable.reduce((sum, [x, y]) => sum + (x - centerX) * (y - centerY), 0);
  const variance = usable.reduce((sum, [x]) => sum + (x - centerX) ** 2, 0);
  const exponent = covariance / variance;
  return { exponent, factor: Math.exp(centerY - exponent * centerX) };
}

/** Indices of the points that no other beats in both, by rising x; less is better. */
export function paretoFront(xs: readonly number[], ys: readonly number[]): number[] {
  const order = xs.map((_, i) => i).sort((a, b) => xs[a]! - xs[b]! || ys[a]! - ys[b]!);
  let best = Infinity;
  return order.filter((i) => {
    if (!(ys[i]! < best)) return false;
    best = ys[i]!;
    return true;
  });
}

/** How many values lie in each of equal bins; the last bin holds its upper edge. */
export function histogram(values: ArrayLike<number>, low: number, high: number, bins: number): Float64Array {
  const counts = new Float64Array(bins);
  const scale = bins / (high - low);
  for (let i = 0; i < values.length; i++) {
    const x = values[i]!;
    if (x >= low && x <= high) counts[Math.min(bins - 1, Math.floor((x - low) * scale))]! += 1;
  }
  return counts;
}

/** Smoothed number of neighbors of each point on a grid over the picture, 0 … 1. */
export function densities(xs: Float32Array, ys: Float32Array, width: number, height: number): Float32Array {
  const cell = 6;
  const columns = Math.ceil(width / cell) + 2;
  const rows = Math.ceil(height / cell) + 2;
  const grid = new Float32Array(columns * rows);
  const cellOf = (i: number) => {
    const c = Math.min(columns - 1, Math.max(0, Math.floor(xs[i]! / cell) + 1));
    const r = Math.min(rows - 1, Math.max(0, Math.floor(ys[i]! / cell) + 1));
    return r * columns + c;
  };
  for (let i = 0; i < xs.length; i++) grid[cellOf(i)]! += 1;
  const smooth = blurred(blurred(grid, columns, rows), columns, rows);
  const out = new Float32Array(xs.length);
  let top = 0;
  for (let i = 0; i < xs.length; i++) {
    out[i] = smooth[cellOf(i)]!;
    top = Math.max(top, out[i]!);
  }
  if (top > 0) for (let i = 0; i < out.length; i++) out[i]! /= top;
  return out;
}

function blurred(grid: Float32Array, columns: number, rows: number): Float32Array {
  const out = new Float32Array(grid.length);
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) {
      let sum = 0;
      for (let dr = -1; dr <= 1; dr++) {
        for (let dc = -1; dc <= 1; dc++) {
          const inside = r + dr >= 0 && r + dr < rows && c + dc >= 0 && c + dc < columns;
          if (inside) sum += grid[(r + dr) * columns + c + dc]! * (2 - Math.abs(dr)) * (2 - Math.abs(dc));
        }
      }
      out[r * columns + c] = sum / 16;
    }
  }
  return out;
}
