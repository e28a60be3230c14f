/** What a run with given settings would cost, learned from the runs that there are. */

import { quantile } from "../../statistics";
import { inverseOf } from "./linear";

export interface CostModel {
  /** Cost of settings, and the interval that holds four of five. */
  readonly cost: (features: readonly number[]) => { readonly value: number; readonly low: number; readonly high: number };
  /** Factor by which half of the runs are off when they are predicted from all others. */
  readonly typical: number;
  readonly n: number;
  /** By how much the logarithm of the cost rises with each feature. */
  readonly slopes: readonly number[];
}

/** Keeps settings that say the same from being taken for more than they are. */
const RIDGE = 1e-3;

/**
 * Learns costs as products of powers: log cost is linear in the features given.
 * Null where there are too few runs for so many features.
 */
export function costModel(features: readonly (readonly number[])[], costs: readonly number[]): CostModel | null {
  const n = costs.length;
  const width = (features[0]?.length ?? 0) + 1;
  if (n < width + 3) return null;
  const centers = Array.from({ length: width - 1 }, (_, k) => features.reduce((sum, row) => sum + row[k]!, 0) / n);
  const rowOf = (given: readonly number[]) => Float64Array.from([1, ...given.map((value, k) => value - centers[k]!)]);
  const rows = features.map(rowOf);
  const logs = costs.map(Math.log);
  const gram = Array.from({ length: width }, (_, i) => Float64Array.from({ length: width }, (_, j) => {
    const sum = rows.reduce((total, row) => total + row[i]! * row[j]!, 0);
    return i === j && i > 0 ? sum + RIDGE * n : sum;
  }));
  const inverse = inverseOf(gram);
  if (inverse === null) return null;
  const moments = Array.from({ length: width }, (_, i) => rows.reduce((sum, row, k) => sum + row[i]! * logs[k]!, 0));
  const weights = inverse.map((row) => row.reduce((sum, value, k) => sum + value * moments[k]!, 0));
  const dot = (a: ArrayLike<number>, b: ArrayLike<number>) => { let sum = 0; for (let k = 0; k < a.length; k++) sum += a[k]! * b[k]!; return sum; };
  const leverage = (row: Float64Array) => dot(row, inverse.map((other) => dot(other, row)));
  // Without a run, its residual would be this much larger: no need to learn n times.
  const left = rows.map((row, k) => (logs[k]! - dot(row, weights)) / Math.max(1e-6, 1 - leverage(row)));
  const sizes = Float64Array.from(left, Math.abs).sort();
  const [typical, wide] = [quantile(sizes, 0.5), quantile(sizes, 0.8)];
  return {
    n,
    slopes: weights.slice(1),
    typical: Math.exp(typical),
    cost: (given) => {
      const row = rowOf(given);
      const log = dot(row, weights);
      const room = wide * Math.sqrt(1 + leverage(row));
      return { value: Math.exp(log), low: Math.exp(log - room), high: Math.exp(log + room) };
    },
  };
}
