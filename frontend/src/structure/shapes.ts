/** Bodies that a scene adds to its structures: spheres, ellipsoids, cylinders, arrows and meshes. */

import { parametersAt } from "../explorer/read-scene";
import type { PlainShape, Scene, ShapeParameters, ShapeValue } from "../explorer/scene";
import { tintFrom } from "./colors";
import { convexHull, type Triangle } from "./hull";
import type { Model } from "./model";
import type { Primitives, Tint } from "./primitives";
import { add, combine, cross, dot, length, rotate, type Rotation, unit, type Vector } from "./vectors";

const WHITE: Tint = [255, 255, 255, 255];
/** The cosine between faces that meet without an edge. */
const CORNER = 0.75;
/** Å. What is shorter has no direction to draw. */
const SHORTEST = 1e-3;

/** The names in a setting such as "forces,dipole"; a name with a comma in it is found, too. */
export function chosenShapes(scene: Scene, setting: string): string[] {
  const known = scene.shapes.map(({ name }) => name).sort((a, b) => b.length - a.length);
  let rest = setting;
  const found: string[] = [];
  while (rest !== "") {
    const name = known.find((one) => rest === one || rest.startsWith(`${one},`));
    if (name !== undefined) found.push(name);
    rest = name === undefined ? rest.replace(/^[^,]*,?/, "") : rest.slice(name.length + 1);
  }
  return found;
}

/** Adds shapes to a model: those of structures once, those of atoms to each of their images. */
export function addShapes(model: Model, scene: Scene, structure: number, names: readonly string[]): void {
  for (const name of names) {
    const shape = scene.shapes.find((one) => one.name === name);
    if (shape === undefined) continue;
    const parts = shape.kind === "combined" ? shape.parts : [shape];
    for (const part of parts) addShape(model, scene, structure, part);
  }
}

/** Adds one shape; that of a structure begins at a place of the structure. */
export function addShape(model: Model, scene: Scene, structure: number, shape: PlainShape, origin: Vector = [0, 0, 0]): void {
  const { images, primitives } = model;
  if (shape.ofAtom === null) {
    addBody(primitives, shape.kind, parametersAt(shape, structure, null), origin, WHITE);
    return;
  }
  const first = scene.structures.offsets[structure]!;
  const parameters = Array.from(model.structure.numbers, (_, atom) => parametersAt(shape, structure, first + atom));
  for (let image = 0; image < images.count; image++) {
    if (model.isHidden(image)) continue;
    const given = parameters[images.atoms[image]!]!;
    // A place of its own moves along with the replicas.
    const own = vectorOf(given.position);
    const shift: Vector = [images.shifts[3 * image]!, images.shifts[3 * image + 1]!, images.shifts[3 * image + 2]!];
    const at = own === null ? model.positionOf(image) : model.lattice === null ? own : add(own, combine(shift, model.lattice.rows));
    addBody(primitives, shape.kind, { ...given, position: at }, at, model.tintOf(image));
  }
}

/** Draws one body; what lacks its size or direction is passed over. */
export function addBody(primitives: Primitives, kind: PlainShape["kind"], parameters: ShapeParameters, place: Vector, standard: Tint): void {
  const at = vectorOf(parameters.position) ?? place;
  const scale = numberOf(parameters.scale) || 1;
  const tint = tintFrom(parameters.color) ?? standard;
  const body = { at, scale, tint, parameters, primitives };
  switch (kind) {
    case "sphere": return addBall(body, at, numberOf(parameters.radius), tint);
    case "ellipsoid": return addEllipsoid(body);
    case "cylinder": return addRod(body, at, vectorOf(parameters.vector), numberOf(parameters.radius) ?? 0.1, tint);
    case "arrow": return addArrow(body);
    case "cylinders": return addRods(body);
    case "spheres": return addBalls(body);
    case "custom": return addMesh(body);
  }
}

interface Body {
  readonly at: Vector;
  readonly scale: number;
  readonly tint: Tint;
  readonly parameters: ShapeParameters;
  readonly primitives: Primitives;
}

function addBall({ primitives, scale }: Body, at: Vector, radius: number | null, tint: Tint): void {
  if (radius === null) return;
  const r = radius * scale;
  primitives.ellipsoid(at, [[r, 0, 0], [0, r, 0], [0, 0, r]], tint);
}

function addEllipsoid({ primitives, at, scale, tint, parameters }: Body): void {
  const axes = vectorOf(parameters.semiaxes);
  if (axes === null) return;
  const turn = rotationOf(parameters.orientation);
  // A disk or a needle has no inside; a thousandth of its size gives it one.
  const least = 1e-3 * Math.max(...axes.map(Math.abs));
  const sizes = axes.map((a) => Math.max(Math.abs(a), least) * scale);
  if (!(least > 0)) return;
  primitives.ellipsoid(at, [
    rotate(turn, [sizes[0]!, 0, 0]), rotate(turn, [0, sizes[1]!, 0]), rotate(turn, [0, 0, sizes[2]!]),
  ], tint);
}

