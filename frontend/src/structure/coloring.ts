/** Atoms colored by a property, and the bar that says which color means what. */

import type { StructureSettings } from "../explorer/panels";
import { plainProperties } from "../explorer/settings";
import { type CategoryProperty, type PlainProperty, pointsOfStructure, type Scene, valuesOfAtoms } from "../explorer/scene";
import { rangeOf, transformOf } from "../map/amounts";
import { colorsOfCategories, DEFAULT_PALETTE, isPalette, type Color, sampled } from "../map/palettes";
import { labelled } from "../words";

export interface Coloring {
  /** Red, green and blue of each atom. */
  readonly colors: Uint8Array;
  readonly bar: ColorBar;
}

export interface ColorBar {
  readonly title: string;
  /** From the least to the greatest, or one of each category. */
  readonly colors: readonly Color[];
  /** The ends of a range; null for categories. */
  readonly ends: readonly [number, number] | null;
  readonly categories: readonly string[];
}

/** Of atoms without a value. */
const MISSING: Color = [205, 208, 211];
const STEPS = 256;

/** Properties of atoms by which they can be colored or labelled. */
export function atomProperties(scene: Scene): readonly PlainProperty[] {
  return plainProperties(scene, "atom");
}

/** The colors of a structure's atoms; null where they follow the elements. */
export function coloringOf(scene: Scene, structure: number, settings: StructureSettings["color"]): Coloring | null {
  const property = atomProperties(scene).find(({ name }) => name === settings.property);
  if (property === undefined) return null;
  const palette = isPalette(settings.palette) ? settings.palette : DEFAULT_PALETTE;
  if (property.kind === "category") {
    const colors = colorsOfCategories(palette, property.categories.length, settings.reverse);
    const codes = codesOfAtoms(scene, property, structure);
    const bar = { title: property.name, colors, ends: null, categories: property.categories };
    return { colors: painted(codes.length, (i) => colors[codes[i]!]), bar };
  }
  const apply = transformOf(settings.transform);
  const whole = rangeOf(property.values, (x) => (Number.isFinite(apply(x)) ? x : NaN)) ?? [0, 1];
  const ends = [settings.min ?? whole[0], settings.max ?? whole[1]] as const;
  const [low, high] = [apply(ends[0]), apply(ends[1])];
  const colors = sampled(palette, STEPS, settings.reverse);
  const values = valuesOfAtoms(scene, property, structure);
  const colorAt = (value: number): Color | undefined => {
    const amount = apply(value);
    const share = high === low ? 0.5 : (amount - low) / (high - low);
    return Number.isNaN(amount) || Number.isNaN(share) ? undefined : colors[Math.round((STEPS - 1) * Math.min(1, Math.max(0, share)))];
  };
  const scale = settings.transform === "linear" ? "" : `, ${settings.transform} scale`;
  const bar = { title: labelled(property.name, property.unit) + scale, colors, ends, categories: [] };
  return { colors: painted(values.length, (i) => colorAt(values[i]!)), bar };
}

function painted(n: number, colorOf: (atom: number) => Color | undefined): Uint8Array {
  const out = new Uint8Array(3 * n);
  for (let i = 0; i < n; i++) out.set(colorOf(i) ?? MISSING, 3 * i);
  return out;
}

function codesOfAtoms(scene: Scene, { codes, categories }: CategoryProperty, structure: number): Uint32Array {
  const { offsets } = scene.structures;
  const out = new Uint32Array(offsets[structure + 1]! - offsets[structure]!).fill(categories.length);
  for (const point of pointsOfStructure(scene, structure)) {
    const atom = scene.environments === null ? point - offsets[structure]! : scene.environments.centers[point]!;
    out[atom] = codes[point]!;
  }
  return out;
}

/** What a property says of each atom, as text. */
export function textsOf(scene: Scene, structure: number, name: string): readonly string[] | null {
  const property = atomProperties(scene).find((one) => one.name === name);
  if (property === undefined) return null;
  if (property.kind === "category") return [...codesOfAtoms(scene, property, structure)].map((code) => property.categories[code] ?? "");
  return [...valuesOfAtoms(scene, property, structure)].map((x) => (Number.isNaN(x) ? "" : String(Number(x.toPrecision(3))).replace("-", "−")));
}
