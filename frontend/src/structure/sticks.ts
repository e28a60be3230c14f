/** Bonds as sticks: whole between what is shown, half of one toward what is not. */

import type { Bonded } from "./bonds";
import { bondedOf, type Model, STICK_RADIUS } from "./model";
import type { Tint } from "./primitives";
import { add, cross, dot, length, unit, type Vector } from "./vectors";

/** Sticks of a bond by its order: how far beside the line between the atoms, and how thick, in stick radii. */
const LAYOUTS: readonly (readonly (readonly [number, number])[])[] = [
  [[0, 1]],
  [[-1.05, 0.6], [1.05, 0.6]],
  [[-1.45, 0.48], [0, 0.48], [1.45, 0.48]],
  [[0, 0.8], [1.6, 0.36]],
];

export function addSticks(model: Model): void {
  const { bonds, images, structure } = model;
  const n = structure.numbers.length;
  const around = bondedOf(model);
  const plain = bonds.orders.every((order) => order <= 1);
  const nCells = n === 0 ? 0 : images.nInside / n;
  const draw = new Sticks(model, plain ? null : around);
  for (let cell = 0; cell < nCells; cell++) {
    const at = 3 * cell * n;
    const [a, b, c] = [images.shifts[at]!, images.shifts[at + 1]!, images.shifts[at + 2]!];
    for (let k = 0; k < bonds.count; k++) {
      const [i, j] = [bonds.first[k]!, bonds.second[k]!];
      const [p, q, r] = [bonds.shifts[3 * k]!, bonds.shifts[3 * k + 1]!, bonds.shifts[3 * k + 2]!];
      draw.bond(k, cell * n + i, images.find(j, a + p, b + q, c + r));
      // The same bond seen from its other end, where its first atom lies in no cell that is shown.
      const other = images.find(i, a - p, b - q, c - r);
      if (other < 0 || other >= images.nInside) draw.bond(-1 - k, cell * n + j, other);
    }
  }
  addBetweenExtras(model, around, draw);
}

/** Bonds among copies on walls and in environments; those toward the cells themselves are drawn already. */
function addBetweenExtras({ images, bonds }: Model, around: Bonded, draw: Sticks): void {
  for (let image = images.nInside; image < images.count; image++) {
    const atom = images.atoms[image]!;
    for (let e = around.starts[atom]!; e < around.starts[atom + 1]!; e++) {
      const end = around.ends[e]!;
      const k = end >= 0 ? end : -1 - end;
      const sign = end >= 0 ? 1 : -1;
      const shift = (axis: number) => images.shifts[3 * image + axis]! + sign * bonds.shifts[3 * k + axis]!;
      const other = images.find(end >= 0 ? bonds.second[k]! : bonds.first[k]!, shift(0), shift(1), shift(2));
      if (other > image) draw.bond(end, image, other);
    }
  }
}

class Sticks {
  constructor(private readonly model: Model, private readonly around: Bonded | null) {}

  /** Draws bond `end` (as in Bonded) from an image to another one, or half of it where there is no other. */
  bond(end: number, from: number, to: number): void {
    const { model } = this;
    const k = end >= 0 ? end : -1 - end;
    const [first, second] = [!model.isHidden(from), to >= 0 && !model.isHidden(to)];
    if (!first && !second) return;
    // What lies on a wall has its other neighbors drawn on the other side; stubs would be spikes.
    if (to < 0 && model.images.onWall[model.images.atoms[from]!]) return;
    const start = model.positionOf(from);
    const stop = to >= 0 ? model.positionOf(to) : this.goalOf(end, start);
    const middle: Vector = [(start[0] + stop[0]) / 2, (start[1] + stop[1]) / 2, (start[2] + stop[2]) / 2];
    const order = model.bonds.orders[k]!;
    const beside = order > 1 ? this.besideOf(k, end, start, stop) : null;
    for (const [offset, thickness] of LAYOUTS[order - 1] ?? LAYOUTS[0]!) {
      const move = (p: Vector): Vector => (beside === null ? p : add(p, beside, offset * STICK_RADIUS));
      const radius = thickness * STICK_RADIUS;
      if (first && second) this.put(move(start), move(stop), radius, model.tintOf(from), model.tintOf(to));
      else if (first) this.put(move(start), move(middle), radius, model.tintOf(from));
      else this.put(move(middle), move(stop), radius, model.tintOf(to));
    }
  }

  private put(from: Vector, to: Vector, radius: number, first: Tint, second: Tint = first): void {
    this.model.primitives.cones.push(from, to, [radius, radius], first, second);
  }

  /** Where the other end of a bond lies, shown or not. */
  private goalOf(end: number, start: Vector): Vector {
    const { first, second } = this.model.bonds;
    if (end >= 0) return add(start, this.between(first[end]!, second[end]!, end, 1));
    const k = -1 - end;
    return add(start, this.between(second[k]!, first[k]!, k, -1));
  }

  /** From one atom of a bond to the other's image. */
  private between(i: number, j: number, k: number, sign: number): Vector {
    const { structure: { positions }, lattice, bonds: { shifts } } = this.model;
    const moved = (axis: 0 | 1 | 2) => {
      let x = positions[3 * j + axis]! - positions[3 * i + axis]!;
      if (lattice !== null) for (let v = 0; v < 3; v++) x += sign * shifts[3 * k + v]! * lattice.rows[v as 0 | 1 | 2][axis];
      return x;
    };
    return [moved(0), moved(1), moved(2)];
  }

  /** Across the bond, in the plane of the atoms around it; toward the ring where it belongs to one. */
  private besideOf(k: number, end: number, start: Vector, stop: Vector): Vector {
    const along = unit(add(stop, start, -1));
    const { bonds } = this.model;
    const atoms = end >= 0 ? [bonds.first[k]!, bonds.second[k]!] : [bonds.second[k]!, bonds.first[k]!];
    const sideways = atoms.flatMap((atom) => this.neighborsOf(atom, k, bonds.orders[k]!))
      .map((v) => add(v, along, -dot(v, along)))
      .filter((v) => length(v) > 0.1);
    const chosen = sideways[0] ?? (Math.abs(along[0]) < 0.8 ? cross(along, [1, 0, 0]) : cross(along, [0, 1, 0]));
    return unit(chosen);
  }

  /** Directions to the other neighbors of an atom; those by bonds of the same order first. */
  private neighborsOf(atom: number, without: number, order: number): Vector[] {
    const { starts, ends } = this.around!;
    const { bonds } = this.model;
    const found = [...ends.subarray(starts[atom]!, starts[atom + 1]!)]
      .map((end) => ({ k: end >= 0 ? end : -1 - end, sign: end >= 0 ? 1 : -1 }))
      .filter(({ k }) => k !== without)
      .sort((a, b) => Number(bonds.orders[b.k] === order) - Number(bonds.orders[a.k] === order));
    return found.map(({ k, sign }) => this.between(atom, sign > 0 ? bonds.second[k]! : bonds.first[k]!, k, sign));
  }
}
