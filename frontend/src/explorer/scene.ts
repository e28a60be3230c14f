/** What the explorer shows: structures, properties, environments, shapes, and how to begin. */

import type { Values } from "../payload";
import { segmentOf } from "../segments";

/** What a point of the map, a row of the table and a property's value stand for. */
export type Target = "structure" | "atom";

export interface Scene {
  readonly about: About;
  readonly structures: Structures;
  /** In the order of the values of atom properties; null where every atom has its place in them. */
  readonly environments: Environments | null;
  readonly properties: readonly Property[];
  readonly parameters: Readonly<Record<string, Parameter>>;
  readonly shapes: readonly Shape[];
  readonly settings: SceneSettings;
  /** What was passed over while the data were read. */
  readonly warnings: readonly string[];
}

export interface About {
  readonly name: string;
  readonly description: string;
  readonly authors: readonly string[];
  readonly references: readonly string[];
}

/** Structures come when they are looked at; how many there are, and how large, is known at once. */
export interface Structures {
  readonly count: number;
  /** Where the atoms of each structure begin among all atoms, and the number of all atoms. */
  readonly offsets: Uint32Array;
  /** Formulas in Hill's order, where the data carry them. */
  readonly formulas: Words | null;
  /** A structure that is at hand already. */
  readonly peek: (index: number) => SceneStructure | null;
  /** Fails with a PayloadError where the bytes cannot be used or do not come. */
  readonly load: (index: number) => Promise<SceneStructure>;
}

/** Texts by their place among the categories. */
export interface Words {
  readonly codes: Values;
  readonly categories: readonly string[];
}

export interface SceneStructure {
  readonly index: number;
  /** Atomic numbers; 0 where it is no element. */
  readonly numbers: Uint8Array;
  /** What to call each atom; null where elements' symbols do. */
  readonly names: readonly string[] | null;
  /** Å; x, y, z of each atom. */
  readonly positions: Float32Array;
  /** Å; nine numbers, one cell vector after the other; null without a cell. */
  readonly cell: Float32Array | null;
  readonly periodic: readonly [boolean, boolean, boolean];
  /** First atom, second atom, order (1–3, 4 is aromatic) of each bond; null to find them by distance. */
  readonly bonds: Int32Array | null;
  readonly residues: Residues | null;
}

/** What biomolecules say of each atom. */
export interface Residues {
  readonly names: readonly string[];
  readonly ids: Int32Array;
  readonly chains: readonly string[];
  readonly hetero: Uint8Array;
}

/** Atoms with their neighbors, one for each value of an atom property. */
export interface Environments {
  readonly count: number;
  readonly structures: Uint32Array;
  /** Place of the center within its structure. */
  readonly centers: Uint32Array;
  /** Å. */
  readonly cutoffs: Float32Array;
}

interface PropertyBase {
  readonly name: string;
  readonly target: Target;
  readonly unit: string;
  readonly description: string;
}

/** Numbers; NaN where there is none. */
export interface NumberProperty extends PropertyBase {
  readonly kind: "number";
  readonly values: Values;
}

/** Texts by their place among the categories; a code beyond the last means that there is none. */
export interface CategoryProperty extends PropertyBase {
  readonly kind: "category";
  readonly codes: Values;
  readonly categories: readonly string[];
}

/** One curve for each structure or atom, over the values of a parameter. */
export interface CurveProperty extends PropertyBase {
  readonly kind: "curve";
  readonly values: Values;
  readonly width: number;
  readonly parameter: string;
}

export type Property = NumberProperty | CategoryProperty | CurveProperty;
/** What can stand on an axis. */
export type PlainProperty = NumberProperty | CategoryProperty;

export interface Parameter {
  readonly name: string;
  readonly unit: string;
  readonly values: Values;
}

export type ShapeKind = "sphere" | "ellipsoid" | "cylinder" | "arrow" | "cylinders" | "spheres" | "custom";

