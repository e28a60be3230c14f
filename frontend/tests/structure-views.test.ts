import { expect, test } from "vitest";
import type { PlainShape, Property, Scene, SceneStructure } from "../src/explorer/scene";
import { VIEWER_DEFAULTS } from "../src/explorer/settings";
import { backbonesOf, foldsOf } from "../src/structure/backbone";
import { cameraOf, viewOf } from "../src/structure/camera";
import { coloringOf, textsOf } from "../src/structure/coloring";
import { tintFrom } from "../src/structure/colors";
import { GifWriter, quantized } from "../src/structure/gif";
import { convexHull } from "../src/structure/hull";
import { angle, dihedral, inWords, measured } from "../src/structure/measure";
import { addRibbons } from "../src/structure/ribbon";
import { addBody, addShapes, chosenShapes } from "../src/structure/shapes";
import { Primitives } from "../src/structure/primitives";
import { sortFromBack } from "../src/structure/sorting";
import type { Structure } from "../src/structure/structure";
import { add, compose, cross, dot, rotationAbout, type Vector } from "../src/structure/vectors";
import { projection, startingView } from "../src/structure/view";
import { xyzOf } from "../src/structure/xyz";
import { crystalOf, modelOf, moleculeOf, SALT, WATER } from "./crystals";
import { readGif } from "./gif-reader";

// Positions of ASE's molecule("H2O2"), in the order O, O, H, H; whose get_dihedral(2, 0, 1, 3) is 121.025°.
const PEROXIDE_DIHEDRAL = 121.025;
const PEROXIDE: Vector[] = [[0, 0.734058, -0.05275], [0, -0.734058, -0.05275], [0.839547, 0.880752, 0.422001], [-0.839547, -0.880752, 0.422001]];

test("the dihedral of hydrogen peroxide is ASE's, and its mirror image's the opposite", () => {
  const [o1, o2, h1, h2] = PEROXIDE as [Vector, Vector, Vector, Vector];
  expect(dihedral(h1, o1, o2, h2)).toBeCloseTo(PEROXIDE_DIHEDRAL, 2);
  const mirrored = PEROXIDE.map(([x, y, z]): Vector => [-x, y, z]) as [Vector, Vector, Vector, Vector];
  expect(dihedral(mirrored[2], mirrored[0], mirrored[1], mirrored[3])).toBeCloseTo(-PEROXIDE_DIHEDRAL, 2);
});

test("a dihedral is positive where the far bond turns clockwise, and does not depend on the direction", () => {
  const points: Vector[] = [[1, 0, 0], [0, 0, 0], [0, 0, 1], [0.5, -Math.sqrt(3) / 2, 1]];
  // Seen along +z from below, the last bond lies 60° from the first one.
  const found = dihedral(points[0]!, points[1]!, points[2]!, points[3]!);
  expect(Math.abs(found)).toBeCloseTo(60, 9);
  expect(dihedral(points[3]!, points[2]!, points[1]!, points[0]!)).toBeCloseTo(found, 9);
});

test("the angle of water is 104.5 degrees", () => {
  expect(angle([0.757, 0.586, 0], [0, 0, 0], [-0.757, 0.586, 0])).toBeCloseTo(104.5, 1);
});

test("a distance through the wall is told beside the one that is shown", () => {
  const model = modelOf(crystalOf([6, 8], [[0.1, 0.5, 0.5], [0.9, 0.5, 0.5]], 10));
  const result = measured(model, [0, 1])!;
  expect([result.value, result.nearest]).toEqual([expect.closeTo(8, 5), expect.closeTo(2, 5)]);
  expect(inWords(result)).toBe("Distance 8.000 Å, nearest images 2.000 Å");
  expect(measured(modelOf(WATER), [0, 1])!.nearest).toBeNull();
  expect(measured(model, [0])).toBeNull();
});

test("an angle across the wall uses nearest images", () => {
  const model = modelOf(crystalOf([6, 8, 6], [[0.95, 0.5, 0.5], [0.05, 0.5, 0.5], [0.15, 0.6, 0.5]], 10));
  const { value, nearest } = measured(model, [0, 1, 2])!;
  expect([value, nearest]).toEqual([expect.closeTo(45, 4), expect.closeTo(135, 4)]);
});

