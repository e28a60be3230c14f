/** Backbones as ribbons: flat and wide along helices and strands, thin in between. */

import type { SceneStructure } from "../explorer/scene";
import { sampled } from "../map/palettes";
import { type Backbone, backbonesOf, type Fold } from "./backbone";
import type { Model } from "./model";
import type { Tint } from "./primitives";
import { positionOf } from "./structure";
import { add, cross, dot, unit, type Vector } from "./vectors";

/** Å, half the width and half the thickness. */
const SECTIONS: Readonly<Record<Fold, readonly [number, number]>> = { coil: [0.24, 0.24], helix: [1.25, 0.22], strand: [1.05, 0.22] };
/** A strand ends in an arrow that is this much wider. */
const ARROW = 1.7;
const SAMPLES = 6;
const SIDES = 10;
const SPECTRUM = sampled("turbo", 64, false);

export function addRibbons(model: Model, structure: SceneStructure): void {
  for (const backbone of backbonesOf(structure)) addRibbon(model, structure, backbone);
}

interface Ring {
  readonly points: readonly Vector[];
  readonly normals: readonly Vector[];
  readonly tint: Tint;
}

function addRibbon({ primitives, look }: Model, structure: SceneStructure, { alphas, folds }: Backbone): void {
  const places = smoothed(alphas.map((atom) => positionOf(structure, atom)), folds);
  const sides = sidesOf(places);
  const tintOf = (i: number): Tint => {
    const atom = alphas[i]!;
    if (look.colors !== null) return [look.colors[3 * atom]!, look.colors[3 * atom + 1]!, look.colors[3 * atom + 2]!, 255];
    return [...SPECTRUM[Math.round((i / Math.max(1, alphas.length - 1)) * (SPECTRUM.length - 1))]!, 255];
  };
  let before: Ring | null = null;
  for (let step = 0; step <= (places.length - 1) * SAMPLES; step++) {
    const i = Math.min(places.length - 2, Math.floor(step / SAMPLES));
    const share = step / SAMPLES - i;
    const ring = ringAt(places, sides, i, share, sectionAt(folds, i, share), tintOf(share < 0.5 ? i : i + 1));
    if (before !== null) join(primitives.face.bind(primitives), before, ring);
    before = ring;
  }
}

/** Strands zigzag; their ribbons run through the middle. */
function smoothed(places: readonly Vector[], folds: readonly Fold[]): Vector[] {
  return places.map((p, i) => {
    const [a, b] = [places[i - 1], places[i + 1]];
    if (folds[i] !== "strand" || a === undefined || b === undefined) return p;
    return [(a[0] + 2 * p[0] + b[0]) / 4, (a[1] + 2 * p[1] + b[1]) / 4, (a[2] + 2 * p[2] + b[2]) / 4];
  });
}

/** The wide direction at each residue: across the plane of its neighbors, without sudden turns. */
function sidesOf(places: readonly Vector[]): Vector[] {
  const sides: Vector[] = [];
  for (let i = 0; i < places.length; i++) {
    const at = Math.min(places.length - 2, Math.max(1, i));
    const side = unit(cross(add(places[at]!, places[at - 1]!, -1), add(places[at + 1]!, places[at]!, -1)));
    const last = sides[i - 1];
    sides.push(last !== undefined && dot(side, last) < 0 ? [-side[0], -side[1], -side[2]] : side);
  }
  return sides;
}

function sectionAt(folds: readonly Fold[], i: number, share: number): readonly [number, number] {
  const [a, b] = [folds[i]!, folds[Math.min(folds.length - 1, i + 1)]!];
  const [from, to] = [SECTIONS[a], SECTIONS[b]];
  if (a === "strand" && b !== "strand") {
    const width = from[0] * ARROW * (1 - share) + SECTIONS.coil[0] * share;
    return [width, from[1]];
  }
  const soft = share * share * (3 - 2 * share);
  return [from[0] + (to[0] - from[0]) * soft, from[1] + (to[1] - from[1]) * soft];
}

function ringAt(places: readonly Vector[], sides: readonly Vector[], i: number, share: number, [wide, thick]: readonly [number, number], tint: Tint): Ring {
  const at = (k: number) => places[Math.min(places.length - 1, Math.max(0, k))]!;
  const center = spline(at(i - 1), at(i), at(i + 1), at(i + 2), share);
  const along = unit(add(spline(at(i - 1), at(i), at(i + 1), at(i + 2), share + 0.01), center, -1));
  const turned = add(add([0, 0, 0], sides[i]!, 1 - share), sides[i + 1]!, share);
  const side = unit(add(turned, along, -dot(turned, along)));
  const up = cross(along, side);
  const angles = Array.from({ length: SIDES }, (_, k) => (2 * Math.PI * k) / SIDES);
  return {
    tint,
    points: angles.map((angle) => add(add(center, side, wide * Math.cos(angle)), up, thick * Math.sin(angle))),
    normals: angles.map((angle) => unit(add(add([0, 0, 0], side, Math.cos(angle) / wide), up, Math.sin(angle) / thick))),
  };
}

/** The point a share of the way from b to c on Catmull and Rom's spline. */
function spline(a: Vector, b: Vector, c: Vector, d: Vector, t: number): Vector {
  const along = (k: 0 | 1 | 2) =>
    0.5 * (2 * b[k] + (c[k] - a[k]) * t + (2 * a[k] - 5 * b[k] + 4 * c[k] - d[k]) * t * t + (3 * b[k] - a[k] - 3 * c[k] + d[k]) * t ** 3);
  return [along(0), along(1), along(2)];
}

type AddFace = Model["primitives"]["face"];

function join(face: AddFace, one: Ring, two: Ring): void {
  for (let k = 0; k < SIDES; k++) {
    const l = (k + 1) % SIDES;
    face([one.points[k]!, two.points[k]!, two.points[l]!], [one.normals[k]!, two.normals[k]!, two.normals[l]!], two.tint);
    face([one.points[k]!, two.points[l]!, one.points[l]!], [one.normals[k]!, two.normals[l]!, one.normals[l]!], two.tint);
  }
}
