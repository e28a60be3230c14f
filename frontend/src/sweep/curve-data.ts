/** Curves of runs: smoothed, averaged over runs that share a setting. */

import { segmentOf } from "../segments";
import { quantile } from "../statistics";
import type { Curves, Quantity, Sweep } from "./sweep";

/** What curves may run along. */
export const ALONG = ["epoch", "step", "seconds"] as const;
export type Along = (typeof ALONG)[number];

/** One line: its points from left to right. */
export interface CurveLine {
  readonly row: number;
  readonly x: Float64Array;
  readonly y: Float64Array;
}

export function metricsOf({ columns }: Curves): readonly string[] {
  return columns.filter((name) => !(ALONG as readonly string[]).includes(name));
}

/** The curve of each run that has one; points without a number are passed over. */
export function curveLines({ curves, runs }: Sweep, along: Along, metric: string, smoothing: number, some?: readonly number[]): readonly CurveLine[] {
  const [xs, ys] = [curves.values[curves.columns.indexOf(along)], curves.values[curves.columns.indexOf(metric)]];
  if (xs === undefined || ys === undefined) return [];
  const lines: CurveLine[] = [];
  for (let i = 0; i < curves.numbers.length; i++) {
    const row = runs.rowOf.get(curves.numbers[i]!);
    if (row === undefined || (some !== undefined && !some.includes(row))) continue;
    const [from, to] = [curves.offsets[i]!, curves.offsets[i + 1]!];
    const [x, y] = [new Float64Array(to - from), new Float64Array(to - from)];
    let n = 0;
    for (let k = from; k < to; k++) {
      if (!Number.isFinite(xs[k]!) || !Number.isFinite(ys[k]!)) continue;
      x[n] = xs[k]!;
      y[n++] = ys[k]!;
    }
    if (n > 0) lines.push({ row, x: x.subarray(0, n), y: smoothed(y.subarray(0, n), smoothing) });
  }
  return lines;
}

/** Running means that forget by a factor with each point, made right at the beginning as well. */
export function smoothed(values: Float64Array, factor: number): Float64Array {
  if (factor <= 0) return values;
  const out = new Float64Array(values.length);
  let [sum, weight] = [0, 0];
  for (let i = 0; i < values.length; i++) {
    sum = factor * sum + (1 - factor) * values[i]!;
    weight = factor * weight + (1 - factor);
    out[i] = sum / weight;
  }
  return out;
}

/** The height of a curve at a place, between its points; NaN beyond its ends. */
export function heightAt({ x, y }: Pick<CurveLine, "x" | "y">, place: number): number {
  const last = x.length - 1;
  if (!(place >= x[0]!) || place > x[last]!) return NaN;
  const low = segmentOf(x, place);
  const high = Math.min(low + 1, last);
  const span = x[high]! - x[low]!;
  return span > 0 ? y[low]! + ((place - x[low]!) / span) * (y[high]! - y[low]!) : y[low]!;
}

export type Band = "std" | "range" | "middle";

export interface MeanCurve {
  /** The value that its runs share. */
  readonly value: number;
  readonly n: number;
  readonly x: Float64Array;
  readonly mean: Float64Array;
  readonly low: Float64Array;
  readonly high: Float64Array;
  /** Runs that still go at each place. */
  readonly counts: Int32Array;
}

const PLACES = 160;

/** Means of the curves that share a value of a setting, in the order of its values. */
export function meanCurves(lines: readonly CurveLine[], setting: Quantity, band: Band, log: boolean): readonly MeanCurve[] {
  const groups = new Map<number, CurveLine[]>();
  for (const line of lines) {
    const value = setting.values[line.row]!;
    if (Number.isNaN(value)) continue;
    const own = groups.get(value);
    if (own === undefined) groups.set(value, [line]);
    else own.push(line);
  }
  return [...groups].sort(([a], [b]) => a - b).map(([value, own]) => meanCurve(value, own, band, log));
}

function meanCurve(value: number, lines: readonly CurveLine[], band: Band, log: boolean): MeanCurve {
  const x = placesOf(lines);
  const [mean, low, high] = [new Float64Array(x.length), new Float64Array(x.length), new Float64Array(x.length)];
  const counts = new Int32Array(x.length);
  x.forEach((place, i) => {
    const heights = lines.map((line) => heightAt(line, place)).filter((height) => Number.isFinite(height) && (!log || height > 0));
    // On a logarithmic axis the mean is that of what is seen there: the geometric one.
    const seen = Float64Array.from(heights, (height) => (log ? Math.log(height) : height)).sort();
    counts[i] = seen.length;
    const [center, below, above] = middleOf(seen, band);
    [mean[i], low[i], high[i]] = log ? [Math.exp(center), Math.exp(below), Math.exp(above)] : [center, below, above];
  });
  return { value, n: lines.length, x, mean, low, high, counts };
}

function middleOf(sorted: Float64Array, band: Band): readonly [center: number, low: number, high: number] {
  const n = sorted.length;
  if (n === 0) return [NaN, NaN, NaN];
  const center = sorted.reduce((sum, value) => sum + value, 0) / n;
  if (band === "range") return [center, sorted[0]!, sorted[n - 1]!];
  if (band === "middle") return [center, quantile(sorted, 0.25), quantile(sorted, 0.75)];
  const spread = n < 2 ? 0 : Math.sqrt(sorted.reduce((sum, value) => sum + (value - center) ** 2, 0) / (n - 1));
  return [center, center - spread, center + spread];
}

/** The places of the curves themselves where they are few, or even steps. */
function placesOf(lines: readonly CurveLine[]): Float64Array {
  const all = new Set<number>();
  for (const { x } of lines) for (const place of x) if (all.size <= PLACES) all.add(place);
  if (all.size <= PLACES) return Float64Array.from(all).sort();
  const first = lines.reduce((least, { x }) => Math.min(least, x[0]!), Infinity);
  const last = lines.reduce((most, { x }) => Math.max(most, x[x.length - 1]!), -Infinity);
  // Curves fall fastest at their beginning: places grow further apart with their number.
  return Float64Array.from({ length: PLACES }, (_, i) => first + (last - first) * (i / (PLACES - 1)) ** 1.7);
}
