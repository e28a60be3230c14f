/** Axes of quantities: linear, logarithmic, or of texts. */

import { scaleLinear } from "d3-scale";
import { type Axis, extent, type Interval, linearAxis, logAxis, widthOfTicks } from "../chart/axes";
import type { Drawing } from "../chart/drawing";
import type { Placed } from "../chart/points";
import { count, digits, labelled, minusSign, seconds } from "../words";
import type { Quantity } from "./sweep";

export interface AxisSpec {
  readonly label: string;
  readonly log: boolean;
  readonly domain: Interval;
  /** Of an axis of texts. */
  readonly categories: readonly string[] | null;
  /** Values that are written rather than round ones. */
  readonly favorites: readonly number[];
  readonly print: ((value: number) => string) | null;
}

/** More values than this are no list of choices. */
const MOST_CHOICES = 16;

/** The axis of a quantity for some of its rows. */
export function specOf(one: Quantity, log: boolean, rows: ArrayLike<number>, margin = 0.05): AxisSpec {
  const values = Array.from(rows, (row) => one.values[row]!).filter(Number.isFinite);
  const label = labelled(one.label, one.unit);
  if (one.kind === "category") {
    return { label, log: false, domain: [-0.6, one.categories.length - 0.4], categories: one.categories, favorites: [], print: null };
  }
  const choices = choicesOf(one, values);
  return {
    label, log, domain: extent(values, margin, log), categories: null, favorites: choices ?? [],
    print: one.unit === "s" && log ? (value) => seconds(value, 1) : null,
  };
}

/** The few values of settings that are lists; null for ranges. */
export function choicesOf(one: Quantity, values: readonly number[]): readonly number[] | null {
  if (one.role !== "setting" || one.kind === "category") return null;
  const distinct = new Set<number>();
  for (const value of values) {
    distinct.add(value);
    if (distinct.size > MOST_CHOICES) return null;
  }
  const repeated = distinct.size < 0.7 * values.length || values.length < 4;
  return repeated && distinct.size > 0 ? [...distinct].sort((a, b) => a - b) : null;
}

/** An axis drawn over some pixels. */
export function axisOf(spec: AxisSpec, range: Interval, spacing: number): Axis {
  const { domain, label, categories, favorites, print } = spec;
  if (categories !== null) {
    const scale = scaleLinear().domain(domain).range(range);
    const room = Math.abs(range[1] - range[0]) / categories.length;
    const every = Math.max(1, Math.ceil((spacing * 0.5) / room));
    return { scale, label, ticks: categories.flatMap((text, value) => (value % every === 0 ? [{ value, text: shortened(text, 18) }] : [])) };
  }
  if (spec.log) return logAxis(domain, range, label, { spacing: spacing * 0.75, favorites, ...(print === null ? { print: tick } : { print }) });
  const plain = linearAxis(domain, range, label, spacing);
  const places = favorites.map((value) => plain.scale(value)).sort((a, b) => a - b);
  const roomy = favorites.length > 1 && places.every((at, i) => i === 0 || at - places[i - 1]! >= spacing * 0.6);
  return roomy ? { ...plain, ticks: favorites.map((value) => ({ value, text: tick(value) })) } : plain;
}

const short = new Intl.NumberFormat("en-US", { maximumSignificantDigits: 3 });

function tick(value: number): string {
  const size = Math.abs(value);
  if (value === 0) return "0";
  if (size >= 1e-3 && size < 1e6) return minusSign(short.format(value));
  return digits(value, 1).replace("1 × ", "").replace(" × ", "·");
}

export function shortened(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most - 1)}…` : text;
}

/** Two axes and the room between them. */
export function layOut(x: AxisSpec, y: AxisSpec, drawing: Drawing): Placed {
  const { width, height, font } = drawing;
  const [top, bottom] = [font * 2, height - font * 3.2];
  const upright = axisOf(y, [bottom, top], font * 3);
  const left = Math.max(font * 3, widthOfTicks(upright, font));
  const right = width - font;
  return { plot: { left, right, top, bottom }, x: axisOf(x, [left, right], font * 5), y: upright, drawing };
}

/** A value as tables and tips have it. */
export function valueOf(one: Quantity, row: number, significant = 3): string {
  const value = one.values[row]!;
  if (Number.isNaN(value)) return "–";
  return numberText(one, value, significant);
}

export function numberText(one: Quantity, value: number, significant = 3): string {
  if (one.kind === "category") return one.categories[Math.round(value)] ?? "–";
  if (one.unit === "s") return seconds(value);
  if (one.whole || (Number.isInteger(value) && Math.abs(value) < 1e7)) return minusSign(count(value));
  return digits(value, significant);
}
