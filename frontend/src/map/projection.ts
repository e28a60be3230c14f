/** Where places lie in the picture, in a plane and in space. */

import type { Interval } from "../chart/axes";
import type { CameraSettings } from "../explorer/panels";
import { add, compose, cross, dot, length, type Rotation, rotate, rotationAbout, type Vector } from "../structure/vectors";
import type { AxisChannel } from "./channels";
import type { Placement, Row } from "./cloud";

/** What is shown of an axis, on its scale (exponents where it is logarithmic). */
export interface Window {
  readonly x: Interval;
  readonly y: Interval;
  readonly z: Interval | null;
}

export interface Area {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** How space is looked at: turned about the middle of the box, then moved and enlarged. */
export interface Gaze {
  readonly rotation: Rotation;
  readonly zoom: number;
  /** Pixels at zoom 1 of a picture with sides of 1. */
  readonly shift: readonly [number, number];
}

export const START_GAZE: Gaze = {
  rotation: compose(rotationAbout([1, 0, 0], -1.15), rotationAbout([0, 0, 1], -0.65)),
  zoom: 1,
  shift: [0, 0],
};

/** Places 0 … 1 to shares of the window: factor and constant. */
export function toShares({ extent: [low, high] }: AxisChannel, [start, stop]: Interval): readonly [number, number] {
  const span = stop - start || 1;
  return [(high - low) / span, (low - start) / span];
}

/** The window's x to the right and y upward, over the whole area. */
export function planePlacement(x: AxisChannel, y: AxisChannel, window: Window, { width, height }: Area): Placement {
  const [fx, cx] = toShares(x, window.x);
  const [fy, cy] = toShares(y, window.y);
  return {
    across: [fx * width, 0, 0, cx * width],
    down: [0, -fy * height, 0, height - cy * height],
    depth: [0, 0, 0, 0],
  };
}

/** The box of the window, a cube about the middle of the area, seen without perspective. */
export function spacePlacement(axes: readonly [AxisChannel, AxisChannel, AxisChannel], window: Window, gaze: Gaze, area: Area): Placement {
  const maps = [toShares(axes[0], window.x), toShares(axes[1], window.y), toShares(axes[2], window.z!)] as const;
  const box = boxRows(gaze, area);
  const through = ([rx, ry, rz, r0]: Row): Row => {
    const factors = [rx, ry, rz] as const;
    const constant = factors.reduce((sum, factor, axis) => sum + factor * maps[axis]![1], r0);
    return [rx * maps[0][0], ry * maps[1][0], rz * maps[2][0], constant];
  };
  return { across: through(box.across), down: through(box.down), depth: through(box.depth) };
}

/** From the corners of the window's box, 0 … 1, to pixels. */
export function boxRows({ rotation, zoom, shift }: Gaze, { width, height }: Area): Placement {
  const side = boxSide({ width, height }) * zoom;
  const axes = ([[1, 0, 0], [0, 1, 0], [0, 0, 1]] as const).map((axis) => rotate(rotation, axis));
  const row = (of: 0 | 1 | 2, scale: number, middle: number): Row => {
    const [a, b, c] = axes.map((axis) => axis[of] * scale) as [number, number, number];
    return [a, b, c, middle - (a + b + c) / 2];
  };
  const unit = boxSide({ width, height });
  return {
    across: row(0, side, width / 2 + shift[0] * unit),
    down: row(1, -side, height / 2 + shift[1] * unit),
    depth: row(2, 1, 0.5),
  };
}

/** Pixels of the box's edges at zoom 1: its diagonal just fits. */
export function boxSide({ width, height }: Pick<Area, "width" | "height">): number {
  return Math.min(width * 0.92, height) * 0.63;
}

export function applyRow([x, y, z, constant]: Row, p: Vector): number {
  return x * p[0] + y * p[1] + z * p[2] + constant;
}

/** A gaze as chemiscope writes cameras: where the eye is and what is up. */
export function cameraOf({ rotation, zoom, shift }: Gaze): CameraSettings {
  const back: Rotation = [-rotation[0], -rotation[1], -rotation[2], rotation[3]];
  const named = ([x, y, z]: Vector) => ({ x, y, z });
  const eye = rotate(back, [0, 0, 1.25 * Math.sqrt(3)]);
  const center = rotate(back, [-shift[0], shift[1], 0]);
  return { eye: named(add(eye, center)), center: named(center), up: named(rotate(back, [0, 1, 0])), zoom };
}

export function gazeOf({ eye, center, up, zoom }: CameraSettings): Gaze {
  const vector = ({ x, y, z }: { x: number; y: number; z: number }): Vector => [x, y, z];
  const toward = unit(add(vector(eye), vector(center), -1));
  const right = unit(cross(vector(up), toward));
  const above = cross(toward, right);
  const rotation = fromRows(right, above, toward);
  return { rotation, zoom, shift: [-dot(right, vector(center)), dot(above, vector(center))] };
}

function unit(v: Vector): Vector {
  const size = length(v) || 1;
  return [v[0] / size, v[1] / size, v[2] / size];
}

/** The rotation that brings three perpendicular directions onto x, y and z. */
function fromRows(a: Vector, b: Vector, c: Vector): Rotation {
  const trace = a[0] + b[1] + c[2];
  const w = Math.sqrt(Math.max(0, 1 + trace)) / 2;
  const signed = (square: number, sign: number) => (Math.sqrt(Math.max(0, square)) / 2) * (sign < 0 ? -1 : 1);
  const x = signed(1 + a[0] - b[1] - c[2], c[1] - b[2]);
  const y = signed(1 - a[0] + b[1] - c[2], a[2] - c[0]);
  const z = signed(1 - a[0] - b[1] + c[2], b[0] - a[1]);
  const size = Math.hypot(x, y, z, w) || 1;
  return [x / size, y / size, z / size, w / size];
}

/** The window that shows everything, with a little room about it. */
export function wholeWindow(channel: AxisChannel, room = 0.04): Interval {
  const [low, high] = channel.extent;
  const margin = (high - low) * room;
  return [low - margin, high + margin];
}
