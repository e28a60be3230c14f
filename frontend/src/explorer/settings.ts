/** What a view of a scene consists of: everything that is saved, undone and shared. */

import { DEFAULT_PALETTE, type PaletteName } from "../map/palettes";
import type { Selection } from "./chosen";
import type { CameraSettings, StructureSettings, Transform } from "./panels";
import { countOf, type PlainProperty, type Scene, type Target } from "./scene";

export type ScaleKind = "linear" | "log";
export type SizeMode = "linear" | "log" | "sqrt" | "inverse" | "flip-linear" | "proportional";

export interface AxisSettings {
  /** Empty for the third axis of a plane map. */
  readonly property: string;
  readonly scale: ScaleKind;
  /** In the property's unit; null to show everything. */
  readonly min: number | null;
  readonly max: number | null;
}

export interface ColorSettings {
  /** Empty for one color. */
  readonly property: string;
  readonly mode: Transform;
  readonly min: number | null;
  readonly max: number | null;
  readonly palette: PaletteName;
  readonly reverse: boolean;
}

export interface SizeSettings {
  readonly property: string;
  readonly mode: SizeMode;
  /** 1 … 100; 50 is the size that fits the number of points. */
  readonly factor: number;
}

export interface MapSettings {
  readonly x: AxisSettings;
  readonly y: AxisSettings;
  readonly z: AxisSettings;
  readonly color: ColorSettings;
  readonly size: SizeSettings;
  readonly symbol: string;
  readonly opacity: {
    /** Empty for the same opacity everywhere. */
    readonly property: string;
    /** Percent, 1 … 100. */
    readonly percent: number;
  };
  readonly outline: boolean;
  readonly joined: boolean;
  readonly density: "auto" | "on" | "off";
  readonly histograms: boolean;
  /** Which points are meant, in the filter language. */
  readonly filter: string;
  /** What becomes of the points that are not. */
  readonly others: "gray" | "hide";
  readonly camera: CameraSettings | null;
}

/** Everything that a saved view holds; both targets keep their own map and pins. */
export interface View {
  readonly target: Target;
  readonly maps: Readonly<Record<Target, MapSettings>>;
  /** Points, one for each viewer. */
  readonly pinned: Readonly<Record<Target, readonly number[]>>;
  readonly active: number;
  /** Points of the target shown, by lasso, box, brush or in the table; null for none. */
  readonly chosen: Selection | null;
  /** One for each viewer. */
  readonly viewers: readonly StructureSettings[];
}

export const MOST_VIEWERS = 16;

export const VIEWER_DEFAULTS: StructureSettings = {
  bonds: true,
  atoms: true,
  spaceFilling: false,
  atomLabels: false,
  labelsProperty: "element",
  shape: "",
  unitCell: true,
  rotation: false,
  cartoon: false,
  supercell: [1, 1, 1],
  axes: "off",
  keepOrientation: false,
  playbackDelay: 700,
  camera: null,
  environments: { activated: true, center: false, cutoff: null, bgStyle: "ball-stick", bgColor: "grey" },
  color: { property: "element", transform: "linear", min: null, max: null, palette: "bwr", reverse: false },
  perspective: true,
  polyhedra: false,
  polyhedraElements: "",
  vectors: "",
};

const plainOf = new WeakMap<Scene, Map<Target, readonly PlainProperty[]>>();

/** What can stand on an axis, in the order of the file; a lone number is drawn over its index. */
export function plainProperties(scene: Scene, target: Target): readonly PlainProperty[] {
  let known = plainOf.get(scene);
  if (known === undefined) plainOf.set(scene, (known = new Map()));
  let found = known.get(target);
  if (found === undefined) {
    const all = scene.properties.filter((one): one is PlainProperty => one.kind !== "curve" && one.target === target);
    const numbers = all.filter(({ kind }) => kind === "number").length;
    found = all.length === 0 || numbers > 1 ? all : [indexProperty(target, lengthOf(all[0]!)), ...all];
    known.set(target, found);
  }
  return found;
}

function indexProperty(target: Target, count: number): PlainProperty {
  const values = Uint32Array.from({ length: count }, (_, i) => i);
  return { kind: "number", name: "index", target, unit: "", description: "Counted from 0", values };
}

export function propertyOf(scene: Scene, target: Target, name: string): PlainProperty | null {
  return plainProperties(scene, target).find((one) => one.name === name) ?? null;
}

/** Categories that fit into a legend, as symbols or colors. */
export const MOST_CATEGORIES = 200;

export function defaultMap(scene: Scene, target: Target): MapSettings {
  const properties = plainProperties(scene, target);
  // Texts make poor axes; numbers come first, whatever the file's order.
  const numbers = properties.filter(({ kind }) => kind === "number");
  const named = (i: number) => (numbers[i] ?? properties[i])?.name ?? "";
  return {
    x: { property: named(0), scale: "linear", min: null, max: null },
    y: { property: named(1) || named(0), scale: "linear", min: null, max: null },
    z: { property: "", scale: "linear", min: null, max: null },
    color: { property: numbers[2]?.name ?? "", mode: "linear", min: null, max: null, palette: DEFAULT_PALETTE, reverse: false },
    size: { property: "", mode: "linear", factor: 50 },
    symbol: "",
    opacity: { property: "", percent: 100 },
    outline: true,
    joined: false,
    density: "auto",
    histograms: false,
    filter: "",
    others: "gray",
    camera: null,
  };
}

export function defaultView(scene: Scene): View {
  const target: Target = scene.environments !== null && hasMap(scene, "atom") ? "atom" : "structure";
  return {
    target,
    maps: { structure: defaultMap(scene, "structure"), atom: defaultMap(scene, "atom") },
    pinned: { structure: [0], atom: [0] },
    active: 0,
    chosen: null,
    viewers: [VIEWER_DEFAULTS],
  };
}

/** Whether a target has points and something to place them by. */
export function hasMap(scene: Scene, target: Target): boolean {
  return pointCount(scene, target) > 0 && plainProperties(scene, target).length > 0;
}

/** How many points a target's map has; without structures, as many as there are values. */
export function pointCount(scene: Scene, target: Target): number {
  if (scene.structures.count > 0) return countOf(scene, target);
  const [first] = plainProperties(scene, target);
  return first === undefined ? 0 : lengthOf(first);
}

export function lengthOf(property: PlainProperty): number {
  return property.kind === "number" ? property.values.length : property.codes.length;
}

/** The numbers of a property, or the codes of its categories. */
export function numbersOf(property: PlainProperty) {
  return property.kind === "number" ? property.values : property.codes;
}
