/** Pairs of atoms closer than a distance, periodic images included, by sorting atoms into bins. */

import type { Lattice } from "./structure";

/** Called with both atoms, how many cells the second one's image lies from it, and the squared distance. */
export type Visit = (first: number, second: number, a: number, b: number, c: number, squared: number) => void;

/** Points in the cell and every image of theirs within reach. */
interface Cloud {
  count: number;
  places: Float64Array;
  atoms: Int32Array;
  /** Cells from where the atom was given to this image. */
  shifts: Int16Array;
}

/** Visits each pair within reach once; an atom may meet its own image, never itself. */
export function visitPairs(positions: ArrayLike<number>, lattice: Lattice | null, reach: number, visit: Visit): void {
  const n = Math.floor(positions.length / 3);
  if (n === 0 || !(reach > 0)) return;
  const cloud = lattice?.periodic.some(Boolean) ? imagesAround(positions, lattice, reach) : pointsOf(positions, n);
  const bins = new Bins(cloud, reach);
  for (let i = 0; i < n; i++) bins.visitAround(i, reach * reach, visit);
}

function pointsOf(positions: ArrayLike<number>, n: number): Cloud {
  const atoms = Int32Array.from({ length: n }, (_, i) => i);
  return { count: n, places: Float64Array.from(positions), atoms, shifts: new Int16Array(3 * n) };
}

/** The first n points are the atoms themselves, moved into the cell; images follow. */
function imagesAround(positions: ArrayLike<number>, { rows, toFractions, periodic }: Lattice, reach: number): Cloud {
  const n = positions.length / 3;
  const fractions = new Float64Array(3 * n);
  const wraps = new Int16Array(3 * n);
  const low = [Infinity, Infinity, Infinity];
  const high = [-Infinity, -Infinity, -Infinity];
  for (let i = 0; i < n; i++) {
    const [x, y, z] = [positions[3 * i]!, positions[3 * i + 1]!, positions[3 * i + 2]!];
    for (let axis = 0; axis < 3; axis++) {
      const f = x * toFractions[0][axis]! + y * toFractions[1][axis]! + z * toFractions[2][axis]!;
      const wrap = periodic[axis] ? Math.floor(f) : 0;
      wraps[3 * i + axis] = wrap;
      fractions[3 * i + axis] = f - wrap;
      low[axis] = Math.min(low[axis]!, f - wrap);
      high[axis] = Math.max(high[axis]!, f - wrap);
    }
  }
  // A distance covers at most its length over the spacing of the planes, |column of the inverse|.
  const margins = [0, 1, 2].map((axis) => reach * Math.hypot(toFractions[0][axis]!, toFractions[1][axis]!, toFractions[2][axis]!) + 1e-9);
  const range = (f: number, axis: number): readonly [number, number] =>
    periodic[axis] ? [Math.ceil(low[axis]! - margins[axis]! - f), Math.floor(high[axis]! + margins[axis]! - f)] : [0, 0];
  const cloud = new Growing(2 * n);
  const put = (i: number, a: number, b: number, c: number) => {
    const [f, g, h] = [fractions[3 * i]! + a, fractions[3 * i + 1]! + b, fractions[3 * i + 2]! + c];
    const place = (axis: 0 | 1 | 2) => f * rows[0][axis] + g * rows[1][axis] + h * rows[2][axis];
    cloud.push(place(0), place(1), place(2), i, a - wraps[3 * i]!, b - wraps[3 * i + 1]!, c - wraps[3 * i + 2]!);
  };
  for (let i = 0; i < n; i++) put(i, 0, 0, 0);
  for (let i = 0; i < n; i++) {
    const [a0, a1] = range(fractions[3 * i]!, 0);
    const [b0, b1] = range(fractions[3 * i + 1]!, 1);
    const [c0, c1] = range(fractions[3 * i + 2]!, 2);
    for (let a = a0; a <= a1; a++) for (let b = b0; b <= b1; b++) for (let c = c0; c <= c1; c++) {
      if (a !== 0 || b !== 0 || c !== 0) put(i, a, b, c);
    }
  }
  return cloud;
}

class Growing implements Cloud {
  count = 0;
  places: Float64Array;
  atoms: Int32Array;
  shifts: Int16Array;

  constructor(private capacity: number) {
    this.places = new Float64Array(3 * capacity);
    this.atoms = new Int32Array(capacity);
    this.shifts = new Int16Array(3 * capacity);
  }

