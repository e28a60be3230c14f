/** What of a structure is drawn: its atoms, their images on the cell's walls, and bonds. */

import { isMetal, radiusOf } from "./elements";
import { add, combine, inverse, length, type Matrix, type Vector } from "./vectors";

/** One structure; the cell has no volume where there is none. */
export interface Structure {
  readonly numbers: readonly number[];
  readonly positions: readonly Vector[];
  readonly cell: Matrix;
  readonly periodic: readonly [boolean, boolean, boolean];
}

export interface Atom {
  readonly number: number;
  readonly position: Vector;
  /** Its place in the structure; images share their original's. */
  readonly index: number;
  /** How many cells along each vector it lies from its original. */
  readonly shift: Vector;
}

/** Half a bond: from an atom to the middle, in the atom's color. */
export interface Stick {
  readonly number: number;
  readonly from: Vector;
  readonly to: Vector;
}

export interface BallsAndSticks {
  readonly atoms: readonly Atom[];
  readonly sticks: readonly Stick[];
  /** The twelve edges of the cell; none without a cell. */
  readonly edges: readonly (readonly [Vector, Vector])[];
  readonly center: Vector;
  readonly radius: number;
}

/** Two atoms are bonded within this multiple of the sum of their covalent radii. */
const TOLERANCE = 1.2;
const CLOSEST = 0.3;
/** Distance from a wall, as a share of the cell, within which an atom is shown on the other side. */
const WALL = 0.01;
const NO_SHIFT: Vector = [0, 0, 0];

export function ballRadius(number: number): number {
  return 0.5 * radiusOf(number) ** 0.6;
}

export function ballsAndSticks(structure: Structure): BallsAndSticks {
  const atoms = [...structure.numbers.keys()].flatMap((index) => withWallImages(structure, index));
  const sticks = findSticks(structure, atoms);
  const edges = edgesOf(structure.cell);
  const corners = [...atoms.map(({ position }) => position), ...edges.flat()];
  const middle = centerOf(corners);
  const reach = (a: Atom) => length(add(a.position, middle, -1)) + ballRadius(a.number);
  const radius = Math.max(2.2, ...atoms.map(reach), ...edges.flat().map((p) => length(add(p, middle, -1))));
  return { atoms, sticks, edges, center: middle, radius };
}

/** An atom on a wall, an edge or a corner of the cell appears on every side of it. */
function withWallImages({ numbers, positions, cell, periodic }: Structure, index: number): Atom[] {
  const [number, position] = [numbers[index]!, positions[index]!];
  const toFraction = inverse(cell);
  if (toFraction === null) return [{ number, position, index, shift: NO_SHIFT }];
  const fraction = combine(position, toFraction);
  const shifts = fraction.map((f, axis) => {
    if (!periodic[axis]) return [0];
    if (Math.abs(f) < WALL) return [0, 1];
    return Math.abs(f - 1) < WALL ? [0, -1] : [0];
  });
  return product(shifts).map((shift) => ({ number, index, shift, position: add(position, combine(shift, cell)) }));
}

/** Bonds between what is shown are whole; bonds to what lies outside of the cell end half-way. */
function findSticks(structure: Structure, atoms: readonly Atom[]): Stick[] {
  const shown = new Set(atoms.map(nameOf));
  const onWall = new Set(atoms.filter(({ shift }) => shift.some(Boolean)).map(({ index }) => index));
  const reach = 2 * TOLERANCE * Math.max(0, ...structure.numbers.map(radiusOf));
  const compound = structure.numbers.some((z) => !isMetal(z));
  const grid = new Grid(imagesNear(structure, atoms, reach), reach);
  return atoms.flatMap((atom) =>
    grid.around(atom.position)
      .filter((other) => areBonded(atom, other, compound))
      // What lies on a wall has its other neighbors drawn on the other side; stubs would be spikes.
      .filter((other) => shown.has(nameOf(other)) || !onWall.has(atom.index))
      .map((other) => ({
        number: atom.number,
        from: atom.position,
        to: add(atom.position, add(other.position, atom.position, -1), 0.5),
      })),
  );
}