test.each([["tetrahedron", [[1, 1, 1], [1, -1, -1], [-1, 1, -1], [-1, -1, 1]], 4], ["cube", cubeCorners(), 12],
  ["octahedron with its center", [[0, 0, 0], [1, 0, 0], [-1, 0, 0], [0, 1, 0], [0, -1, 0], [0, 0, 1], [0, 0, -1]], 8]] as const)(
  "the hull of a %s has its triangles, outward", (_, corners, n) => {
    const points = corners as unknown as Vector[];
    const faces = convexHull(points);
    expect(faces).toHaveLength(n);
    for (const [i, j, k] of faces) {
      const normal = cross(add(points[j]!, points[i]!, -1), add(points[k]!, points[i]!, -1));
      for (const p of points) expect(dot(normal, add(p, points[i]!, -1))).toBeLessThan(1e-6);
    }
  });

test("points in a plane have no hull", () => {
  expect(convexHull([[0, 0, 0], [1, 0, 0], [0, 1, 0], [1, 1, 0], [0.3, 0.4, 0]])).toEqual([]);
});

function cubeCorners(): Vector[] {
  return [-1, 1].flatMap((x) => [-1, 1].flatMap((y) => [-1, 1].map((z): Vector => [x, y, z])));
}

test.each([
  ["#FF663380", [255, 102, 51, 128]], ["#0000ff", [0, 0, 255, 255]], [43520, [0, 170, 0, 255]],
  [{ r: 0.2, g: 0.4, b: 1, a: 0.4 }, [51, 102, 255, 102]], [{ r: 1, g: 0, b: 0 }, [255, 0, 0, 255]], ["#12345", null], [-1, null], [null, null],
])("the color %j is read", (given, expected) => {
  expect(tintFrom(given)).toEqual(expected);
});

function bodyOf(kind: PlainShape["kind"], parameters: PlainShape["global"]): Primitives {
  const primitives = new Primitives();
  addBody(primitives, kind, parameters, [0, 0, 0], [9, 9, 9, 255]);
  return primitives;
}

test("an arrow is a shaft and a head that is cut to its length", () => {
  const { cones } = bodyOf("arrow", { vector: [0, 0, 2], baseRadius: 0.1, headRadius: 0.3, headLength: 0.5, scale: 2 });
  expect(cones.count).toBe(2);
  expect([...cones.ends.subarray(0, 16)].map((x) => Number(x.toFixed(6)))).toEqual([0, 0, 0, 0.2, 0, 0, 3, 0.2, 0, 0, 3, 0.6, 0, 0, 4, 0]);
  const short = bodyOf("arrow", { vector: [0.1, 0, 0], headLength: 0.5 }).cones;
  expect([short.count, short.ends[3], short.ends[4]]).toEqual([1, expect.closeTo(0.03, 6), expect.closeTo(0.1, 6)]);
  expect(bodyOf("arrow", { vector: [0, 0, 0] }).cones.count).toBe(0);
});

test("an ellipsoid's axes are turned by its quaternion and scaled", () => {
  const half = Math.SQRT1_2;
  const { axes } = bodyOf("ellipsoid", { semiaxes: [3, 2, 1], orientation: [0, 0, half, half], scale: 0.5, position: [1, 2, 3] }).ellipsoids;
  expect([...axes.subarray(0, 12)]).toEqual([1, 2, 3, 0, 1.5, 0, -1, 0, 0, 0, 0, 0.5].map((x) => expect.closeTo(x, 5)));
});

test("what one looks through is kept apart", () => {
  expect(bodyOf("sphere", { radius: 1, color: "#ffffff80" }).clearEllipsoids.count).toBe(1);
  expect(bodyOf("sphere", { radius: 1, color: "#ffffffff" }).ellipsoids.count).toBe(1);
});

