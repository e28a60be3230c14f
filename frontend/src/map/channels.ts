/** What each point looks like, as one small number for each of its qualities. */

import type { Interval } from "../chart/axes";
import {
  type AxisSettings, type ColorSettings, type MapSettings, MOST_CATEGORIES, numbersOf, propertyOf, type SizeSettings,
} from "../explorer/settings";
import type { PlainProperty, Scene, Target } from "../explorer/scene";
import { titled } from "../words";
import { inverseOf, lostBy, MISSING, rangeOf, STEPS, stepsOf, stepsOfCodes, transformOf } from "./amounts";
import { type Color, colorsOfCategories, sampled } from "./palettes";

/** One axis: where each point lies between the least and the greatest value. */
export interface AxisChannel {
  readonly property: PlainProperty | null;
  readonly label: string;
  readonly log: boolean;
  /** 0 … 1 from the least to the greatest value; NaN where there is none. */
  readonly places: Float32Array;
  /** The least and the greatest value, on the scale: exponents where it is logarithmic. */
  readonly extent: Interval;
  /** Points that the scale has no place for. */
  readonly lost: number;
}

export interface ColorChannel {
  readonly property: PlainProperty | null;
  /** Index into the colors; null where all points have the first. */
  readonly steps: Uint8Array | null;
  /** 256 colors; the last stands for what has no value. */
  readonly colors: readonly Color[];
  /** In the property's unit; null for categories or one color. */
  readonly range: Interval | null;
  readonly lost: number;
}

const NO_VALUE: Color = [170, 170, 170];

/** The axis' own numbers: a property's, on a linear or logarithmic scale. */
export function axisChannel(scene: Scene, target: Target, settings: AxisSettings, count: number): AxisChannel {
  const property = propertyOf(scene, target, settings.property);
  if (property === null) {
    return { property, label: "", log: false, places: new Float32Array(count).fill(0.5), extent: [0, 1], lost: 0 };
  }
  const log = settings.scale === "log" && property.kind === "number";
  const values = numbersOf(property);
  const apply = transformOf(log ? "log" : "linear");
  const [low, high] = rangeOf(values, log ? apply : undefined) ?? [0, 1];
  const places = new Float32Array(values.length);
  const scale = high > low ? 1 / (high - low) : 0;
  const middle = scale === 0 ? 0.5 : 0;
  for (let i = 0; i < places.length; i++) places[i] = (apply(values[i]!) - low) * scale + middle;
  const missing = property.kind === "category" ? property.categories.length : Infinity;
  if (Number.isFinite(missing)) for (let i = 0; i < places.length; i++) if (values[i]! >= missing) places[i] = NaN;
  const extent: Interval = high > low ? [low, high] : [low - 0.5, high + 0.5];
  return { property, label: titled(property), log, places, extent, lost: log ? lostBy(values, apply) : 0 };
}

/** Colors by a property; one color where there is none. */
export function colorChannel(scene: Scene, target: Target, settings: ColorSettings, plain: Color): ColorChannel {
  const property = propertyOf(scene, target, settings.property);
  const single = Array.from({ length: 256 }, () => plain);
  if (property === null) return { property, steps: null, colors: single, range: null, lost: 0 };
  if (property.kind === "category") {
    const count = property.categories.length;
    const shown = Math.min(count, MOST_CATEGORIES);
    const chosen = colorsOfCategories(settings.palette, Math.min(count, STEPS), settings.reverse);
    const colors = Array.from({ length: 256 }, (_, i) => (i < MISSING ? chosen[i % chosen.length] ?? NO_VALUE : NO_VALUE));
    return { property, steps: stepsOfCodes(property.codes, Math.max(shown, count)), colors, range: null, lost: 0 };
  }
  const apply = transformOf(settings.mode);
  const range = colorRange(property.values, settings);
  const ends = [apply(range[0]), apply(range[1])].sort((a, b) => a - b) as [number, number];
  const along = sampled(settings.palette, STEPS, settings.reverse);
  const colors = Array.from({ length: 256 }, (_, i) => along[i] ?? NO_VALUE);
  return { property, steps: stepsOf(property.values, ends, apply), colors, range, lost: lostBy(property.values, apply) };
}

/** The range of colors in the property's unit: what was chosen, and otherwise what there is. */
function colorRange(values: ReturnType<typeof numbersOf>, { mode, min, max }: ColorSettings): Interval {
  const apply = transformOf(mode);
  const undo = inverseOf(mode);
  const found = (rangeOf(values, apply) ?? [0, 1]).map(undo).sort((a, b) => a - b) as [number, number];
  const low = min !== null && Number.isFinite(apply(min)) ? min : found[0];
  const high = max !== null && Number.isFinite(apply(max)) ? max : found[1];
  return low <= high ? [low, high] : [high, low];
}

export interface SizeChannel {
  readonly property: PlainProperty | null;
  /** 0 … 253 from small to large; null where all are alike. */
  readonly steps: Uint8Array | null;
  /** The smallest and the largest value, in the property's unit. */
  readonly range: Interval | null;
}

export function sizeChannel(scene: Scene, target: Target, { property: name, mode }: SizeSettings): SizeChannel {
  const property = propertyOf(scene, target, name);
  if (property === null || property.kind !== "number") return { property: null, steps: null, range: null };
  const apply = transformOf(mode);
  const range = rangeOf(property.values, apply) ?? [0, 1];
  const low = mode === "proportional" ? Math.min(0, range[0]) : range[0];
  return { property, steps: stepsOf(property.values, [low, range[1]], apply), range: rangeOf(property.values) };
}

/** The symbol of each point; null where all are disks. Symbols repeat after the last. */
export function symbolChannel(scene: Scene, target: Target, name: string, kinds: number): Uint8Array | null {
  const property = propertyOf(scene, target, name);
  if (property === null || property.kind !== "category") return null;
  const out = new Uint8Array(property.codes.length);
  for (let i = 0; i < out.length; i++) out[i] = property.codes[i]! % kinds;
  return out;
}

/** Opacity 0 … 255 of each point; null where all are alike. */
export function opacityChannel(scene: Scene, target: Target, { property: name, percent }: MapSettings["opacity"]): Uint8Array | null {
  const property = propertyOf(scene, target, name);
  if (property === null || property.kind !== "number") return null;
  const steps = stepsOf(property.values, rangeOf(property.values) ?? [0, 1], (x) => x);
  const most = (percent / 100) * 255;
  for (let i = 0; i < steps.length; i++) steps[i] = steps[i] === MISSING ? 0.1 * most : most * (0.08 + (0.92 * steps[i]!) / (STEPS - 1));
  return steps;
}
