/** Bonds of a structure: those that it states, or by distance, across the walls of its cell. */

import { isMetal, radiusOf } from "./elements";
import { visitPairs } from "./neighbors";
import { latticeOf, nearestShift, type Lattice, type Structure } from "./structure";

/** Each bond once: from the first atom to the image of the second that lies `shifts` cells away. */
export interface Bonds {
  readonly count: number;
  readonly first: Int32Array;
  readonly second: Int32Array;
  /** 1–3; 4 is aromatic. */
  readonly orders: Uint8Array;
  readonly shifts: Int16Array;
}

/** Two atoms are bonded within this multiple of the sum of their covalent radii. */
const TOLERANCE = 1.2;
const CLOSEST = 0.3;

export function bondsOf(structure: Structure): Bonds {
  const lattice = latticeOf(structure);
  return structure.bonds === null ? foundBonds(structure, lattice) : statedBonds(structure, structure.bonds, lattice);
}

function foundBonds({ numbers, positions }: Structure, lattice: Lattice | null): Bonds {
  const radii = Float64Array.from(numbers, (z) => (z === 0 ? 0 : radiusOf(z)));
  const largest = radii.reduce((a, b) => Math.max(a, b), 0);
  const compound = numbers.some((z) => z !== 0 && !isMetal(z));
  const metal = Uint8Array.from(numbers, (z) => (isMetal(z) ? 1 : 0));
  const rows: number[] = [];
  visitPairs(positions, lattice, 2 * TOLERANCE * largest, (i, j, a, b, c, squared) => {
    // What is no element has no radius to go by.
    if (radii[i] === 0 || radii[j] === 0) return;
    const limit = TOLERANCE * (radii[i]! + radii[j]!);
    if (squared > limit * limit || squared < CLOSEST * CLOSEST) return;
    // In a compound the large radii of metals would join every metal with the next one.
    if (compound && metal[i] && metal[j]) return;
    rows.push(i, j, 1, a, b, c);
  });
  return fromRows(rows);
}

/** Bonds go to the nearest image, so that molecules that a wall cuts stay whole. */
function statedBonds(structure: Structure, stated: Int32Array, lattice: Lattice | null): Bonds {
  const rows: number[] = [];
  for (let k = 0; k < stated.length; k += 3) {
    const [i, j, order] = [stated[k]!, stated[k + 1]!, stated[k + 2]!];
    rows.push(i, j, order, ...nearestShift(structure, lattice, i, j));
  }
  return fromRows(rows);
}

function fromRows(rows: readonly number[]): Bonds {
  const count = rows.length / 6;
  const column = (at: number) => (_: unknown, k: number) => rows[6 * k + at]!;
  return {
    count,
    first: Int32Array.from({ length: count }, column(0)),
    second: Int32Array.from({ length: count }, column(1)),
    orders: Uint8Array.from({ length: count }, column(2)),
    shifts: Int16Array.from({ length: 3 * count }, (_, k) => rows[6 * Math.floor(k / 3) + 3 + (k % 3)]!),
  };
}

/** The bonds of each atom: bond k seen from its first atom is k, from its second atom -1 - k. */
export interface Bonded {
  readonly starts: Int32Array;
  readonly ends: Int32Array;
}

export function byAtom({ count, first, second }: Bonds, nAtoms: number): Bonded {
  const starts = new Int32Array(nAtoms + 1);
  for (let k = 0; k < count; k++) {
    starts[first[k]! + 1]!++;
    starts[second[k]! + 1]!++;
  }
  for (let i = 1; i <= nAtoms; i++) starts[i]! += starts[i - 1]!;
  const next = starts.slice();
  const ends = new Int32Array(2 * count);
  for (let k = 0; k < count; k++) {
    ends[next[first[k]!]!++] = k;
    ends[next[second[k]!]!++] = -1 - k;
  }
  return { starts, ends };
}
