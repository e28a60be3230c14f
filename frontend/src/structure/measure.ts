/** Distances, angles and dihedrals between atoms that were clicked. */

import type { Model } from "./model";
import { nearestShift } from "./structure";
import { add, combine, cross, dot, length, type Vector } from "./vectors";

export interface Measured {
  /** "distance", "angle" or "dihedral". */
  readonly kind: "distance" | "angle" | "dihedral";
  /** Å or degrees, as the atoms are shown. */
  readonly value: number;
  /** The same where each atom is the nearest image to the one before; null where that is what is shown. */
  readonly nearest: number | null;
}

export function distance(a: Vector, b: Vector): number {
  return length(add(b, a, -1));
}

/** Degrees at the middle atom. */
export function angle(a: Vector, b: Vector, c: Vector): number {
  const [u, v] = [add(a, b, -1), add(c, b, -1)];
  return degrees(Math.atan2(length(cross(u, v)), dot(u, v)));
}

/** Degrees from -180 to 180; positive where the far bond turns clockwise, seen along the middle one (IUPAC). */
export function dihedral(a: Vector, b: Vector, c: Vector, d: Vector): number {
  const [u, v, w] = [add(b, a, -1), add(c, b, -1), add(d, c, -1)];
  const [n, m] = [cross(u, v), cross(v, w)];
  return degrees(Math.atan2(dot(cross(n, m), v) / (length(v) || 1), dot(n, m)));
}

function degrees(radians: number): number {
  return (radians * 180) / Math.PI;
}

/** What two, three or four images are to each other; null for fewer. */
export function measured(model: Model, picked: readonly number[]): Measured | null {
  if (picked.length < 2) return null;
  const shown = picked.map((image) => model.positionOf(image));
  const near = nearestChain(model, picked, shown);
  const [value, nearest] = [valueOf(shown), valueOf(near)];
  const kinds = ["distance", "angle", "dihedral"] as const;
  return { kind: kinds[picked.length - 2]!, value, nearest: Math.abs(value - nearest) > 1e-4 ? nearest : null };
}

function valueOf(points: readonly Vector[]): number {
  const [a, b, c, d] = points;
  if (d !== undefined) return dihedral(a!, b!, c!, d);
  return c === undefined ? distance(a!, b!) : angle(a!, b!, c);
}

/** The first atom as it is shown, and of each other one the image nearest to the one before. */
function nearestChain({ structure, lattice, images }: Model, picked: readonly number[], shown: readonly Vector[]): Vector[] {
  const points: Vector[] = [shown[0]!];
  for (let k = 1; k < picked.length; k++) {
    const [i, j] = [images.atoms[picked[k - 1]!]!, images.atoms[picked[k]!]!];
    const { positions } = structure;
    const between = [0, 1, 2].map((axis) => positions[3 * j + axis]! - positions[3 * i + axis]!) as unknown as Vector;
    // An atom and its own image: the shift that was clicked is what is meant.
    if (i === j) points.push(add(points[k - 1]!, add(shown[k]!, shown[k - 1]!, -1)));
    else points.push(add(points[k - 1]!, lattice === null ? between : add(between, combine(nearestShift(structure, lattice, i, j), lattice.rows))));
  }
  return points;
}

const NAMES = { distance: "Distance", angle: "Angle", dihedral: "Dihedral" } as const;

/** In words: "Distance 7.10 Å, nearest images 2.31 Å". */
export function inWords({ kind, value, nearest }: Measured): string {
  const print = (x: number) => (kind === "distance" ? `${x.toFixed(3)} Å` : `${x.toFixed(1)}°`).replace("-", "−");
  return `${NAMES[kind]} ${print(value)}${nearest === null ? "" : `, nearest images ${print(nearest)}`}`;
}
