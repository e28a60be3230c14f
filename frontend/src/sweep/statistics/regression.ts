/** A line through points by least squares. */

import { mean } from "../../statistics";
import { tBeyond, twoSided } from "./distributions";

export interface Line {
  readonly slope: number;
  readonly intercept: number;
  readonly r: number;
  readonly r2: number;
  /** How likely so steep a line is by chance. */
  readonly p: number;
  readonly n: number;
  readonly slopeError: number;
  /** Half the width of the 95 % band of the line at an x. */
  readonly band: (x: number) => number;
}

/** Null where fewer than three points, or all at one x, leave the line open. */
export function lineThrough(xs: readonly number[], ys: readonly number[]): Line | null {
  const n = xs.length;
  if (n < 3) return null;
  const [meanX, meanY] = [mean(xs), mean(ys)];
  let [xx, yy, xy] = [0, 0, 0];
  for (let i = 0; i < n; i++) {
    const [dx, dy] = [xs[i]! - meanX, ys[i]! - meanY];
    xx += dx * dx;
    yy += dy * dy;
    xy += dx * dy;
  }
  if (!(xx > 1e-24 * n * meanX * meanX) || xx === 0) return null;
  const slope = xy / xx;
  const r = yy === 0 ? 0 : Math.max(-1, Math.min(1, xy / Math.sqrt(xx * yy)));
  const left = Math.max(0, yy - slope * xy);
  const variance = left / (n - 2);
  const slopeError = Math.sqrt(variance / xx);
  const beyond = tBeyond(0.05, n - 2);
  return {
    slope, r, n, slopeError,
    r2: r * r,
    intercept: meanY - slope * meanX,
    p: Math.abs(r) >= 1 ? 0 : twoSided(slope / slopeError, n - 2),
    band: (x) => beyond * Math.sqrt(variance * (1 / n + (x - meanX) ** 2 / xx)),
  };
}