test("many rods and balls have their own radii and colors", () => {
  const rods = bodyOf("cylinders", { vectors: [[1, 0, 0], [0, 1, 0]], radii: [0.1, 0.2], colors: ["#ff0000", "#00ff0080"], bases: [[0, 0, 0], [1, 0, 0]] });
  expect([rods.cones.count, rods.clearCones.count]).toEqual([1, 1]);
  expect(rods.clearCones.ends[0]).toBe(1);
  const balls = bodyOf("spheres", { centers: Float32Array.from([0, 0, 0, 1, 1, 1]), radii: 0.5, scale: 2, color: "#010203" });
  expect([...balls.ellipsoids.axes.subarray(12, 16)]).toEqual([2, 2, 2, 1]);
  expect([...balls.ellipsoids.tints.subarray(0, 3)]).toEqual([1, 2, 3]);
});

test("a mesh without triangles is its points' hull, and one with them is those that fit", () => {
  expect(bodyOf("custom", { vertices: cubeCorners() as never }).faces.count).toBe(12);
  expect(bodyOf("custom", { vertices: cubeCorners() as never, simplices: [[0, 1, 3], [0, 1, 99]] }).faces.count).toBe(1);
});

function sceneWith(structures: Structure[], parts: Partial<Scene> = {}): Scene {
  const offsets = new Uint32Array(structures.length + 1);
  structures.forEach(({ numbers }, i) => (offsets[i + 1] = offsets[i]! + numbers.length));
  const all = structures.map((one, index): SceneStructure => ({ ...one, index, residues: null }));
  return {
    about: { name: "", description: "", authors: [], references: [] },
    structures: { count: all.length, offsets, formulas: null, peek: (i) => all[i] ?? null, load: (i) => Promise.resolve(all[i]!) },
    environments: null, properties: [], parameters: {}, shapes: [], settings: {}, warnings: [], ...parts,
  };
}

test("shapes of atoms follow their images in a supercell, with a place of their own, too", () => {
  const shape = { name: "a,b", kind: "sphere", global: { radius: 0.2 }, ofStructure: null, ofAtom: (atom: number) => (atom === 0 ? { position: [1, 1, 1] } : {}) } as const;
  const once = { ...shape, name: "once", ofAtom: null } as const;
  const crystal = crystalOf([6, 6], [[0.25, 0.25, 0.25], [0.75, 0.75, 0.75]], 8);
  const scene = sceneWith([crystal], { shapes: [shape, once] });
  expect(chosenShapes(scene, "once,a,b,nothing")).toEqual(["once", "a,b"]);
  const model = modelOf(crystal, { supercell: [2, 1, 1], extras: (m) => addShapes(m, scene, 0, ["a,b"]) });
  const { count, axes } = model.primitives.ellipsoids;
  const places = Array.from({ length: count }, (_, i) => [...axes.subarray(12 * i, 12 * i + 3)].join(" ")).sort();
  expect(places).toEqual(["1 1 1", "14 6 6", "6 6 6", "9 1 1"]);
  expect(modelOf(crystal, { supercell: [2, 2, 2], extras: (m) => addShapes(m, scene, 0, ["once"]) }).primitives.ellipsoids.count).toBe(1);
});

const CHARGE: Property = { name: "charge", target: "atom", unit: "e", description: "", kind: "number", values: Float64Array.from([-1, 0.5, NaN]) };
const KIND: Property = { name: "kind", target: "atom", unit: "", description: "", kind: "category", categories: ["a", "b"], codes: Uint8Array.from([1, 0, 9]) };

test("atoms are colored along a palette between the least and the greatest value, gray where there is none", () => {
  const scene = sceneWith([WATER], { properties: [CHARGE, KIND] });
  const color = { ...VIEWER_DEFAULTS.color, property: "charge", palette: "bwr" };
  const { colors, bar } = coloringOf(scene, 0, color)!;
  expect([...colors]).toEqual([0, 0, 255, 255, 0, 0, 205, 208, 211]);
  expect([bar.title, bar.ends]).toEqual(["charge (e)", [-1, 0.5]]);
  expect([...coloringOf(scene, 0, { ...color, reverse: true })!.colors.slice(0, 3)]).toEqual([255, 0, 0]);
  expect([...coloringOf(scene, 0, { ...color, transform: "log" })!.colors.slice(0, 3)]).toEqual([205, 208, 211]);
  expect(coloringOf(scene, 0, { ...color, property: "element" })).toBeNull();
  expect(coloringOf(scene, 0, { ...color, property: "kind", palette: "tab10" })!.bar.categories).toEqual(["a", "b"]);
  expect(textsOf(scene, 0, "charge")).toEqual(["−1", "0.5", ""]);
  expect(textsOf(scene, 0, "kind")).toEqual(["b", "a", ""]);
});

