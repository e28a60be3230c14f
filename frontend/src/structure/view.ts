/** From where a structure is looked at, and where its atoms then stand in the picture. */

import type { Model } from "./model";
import { add, compose, cross, fromRows, layFlat, NO_ROTATION, rotate, type Rotation, rotationAbout, unit, type Vector } from "./vectors";

export interface View {
  readonly rotation: Rotation;
  /** 1 just shows the whole structure. */
  readonly zoom: number;
  /** Å to the right of and above the structure's middle that the picture's middle shows. */
  readonly pan: readonly [number, number];
  /** What is far looks smaller; otherwise parallels stay parallel. */
  readonly perspective: boolean;
}

/** Half the picture's smaller side spans this much more than the structure's radius. */
const MARGIN = 1.06;
/** Distance of the eye in radii of the structure: near enough for depth, far enough to keep shapes. */
export const EYE = 5.5;
const ZOOMS = [0.2, 40] as const;
/** A rough direction is enough to lay a structure flat. */
const SAMPLE = 1500;

/** Molecules lie flat; crystals stand on their cell, turned a little so that depth shows. */
export function startingView(model: Model, perspective: boolean): View {
  const plain = { zoom: 1, pan: [0, 0] as const, perspective };
  if (model.lattice !== null) {
    const upright = rotationAbout([1, 0, 0], -Math.PI / 2);
    const turned = compose(rotationAbout([0, 1, 0], -0.45), upright);
    return { rotation: compose(rotationAbout([1, 0, 0], 0.28), turned), ...plain };
  }
  const { balls } = model.primitives;
  const step = Math.max(1, Math.floor(balls.count / SAMPLE));
  const points = Array.from({ length: Math.floor(balls.count / step) }, (_, i) => balls.at(i * step));
  const flat = points.length < 2 ? NO_ROTATION : layFlat(points);
  return { rotation: compose(rotationAbout([1, 0.35, 0], 0.3), flat), ...plain };
}

/** Looks along a direction of the structure, from its tip; what is above stays above. */
export function alignedView(view: View, towardEye: Vector, above: Vector): View {
  const z = unit(towardEye);
  const x = unit(cross(above, z));
  return { ...view, rotation: fromRows([x, cross(z, x), z]), pan: [0, 0] };
}

/** Turns a view as a finger on a ball would, by pixels. */
export function turned(view: View, dx: number, dy: number): View {
  const angle = Math.hypot(dx, dy) * 0.011;
  return angle === 0 ? view : { ...view, rotation: compose(rotationAbout([dy, dx, 0], angle), view.rotation) };
}

export function zoomed(view: View, factor: number): View {
  return { ...view, zoom: Math.min(ZOOMS[1], Math.max(ZOOMS[0], view.zoom * factor)) };
}

/** Moves the structure by pixels of a picture. */
export function panned(view: View, dx: number, dy: number, pixelsPerAngstrom: number): View {
  return { ...view, pan: [view.pan[0] - dx / pixelsPerAngstrom, view.pan[1] + dy / pixelsPerAngstrom] };
}

export interface Projected {
  readonly x: number;
  readonly y: number;
  /** Toward the eye. */
  readonly depth: number;
  /** Pixels for 1 Å at this depth. */
  readonly scale: number;
}

/** Returns how a position is seen in a picture of the given size. */
export function projection(model: Pick<Model, "center" | "radius">, view: View, width: number, height: number): (p: Vector) => Projected {
  const eye = EYE * model.radius;
  const focal = (Math.min(width, height) / 2) * view.zoom * focalLength();
  return (position) => {
    const [x, y, depth] = rotate(view.rotation, add(position, model.center, -1));
    const scale = focal / (view.perspective ? Math.max(eye - depth, 0.05 * eye) : eye);
    return { x: width / 2 + (x - view.pan[0]) * scale, y: height / 2 - (y - view.pan[1]) * scale, depth, scale };
  };
}

/** A sphere of the structure's radius just fits into the picture. */
export function focalLength(): number {
  return Math.sqrt(EYE ** 2 - 1) / MARGIN;
}

/** The tangent of half the camera's vertical angle, for the same picture in WebGL. */
export function halfAngleTangent(view: View, width: number, height: number): number {
  return height / (Math.min(width, height) * view.zoom * focalLength());
}

/** The foremost ball under a point of the picture; -1 where there is none. */
export function ballAt(model: Model, view: View, size: readonly [number, number], x: number, y: number): number {
  const { places, drawn: count } = model.primitives.balls;
  const project = projection(model, view, ...size);
  const small = count < 3000 ? 6 : 2;
  let found = -1;
  let front = -Infinity;
  for (let i = 0; i < count; i++) {
    const seen = project([places[4 * i]!, places[4 * i + 1]!, places[4 * i + 2]!]);
    const radius = Math.max(small, places[4 * i + 3]! * seen.scale);
    const off = (seen.x - x) ** 2 + (seen.y - y) ** 2;
    if (off > radius * radius) continue;
    const depth = seen.depth + Math.sqrt(Math.max(0, radius * radius - off)) / seen.scale;
    if (depth > front) [found, front] = [i, depth];
  }
  return found;
}
