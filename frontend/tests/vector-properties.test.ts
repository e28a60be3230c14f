import { expect, test } from "vitest";
import { parametersAt } from "../src/explorer/read-scene";
import type { NumberProperty, Scene, Target } from "../src/explorer/scene";
import { addShape } from "../src/structure/shapes";
import { arrowsOf, chosenVectors, vectorProperties } from "../src/structure/vector-properties";
import { modelOf, PEROVSKITE, WATER } from "./crystals";
import { pageScene } from "./small-scene";

function component(name: string, values: readonly number[], target: Target = "atom", unit = ""): NumberProperty {
  return { kind: "number", name, target, unit, description: "", values: Float64Array.from(values) };
}

const force = (part: number, values: readonly number[]) => component(`force[${part}]`, values);
const scene: Scene = {
  ...pageScene(),
  properties: [
    force(1, [3, 0, 0]), force(2, [0, 4, NaN]), force(3, [0, 0, 0]),
    ...[1, 2, 3].map((part) => component(`dipole[${part}]`, [part], "structure", "D")),
    ...[1, 2, 3].map((part) => component(`map[${part}]`, [part], "structure")),
    ...[1, 2, 3, 4].map((part) => component(`quaternion[${part}]`, [1, 1, 1])),
    ...[1, 2].map((part) => component(`pair[${part}]`, [1, 1, 1])),
  ],
};

test("three components make a vector; maps and other numbers of components do not", () => {
  expect(vectorProperties(scene).map(({ name, target }) => [name, target])).toEqual([["force", "atom"], ["dipole", "structure"]]);
  const shape = { name: "force", kind: "arrow", global: {}, ofStructure: null, ofAtom: null } as const;
  expect(vectorProperties({ ...scene, shapes: [shape] }).map(({ name }) => name)).toEqual(["dipole"]);
  expect(chosenVectors(scene, "dipole,gone").map(({ name }) => name)).toEqual(["dipole"]);
});

test("nearly all arrows are at most 1.5 Å long, and keep their direction", () => {
  const shape = arrowsOf(chosenVectors(scene, "force")[0]!);
  // Of two lengths, 3 and 4, the share of 95 % ends at the first one.
  expect(parametersAt(shape, 0, 0).vector).toEqual([1.5, 0, 0]);
  expect(parametersAt(shape, 0, 1).vector).toEqual([0, 2, 0]);
});

test("every atom with a vector has an arrow; what is missing has none", () => {
  const one: Scene = { ...scene, structures: { ...scene.structures, count: 1, offsets: Uint32Array.of(0, 3) } };
  const [vector] = chosenVectors(one, "force");
  const plain = modelOf(WATER).primitives.cones.count;
  const model = modelOf(WATER, { extras: (m) => addShape(m, one, 0, arrowsOf(vector!)) });
  // A shaft and a head each.
  expect(model.primitives.cones.count - plain).toBe(4);
});

test("polyhedra stand around the elements that are named, whatever they are", () => {
  const around = (...numbers: number[]) => modelOf(PEROVSKITE, { polyhedra: true, polyhedraOf: numbers.length === 0 ? null : new Set(numbers) }).primitives.clearFaces.count;
  expect(around()).toBe(8);
  expect(around(22)).toBe(8);
  // Two titanium and four barium atoms around each of three oxygen atoms.
  expect(around(8)).toBe(24);
  expect(around(56)).toBeGreaterThan(8);
});
