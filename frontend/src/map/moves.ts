/** Moving, enlarging and turning what the map shows. */

import type { Interval } from "../chart/axes";
import type { AxisSettings, MapSettings } from "../explorer/settings";
import { compose, rotationAbout } from "../structure/vectors";
import type { AxisChannel } from "./channels";
import type { Frame } from "./frame";
import { boxSide, cameraOf, type Gaze, START_GAZE } from "./projection";
import type { Channels } from "./use-cloud";

/** Changes of settings that show a window of an axis. */
function showing(settings: AxisSettings, channel: AxisChannel, [low, high]: Interval): AxisSettings {
  const inUnit = (value: number) => Number((channel.log ? 10 ** value : value).toPrecision(10));
  return { ...settings, min: inUnit(low), max: inUnit(high) };
}

/** Moves by pixels. */
export function panned(map: MapSettings, channels: Channels, frame: Frame, dx: number, dy: number): Partial<MapSettings> {
  const { area, window, gaze } = frame;
  if (channels.z !== null) {
    const unit = boxSide(area);
    return { camera: cameraOf({ ...gaze, shift: [gaze.shift[0] + dx / unit, gaze.shift[1] + dy / unit] }) };
  }
  const [sx, sy] = [(-dx / area.width) * (window.x[1] - window.x[0]), (dy / area.height) * (window.y[1] - window.y[0])];
  return {
    x: showing(map.x, channels.x, [window.x[0] + sx, window.x[1] + sx]),
    y: showing(map.y, channels.y, [window.y[0] + sy, window.y[1] + sy]),
  };
}

/** Enlarges about a place, in pixels of the area. */
export function zoomedAt(
  map: MapSettings, channels: Channels, frame: Frame, factor: number, at: readonly [number, number] = [frame.area.width / 2, frame.area.height / 2],
): Partial<MapSettings> {
  const { area, window, gaze } = frame;
  if (channels.z !== null) {
    const zoom = Math.min(200, Math.max(0.1, gaze.zoom * factor));
    const grown = zoom / gaze.zoom;
    const unit = boxSide(area);
    // The place under the pointer stays where it is.
    const shift = ([0, 1] as const).map((i) => {
      const from = (at[i] - (i === 0 ? area.width : area.height) / 2) / unit;
      return from + (gaze.shift[i] - from) * grown;
    }) as [number, number];
    return { camera: cameraOf({ ...gaze, zoom, shift }) };
  }
  const about = ([low, high]: Interval, share: number): Interval => {
    const center = low + (high - low) * share;
    return [center - (center - low) / factor, center + (high - center) / factor];
  };
  return {
    x: showing(map.x, channels.x, about(window.x, at[0] / area.width)),
    y: showing(map.y, channels.y, about(window.y, 1 - at[1] / area.height)),
  };
}

/** Shows what lies between two corners, in pixels of the area. */
export function zoomedTo(
  map: MapSettings, channels: Channels, { area, window }: Frame, [x0, y0]: readonly [number, number], [x1, y1]: readonly [number, number],
): Partial<MapSettings> {
  const on = ([low, high]: Interval, share: number) => low + (high - low) * share;
  const sorted = (a: number, b: number): Interval => (a < b ? [a, b] : [b, a]);
  return {
    x: showing(map.x, channels.x, sorted(on(window.x, x0 / area.width), on(window.x, x1 / area.width))),
    y: showing(map.y, channels.y, sorted(on(window.y, 1 - y0 / area.height), on(window.y, 1 - y1 / area.height))),
  };
}

/** Turns space as a finger on a ball would, by pixels. */
export function turnedBy(gaze: Gaze, dx: number, dy: number): Partial<MapSettings> {
  const angle = Math.hypot(dx, dy) * 0.009;
  if (angle === 0) return {};
  return { camera: cameraOf({ ...gaze, rotation: compose(rotationAbout([dy, dx, 0], angle), gaze.rotation) }) };
}

/** Shows everything again. */
export function reset(map: MapSettings): Partial<MapSettings> {
  const all = (axis: AxisSettings): AxisSettings => ({ ...axis, min: null, max: null });
  return { x: all(map.x), y: all(map.y), z: all(map.z), camera: cameraOf(START_GAZE) };
}
