/** Axes, grid and the place of everything in the map's drawing. */

import { type Axis, type Interval, linearAxis, logAxis, type Plot, type Tick, widthOfTicks } from "../chart/axes";
import { textWidth } from "../chart/drawing";
import type { AxisSettings, MapSettings } from "../explorer/settings";
import type { Vector } from "../structure/vectors";
import type { AxisChannel } from "./channels";
import type { Placement } from "./cloud";
import { applyRow, type Area, boxRows, type Gaze, gazeOf, planePlacement, spacePlacement, START_GAZE, wholeWindow, type Window } from "./projection";
import { boxEdges, type SpaceAxis } from "./space";
import type { Channels } from "./use-cloud";

export interface Line {
  readonly from: readonly [number, number];
  readonly to: readonly [number, number];
}

export interface Frame {
  /** Where points are, in the drawing. */
  readonly area: Area;
  readonly window: Window;
  /** From places to pixels of the area. */
  readonly placement: Placement;
  /** Under the points, in pixels of the area. */
  readonly grid: readonly Line[];
  readonly plane: { readonly x: Axis; readonly y: Axis; readonly plot: Plot } | null;
  readonly space: readonly SpaceAxis[] | null;
  readonly gaze: Gaze;
}

export interface Room {
  readonly width: number;
  readonly height: number;
  readonly font: number;
  /** Kept free for legends. */
  readonly right: number;
  readonly top: number;
  /** Height of the histograms beside the axes; 0 without. */
  readonly histogram: number;
}

export function frameOf(channels: Channels, map: MapSettings, room: Room): Frame {
  return channels.z === null ? planeFrame(channels, map, room) : spaceFrame(channels, map, room);
}

/** What of an axis is to be seen: what was chosen, and otherwise everything. */
export function windowOf(channel: AxisChannel, { min, max }: AxisSettings, space = false): Interval {
  const whole = wholeWindow(channel, space ? 0 : 0.04);
  const onScale = (value: number | null) => (value === null ? null : channel.log ? (value > 0 ? Math.log10(value) : null) : value);
  const [low, high] = [onScale(min) ?? whole[0], onScale(max) ?? whole[1]];
  return low < high ? [low, high] : whole;
}

function planeFrame({ x, y }: Channels, map: MapSettings, { width, height, font, right, top, histogram }: Room): Frame {
  const window: Window = { x: windowOf(x, map.x), y: windowOf(y, map.y), z: null };
  const [plotTop, plotBottom] = [top + font * 2 + histogram, height - font * 3.2];
  const yAxis = axisOf(y, window.y, [plotBottom, plotTop], font * 3.2, font);
  const left = Math.max(font * 3, widthOfTicks(yAxis, font));
  const plotRight = Math.max(left + font * 4, width - font * 0.8 - right - histogram);
  const xAxis = axisOf(x, window.x, [left, plotRight], font * 5.5, font);
  const area: Area = { left, top: plotTop, width: plotRight - left, height: Math.max(font * 3, plotBottom - plotTop) };
  const across = xAxis.ticks.filter(({ text }) => text !== null).map(({ value }): Line => {
    const at = xAxis.scale(value) - left;
    return { from: [at, 0], to: [at, area.height] };
  });
  const down = yAxis.ticks.filter(({ text }) => text !== null).map(({ value }): Line => {
    const at = yAxis.scale(value) - plotTop;
    return { from: [0, at], to: [area.width, at] };
  });
  return {
    area, window, space: null, gaze: START_GAZE,
    placement: planePlacement(x, y, window, area),
    grid: [...across, ...down],
    plane: { x: xAxis, y: yAxis, plot: { left, right: plotRight, top: plotTop, bottom: plotBottom } },
  };
}

function spaceFrame({ x, y, z }: Channels, map: MapSettings, { width, height, font, right, top }: Room): Frame {
  const axes = [x, y, z!] as const;
  const window: Window = { x: windowOf(x, map.x, true), y: windowOf(y, map.y, true), z: windowOf(z!, map.z, true) };
  const area: Area = { left: 0, top, width: Math.max(font * 8, width - right), height: Math.max(font * 8, height - top) };
  const gaze = map.camera === null ? START_GAZE : gazeOf(map.camera);
  const rows = boxRows(gaze, area);
  const project = (p: Vector): [number, number] => [applyRow(rows.across, p), applyRow(rows.down, p)];
  const { grid, space } = boxEdges({
    project,
    depthOf: (p) => applyRow(rows.depth, p),
    axes: [window.x, window.y, window.z!].map((interval, i) => (pixels: number) => axisOf(axes[i]!, interval, [0, pixels], font * 3.6, font)),
    font,
  });
  return { area, window, gaze, grid, space, plane: null, placement: spacePlacement(axes, window, gaze, area) };
}

/** An axis of any kind over an interval of its scale. */
export function axisOf(channel: AxisChannel, [low, high]: Interval, range: Interval, spacing: number, font: number): Axis {
  if (channel.log) return logAxis([10 ** low, 10 ** high], range, channel.label, { spacing });
  const axis = linearAxis([low, high], range, channel.label, spacing);
  if (channel.property?.kind !== "category") return axis;
  const { categories } = channel.property;
  const pixels = Math.abs(range[1] - range[0]) / Math.max(1e-9, high - low);
  const skip = Math.max(1, Math.ceil(Math.max(font * 1.4, spacing * 0.5) / pixels));
  const ticks: Tick[] = [];
  for (let code = Math.max(0, Math.ceil(low)); code <= Math.min(categories.length - 1, high); code++) {
    ticks.push({ value: code, text: code % skip === 0 ? shortened(categories[code]!, 14) : null });
  }
  return { ...axis, ticks };
}

/** A text of at most some letters. */
export function shortened(text: string, most: number): string {
  const letters = [...text];
  return letters.length <= most ? text : `${letters.slice(0, most - 1).join("")}…`;
}

/** About how wide the longest of some texts is, in pixels, each shortened. */
export function widest(texts: readonly string[], most: number, font: number): number {
  return Math.max(0, ...texts.map((text) => textWidth(shortened(text, most), font)));
}

