/** A structure as it is shown: primitives, and what each ball stands for. */

import { rgb } from "../theme";
import { byAtom, type Bonds, bondsOf } from "./bonds";
import { colorOfElement, radiusOf, vanDerWaalsRadius } from "./elements";
import { type Environment, type Images, imagesOf } from "./images";
import { addPolyhedra } from "./polyhedra";
import { Primitives, type Tint } from "./primitives";
import { shadeEachOther } from "./shading";
import { addSticks } from "./sticks";
import { latticeOf, type Lattice, type Structure } from "./structure";
import { addCell } from "./cell";
import { combine, type Vector } from "./vectors";

export type BackgroundStyle = "ball-stick" | "licorice" | "cartoon" | "hide";
export type BackgroundColor = "grey" | "CPK" | "property";

/** How a structure is shown. */
export interface Look {
  readonly atoms: boolean;
  readonly bonds: boolean;
  readonly spaceFilling: boolean;
  readonly unitCell: boolean;
  readonly supercell: readonly [number, number, number];
  readonly polyhedra: boolean;
  /** Atomic numbers of what polyhedra stand around; null for all that fit. */
  readonly polyhedraOf: ReadonlySet<number> | null;
  readonly environment: EnvironmentLook | null;
  /** Red, green and blue of each atom; null to color by element. */
  readonly colors: Uint8Array | null;
  /** Of the cell's edges. */
  readonly lines: Tint;
  /** Draws what is not made of atoms and bonds. */
  readonly extras: ((model: Model) => void) | null;
}

export interface EnvironmentLook extends Environment {
  readonly style: BackgroundStyle;
  readonly color: BackgroundColor;
  /** Looks at the center of the environment instead of the middle of everything. */
  readonly centered: boolean;
}

export const BALLS_AND_STICKS: Look = {
  atoms: true, bonds: true, spaceFilling: false, unitCell: true, supercell: [1, 1, 1], polyhedra: false, polyhedraOf: null,
  environment: null, colors: null, lines: [140, 146, 152, 255], extras: null,
};

export const STICK_RADIUS = 0.11;
const JOINT_RADIUS = 0.15;
/** A lone atom among sticks would vanish. */
const LONE_RADIUS = 0.22;
const GREY: Tint = [176, 180, 184, 255];
/** Above this many atoms there are no copies on walls. */
const MANY = 2000;

export class Model {
  readonly primitives = new Primitives();
  structure!: Structure;
  lattice: Lattice | null = null;
  look!: Look;
  images!: Images;
  bonds!: Bonds;
  /** The ball of each image; -1 where it is hidden. */
  ballOfImage = new Int32Array(0);
  center: Vector = [0, 0, 0];
  /** Å. What the picture spans from its middle. */
  radius = 1;
  /** Å. The farthest thing from the middle, which may lie outside of the picture. */
  extent = 1;

  /** Shows a structure; while structures are played, the choice of images stays as it was. */
  fill(structure: Structure, look: Look, playing = false): this {
    const sameImages = playing && this.images !== undefined && sameChoice(this, structure, look);
    [this.structure, this.look] = [structure, look];
    this.lattice = latticeOf(structure);
    if (!sameImages) {
      const walls = structure.numbers.length <= MANY && !playing;
      this.images = imagesOf(structure, { supercell: look.supercell, walls, environment: look.environment });
    }
    // Space-filling balls hide their bonds.
    const sticks = look.bonds && (!look.spaceFilling || (look.environment !== null && look.environment.style !== "ball-stick"));
    this.bonds = sticks || look.polyhedra || !(look.atoms || look.spaceFilling) ? bondsOf(structure) : NO_BONDS;
    this.primitives.clear();
    this.addBalls();
    if (sticks) addSticks(this);
    if (look.polyhedra) addPolyhedra(this);
    if (look.unitCell && this.lattice !== null) addCell(this, this.lattice);
    look.extras?.(this);
    if (!sameImages) this.frame();
    if (look.spaceFilling) {
      const { balls } = this.primitives;
      shadeEachOther(balls);
      for (let i = 0; i < balls.count; i++) this.ballOfImage[balls.images[i]!] = i < balls.drawn ? i : -1;
    }
    return this;
  }

  positionOf(image: number): Vector {
    const { positions } = this.structure;
    const { atoms, shifts } = this.images;
    const at = 3 * atoms[image]!;
    const [x, y, z] = [positions[at]!, positions[at + 1]!, positions[at + 2]!];
    const shift: Vector = [shifts[3 * image]!, shifts[3 * image + 1]!, shifts[3 * image + 2]!];
    if (this.lattice === null || (shift[0] === 0 && shift[1] === 0 && shift[2] === 0)) return [x, y, z];
    const [a, b, c] = combine(shift, this.lattice.rows);
    return [x + a, y + b, z + c];
  }

