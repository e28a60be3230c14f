/** The backbones of proteins: their α-carbons in order, and where they wind or stretch. */

import type { SceneStructure } from "../explorer/scene";
import { positionOf } from "./structure";
import { add, length, type Vector } from "./vectors";

export type Fold = "coil" | "helix" | "strand";

/** A run of residues without a gap. */
export interface Backbone {
  /** Atoms, by their place in the structure. */
  readonly alphas: readonly number[];
  readonly folds: readonly Fold[];
}

/** Å. α-carbons that are further apart do not follow each other. */
const GAP = 4.6;
// Å, distances between α-carbons that are 2, 3 and 4 residues apart, and how far they may be off.
// Source: G. Labesse et al., Comput. Appl. Biosci. 13, 291 (1997), table 1.
const HELIX = [[5.5, 0.5], [5.3, 0.5], [6.4, 0.6]] as const;
const STRAND = [[6.7, 0.6], [9.9, 0.9], [12.4, 1.1]] as const;

export function backbonesOf(structure: SceneStructure): Backbone[] {
  const { residues, names } = structure;
  if (residues === null || names === null) return [];
  const runs: number[][] = [];
  let last: number | null = null;
  names.forEach((name, atom) => {
    if (name !== "CA" || residues.hetero[atom] || structure.numbers[atom] !== 6) return;
    const follows = last !== null && residues.chains[last] === residues.chains[atom]
      && length(add(positionOf(structure, atom), positionOf(structure, last), -1)) < GAP;
    if (follows) runs.at(-1)!.push(atom);
    else runs.push([atom]);
    last = atom;
  });
  return runs.filter((run) => run.length > 2).map((alphas) => ({ alphas, folds: foldsOf(alphas.map((atom) => positionOf(structure, atom))) }));
}

/** The fold of each residue, by distances along the chain. */
export function foldsOf(places: readonly Vector[]): Fold[] {
  const folds = places.map((): Fold => "coil");
  const fits = (i: number, shape: typeof HELIX | typeof STRAND) =>
    shape.every(([distance, slack], k) => {
      const other = places[i + k + 2];
      return other !== undefined && Math.abs(length(add(other, places[i]!, -1)) - distance) <= slack;
    });
  for (let i = 0; i + 4 < places.length; i++) {
    // Five residues that fit are all of that fold; helices win, strands take what is left.
    if (fits(i, STRAND)) for (let k = i; k <= i + 4; k++) if (folds[k] === "coil") folds[k] = "strand";
    if (fits(i, HELIX)) for (let k = i; k <= i + 4; k++) folds[k] = "helix";
  }
  return folds;
}
