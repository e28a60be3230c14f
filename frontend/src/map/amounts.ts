/** Amounts as shares of a range: the scales of color, size and opacity. */

import type { Values } from "../payload";
import type { Interval } from "../chart/axes";
import type { Transform } from "../explorer/panels";
import type { SizeMode } from "../explorer/settings";

/** The function that a scale applies before it is linear; NaN where it has no value. */
export function transformOf(mode: Transform | "flip-linear" | "proportional"): (value: number) => number {
  switch (mode) {
    case "log": return (x) => (x > 0 ? Math.log10(x) : NaN);
    case "sqrt": return (x) => (x >= 0 ? Math.sqrt(x) : NaN);
    case "inverse": return (x) => (x === 0 ? NaN : 1 / x);
    default: return (x) => x;
  }
}

/** What a transformed value was before. */
export function inverseOf(mode: Transform): (value: number) => number {
  switch (mode) {
    case "log": return (x) => 10 ** x;
    case "sqrt": return (x) => x * x;
    case "inverse": return (x) => 1 / x;
    default: return (x) => x;
  }
}

/** The least and the greatest finite value; null where there is none. */
export function rangeOf(values: Values, apply?: (value: number) => number): Interval | null {
  let [low, high] = [Infinity, -Infinity];
  for (let i = 0; i < values.length; i++) {
    const x = apply === undefined ? values[i]! : apply(values[i]!);
    if (!Number.isFinite(x)) continue;
    if (x < low) low = x;
    if (x > high) high = x;
  }
  return low > high ? null : [low, high];
}

/** How many values a scale has no place for, without those that are missing anyway. */
export function lostBy(values: Values, apply: (value: number) => number): number {
  let lost = 0;
  for (let i = 0; i < values.length; i++) {
    if (Number.isFinite(values[i]!) && !Number.isFinite(apply(values[i]!))) lost++;
  }
  return lost;
}

/** The index of what has no value on a scale. */
export const MISSING = 255;
export const STEPS = 254;

/** Each value's step 0 … 253 between two values, and MISSING where there is none; beyond the ends, the ends. */
export function stepsOf(values: Values, [low, high]: Interval, apply: (value: number) => number): Uint8Array {
  const out = new Uint8Array(values.length);
  const scale = high > low ? (STEPS - 0.001) / (high - low) : 0;
  for (let i = 0; i < values.length; i++) {
    const share = (apply(values[i]!) - low) * scale;
    out[i] = share >= 0 ? (share < STEPS ? share : STEPS - 1) : share < 0 ? 0 : MISSING;
  }
  return out;
}

/** Each category's own step; MISSING where a code is beyond them. */
export function stepsOfCodes(codes: Values, count: number): Uint8Array {
  const out = new Uint8Array(codes.length);
  for (let i = 0; i < codes.length; i++) {
    const code = codes[i]!;
    out[i] = code < count ? code % STEPS : MISSING;
  }
  return out;
}

/** The area of a point relative to the middle one, for each of a few shares of a range. */
export function areaAt(share: number, mode: SizeMode): number {
  // The smallest is a tenth of the largest area; what is in proportion begins with nothing.
  if (mode === "proportional") return Math.max(0.02, 2 * share);
  const rising = mode === "flip-linear" ? 1 - share : share;
  return 0.2 + 1.8 * rising;
}