function nameOf({ index, shift }: Atom): string {
  return `${index} ${shift.join(" ")}`;
}

function areBonded(a: Atom, b: Atom, compound: boolean): boolean {
  const distance = length(add(a.position, b.position, -1));
  if (distance < CLOSEST || distance > TOLERANCE * (radiusOf(a.number) + radiusOf(b.number))) return false;
  // In a compound the large radii of metals would join every metal with the next one.
  return !(compound && isMetal(a.number) && isMetal(b.number));
}

/** All periodic images within reach of the shown atoms' box. */
function imagesNear({ numbers, positions, cell, periodic }: Structure, atoms: readonly Atom[], reach: number): Atom[] {
  const toFraction = inverse(cell);
  const originals = positions.map((position, index) => ({ number: numbers[index]!, position, index, shift: NO_SHIFT }));
  if (toFraction === null || !periodic.some(Boolean)) return originals;
  const shown = atoms.map(({ position }) => combine(position, toFraction));
  const ranges = [0, 1, 2].map((axis) => {
    const along = shown.map((f) => f[axis]!);
    // A distance covers at most its length over the spacing of the planes, |column of the inverse|.
    const margin = reach * Math.hypot(...toFraction.map((row) => row[axis]!));
    return [Math.min(...along) - margin, Math.max(...along) + margin] as const;
  });
  return originals.flatMap((atom) => {
    const fraction = combine(atom.position, toFraction);
    const shifts = ranges.map(([low, high], axis) => {
      if (!periodic[axis]) return [0];
      const first = Math.ceil(low - fraction[axis]!);
      return Array.from({ length: Math.max(0, Math.floor(high - fraction[axis]!) - first + 1) }, (_, k) => first + k);
    });
    return product(shifts).map((shift) => ({ ...atom, shift, position: add(atom.position, combine(shift, cell)) }));
  });
}

/** Atoms sorted into cubes, so that only neighbors are looked at. */
class Grid {
  private readonly cubes = new Map<string, Atom[]>();

  constructor(atoms: readonly Atom[], private readonly size: number) {
    for (const atom of atoms) {
      const key = this.cubeOf(atom.position).join();
      const cube = this.cubes.get(key);
      if (cube) cube.push(atom);
      else this.cubes.set(key, [atom]);
    }
  }

  around(position: Vector): Atom[] {
    const [x, y, z] = this.cubeOf(position);
    const steps = [-1, 0, 1];
    return product([steps, steps, steps]).flatMap(
      ([i, j, k]) => this.cubes.get([x + i, y + j, z + k].join()) ?? [],
    );
  }

  private cubeOf(position: Vector): Vector {
    return position.map((x) => Math.floor(x / this.size)) as unknown as Vector;
  }
}

function edgesOf(cell: Matrix): (readonly [Vector, Vector])[] {
  if (inverse(cell) === null) return [];
  const corner = (i: number, j: number, k: number) => combine([i, j, k], cell);
  const sides = product([[0, 1], [0, 1]] as number[][]);
  return sides.flatMap(([p, q]) => [
    [corner(0, p!, q!), corner(1, p!, q!)] as const,
    [corner(p!, 0, q!), corner(p!, 1, q!)] as const,
    [corner(p!, q!, 0), corner(p!, q!, 1)] as const,
  ]);
}

function centerOf(points: readonly Vector[]): Vector {
  if (points.length === 0) return [0, 0, 0];
  const middle = (axis: 0 | 1 | 2) => {
    let [low, high] = [Infinity, -Infinity];
    for (const point of points) {
      low = Math.min(low, point[axis]);
      high = Math.max(high, point[axis]);
    }
    return (low + high) / 2;
  };
  return [middle(0), middle(1), middle(2)];
}

/** Every way to take one number of each list. */
function product(lists: readonly (readonly number[])[]): Vector[] {
  return lists.reduce<number[][]>((made, list) => made.flatMap((head) => list.map((x) => [...head, x])), [[]]) as unknown as Vector[];
}
