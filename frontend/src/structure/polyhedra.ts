/** Coordination polyhedra: the hull of an atom's neighbors where all of them draw its electrons. */

import { convexHull } from "./hull";
import { bondedOf, type Model, tintOfElement } from "./model";
import type { Tint } from "./primitives";
import { add, cross, length, unit, type Vector } from "./vectors";

/** From the strongest on; the order of electronegativities. */
const ANIONS = [9, 8, 7, 17, 35, 53, 16, 34, 52];
const FEWEST = 4;
/** What has more neighbors, as the large ions of perovskites, fills the gaps between polyhedra. */
const MOST = 8;
const OPACITY = 120;

export function addPolyhedra(model: Model): void {
  const { structure, images, primitives } = model;
  const { starts, ends } = bondedOf(model);
  for (let image = 0; image < images.nInside; image++) {
    const atom = images.atoms[image]!;
    const around = ends.subarray(starts[atom]!, starts[atom + 1]!);
    const wanted = model.look.polyhedraOf?.has(structure.numbers[atom]!);
    if (around.length < FEWEST || wanted === false || model.isHidden(image)) continue;
    const neighbors = [...around].map((end) => neighborOf(model, image, end));
    // Elements that a reader names have polyhedra whatever their neighbors are.
    if (wanted === undefined && !(around.length <= MOST && neighbors.every(({ number }) => draws(number, structure.numbers[atom]!)))) continue;
    const corners = neighbors.map(({ at }) => at);
    const [r, g, b] = model.look.colors === null ? tintOfElement(structure.numbers[atom]!) : model.tintOf(image);
    const tint: Tint = [r, g, b, OPACITY];
    const edge: Tint = [Math.round(0.72 * r), Math.round(0.72 * g), Math.round(0.72 * b), 255];
    const faces = convexHull(corners);
    const normals = faces.map(([i, j, k]) => unit(cross(add(corners[j]!, corners[i]!, -1), add(corners[k]!, corners[i]!, -1))));
    faces.forEach(([i, j, k], f) => {
      const normal = normals[f]!;
      primitives.face([corners[i]!, corners[j]!, corners[k]!], [normal, normal, normal], tint);
      for (const [p, q] of [[i, j], [j, k], [k, i]] as const) {
        const twin = faces.findIndex((face) => [[0, 1], [1, 2], [2, 0]].some(([s, t]) => face[s!] === q && face[t!] === p));
        // Triangles of one flat face share an edge that is none.
        const bent = twin < 0 || length(cross(normals[twin]!, normal)) > 0.02;
        if (p < q && bent) primitives.cones.push(corners[p]!, corners[q]!, [0.022, 0.022], edge);
      }
    });
  }
}

function draws(anion: number, center: number): boolean {
  const strength = ANIONS.indexOf(anion);
  const own = ANIONS.indexOf(center);
  return center !== 1 && strength >= 0 && (own < 0 || strength < own);
}

function neighborOf(model: Model, image: number, end: number): { at: Vector; number: number } {
  const { bonds, structure: { positions, numbers }, images, lattice } = model;
  const k = end >= 0 ? end : -1 - end;
  const sign = end >= 0 ? 1 : -1;
  const atom = end >= 0 ? bonds.second[k]! : bonds.first[k]!;
  const at = [0, 1, 2].map((axis) => {
    let x = positions[3 * atom + axis]!;
    for (let v = 0; v < 3 && lattice !== null; v++) {
      x += (images.shifts[3 * image + v]! + sign * bonds.shifts[3 * k + v]!) * lattice.rows[v as 0 | 1 | 2][axis as 0 | 1 | 2];
    }
    return x;
  });
  return { at: at as unknown as Vector, number: numbers[atom]! };
}
