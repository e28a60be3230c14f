/** What nothing beats in both cost and quality, and what comes as close for less. */

import type { Quantity } from "./sweep";

/** Rows by rising cost, of which each is better than all cheaper ones. */
export function frontOf(rows: Int32Array, cost: Quantity, quality: Quantity): readonly number[] {
  const sign = quality.goal === "maximize" ? -1 : 1;
  const order = [...rows].sort((a, b) => cost.values[a]! - cost.values[b]! || sign * (quality.values[a]! - quality.values[b]!));
  let best = Infinity;
  return order.filter((row) => {
    const value = sign * quality.values[row]!;
    if (!(value < best)) return false;
    best = value;
    return true;
  });
}

export interface Cheaper {
  readonly row: number;
  /** The cheapest run that is as good, within the tolerance. */
  readonly instead: number;
  /** How many times less it costs. */
  readonly factor: number;
}

/** Less than this is no gain worth a table. */
const LEAST_GAIN = 1.1;

/** For the best runs, the cheapest one whose quality is the same within a share. */
export function cheaperRuns(rows: Int32Array, cost: Quantity, quality: Quantity, tolerance: number, most: number): readonly Cheaper[] {
  const sign = quality.goal === "maximize" ? -1 : 1;
  const front = frontOf(rows, cost, quality);
  const byQuality = [...rows].sort((a, b) => sign * (quality.values[a]! - quality.values[b]!));
  const found: Cheaper[] = [];
  for (const row of byQuality.slice(0, Math.max(most * 4, 40))) {
    const value = quality.values[row]!;
    const enough = sign * value + Math.abs(value) * tolerance;
    // The front rises in cost and in quality: its first run that is good enough is the cheapest of all.
    const instead = front.find((other) => sign * quality.values[other]! <= enough);
    if (instead === undefined || instead === row) continue;
    const factor = cost.values[row]! / cost.values[instead]!;
    if (factor >= LEAST_GAIN) found.push({ row, instead, factor });
    if (found.length === most) break;
  }
  return found;
}