test("values belong to atoms by the environments' centers", () => {
  const environments = { count: 2, structures: Uint32Array.from([1, 1]), centers: Uint32Array.from([2, 0]), cutoffs: Float32Array.from([3, 3]) };
  const scene = sceneWith([WATER, WATER], { environments, properties: [{ ...CHARGE, values: Float64Array.from([7, 8]) }] });
  expect(textsOf(scene, 1, "charge")).toEqual(["8", "", "7"]);
});

test.each([true, false])("a camera gives its view back, perspective %s", (perspective) => {
  const model = modelOf(SALT);
  const rotation = compose(rotationAbout([0.3, 1, -0.4], 1.2), rotationAbout([1, 0, 0], 0.7));
  const view = { rotation, zoom: 1.7, pan: [0.4, -1.2] as const, perspective };
  const back = viewOf(cameraOf(view, model), perspective)!;
  const [one, two] = [projection(model, view, 300, 200), projection(model, back, 300, 200)];
  for (const p of [[0, 0, 0], [5, 1, 2], [2, -3, 4]] as Vector[]) {
    expect(two(p).x).toBeCloseTo(one(p).x, 2);
    expect(two(p).y).toBeCloseTo(one(p).y, 2);
  }
});

test("a camera that looks along its own top is none; zooms of other programs show everything", () => {
  const camera = { eye: { x: 0, y: 0, z: 30 }, center: { x: 0, y: 0, z: 0 }, up: { x: 0, y: 1, z: 0 }, zoom: 120 };
  expect(viewOf(camera, false)!.zoom).toBe(1);
  expect(viewOf({ ...camera, up: { x: 0, y: 0, z: 2 } }, false)).toBeNull();
});

test("what one looks through is sorted from the back for every rotation", () => {
  const primitives = new Primitives();
  for (const z of [3, -1, 2]) primitives.ellipsoid([0, 0, z], [[1, 0, 0], [0, 1, 0], [0, 0, 1]], [z + 5, 0, 0, 100]);
  const order = () => [0, 1, 2].map((i) => primitives.clearEllipsoids.axes[12 * i + 2]);
  expect(sortFromBack(primitives, [0, 0, 0, 1])).toBe(true);
  expect(order()).toEqual([-1, 2, 3]);
  expect(sortFromBack(primitives, [0, 0, 0, 1])).toBe(false);
  sortFromBack(primitives, rotationAbout([0, 1, 0], Math.PI));
  expect(order()).toEqual([3, 2, -1]);
  expect([...primitives.clearEllipsoids.tints.subarray(0, 1)]).toEqual([8]);
});

test("films are read back as they were written", async () => {
  const [width, height] = [37, 23];
  const frames = [0, 1].map((k) => Uint8ClampedArray.from({ length: 4 * width * height }, (_, i) => (i % 4 === 3 ? 255 : (Math.floor(i / 4) * 7 * (k + 1) + (i % 4) * 40) % 256)));
  const writer = new GifWriter(width, height);
  frames.forEach((frame, k) => writer.add(frame, 100 * (k + 1)));
  const gif = readGif(new Uint8Array(await writer.finish().arrayBuffer()));
  expect([gif.width, gif.height, gif.frames.map(({ delay }) => delay)]).toEqual([width, height, [10, 20]]);
  gif.frames.forEach(({ pixels }, k) => {
    const { palette, indices } = quantized(frames[k]!);
    expect([...pixels]).toEqual([...indices].flatMap((i) => [...palette.subarray(3 * i, 3 * i + 3)]));
  });
});