/** Vectors and lists as chemiscope names them: `radius`, `vector`, `vertices` …; long ones are typed arrays. */
export type ShapeParameters = Readonly<Record<string, ShapeValue>>;
export type ShapeValue = null | boolean | number | string | Values | readonly ShapeValue[] | { readonly [key: string]: ShapeValue };

/** Parameters of everything, of each structure and of each atom; the later come first. */
export interface PlainShape {
  readonly name: string;
  readonly kind: ShapeKind;
  readonly global: ShapeParameters;
  /** Parameters of one structure; null where shapes are told by atom or for all alike. */
  readonly ofStructure: ((structure: number) => ShapeParameters) | null;
  /** Parameters of an atom by its place among all atoms; where given, each atom has a shape. */
  readonly ofAtom: ((atom: number) => ShapeParameters) | null;
}

export interface CombinedShape {
  readonly name: string;
  readonly kind: "combined";
  readonly parts: readonly PlainShape[];
}

export type Shape = PlainShape | CombinedShape;

/** As files carry them, in chemiscope's words; read by settings.ts, which knows what they may be. */
export type SceneSettings = Readonly<Record<string, unknown>>;

/** How many points a target has. */
export function countOf(scene: Scene, target: Target): number {
  if (target === "structure") return scene.structures.count;
  return scene.environments?.count ?? scene.structures.offsets[scene.structures.count]!;
}

/** An atom of the scene: its structure, its place in there, and how far its environment reaches. */
export interface Center {
  readonly structure: number;
  readonly atom: number;
  /** Å; null where no environment says. */
  readonly cutoff: number | null;
}

/** The atom that a point of the atoms' map stands for. */
export function centerOf({ environments, structures }: Scene, point: number): Center {
  if (environments !== null) {
    const { structures: of, centers, cutoffs } = environments;
    return { structure: of[point]!, atom: centers[point]!, cutoff: cutoffs[point]! };
  }
  const structure = segmentOf(structures.offsets, point);
  return { structure, atom: point - structures.offsets[structure]!, cutoff: null };
}

/** The structure that a point stands for or belongs to. */
export function structureOfPoint(scene: Scene, target: Target, point: number): number {
  return target === "structure" ? point : centerOf(scene, point).structure;
}

/** The point that stands for an atom; null where the environments leave it out. */
export function pointOfAtom(scene: Scene, structure: number, atom: number): number | null {
  const { environments, structures } = scene;
  if (environments === null) return structures.offsets[structure]! + atom;
  for (const point of pointsOfStructure(scene, structure)) if (environments.centers[point] === atom) return point;
  return null;
}

const pointsByStructure = new WeakMap<Environments, Map<number, number[]>>();

/** The points that stand for atoms of a structure. */
export function pointsOfStructure({ environments, structures }: Scene, structure: number): readonly number[] {
  if (environments === null) {
    const [start, stop] = [structures.offsets[structure]!, structures.offsets[structure + 1]!];
    return Array.from({ length: stop - start }, (_, i) => start + i);
  }
  let index = pointsByStructure.get(environments);
  if (index === undefined) {
    index = new Map();
    for (let point = 0; point < environments.count; point++) {
      const of = environments.structures[point]!;
      const points = index.get(of);
      if (points) points.push(point);
      else index.set(of, [point]);
    }
    pointsByStructure.set(environments, index);
  }
  return index.get(structure) ?? [];
}

/** The values of a number property of atoms for one structure; NaN where the environments leave an atom out. */
export function valuesOfAtoms(scene: Scene, property: NumberProperty, structure: number): Float32Array {
  const { offsets } = scene.structures;
  const out = new Float32Array(offsets[structure + 1]! - offsets[structure]!).fill(NaN);
  for (const point of pointsOfStructure(scene, structure)) {
    const atom = scene.environments === null ? point - offsets[structure]! : scene.environments.centers[point]!;
    out[atom] = property.values[point]!;
  }
  return out;
}
