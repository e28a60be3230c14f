/** Where the axes of parallel coordinates stand, and where runs cross them. */

import type { Axis } from "../chart/axes";
import { type Drawing, textWidth } from "../chart/drawing";
import { type AxisSpec, axisOf } from "./axis-spec";
import type { Quantity } from "./sweep";

export interface Upright {
  readonly quantity: Quantity;
  readonly spec: AxisSpec;
  readonly axis: Axis;
  readonly x: number;
}

export interface Parallels {
  readonly axes: readonly Upright[];
  readonly top: number;
  readonly bottom: number;
  /** Where runs cross an axis that does not apply to them. */
  readonly absent: number;
  readonly drawing: Drawing;
}

export function layOutParallels(quantities: readonly Quantity[], specs: readonly AxisSpec[], drawing: Drawing): Parallels {
  const { width, height, font } = drawing;
  const gaps = quantities.some(({ values }) => values.some((value) => Number.isNaN(value)));
  const top = font * 3.9;
  const bottom = height - font * (gaps ? 2.8 : 1.4);
  const absent = height - font * 0.9;
  const left = Math.max(font * 2.2, textWidth(quantities[0]?.label ?? "", font) / 2 + font * 0.4);
  const last = quantities[quantities.length - 1];
  const lastTicks = last === undefined ? 0 : Math.max(...axisOf(specs[specs.length - 1]!, [bottom, top], font * 2.6).ticks.map(({ text }) => textWidth(text ?? "", font)), 0);
  const right = width - Math.max(font * 1.8 + lastTicks, textWidth(last?.label ?? "", font) / 2 + font * 0.4);
  const step = quantities.length > 1 ? (right - left) / (quantities.length - 1) : 0;
  const axes = quantities.map((quantity, i): Upright => ({
    quantity, spec: specs[i]!, x: left + i * step, axis: axisOf(specs[i]!, [bottom, top], font * 2.6),
  }));
  return { axes, top, bottom, absent, drawing };
}

/** Where each run crosses each axis, axis by axis; NaN where it has no place at all. */
export function crossings({ axes, absent, drawing }: Parallels, count: number): readonly Float32Array[] {
  return axes.map(({ quantity: { values, kind }, spec, axis }) => {
    const spread = kind === "category" || spec.favorites.length > 0 ? drawing.font * 0.7 : 0;
    const out = new Float32Array(count);
    for (let row = 0; row < count; row++) {
      const value = values[row]!;
      // The golden ratio keeps runs of one choice apart.
      const aside = spread * (((row * 0.6180339887) % 1) - 0.5);
      out[row] = Number.isNaN(value) ? absent + aside * 0.5 : axis.scale(value) + aside;
    }
    return out;
  });
}

/** The run whose line passes nearest, within some pixels. */
export function nearestLine(parallels: Parallels, heights: readonly Float32Array[], rows: Int32Array, x: number, y: number, reach: number): number | null {
  const { axes } = parallels;
  let right = axes.findIndex((one) => one.x >= x);
  if (right < 0) right = axes.length - 1;
  const left = Math.max(0, right - 1);
  const span = axes[right]!.x - axes[left]!.x;
  const share = span > 0 ? Math.min(1, Math.max(0, (x - axes[left]!.x) / span)) : 0;
  let [found, least] = [-1, reach];
  for (const row of rows) {
    const at = heights[left]![row]! + share * (heights[right]![row]! - heights[left]![row]!);
    const distance = Math.abs(at - y);
    if (distance < least) [found, least] = [row, distance];
  }
  return found < 0 ? null : found;
}

/** The line of a run as SVG has it. */
export function lineOf({ axes }: Parallels, heights: readonly Float32Array[], row: number): string {
  return `M${axes.map(({ x }, i) => `${x.toFixed(1)},${heights[i]![row]!.toFixed(1)}`).join("L")}`;
}