test("long films of noise fill the table of codes and begin it anew", async () => {
  let state = 1;
  const noise = Uint8ClampedArray.from({ length: 4 * 120 * 120 }, () => (state = (state * 48271) % 2147483647) % 256);
  const writer = new GifWriter(120, 120);
  writer.add(noise, 50);
  const [frame] = readGif(new Uint8Array(await writer.finish().arrayBuffer())).frames;
  const { palette, indices } = quantized(noise);
  expect(frame!.pixels).toEqual(Uint8Array.from([...indices].flatMap((i) => [...palette.subarray(3 * i, 3 * i + 3)])));
});

test("a few colors are kept nearly as they are", () => {
  const pixels = Uint8ClampedArray.from([255, 255, 255, 255, 200, 30, 10, 255, 0, 0, 0, 255]);
  const { palette, indices } = quantized(pixels);
  expect([...indices].flatMap((i) => [...palette.subarray(3 * i, 3 * i + 3)])).toEqual([255, 255, 255, 200, 30, 10, 0, 0, 0]);
});

test("extended XYZ gives cells in as few digits as they need", () => {
  expect(xyzOf(SALT, "salt").split("\n")[1]).toBe('Lattice="5.64 0 0 0 5.64 0 0 0 5.64" Properties=species:S:1:pos:R:3 pbc="T T T" id="salt"');
  expect(xyzOf(moleculeOf([0, 1], [[0, 0, 0], [1, 0, 0]]), "").split("\n")[2]).toMatch(/^X /);
});


// α-carbons of an ideal α-helix (1.5 Å and 100° a residue, 2.3 Å from the axis) and of an ideal strand.
const WOUND = Array.from({ length: 12 }, (_, i): Vector => [2.3 * Math.cos((i * 100 * Math.PI) / 180), 2.3 * Math.sin((i * 100 * Math.PI) / 180), 1.5 * i]);
const STRETCHED = Array.from({ length: 8 }, (_, i): Vector => [i % 2 === 0 ? 0.9 : -0.9, 0, 3.3 * i]);

test("helices and strands are told by the distances of their α-carbons", () => {
  expect(new Set(foldsOf(WOUND))).toEqual(new Set(["helix"]));
  expect(new Set(foldsOf(STRETCHED))).toEqual(new Set(["strand"]));
  expect(new Set(foldsOf(WOUND.slice(0, 4)))).toEqual(new Set(["coil"]));
});

test("backbones break at gaps, at other chains, and leave ions of calcium out", () => {
  const far = WOUND.map(([x, y, z]): Vector => [x + 30, y, z]);
  const places = [...WOUND, ...far, [0, 0, 50] as Vector];
  const n = places.length;
  const structure: SceneStructure = {
    ...moleculeOf([...Array<number>(n - 1).fill(6), 20], places), index: 0, names: Array<string>(n).fill("CA"),
    residues: { names: Array<string>(n).fill("ALA"), ids: Int32Array.from(places.keys()), chains: Array<string>(n).fill("A"), hetero: new Uint8Array(n) },
  };
  expect(backbonesOf(structure).map(({ alphas }) => alphas.length)).toEqual([12, 12]);
  const chains = places.map((_, i) => (i < 5 ? "A" : "B"));
  expect(backbonesOf({ ...structure, residues: { ...structure.residues!, chains } }).map(({ alphas }) => alphas.length)).toEqual([5, 7, 12]);
  const faces = modelOf(structure, { extras: (model) => addRibbons(model, structure) }).primitives.faces;
  expect(faces.count).toBe(2 * 11 * 6 * 10 * 2);
  expect(faces.points.subarray(0, 9 * faces.count).every(Number.isFinite)).toBe(true);
});

test("two atoms lie across the picture, whichever way they were given", () => {
  for (const axis of [[1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 1, 1]] as Vector[]) {
    const model = modelOf(moleculeOf([6, 16], [[0, 0, 0], axis]));
    const project = projection(model, startingView(model, false), 400, 400);
    expect(Math.abs(project(axis).x - project([0, 0, 0]).x)).toBeGreaterThan(50);
  }
});
