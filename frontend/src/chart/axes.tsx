/** Scales, ticks, and the axes that show them. */

import { scaleLinear, scaleLog, type ScaleContinuousNumeric } from "d3-scale";
import { digits, power } from "../words";
import type { Drawing } from "./drawing";

export type Scale = ScaleContinuousNumeric<number, number>;
export type Interval = readonly [number, number];

/** A tick; without text it is a minor one. */
export interface Tick {
  readonly value: number;
  readonly text: string | null;
}

/** Where the data of a chart are drawn. */
export interface Plot {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** What one axis is made of. */
export interface Axis {
  readonly scale: Scale;
  readonly ticks: readonly Tick[];
  readonly label: string;
}

export function linearAxis(domain: Interval, range: Interval, label: string, spacing: number): Axis {
  const scale = scaleLinear().domain(domain).range(range);
  const wanted = Math.max(2, Math.floor(Math.abs(range[1] - range[0]) / spacing));
  const format = scale.tickFormat(wanted);
  return { scale, label, ticks: scale.ticks(wanted).map((value) => ({ value, text: plainTick(value, format(value)) })) };
}

interface LogOptions {
  /** Pixels between written ticks. */
  readonly spacing: number;
  readonly print?: (value: number) => string;
  /** Values that are written rather than round ones, when there is room for all of them. */
  readonly favorites?: readonly number[];
}

/** An axis of powers; as many of 1, 2, 5 or 1 … 9 are written out as there is room for. */
export function logAxis(domain: Interval, range: Interval, label: string, options: LogOptions): Axis {
  const { spacing, print = logTick, favorites = [] } = options;
  const scale = scaleLog().domain(domain).range(range);
  const all = singleDigits(domain);
  if (favorites.length > 1 && haveRoom(favorites, scale, spacing)) {
    const minor = all.filter((value) => !favorites.includes(value));
    return { scale, label, ticks: [...favorites.map((value) => ({ value, text: print(value) })), ...minor.map((value) => ({ value, text: null }))] };
  }
  const choices = [[1], [1, 3], [1, 2, 5], [1, 2, 3, 4, 5, 6, 7, 8, 9]];
  let written: number[] = [];
  for (const mantissas of choices) {
    const candidate = all.filter((value) => mantissas.includes(mantissa(value)));
    if (written.length < 2 || haveRoom(candidate, scale, spacing)) written = candidate;
  }
  if (written.length < 2) {
    const linear = linearAxis(domain, range, label, spacing);
    return { ...linear, scale };
  }
  const ticks = all.map((value) => ({ value, text: written.includes(value) ? print(value) : null }));
  return { scale, label, ticks };
}

/** The interval from the least to the greatest value, widened by a share on both sides. */
export function extent(values: Iterable<number>, margin: number, log = false): Interval {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) {
    if (!Number.isFinite(value) || (log && value <= 0)) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  if (low > high) return log ? [0.1, 10] : [0, 1];
  if (log) {
    const factor = low === high ? 3 : (high / low) ** margin;
    return [low / factor, high * factor];
  }
  const room = low === high ? Math.abs(low) * 0.1 + 0.5 : (high - low) * margin;
  return [low - room, high + room];
}

/** Room on the left that the numbers of an axis need. */
export function widthOfTicks(axis: Axis, font: number): number {
  return Math.max(...axis.ticks.map(({ text }) => (text ?? "").length), 1) * font * 0.58 + font;
}

interface AxesProps {
  readonly x: Axis;
  readonly y: Axis;
  readonly plot: Plot;
  readonly drawing: Drawing;
  readonly grid?: boolean;
}

/** Both axes: numbers outside, hairlines inside, the name of y above its numbers. */
export function Axes({ x, y, plot, drawing, grid = true }: AxesProps) {
  const { theme, font } = drawing;
  const place = (axis: Axis, tick: Tick) => Math.round(axis.scale(tick.value)) + 0.5;
  const long = font * 0.45;
  return (
    <g font-size={font} fill={theme.muted} class="axes">
      {y.ticks.map((tick) => {
        const at = place(y, tick);
        const length = tick.text === null ? long * 0.6 : long;
        return (
          <g key={tick.value}>
            {grid && tick.text !== null && <line x1={plot.left} x2={plot.right} y1={at} y2={at} stroke={theme.grid} />}
            <line x1={plot.left - length} x2={plot.left} y1={at} y2={at} stroke={theme.faint} />
            {tick.text !== null && (
              <text x={plot.left - long - font * 0.3} y={at} dy="0.35em" text-anchor="end">{tick.text}</text>
            )}
          </g>
        );
      })}
      {x.ticks.map((tick) => {
        const at = place(x, tick);
        const length = tick.text === null ? long * 0.6 : long;
        return (
          <g key={tick.value}>
            {grid && tick.text !== null && <line x1={at} x2={at} y1={plot.top} y2={plot.bottom} stroke={theme.grid} />}
            <line x1={at} x2={at} y1={plot.bottom} y2={plot.bottom + length} stroke={theme.faint} />
            {tick.text !== null && (
              <text x={at} y={plot.bottom + long + font * 1.05} text-anchor="middle">{tick.text}</text>
            )}
          </g>
        );
      })}
      <path
        d={`M${Math.round(plot.left) + 0.5},${plot.top}V${Math.round(plot.bottom) + 0.5}H${plot.right}`}
        fill="none"
        stroke={theme.faint}
      />
      <text x={2} y={font} fill={theme.ink} font-weight="500">{y.label}</text>
      <text x={plot.right} y={plot.bottom + font * 2.75} text-anchor="end" fill={theme.ink} font-weight="500">
        {x.label}
      </text>
    </g>
  );
}

function mantissa(value: number): number {
  return Math.round(value / 10 ** Math.floor(Math.log10(value) + 1e-9));
}

/** All of 1 … 9 times a power of ten within an interval. */
function singleDigits([low, high]: Interval): number[] {
  const first = Math.floor(Math.log10(low));
  const decades = Array.from({ length: Math.ceil(Math.log10(high)) - first + 1 }, (_, i) => first + i);
  // Through text, so that 3e-7 is the number that is written so, not a neighbor.
  const values = decades.flatMap((exponent) => [1, 2, 3, 4, 5, 6, 7, 8, 9].map((m) => Number(`${m}e${exponent}`)));
  return values.filter((value) => value >= low && value <= high);
}

function haveRoom(values: readonly number[], scale: Scale, spacing: number): boolean {
  const places = values.map((value) => scale(value)).sort((a, b) => a - b);
  return places.every((at, i) => i === 0 || at - places[i - 1]! >= spacing);
}

function logTick(value: number): string {
  if (value >= 1e-3 && value < 1e6) return value.toLocaleString("en-US", { maximumSignificantDigits: 2 });
  const exponent = Math.floor(Math.log10(value) + 1e-9);
  const front = mantissa(value);
  return front === 1 ? power(exponent) : `${front}·${power(exponent)}`;
}

function plainTick(value: number, formatted: string): string {
  return Math.abs(value) >= 1e7 || (value !== 0 && Math.abs(value) < 1e-4) ? digits(value, 2) : formatted;
}
