/** What settings mean for one structure of a scene: its look, its labels, its color bar. */

import type { StructureSettings } from "../explorer/panels";
import { pointOfAtom, type Scene, type SceneStructure } from "../explorer/scene";
import { rgb, type Theme } from "../theme";
import { type Coloring, coloringOf, textsOf } from "./coloring";
import { count } from "../words";
import { numbersIn, symbolOf } from "./elements";
import type { EnvironmentLook, Look } from "./model";
import { addRibbons } from "./ribbon";
import type { Writing } from "./overlay";
import { addShape, addShapes, chosenShapes } from "./shapes";
import { arrowsOf, chosenVectors } from "./vector-properties";
import type { Vector } from "./vectors";

/** Å. Where neither the settings nor the environment say how far it reaches. */
const STANDARD_CUTOFF = 4;

/** Atoms beyond which a supercell would only make the page stall. */
const MOST_ATOMS = 400_000;

export interface Looking {
  /** Why something is not as the settings want it. */
  readonly fault: string | null;
  readonly look: Look;
  readonly coloring: Coloring | null;
  readonly labels: readonly string[] | null;
}

export function lookingAt(scene: Scene, shown: SceneStructure, atom: number | null, settings: StructureSettings, theme: Theme): Looking {
  const coloring = coloringOf(scene, shown.index, settings.color);
  const shapes = chosenShapes(scene, settings.shape);
  const vectors = chosenVectors(scene, settings.vectors);
  const [r, g, b] = rgb(theme.muted);
  const nAtoms = settings.supercell.reduce((product, times) => product * times, shown.numbers.length);
  const tooMany = nAtoms > Math.max(MOST_ATOMS, shown.numbers.length);
  const look: Look = {
    atoms: settings.atoms,
    bonds: settings.bonds,
    spaceFilling: settings.spaceFilling,
    unitCell: settings.unitCell,
    supercell: tooMany ? [1, 1, 1] : settings.supercell,
    polyhedra: settings.polyhedra,
    polyhedraOf: numbersIn(settings.polyhedraElements),
    environment: environmentLook(scene, shown, atom, settings),
    colors: coloring?.colors ?? null,
    lines: [r, g, b, 255],
    extras: (model) => {
      addShapes(model, scene, shown.index, shapes);
      for (const vector of vectors) addShape(model, scene, shown.index, arrowsOf(vector), middleOf(shown));
      if (settings.cartoon || model.look.environment?.style === "cartoon") addRibbons(model, shown);
    },
  };
  const fault = tooMany ? `${settings.supercell.join(" × ")} cells would have ${count(nAtoms)} atoms; this is one cell` : null;
  return { fault, look, coloring, labels: settings.atomLabels ? labelsOf(scene, shown, settings.labelsProperty) : null };
}

/** What is written over the picture. */
export function writingOf({ look, labels, coloring }: Looking, { axes }: StructureSettings, theme: Theme, picked: readonly number[] = [], hovered = -1): Writing {
  return { theme, labels, axes, bar: coloring?.bar ?? null, picked, hovered, supercell: look.supercell };
}

function environmentLook(scene: Scene, { index, numbers }: SceneStructure, atom: number | null, { environments }: StructureSettings): EnvironmentLook | null {
  if (!environments.activated || atom === null || atom >= numbers.length) return null;
  const cutoff = environments.cutoff ?? ownCutoff(scene, index, atom);
  return { center: atom, cutoff, style: environments.bgStyle, color: environments.bgColor, centered: environments.center };
}

/** How far the environment of an atom reaches by itself. */
export function ownCutoff(scene: Scene, structure: number, atom: number): number {
  const point = scene.environments === null ? null : pointOfAtom(scene, structure, atom);
  return point === null ? STANDARD_CUTOFF : scene.environments!.cutoffs[point]!;
}

/** What to call an atom: its own name where it has one, otherwise its element. */
export function nameOf({ names, numbers }: SceneStructure, atom: number): string {
  return names?.[atom] ?? symbolOf(numbers[atom]!);
}

function middleOf({ positions, numbers }: SceneStructure): Vector {
  const sum: [number, number, number] = [0, 0, 0];
  for (let i = 0; i < positions.length; i++) sum[i % 3]! += positions[i]!;
  const n = Math.max(1, numbers.length);
  return [sum[0] / n, sum[1] / n, sum[2] / n];
}

function labelsOf(scene: Scene, shown: SceneStructure, property: string): readonly string[] {
  const atoms = [...shown.numbers.keys()];
  if (property === "index") return atoms.map(String);
  return textsOf(scene, shown.index, property) ?? atoms.map((atom) => nameOf(shown, atom));
}