  push(x: number, y: number, z: number, atom: number, a: number, b: number, c: number): void {
    if (this.count === this.capacity) this.grow();
    const at = 3 * this.count;
    this.places[at] = x;
    this.places[at + 1] = y;
    this.places[at + 2] = z;
    this.shifts[at] = a;
    this.shifts[at + 1] = b;
    this.shifts[at + 2] = c;
    this.atoms[this.count++] = atom;
  }

  private grow(): void {
    this.capacity *= 2;
    const [places, atoms, shifts] = [this.places, this.atoms, this.shifts];
    this.places = new Float64Array(3 * this.capacity);
    this.atoms = new Int32Array(this.capacity);
    this.shifts = new Int16Array(3 * this.capacity);
    this.places.set(places);
    this.atoms.set(atoms);
    this.shifts.set(shifts);
  }
}

/** Points sorted into boxes at least as wide as the reach, so that only 27 boxes are looked at. */
class Bins {
  private readonly low = [Infinity, Infinity, Infinity];
  private readonly counts: readonly [number, number, number];
  private readonly width: number;
  private readonly starts: Int32Array;
  private readonly order: Int32Array;

  constructor(private readonly cloud: Cloud, reach: number) {
    const { count, places } = cloud;
    const high = [-Infinity, -Infinity, -Infinity];
    for (let i = 0; i < 3 * count; i++) {
      const axis = i % 3;
      if (places[i]! < this.low[axis]!) this.low[axis] = places[i]!;
      if (places[i]! > high[axis]!) high[axis] = places[i]!;
    }
    let width = reach;
    const along = () => high.map((x, axis) => 1 + Math.floor(Math.max(0, x - this.low[axis]!) / width)) as unknown as [number, number, number];
    let counts = along();
    // A few atoms far from the others would make more boxes than atoms.
    while (counts[0] * counts[1] * counts[2] > 4 * count + 64) {
      width *= 1.5;
      counts = along();
    }
    [this.width, this.counts] = [width, counts];
    const boxes = new Int32Array(count);
    this.starts = new Int32Array(counts[0] * counts[1] * counts[2] + 1);
    for (let i = 0; i < count; i++) {
      const box = this.boxOf(i);
      boxes[i] = box;
      this.starts[box + 1]!++;
    }
    for (let box = 1; box < this.starts.length; box++) this.starts[box]! += this.starts[box - 1]!;
    const next = this.starts.slice();
    this.order = new Int32Array(count);
    for (let i = 0; i < count; i++) this.order[next[boxes[i]!]!++] = i;
  }

  private step(i: number, axis: 0 | 1 | 2): number {
    return Math.floor((this.cloud.places[3 * i + axis]! - this.low[axis]!) / this.width);
  }

  private boxOf(i: number): number {
    return (this.step(i, 0) * this.counts[1] + this.step(i, 1)) * this.counts[2] + this.step(i, 2);
  }

  visitAround(i: number, limit: number, visit: Visit): void {
    const { places, atoms, shifts } = this.cloud;
    const [x, y, z] = [places[3 * i]!, places[3 * i + 1]!, places[3 * i + 2]!];
    const [nx, ny, nz] = this.counts;
    const [bx, by, bz] = [this.step(i, 0), this.step(i, 1), this.step(i, 2)];
    for (let p = Math.max(0, bx - 1); p <= Math.min(nx - 1, bx + 1); p++) {
      for (let q = Math.max(0, by - 1); q <= Math.min(ny - 1, by + 1); q++) {
        const row = (p * ny + q) * nz;
        const stop = this.starts[row + Math.min(nz - 1, bz + 1) + 1]!;
        for (let k = this.starts[row + Math.max(0, bz - 1)]!; k < stop; k++) {
          const other = this.order[k]!;
          const j = atoms[other]!;
          if (j < i) continue;
          const [dx, dy, dz] = [places[3 * other]! - x, places[3 * other + 1]! - y, places[3 * other + 2]! - z];
          const squared = dx * dx + dy * dy + dz * dz;
          if (squared > limit || other === i) continue;
          const a = shifts[3 * other]! - shifts[3 * i]!;
          const b = shifts[3 * other + 1]! - shifts[3 * i + 1]!;
          const c = shifts[3 * other + 2]! - shifts[3 * i + 2]!;
          if (j === i && !(a > 0 || (a === 0 && (b > 0 || (b === 0 && c > 0))))) continue;
          visit(i, j, a, b, c, squared);
        }
      }
    }
  }
}
