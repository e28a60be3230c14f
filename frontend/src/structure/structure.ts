/** One structure as flat arrays, and the lattice it repeats on. */

import { combine, cross, inverse, length, type Matrix, unit, type Vector } from "./vectors";

export interface Structure {
  /** Atomic numbers; 0 where it is no element. */
  readonly numbers: Uint8Array;
  /** Å; x, y, z of each atom. */
  readonly positions: Float32Array;
  /** Å; nine numbers, one cell vector after the other; null without a cell. */
  readonly cell: Float32Array | null;
  readonly periodic: readonly [boolean, boolean, boolean];
  /** What to call each atom; null where elements' symbols do. */
  readonly names: readonly string[] | null;
  /** First atom, second atom, order (1–3, 4 is aromatic) of each bond; null to find them by distance. */
  readonly bonds: Int32Array | null;
}

/** Steps between images, and how to count in them. */
export interface Lattice {
  readonly rows: Matrix;
  readonly toFractions: Matrix;
  /** Along which vectors the structure repeats; never along one that was not given. */
  readonly periodic: readonly [boolean, boolean, boolean];
  /** Vectors that were given; the others only complete the cell to a volume. */
  readonly given: readonly [boolean, boolean, boolean];
}

const NO_SHIFT: Vector = [0, 0, 0];

export function positionOf({ positions }: Structure, atom: number): Vector {
  return [positions[3 * atom]!, positions[3 * atom + 1]!, positions[3 * atom + 2]!];
}

/** The lattice of a structure; null without a cell, or where its vectors lie in a plane. */
export function latticeOf({ cell, periodic }: Structure): Lattice | null {
  if (cell === null) return null;
  const rows = [0, 1, 2].map((i): Vector => [cell[3 * i]!, cell[3 * i + 1]!, cell[3 * i + 2]!]);
  const given = rows.map((row) => length(row) > 1e-6) as unknown as Lattice["given"];
  if (!given.some(Boolean)) return null;
  const full = completed(rows as unknown as Matrix, given);
  const toFractions = inverse(full);
  if (toFractions === null) return null;
  const repeats = given.map((yes, i) => yes && periodic[i]!) as unknown as Lattice["periodic"];
  return { rows: full, toFractions, periodic: repeats, given };
}

/** Slabs and wires may come without their other vectors: unit vectors across stand in for them. */
function completed(rows: Matrix, given: readonly boolean[]): Matrix {
  const out = [...rows] as [Vector, Vector, Vector];
  for (let i = 0; i < 3; i++) {
    if (given[i]) continue;
    const [a, b] = [out[(i + 1) % 3]!, out[(i + 2) % 3]!];
    const across = length(a) > 1e-6 && length(b) > 1e-6 ? cross(a, b) : acrossOne(length(a) > 1e-6 ? a : b);
    out[i] = unit(across);
  }
  return out;
}

function acrossOne(v: Vector): Vector {
  return Math.abs(v[0]) < 0.8 * length(v) ? cross(v, [1, 0, 0]) : cross(v, [0, 1, 0]);
}

/** The shift that brings one atom's image nearest to another atom. */
export function nearestShift(structure: Structure, lattice: Lattice | null, from: number, to: number): Vector {
  if (lattice === null || !lattice.periodic.some(Boolean)) return NO_SHIFT;
  const [a, b] = [positionOf(structure, from), positionOf(structure, to)];
  const between: Vector = [b[0] - a[0], b[1] - a[1], b[2] - a[2]];
  const fraction = combine(between, lattice.toFractions);
  const first = fraction.map((f, axis) => (lattice.periodic[axis] ? -Math.round(f) : 0)) as unknown as Vector;
  // In skewed cells the nearest image may be one cell further than rounding says.
  let [best, least] = [NO_SHIFT, length(between) - 1e-6];
  const steps = (axis: 0 | 1 | 2) => (lattice.periodic[axis] ? [-1, 0, 1] : [0]);
  for (const i of steps(0)) for (const j of steps(1)) for (const k of steps(2)) {
    const shift: Vector = [first[0] + i, first[1] + j, first[2] + k];
    const [x, y, z] = combine(shift, lattice.rows);
    const distance = Math.hypot(between[0] + x, between[1] + y, between[2] + z);
    if (distance < least - 1e-6) [best, least] = [shift, distance];
  }
  return best;
}
