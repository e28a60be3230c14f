/** From where a structure is looked at, and where its atoms then stand in the picture. */

import type { Atom, BallsAndSticks } from "./bonds";
import { ballRadius } from "./bonds";
import { add, compose, layFlat, NO_ROTATION, type Rotation, rotate, rotationAbout, type Vector } from "./vectors";

export interface View {
  readonly rotation: Rotation;
  readonly zoom: number;
}

/** Half the picture's smaller side spans this much more than the structure's radius. */
const MARGIN = 1.06;
/** Distance of the eye in radii of the structure: near enough for depth, far enough to keep shapes. */
export const EYE = 5.5;

/** Molecules lie flat; crystals stand on their cell, turned a little so that depth shows. */
export function startingView(model: BallsAndSticks): View {
  if (model.edges.length > 0) {
    const upright = rotationAbout([1, 0, 0], -Math.PI / 2);
    const turned = compose(rotationAbout([0, 1, 0], -0.45), upright);
    return { rotation: compose(rotationAbout([1, 0, 0], 0.28), turned), zoom: 1 };
  }
  const flat = model.atoms.length < 3 ? NO_ROTATION : layFlat(model.atoms.map((atom) => atom.position));
  return { rotation: compose(rotationAbout([1, 0.35, 0], 0.3), flat), zoom: 1 };
}

/** Turns a view as a finger on a ball would, by pixels. */
export function turned(view: View, dx: number, dy: number): View {
  const angle = Math.hypot(dx, dy) * 0.011;
  return angle === 0 ? view : { ...view, rotation: compose(rotationAbout([dy, dx, 0], angle), view.rotation) };
}

export function zoomed(view: View, factor: number): View {
  return { ...view, zoom: Math.min(12, Math.max(0.3, view.zoom * factor)) };
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
export function projection(model: BallsAndSticks, view: View, width: number, height: number): (p: Vector) => Projected {
  const eye = EYE * model.radius;
  const focal = (Math.min(width, height) / 2) * view.zoom * focalLength();
  return (position) => {
    const [x, y, depth] = rotate(view.rotation, add(position, model.center, -1));
    const scale = focal / Math.max(eye - depth, 0.05 * eye);
    return { x: width / 2 + x * scale, y: height / 2 - y * scale, depth, scale: scale };
  };
}

/** A sphere of the structure's radius just fits into the picture. */
function focalLength(): number {
  return Math.sqrt(EYE ** 2 - 1) / MARGIN;
}

/** The tangent of half the camera's vertical angle, for the same picture in WebGL. */
export function halfAngleTangent(view: View, width: number, height: number): number {
  return height / (Math.min(width, height) * view.zoom * focalLength());
}

/** The foremost atom under a point of the picture. */
export function atomAt(model: BallsAndSticks, project: (p: Vector) => Projected, x: number, y: number): Atom | null {
  let found: Atom | null = null;
  let front = -Infinity;
  for (const atom of model.atoms) {
    const seen = project(atom.position);
    const inside = Math.hypot(seen.x - x, seen.y - y) <= Math.max(6, ballRadius(atom.number) * seen.scale);
    if (inside && seen.depth > front) [found, front] = [atom, seen.depth];
  }
  return found;
}
