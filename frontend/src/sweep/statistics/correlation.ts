/** How a metric goes with settings: Pearson, Spearman, and partial correlation. */

import { twoSided } from "./distributions";
import { inverseOf } from "./linear";

export type CorrelationKind = "pearson" | "spearman" | "partial";

export interface Correlation {
  readonly r: number;
  /** How likely so large a correlation is by chance; NaN where it cannot be told. */
  readonly p: number;
  readonly n: number;
}

const NOTHING: Correlation = { r: NaN, p: NaN, n: 0 };

/** Correlations of each column with the last argument, over the rows where both are there. */
export function correlations(kind: CorrelationKind, columns: readonly Float64Array[], goal: Float64Array): readonly Correlation[] {
  if (kind === "partial") return partialCorrelations(columns, goal);
  return columns.map((column) => {
    const rows = presentRows([column, goal]);
    const [x, y] = [taken(column, rows), taken(goal, rows)];
    const r = kind === "pearson" ? pearson(x, y) : pearson(ranksOf(x), ranksOf(y));
    return withChance(r, rows.length, 0);
  });
}

/** Rows in which every column has a value. */
export function presentRows(columns: readonly Float64Array[]): Int32Array {
  const rows: number[] = [];
  for (let row = 0; row < (columns[0]?.length ?? 0); row++) if (columns.every((column) => Number.isFinite(column[row]!))) rows.push(row);
  return Int32Array.from(rows);
}

export function taken(column: Float64Array, rows: Int32Array): Float64Array {
  return Float64Array.from(rows, (row) => column[row]!);
}

/** NaN where one of both never changes. */
export function pearson(x: Float64Array, y: Float64Array, weights: Float64Array | null = null): number {
  let [total, sumX, sumY] = [0, 0, 0];
  for (let i = 0; i < x.length; i++) {
    const w = weights === null ? 1 : weights[i]!;
    total += w;
    sumX += w * x[i]!;
    sumY += w * y[i]!;
  }
  const [meanX, meanY] = [sumX / total, sumY / total];
  let [xx, yy, xy] = [0, 0, 0];
  for (let i = 0; i < x.length; i++) {
    const w = weights === null ? 1 : weights[i]!;
    const [dx, dy] = [x[i]! - meanX, y[i]! - meanY];
    xx += w * dx * dx;
    yy += w * dy * dy;
    xy += w * dx * dy;
  }
  const scale = Math.sqrt(xx * yy);
  // What rounding leaves of a constant is no spread.
  const constant = xx <= 1e-24 * total * meanX * meanX || yy <= 1e-24 * total * meanY * meanY;
  return !(scale > 0) || constant ? NaN : Math.max(-1, Math.min(1, xy / scale));
}

/** Ranks from 1 on; equals share the mean of theirs. */
export function ranksOf(values: Float64Array): Float64Array {
  const order = orderOf(values);
  const out = new Float64Array(values.length);
  weightedRanks(values, order, null, out);
  return out;
}

export function orderOf(values: Float64Array): Int32Array {
  return Int32Array.from(values.keys()).sort((a, b) => values[a]! - values[b]!);
}

/** Ranks where each value counts as often as its weight says; `order` is that of the values. */
export function weightedRanks(values: Float64Array, order: Int32Array, weights: Float64Array | null, out: Float64Array): void {
  let below = 0;
  for (let start = 0; start < order.length; ) {
    let end = start;
    let tied = 0;
    const value = values[order[start]!]!;
    while (end < order.length && values[order[end]!] === value) tied += weights === null ? 1 : weights[order[end]!]!, end++;
    for (let i = start; i < end; i++) out[order[i]!] = below + (tied + 1) / 2;
    below += tied;
    start = end;
  }
}

/** Correlations of two with all others held fixed, over the rows that are whole; columns that never change are passed over. */
function partialCorrelations(columns: readonly Float64Array[], goal: Float64Array): readonly Correlation[] {
  const used = usableTogether(columns, goal);
  const whole = used.map((i) => columns[i]!);
  const rows = presentRows([...whole, goal]);
  const data = [...whole, goal].map((column) => taken(column, rows));
  const found = partialOf(data, null);
  return columns.map((_, i) => {
    const at = used.indexOf(i);
    return at < 0 || found === null ? NOTHING : withChance(found[at]!, rows.length, used.length - 1);
  });
}

/** Columns that have a value wherever the goal has one, and more than one value. */
export function usableTogether(columns: readonly Float64Array[], goal: Float64Array): readonly number[] {
  const rows = presentRows([goal]);
  return columns.flatMap((column, i) => {
    const values = taken(column, rows);
    const whole = values.every(Number.isFinite);
    return whole && values.some((value) => value !== values[0]) ? [i] : [];
  });
}

/** Of each column with the last one; null where columns follow from each other. */
export function partialOf(data: readonly Float64Array[], weights: Float64Array | null): Float64Array | null {
  const size = data.length;
  const matrix = data.map(() => new Float64Array(size));
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      const r = i === j ? 1 : pearson(data[i]!, data[j]!, weights);
      if (Number.isNaN(r)) return null;
      matrix[i]![j] = matrix[j]![i] = r;
    }
  }
  const inverse = inverseOf(matrix);
  if (inverse === null) return null;
  const last = size - 1;
  return Float64Array.from({ length: last }, (_, i) => -inverse[i]![last]! / Math.sqrt(inverse[i]![i]! * inverse[last]![last]!));
}

function withChance(r: number, n: number, others: number): Correlation {
  const freedom = n - 2 - others;
  if (Number.isNaN(r) || freedom < 1) return { r, p: NaN, n };
  return { r, n, p: Math.abs(r) >= 1 ? 0 : twoSided(r * Math.sqrt(freedom / (1 - r * r)), freedom) };
}
