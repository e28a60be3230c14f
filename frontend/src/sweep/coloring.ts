/** One color for each run, the same in every panel. */

import { useContext, useMemo } from "preact/hooks";
import { ThemeContext } from "../chart/drawing";
import { cssOf, sampled } from "../map/palettes";
import { quantile } from "../statistics";
import type { Theme } from "../theme";
import { quantity, useLog, useSweepState } from "./state";
import type { Quantity, Sweep } from "./sweep";

export interface Coloring {
  readonly quantity: Quantity;
  readonly log: boolean;
  /** What the first and the last color stand for. */
  readonly domain: readonly [low: number, high: number];
  /** For each row which color; `NONE` for runs without a value. */
  readonly levels: Uint8Array;
  readonly css: (theme: Theme) => readonly string[];
}

export const NONE = 255;
const STEPS = 40;

/** Values beyond these shares share the color at the end: outliers must not bleach all others. */
const [LOWEST, HIGHEST] = [0.01, 0.95];

export function coloringOf(sweep: Sweep, one: Quantity, log: boolean): Coloring {
  const { count } = sweep.runs;
  const levels = new Uint8Array(count).fill(NONE);
  if (one.kind === "category") {
    one.values.forEach((code, row) => { if (!Number.isNaN(code)) levels[row] = code % 200; });
    return { quantity: one, log: false, domain: [0, Math.max(1, one.categories.length - 1)], levels, css: (theme) => one.categories.slice(0, 200).map((_, i) => theme.series[i % theme.series.length]!) };
  }
  const sorted = one.values.filter(Number.isFinite).sort();
  if (sorted.length === 0) return { quantity: one, log, domain: [0, 1], levels, css: ramp };
  const isMetric = one.role === "metric";
  const domain: [number, number] = isMetric && one.goal === "maximize"
    ? [quantile(sorted, 1 - HIGHEST), quantile(sorted, 1 - LOWEST)]
    : isMetric ? [quantile(sorted, LOWEST), quantile(sorted, HIGHEST)] : [sorted[0]!, sorted[sorted.length - 1]!];
  const place = log ? Math.log : (value: number) => value;
  const [low, high] = [place(domain[0]), place(domain[1])];
  one.values.forEach((value, row) => {
    if (!Number.isFinite(value)) return;
    const share = high > low ? (place(value) - low) / (high - low) : 0.5;
    levels[row] = Math.round(Math.min(1, Math.max(0, share)) * (STEPS - 1));
  });
  return { quantity: one, log, domain, levels, css: ramp };
}

/** Steps that all stand out from the paper: the ends of the palette that would not are left out. */
export function ramp(theme: Theme): readonly string[] {
  const all = sampled("plasma", 100, false).map(cssOf);
  const [from, to] = theme.name === "light" ? [4, 82] : [36, 99];
  return Array.from({ length: STEPS }, (_, i) => all[Math.round(from + ((to - from) * i) / (STEPS - 1))]!);
}

/** A color on the ramp for a share from 0 to 1. */
export function rampAt(theme: Theme, share: number): string {
  return ramp(theme)[Math.round(Math.min(1, Math.max(0, share)) * (STEPS - 1))]!;
}

/** How runs are colored now. */
export function useColoring(): Coloring {
  const sweep = useSweepState((state) => state.sweep);
  const key = useSweepState((state) => state.color);
  const one = quantity(sweep, key);
  const log = useLog(one);
  return useMemo(() => coloringOf(sweep, one, log), [sweep, one, log]);
}

/** The color of a run; gray without a value. */
export function colorOf({ levels }: Coloring, colors: readonly string[], row: number, theme: Theme): string {
  return colors[levels[row]!] ?? theme.faint;
}

export function useRunColor(): (row: number) => string {
  const theme = useContext(ThemeContext);
  const coloring = useColoring();
  return useMemo(() => {
    const colors = coloring.css(theme);
    return (row: number) => colorOf(coloring, colors, row, theme);
  }, [coloring, theme]);
}
