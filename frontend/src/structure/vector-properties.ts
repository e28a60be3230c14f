/** Properties of three components as arrows: `forces[1]`, `forces[2]`, `forces[3]`. */

import type { NumberProperty, PlainShape, Scene, Target } from "../explorer/scene";

export interface VectorProperty {
  readonly name: string;
  readonly target: Target;
  readonly parts: readonly [NumberProperty, NumberProperty, NumberProperty];
}

/** Å. How long nearly all arrows are at most. */
const SEEN = 1.5;
/** Few are longer; they must not make all others invisible. */
const SHARE = 0.95;
/** As Python draws them, in a color that no atom of organic matter has and that both themes show. */
const FORM = { baseRadius: 0.05, headRadius: 0.12, headLength: 0.25, color: "#e0861a" } as const;
/** Values that are looked at to find how long arrows are. */
const SAMPLE = 20_000;

const known = new WeakMap<Scene, readonly VectorProperty[]>();

/** Every property of three components; coordinates of maps, which have no unit, are none of atoms' space. */
export function vectorProperties(scene: Scene): readonly VectorProperty[] {
  let found = known.get(scene);
  if (found === undefined) known.set(scene, (found = [...triplesOf(scene)]));
  return found;
}

function* triplesOf({ properties, environments, shapes: given }: Scene): Generator<VectorProperty> {
  const numbers = properties.filter((one): one is NumberProperty => one.kind === "number");
  const named = (name: string, target: Target) => numbers.find((one) => one.name === name && one.target === target);
  for (const first of numbers) {
    if (!first.name.endsWith("[1]")) continue;
    const { target } = first;
    const name = first.name.slice(0, -3);
    const [second, third, fourth] = [2, 3, 4].map((part) => named(`${name}[${part}]`, target));
    // Python sends many vectors as shapes as well.
    if (given.some((shape) => shape.name === name)) continue;
    if (second === undefined || third === undefined || fourth !== undefined) continue;
    // Values of environments have no place among all atoms.
    if (target === "atom" ? environments !== null : first.unit === "") continue;
    yield { name, target, parts: [first, second, third] };
  }
}

/** The names in a setting such as "forces,dipole". */
export function chosenVectors(scene: Scene, setting: string): readonly VectorProperty[] {
  const names = new Set(setting.split(","));
  return vectorProperties(scene).filter(({ name }) => names.has(name));
}

const shapes = new WeakMap<VectorProperty, PlainShape>();

/** A property as arrows from its atoms, or from the middle of its structure. */
export function arrowsOf(property: VectorProperty): PlainShape {
  let shape = shapes.get(property);
  if (shape !== undefined) return shape;
  const { name, target, parts } = property;
  const scale = scaleOf(parts);
  const vectorAt = (row: number) => ({ vector: parts.map(({ values }) => values[row]! * scale) });
  shape = { name, kind: "arrow", global: FORM, ofStructure: target === "structure" ? vectorAt : null, ofAtom: target === "atom" ? vectorAt : null };
  shapes.set(property, shape);
  return shape;
}

function scaleOf(parts: VectorProperty["parts"]): number {
  const [x, y, z] = parts;
  const step = Math.max(1, Math.floor(x.values.length / SAMPLE));
  const lengths: number[] = [];
  for (let i = 0; i < x.values.length; i += step) lengths.push(Math.hypot(x.values[i]!, y.values[i]!, z.values[i]!));
  const sorted = lengths.filter((one) => one > 0 && Number.isFinite(one)).sort((a, b) => a - b);
  return sorted.length === 0 ? 1 : SEEN / sorted[Math.floor(SHARE * (sorted.length - 1))]!;
}
