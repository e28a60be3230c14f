import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { parametersAt, readScene } from "../src/explorer/read-scene";
import { centerOf, countOf, type NumberProperty, pointOfAtom, pointsOfStructure, type CombinedShape, type PlainShape, type Scene, valuesOfAtoms } from "../src/explorer/scene";
import { unpack } from "../src/packed";

// Written by tests/explore/test_scene.py, which checks that Python still writes the same bytes.
const bytes = new Uint8Array(readFileSync(new URL("../../tests/explore/golden/scene.bin", import.meta.url)));
const golden = () => readScene(unpack(bytes), null);

test("the golden scene says what it is about", () => {
  const { about, warnings, settings } = golden();
  expect(about).toEqual({
    name: "Three of all",
    description: "*Water*, salt and **carbon monoxide**",
    authors: ["A. Nother"],
    references: ["[a page](https://example.org)"],
  });
  expect(warnings).toEqual(["Something was passed over."]);
  expect(settings).toEqual({ target: "structure", map: { x: { property: "n" }, color: { palette: "viridis" } } });
});

test("numbers, texts and curves are read as Python wrote them", () => {
  const { properties, parameters } = golden();
  const [energy, n, kind, dos, charge, label] = properties;
  expect(energy).toMatchObject({ kind: "number", name: "energy", unit: "eV", target: "structure" });
  expect([...(energy as NumberProperty).values]).toEqual([-1.5, NaN, 3e-30]);
  expect([...(n as NumberProperty).values]).toEqual([3, 2, 2]);
  expect(kind).toMatchObject({ kind: "category", categories: ["wet", "salt"] });
  expect(dos).toMatchObject({ kind: "curve", width: 2, parameter: "e" });
  expect([...(charge as NumberProperty).values]).toEqual([-0.5, 0.25, 0.5]);
  expect(label).toMatchObject({ name: "label NaN", categories: ["O in CO", "O in H₂O", "H in H₂O"] });
  expect([...parameters.e!.values]).toEqual([0, 0.5]);
});

test("structures come out of their zipped block", async () => {
  const { structures } = golden();
  expect(structures.count).toBe(3);
  expect([...structures.offsets]).toEqual([0, 3, 5, 7]);
  expect(structures.peek(1)).toBeNull();
  const salt = await structures.load(1);
  expect([...salt.numbers]).toEqual([11, 17]);
  expect(salt.names).toEqual(["Na", "Cl"]);
  expect(salt.periodic).toEqual([true, true, true]);
  expect(salt.positions[3]).toBeCloseTo(2.82, 5);
  expect(salt.cell![1]).toBeCloseTo(2.82, 5);
  expect([...salt.bonds!]).toEqual([]);
  const water = structures.peek(0)!;
  expect(water.cell).toBeNull();
  expect([...water.bonds!]).toEqual([0, 1, 1, 0, 2, 1]);
  expect([...structures.peek(2)!.bonds!]).toEqual([0, 1, 3]);
  expect(water.residues).toMatchObject({ names: ["HOH", "HOH", "HOH"], chains: ["A", "A", "A"] });
  const { codes, categories } = structures.formulas!;
  expect([...codes].map((code) => categories[code])).toEqual(["H2O", "ClNa", "CO"]);
});

test("a structure that is not there is refused", async () => {
  await expect(golden().structures.load(3)).rejects.toThrow("structure: expected 0 … 2, got 3");
});

test("structures that did not travel along are asked for, each block once", async () => {
  const content = unpack(bytes) as { structures: Record<string, unknown> };
  const { blocks } = content.structures as { blocks: { bytes: { values: Uint8Array<ArrayBuffer> } } };
  const asked: number[] = [];
  const remote = { ...content, structures: { ...content.structures, blocks: null } };
  const scene = readScene(remote, (at) => {
    asked.push(at);
    return Promise.resolve(blocks.bytes.values);
  });
  await Promise.all([scene.structures.load(0), scene.structures.load(2), scene.structures.load(1)]);
  expect(asked).toEqual([0]);
  await expect(readScene(remote, null).structures.load(0)).rejects.toThrow("expected structures in the file");
});

test("points know their atoms and atoms their points", () => {
  const scene = golden();
  expect(countOf(scene, "atom")).toBe(3);
  expect(centerOf(scene, 0)).toEqual({ structure: 2, atom: 1, cutoff: 3.5 });
  expect(pointsOfStructure(scene, 0)).toEqual([1, 2]);
  expect(pointOfAtom(scene, 0, 2)).toBe(2);
  expect(pointOfAtom(scene, 0, 1)).toBeNull();
  expect([...valuesOfAtoms(scene, scene.properties[4] as NumberProperty, 0)]).toEqual([0.25, NaN, 0.5]);
  const all: Scene = { ...scene, environments: null };
  expect(countOf(all, "atom")).toBe(7);
  expect(centerOf(all, 4)).toEqual({ structure: 1, atom: 1, cutoff: null });
  expect(pointOfAtom(all, 2, 1)).toBe(6);
});

test("parameters of shapes come from where they are nearest", () => {
  const [ball, forces, both] = golden().shapes;
  expect(parametersAt(ball as PlainShape, 0, null)).toEqual({ radius: 0.5, color: "red" });
  expect(parametersAt(forces as PlainShape, 1, 4)).toEqual({ baseRadius: 0.1, vector: [12, 13, 14] });
  expect(both).toMatchObject({ kind: "combined" });
  expect(parametersAt((both as CombinedShape).parts[0]!, 2, null)).toEqual({ radius: 3 });
});

test.each([
  ["about", { name: 5 }, "scene.about.name: expected text, got 5"],
  ["properties", [{ name: "a", target: "molecule" }], 'scene.properties[0].target: expected "structure" or "atom", got "molecule"'],
  ["shapes", [{ name: "a", kind: "cone" }], 'scene.shapes[0].kind: expected "sphere" or'],
  ["settings", null, "scene.settings: expected an object, got null"],
])("a fault in %s is told by its place", (key, value, message) => {
  expect(() => readScene({ ...(unpack(bytes) as object), [key]: value }, null)).toThrow(message);
});

test.each([
  [new Uint8Array(4), "payload: expected bytes that begin with ATOMPACK"],
  [bytes.subarray(0, 100), "payload: expected"],
])("damaged bytes are refused", (given, message) => {
  expect(() => unpack(given.slice())).toThrow(message);
});
