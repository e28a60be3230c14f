/** Structures to try things on, and slow, clear versions of what is computed from them. */

import { isMetal, radiusOf } from "../src/structure/elements";
import { Model, BALLS_AND_STICKS, type Look } from "../src/structure/model";
import { latticeOf, positionOf, type Structure } from "../src/structure/structure";
import { combine, type Matrix, type Vector } from "../src/structure/vectors";

export function moleculeOf(numbers: number[], positions: Vector[], bonds: number[][] | null = null): Structure {
  return {
    numbers: Uint8Array.from(numbers), positions: Float32Array.from(positions.flat()), cell: null,
    periodic: [false, false, false], names: null, bonds: bonds === null ? null : Int32Array.from(bonds.flat()),
  };
}

export function crystalOf(numbers: number[], fractions: Vector[], cell: Matrix | number, bonds: number[][] | null = null): Structure {
  const rows: Matrix = typeof cell === "number" ? [[cell, 0, 0], [0, cell, 0], [0, 0, cell]] : cell;
  return {
    ...moleculeOf(numbers, fractions.map((f) => combine(f, rows)), bonds),
    cell: Float32Array.from(rows.flat()), periodic: [true, true, true],
  };
}

export const WATER = moleculeOf([8, 1, 1], [[0, 0, 0], [0.757, 0.586, 0], [-0.757, 0.586, 0]]);
// Positions of ASE's bulk("NaCl", "rocksalt", a=5.64, cubic=True), sodium first.
export const SALT = crystalOf(
  [11, 11, 11, 11, 17, 17, 17, 17],
  [[0, 0, 0], [0, 0.5, 0.5], [0.5, 0, 0.5], [0.5, 0.5, 0], [0.5, 0, 0], [0.5, 0.5, 0.5], [0, 0, 0.5], [0, 0.5, 0]],
  5.64,
);
export const PEROVSKITE = crystalOf([56, 22, 8, 8, 8], [[0, 0, 0], [0.5, 0.5, 0.5], [0.5, 0.5, 0], [0.5, 0, 0.5], [0, 0.5, 0.5]], 4);

/** Atoms thrown into a skewed cell, some of them outside of it. */
export function thrown(n: number, seed: number, elements: number[] = [1, 6, 8, 26]): Structure {
  const random = generator(seed);
  const cell: Matrix = [[4.1, 0.2, -0.3], [1.7, 3.9, 0.4], [-0.8, 1.1, 5.2]];
  const fractions = Array.from({ length: n }, (): Vector => [3 * random() - 1, 3 * random() - 1, 3 * random() - 1]);
  return crystalOf(Array.from({ length: n }, () => elements[Math.floor(random() * elements.length)]!), fractions, cell);
}

function generator(seed: number): () => number {
  let state = seed;
  return () => ((state = (state * 48271) % 2147483647) / 2147483647);
}

/** Every pair within reach, by looking at every image within a block of cells: `i j a b c`, each pair once. */
export function slowPairs(structure: Structure, reach: number, cells: number): Map<string, number> {
  const lattice = latticeOf(structure);
  const found = new Map<string, number>();
  const steps = Array.from({ length: 2 * cells + 1 }, (_, k) => k - cells);
  const along = (axis: 0 | 1 | 2) => (lattice?.periodic[axis] ? steps : [0]);
  const n = structure.numbers.length;
  for (let i = 0; i < n; i++) for (let j = i; j < n; j++) {
    for (const a of along(0)) for (const b of along(1)) for (const c of along(2)) {
      const [p, q] = [positionOf(structure, i), positionOf(structure, j)];
      const s = lattice === null ? [0, 0, 0] : combine([a, b, c], lattice.rows);
      const distance = Math.hypot(q[0] + s[0]! - p[0], q[1] + s[1]! - p[1], q[2] + s[2]! - p[2]);
      if (distance > reach || (i === j && (a < 0 || (a === 0 && (b < 0 || (b === 0 && c <= 0)))))) continue;
      found.set(`${i} ${j} ${a} ${b} ${c}`, distance);
    }
  }
  return found;
}

/** Pairs that the rule for bonds joins, by the slow way. */
export function slowBonds(structure: Structure, cells: number): string[] {
  const { numbers } = structure;
  const compound = [...numbers].some((z) => !isMetal(z));
  const largest = Math.max(...[...numbers].map(radiusOf));
  return [...slowPairs(structure, 2.4 * largest, cells)].filter(([name, distance]) => {
    const [i, j] = name.split(" ").map(Number) as [number, number];
    const [y, z] = [numbers[i]!, numbers[j]!];
    return distance >= 0.3 && distance <= 1.2 * (radiusOf(y) + radiusOf(z)) && !(compound && isMetal(y) && isMetal(z));
  }).map(([name]) => name).sort();
}

export function modelOf(structure: Structure, look: Partial<Look> = {}): Model {
  return new Model().fill(structure, { ...BALLS_AND_STICKS, unitCell: false, ...look });
}

export interface Shown {
  readonly balls: { readonly number: number; readonly at: Vector }[];
  readonly sticks: { readonly from: Vector; readonly to: Vector; readonly whole: boolean }[];
}

/** What a model shows, in words. */
export function shownBy(model: Model): Shown {
  const { balls, cones } = model.primitives;
  const at = (i: number): Vector => [cones.ends[4 * i]!, cones.ends[4 * i + 1]!, cones.ends[4 * i + 2]!];
  const places = Array.from({ length: balls.count }, (_, i) => balls.at(i));
  const near = (p: Vector) => places.some((q) => Math.hypot(p[0] - q[0], p[1] - q[1], p[2] - q[2]) < 1e-3);
  return {
    balls: places.map((place, i) => ({ number: model.structure.numbers[model.images.atoms[balls.images[i]!]!]!, at: place })),
    sticks: Array.from({ length: cones.count }, (_, i) => ({ from: at(2 * i), to: at(2 * i + 1), whole: near(at(2 * i)) && near(at(2 * i + 1)) })),
  };
}
