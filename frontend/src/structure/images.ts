/** Which images of a structure's atoms are shown: supercell, atoms on walls, an atom's environment. */

import { latticeOf, type Lattice, positionOf, type Structure } from "./structure";
import { combine, type Vector } from "./vectors";

export interface Images {
  readonly count: number;
  /** Images of the supercell come first, cell by cell; those on walls and of the environment follow. */
  readonly nInside: number;
  readonly atoms: Int32Array;
  /** Cells from where the atom was given. */
  readonly shifts: Int16Array;
  /** Atoms on a wall of the supercell, which are shown on its other side too. */
  readonly onWall: Uint8Array;
  /** Images within the environment; null where none is chosen. */
  readonly within: Uint8Array | null;
  /** The place of an image in this list, or -1. */
  readonly find: (atom: number, a: number, b: number, c: number) => number;
}

export interface ImageChoice {
  readonly supercell: readonly [number, number, number];
  /** Show atoms on a wall on its other side, too. */
  readonly walls: boolean;
  readonly environment: Environment | null;
}

export interface Environment {
  readonly center: number;
  /** Å. */
  readonly cutoff: number;
}

/** Distance from a wall, as a share of the cell, within which an atom is shown on the other side. */
const WALL = 0.01;

export function imagesOf(structure: Structure, { supercell, walls, environment }: ImageChoice): Images {
  const lattice = latticeOf(structure);
  const n = structure.numbers.length;
  const ranges = supercell.map((times, axis) => cellsAlong(lattice?.given[axis] ? times : 1));
  const sizes = ranges.map(([low, high]) => high - low + 1) as [number, number, number];
  const found = new ImageList();
  const [[a0, a1], [b0, b1], [c0, c1]] = ranges as [Range, Range, Range];
  for (let a = a0; a <= a1; a++) for (let b = b0; b <= b1; b++) for (let c = c0; c <= c1; c++) {
    for (let atom = 0; atom < n; atom++) found.push(atom, a, b, c);
  }
  const nInside = found.atoms.length;
  const extra = new Map<number, number>();
  const find = (atom: number, a: number, b: number, c: number) => {
    const inside = a >= a0 && a <= a1 && b >= b0 && b <= b1 && c >= c0 && c <= c1;
    if (inside) return (((a - a0) * sizes[1] + (b - b0)) * sizes[2] + (c - c0)) * n + atom;
    return extra.get(keyOf(atom, a, b, c)) ?? -1;
  };
  const add = (atom: number, [a, b, c]: Vector) => {
    const known = find(atom, a, b, c);
    if (known >= 0) return known;
    extra.set(keyOf(atom, a, b, c), found.atoms.length);
    return found.push(atom, a, b, c);
  };
  const onWall = new Uint8Array(n);
  if (walls && lattice !== null) addWalls(structure, lattice, ranges, onWall, add);
  const within = environment === null ? null : environmentOf(structure, lattice, environment).map(([atom, shift]) => add(atom, shift));
  const count = found.atoms.length;
  return {
    count, nInside, onWall, find,
    atoms: Int32Array.from(found.atoms),
    shifts: Int16Array.from(found.shifts),
    within: within === null ? null : marked(count, within),
  };
}

type Range = readonly [number, number];

class ImageList {
  readonly atoms: number[] = [];
  readonly shifts: number[] = [];

  push(atom: number, a: number, b: number, c: number): number {
    this.shifts.push(a, b, c);
    return this.atoms.push(atom) - 1;
  }
}

/** Replicas on both sides of the cell itself: 0, +1, -1, +2 …, so that what is looked at stays in the middle. */
export function cellsAlong(times: number): Range {
  return [-Math.floor((times - 1) / 2), Math.floor(times / 2)];
}

function keyOf(atom: number, a: number, b: number, c: number): number {
  return ((atom * 256 + a + 128) * 256 + b + 128) * 256 + c + 128;
}

function marked(count: number, places: readonly number[]): Uint8Array {
  const out = new Uint8Array(count);
  for (const place of places) out[place] = 1;
  return out;
}

/** An atom on a wall, an edge or a corner of the supercell appears on every side of it. */
function addWalls(
  structure: Structure, lattice: Lattice, ranges: readonly Range[], onWall: Uint8Array, add: (atom: number, shift: Vector) => void,
): void {
  for (let atom = 0; atom < structure.numbers.length; atom++) {
    const fraction = combine(positionOf(structure, atom), lattice.toFractions);
    const sides = fraction.map((f, axis) => (lattice.periodic[axis] ? sideOf(f) : 0));
    if (!sides.some(Boolean)) continue;
    onWall[atom] = 1;
    const along = ranges.map(([low, high], axis) => {
      const cells = Array.from({ length: high - low + 1 }, (_, k) => low + k);
      if (sides[axis] === 0) return cells;
      return sides[axis]! < 0 ? [...cells, high + 1] : [low - 1, ...cells];
    });
    for (const a of along[0]!) for (const b of along[1]!) for (const c of along[2]!) add(atom, [a, b, c]);
  }
}

/** -1 on the wall through the origin, 1 on the opposite one, otherwise 0. */
function sideOf(fraction: number): number {
  if (Math.abs(fraction) < WALL) return -1;
  return Math.abs(fraction - 1) < WALL ? 1 : 0;
}

/** Every image within the cutoff of an atom, the atom itself included. */
function environmentOf(
  structure: Structure, lattice: Lattice | null, { center, cutoff }: Environment,
): (readonly [number, Vector])[] {
  const middle = positionOf(structure, center);
  const out: (readonly [number, Vector])[] = [];
  for (let atom = 0; atom < structure.numbers.length; atom++) {
    const [x, y, z] = positionOf(structure, atom);
    const between: Vector = [x - middle[0], y - middle[1], z - middle[2]];
    for (const shift of shiftsWithin(between, lattice, cutoff)) {
      const [a, b, c] = lattice === null ? shift : combine(shift, lattice.rows);
      const distance = Math.hypot(between[0] + a, between[1] + b, between[2] + c);
      if (distance <= cutoff || (atom === center && !shift.some(Boolean))) out.push([atom, shift]);
    }
  }
  return out;
}

/** Shifts that may bring a vector within a length. */
function shiftsWithin(between: Vector, lattice: Lattice | null, cutoff: number): Vector[] {
  if (lattice === null) return [[0, 0, 0]];
  const { toFractions, periodic } = lattice;
  const fraction = combine(between, toFractions);
  const ranges = fraction.map((f, axis) => {
    if (!periodic[axis]) return [0];
    const margin = cutoff * Math.hypot(toFractions[0][axis]!, toFractions[1][axis]!, toFractions[2][axis]!) + 1e-9;
    const first = Math.ceil(-f - margin);
    return Array.from({ length: Math.max(0, Math.floor(-f + margin) - first + 1) }, (_, k) => first + k);
  });
  return ranges[0]!.flatMap((a) => ranges[1]!.flatMap((b) => ranges[2]!.map((c): Vector => [a, b, c])));
}