function addRod({ primitives, scale }: Body, from: Vector, vector: Vector | null, radius: number, tint: Tint): void {
  if (vector === null || !(length(vector) * scale > SHORTEST)) return;
  primitives.cone(from, add(from, vector, scale), [radius * scale, radius * scale], tint);
}

function addArrow({ primitives, at, scale, tint, parameters }: Body): void {
  const vector = vectorOf(parameters.vector);
  const long = vector === null ? 0 : length(vector);
  if (vector === null || !(long * scale > SHORTEST)) return;
  const value = (name: string, standard: number) => numberOf(parameters[name]) ?? standard;
  const whole = value("headLength", 0.2);
  const head = Math.min(whole, long);
  const neck = add(at, vector, (scale * (long - head)) / long);
  // A head that is cut keeps its form; a short force would be a disk otherwise.
  const base = value("baseRadius", 0.1) * scale;
  const wide = value("headRadius", 0.15) * scale * (whole > 0 ? head / whole : 1);
  if (long > head) primitives.cone(at, neck, [base, base], tint);
  primitives.cone(neck, add(at, vector, scale), [wide, 0], tint);
}

function addRods(body: Body): void {
  const { at, scale, parameters } = body;
  const bases = vectorsOf(parameters.bases);
  vectorsOf(parameters.vectors).forEach((vector, i) => {
    const radius = numberOf(itemOf(parameters.radii, i)) ?? 0.1;
    addRod(body, add(at, bases[i] ?? [0, 0, 0], scale), vector, radius, tintOfItem(parameters, i));
  });
}

function addBalls(body: Body): void {
  const { at, scale, parameters } = body;
  vectorsOf(parameters.centers).forEach((center, i) => {
    addBall(body, add(at, center, scale), numberOf(itemOf(parameters.radii, i)) ?? 1, tintOfItem(parameters, i));
  });
}

/** The color of one of many: its own, the one of all, or white. */
function tintOfItem({ colors, color }: ShapeParameters, i: number): Tint {
  return tintFrom(Array.isArray(colors) ? colors[i] : colors) ?? tintFrom(color) ?? WHITE;
}

function addMesh({ primitives, at, scale, tint, parameters }: Body): void {
  const turn = rotationOf(parameters.orientation);
  const points = vectorsOf(parameters.vertices).map((v) => add(at, rotate(turn, v), scale));
  const stated = vectorsOf(parameters.simplices) as readonly Triangle[];
  const triangles = stated.length > 0 ? stated : convexHull(points);
  const fits = triangles.filter((corners) => corners.every((i) => points[i] !== undefined));
  const normals = fits.map(([i, j, k]) => unit(cross(add(points[j]!, points[i]!, -1), add(points[k]!, points[i]!, -1))));
  const around = new Map<number, number[]>();
  fits.forEach((corners, f) => corners.forEach((i) => around.set(i, [...(around.get(i) ?? []), f])));
  fits.forEach((corners, f) => {
    const smooth = corners.map((i) => smoothed(normals, f, around.get(i)!));
    const [a, b, c] = corners.map((i) => points[i]!);
    primitives.face([a!, b!, c!], [smooth[0]!, smooth[1]!, smooth[2]!], tint);
  });
}

/** The mean normal of faces that meet without an edge. */
function smoothed(normals: readonly Vector[], own: number, around: readonly number[]): Vector {
  const alike = around.filter((f) => dot(normals[f]!, normals[own]!) > CORNER);
  return unit(alike.reduce<Vector>((sum, f) => add(sum, normals[f]!), [0, 0, 0]));
}

function numberOf(value: unknown): number | null {
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}

function itemOf(value: ShapeValue | undefined, i: number): unknown {
  return Array.isArray(value) || ArrayBuffer.isView(value) ? (value as ArrayLike<unknown>)[i] : value;
}

function vectorOf(value: ShapeValue | undefined): Vector | null {
  const numbers = Array.isArray(value) || ArrayBuffer.isView(value) ? Array.from(value as ArrayLike<unknown>) : [];
  return numbers.length === 3 && numbers.every((x) => typeof x === "number" && Number.isFinite(x)) ? (numbers as unknown as Vector) : null;
}

/** Triples: a list of lists, or one typed array of all numbers. */
function vectorsOf(value: ShapeValue | undefined): Vector[] {
  if (ArrayBuffer.isView(value)) {
    const flat = value as unknown as ArrayLike<number>;
    return Array.from({ length: Math.floor(flat.length / 3) }, (_, i) => [flat[3 * i]!, flat[3 * i + 1]!, flat[3 * i + 2]!]);
  }
  return Array.isArray(value) ? value.map((item: ShapeValue) => vectorOf(item)).filter((v) => v !== null) : [];
}

function rotationOf(value: ShapeValue | undefined): Rotation {
  const numbers = Array.isArray(value) || ArrayBuffer.isView(value) ? Array.from(value as ArrayLike<number>) : [];
  return numbers.length === 4 && numbers.every(Number.isFinite) ? (numbers as unknown as Rotation) : [0, 0, 0, 1];
}
