/** The map's lines and letters: axes, histograms, pins; one drawing for the screen and for files. */

import { Axes, type Interval } from "../chart/axes";
import type { Drawing } from "../chart/drawing";
import type { Frame, Line } from "./frame";
import { toShares } from "./projection";
import type { Mapped } from "./use-cloud";

export function MapAxes({ frame, drawing }: { readonly frame: Frame; readonly drawing: Drawing }) {
  if (frame.plane !== null) return <Axes {...frame.plane} drawing={drawing} grid={false} />;
  return <SpaceAxes frame={frame} drawing={drawing} />;
}

function SpaceAxes({ frame, drawing: { theme, font } }: { readonly frame: Frame; readonly drawing: Drawing }) {
  const { area, space } = frame;
  return (
    <g transform={`translate(${area.left} ${area.top})`} font-size={font} fill={theme.muted} class="axes">
      {space!.map(({ line, ticks, label, name }, i) => (
        <g key={i}>
          <line x1={line.from[0]} y1={line.from[1]} x2={line.to[0]} y2={line.to[1]} stroke={theme.faint} />
          {ticks.map(({ at, label: [x, y], text }) => (
            <g key={text}>
              <line x1={at[0]} y1={at[1]} x2={at[0] + (x - at[0]) * 0.3} y2={at[1] + (y - at[1]) * 0.3} stroke={theme.faint} />
              <text x={x} y={y} dy="0.35em" text-anchor="middle">{text}</text>
            </g>
          ))}
          <text x={name[0]} y={name[1]} dy="0.35em" text-anchor="middle" fill={theme.ink} font-weight="500">{label}</text>
        </g>
      ))}
    </g>
  );
}

export function GridLines({ frame, drawing: { theme } }: { readonly frame: Frame; readonly drawing: Drawing }) {
  return <path d={gridPath(frame.grid)} stroke={theme.grid} fill="none" transform={`translate(${frame.area.left} ${frame.area.top})`} />;
}

function gridPath(lines: readonly Line[]): string {
  return lines.map(({ from, to }) => `M${from.map(rounded).join(",")}L${to.map(rounded).join(",")}`).join("");
}

function rounded(x: number): number {
  return Math.round(x) + 0.5;
}

export interface Bars {
  /** How many points lie in each bin, all of them and those chosen. */
  readonly all: Float64Array;
  readonly chosen: Float64Array | null;
}

interface HistogramProps {
  readonly frame: Frame;
  readonly drawing: Drawing;
  readonly axis: "x" | "y";
  readonly bars: Bars;
  readonly size: number;
  readonly brush: Interval | null;
}

/** Counts along an axis: above the plot for x, to its right for y. */
export function Histogram({ frame: { area }, drawing: { theme }, axis, bars, size, brush }: HistogramProps) {
  const bins = bars.all.length;
  const most = Math.max(1, ...bars.all);
  const along = axis === "x" ? area.width : area.height;
  const step = along / bins;
  const room = size - 6;
  const bar = (count: number, i: number, color: string) => {
    if (count === 0) return null;
    const long = Math.max(1, (count / most) * room);
    const place = axis === "x"
      ? { x: area.left + i * step, y: area.top - 4 - long, width: Math.max(1, step - 1), height: long }
      : { x: area.left + area.width + 4, y: area.top + area.height - (i + 1) * step, width: long, height: Math.max(1, step - 1) };
    return <rect key={i} {...place} fill={color} />;
  };
  return (
    <g class={`histogram histogram-${axis}`}>
      {Array.from(bars.all, (count, i) => bar(count, i, bars.chosen === null ? theme.faint : theme.line))}
      {bars.chosen !== null && Array.from(bars.chosen, (count, i) => bar(count, i, theme.accent))}
      {brush !== null && <BrushMark area={area} axis={axis} size={size} brush={brush} color={theme.accent} />}
    </g>
  );
}

function BrushMark({ area, axis, size, brush, color }: { area: Frame["area"]; axis: "x" | "y"; size: number; brush: Interval; color: string }) {
  const [a, b] = brush;
  const place = axis === "x"
    ? { x: area.left + a * area.width, width: (b - a) * area.width, y: area.top - size, height: size - 3 }
    : { y: area.top + (1 - b) * area.height, height: (b - a) * area.height, x: area.left + area.width + 3, width: size - 3 };
  return <rect {...place} fill={color} fill-opacity={0.14} stroke={color} stroke-width={1} />;
}

/** Counts of the points shown along an axis of the window, and of those among them that are chosen. */
export function barsAlong({ channels, cloud }: Mapped, { window }: Frame, axis: "x" | "y", selected: Uint8Array | null): Bars {
  return countBars(channels[axis].places, ...toShares(channels[axis], window[axis]), cloud.states, selected);
}

/** Counts of points along an axis of the window. */
function countBars(
  places: Float32Array, factor: number, constant: number, states: Uint8Array | null, selected: Uint8Array | null, bins = 60,
): Bars {
  const all = new Float64Array(bins);
  const chosen = selected === null ? null : new Float64Array(bins);
  for (let i = 0; i < places.length; i++) {
    if (states !== null && states[i]! < 2) continue;
    const share = places[i]! * factor + constant;
    if (!(share >= 0 && share <= 1)) continue;
    const bin = Math.min(bins - 1, (share * bins) | 0);
    all[bin]!++;
    if (chosen !== null && selected![i] === 1) chosen[bin]!++;
  }
  return { all, chosen };
}