  /** Whether an image belongs to what surrounds the environment. */
  isBackground(image: number): boolean {
    return this.images.within !== null && this.look.environment !== null && this.images.within[image] === 0;
  }

  isHidden(image: number): boolean {
    const style = this.look.environment?.style;
    return (style === "hide" || style === "cartoon") && this.isBackground(image);
  }

  tintOf(image: number): Tint {
    const atom = this.images.atoms[image]!;
    const color = this.isBackground(image) ? this.look.environment!.color : "property";
    if (color === "grey") return GREY;
    const colors = color === "CPK" ? null : this.look.colors;
    if (colors === null) return tintOfElement(this.structure.numbers[atom]!);
    return [colors[3 * atom]!, colors[3 * atom + 1]!, colors[3 * atom + 2]!, 255];
  }

  /** The image in the cell itself that stands for an atom. */
  homeOf(atom: number): number {
    return this.images.find(atom, 0, 0, 0);
  }

  private addBalls(): void {
    const { images, structure } = this;
    if (this.ballOfImage.length < images.count) this.ballOfImage = new Int32Array(images.count);
    const bonded = new Uint8Array(structure.numbers.length);
    for (let k = 0; k < this.bonds.count; k++) bonded[this.bonds.first[k]!] = bonded[this.bonds.second[k]!] = 1;
    const { balls } = this.primitives;
    for (let image = 0; image < images.count; image++) {
      const atom = images.atoms[image]!;
      const radius = this.isHidden(image) ? 0 : this.radiusFor(structure.numbers[atom]!, image, bonded[atom] === 1);
      this.ballOfImage[image] = radius > 0 ? balls.count : -1;
      if (radius > 0) balls.push(this.positionOf(image), radius, this.tintOf(image), image);
    }
  }

  private radiusFor(number: number, image: number, bonded: boolean): number {
    const { atoms, bonds, spaceFilling, environment } = this.look;
    if (environment?.style === "licorice" && this.isBackground(image)) return bonded ? JOINT_RADIUS : LONE_RADIUS;
    if (spaceFilling) return vanDerWaalsRadius(number);
    if (atoms) return ballRadius(number);
    if (!bonds) return 0;
    return bonded ? JOINT_RADIUS : LONE_RADIUS;
  }

  /** Chooses the middle of the picture and how far it reaches. */
  private frame(): void {
    const box = new Box();
    this.primitives.eachPlace((values, at) => box.add(values, at));
    const { environment } = this.look;
    const focus = environment?.centered ? this.positionOf(this.homeOf(environment.center)) : null;
    this.center = focus ?? box.middle();
    let reach = 0;
    this.primitives.eachPlace((values, at, radius) => (reach = Math.max(reach, reachOf(values, at, this.center) + radius)));
    this.extent = Math.max(2.2, reach);
    this.radius = focus === null ? this.extent : Math.max(2.2, Math.min(this.extent, environment!.cutoff + 2));
  }
}

const NO_BONDS: Bonds = {
  count: 0, first: new Int32Array(0), second: new Int32Array(0), orders: new Uint8Array(0), shifts: new Int16Array(0),
};

function sameChoice(model: Model, structure: Structure, look: Look): boolean {
  const [old, now] = [model.look, look];
  const cells = latticeOf(structure) === null === (model.lattice === null);
  const sameEnvironment = old.environment === null && now.environment === null;
  return cells && sameEnvironment && model.structure.numbers.length === structure.numbers.length
    && old.supercell.every((times, axis) => times === now.supercell[axis]);
}

function ballRadius(number: number): number {
  return 0.5 * radiusOf(number) ** 0.6;
}

const tints = new Map<number, Tint>();

export function tintOfElement(number: number): Tint {
  let tint = tints.get(number);
  if (tint === undefined) tints.set(number, (tint = [...rgb(colorOfElement(number)), 255]));
  return tint;
}

class Box {
  private readonly low = [Infinity, Infinity, Infinity];
  private readonly high = [-Infinity, -Infinity, -Infinity];

  add(values: Float32Array, at: number): void {
    for (let axis = 0; axis < 3; axis++) {
      this.low[axis] = Math.min(this.low[axis]!, values[at + axis]!);
      this.high[axis] = Math.max(this.high[axis]!, values[at + axis]!);
    }
  }

  middle(): Vector {
    const along = (axis: number) => (this.low[axis]! <= this.high[axis]! ? (this.low[axis]! + this.high[axis]!) / 2 : 0);
    return [along(0), along(1), along(2)];
  }
}

function reachOf(values: Float32Array, at: number, center: Vector): number {
  return Math.hypot(values[at]! - center[0], values[at + 1]! - center[1], values[at + 2]! - center[2]);
}

/** The bonds around each atom of a model. */
export function bondedOf(model: Model): ReturnType<typeof byAtom> {
  return byAtom(model.bonds, model.structure.numbers.length);
}
