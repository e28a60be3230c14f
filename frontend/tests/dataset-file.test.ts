import { expect, test } from "vitest";
import { parametersAt } from "../src/explorer/read-scene";
import { readDataset } from "../src/explorer/dataset-file";
import { hillFormula } from "../src/explorer/formula";
import type { NumberProperty, PlainShape } from "../src/explorer/scene";

const water = { size: 3, names: ["OW", "H", "H"], elements: ["O", "H", "H"], x: [0, 0.8, -0.8], y: [0, 0.6, 0.6], z: [0, 0, 0], bonds: [[0, 1, 1], [0, 2, 1]] };
const salt = { size: 2, names: ["Na", "Cl"], x: [0, 2.8], y: [0, 0], z: [0, 0], cell: [5.6, 0, 0, 0, 5.6, 0, 0, 0, 5.6] };
const whole = {
  meta: { name: "NaN and Infinity", authors: ["A"], unknown: 1 },
  structures: [water, salt],
  properties: {
    energy: { target: "structure", values: [1, 2], units: "eV" },
    kind: { target: "structure", values: ["wet NaN", "salt"] },
    dos: { target: "structure", values: [[1, 2], [3, 4]], parameters: ["e"] },
    charge: { target: "atom", values: [-0.8, 1] },
  },
  environments: [{ structure: 0, center: 0, cutoff: 3 }, { structure: 1, center: 0, cutoff: 4 }],
  parameters: { e: { values: [0, 1], units: "eV" } },
  shapes: { balls: { kind: "sphere", parameters: { global: { radius: 1 }, structure: [{}, { radius: 2 }] } } },
  settings: { target: "structure", map: { x: { min: "HERE" } } },
};
const text = JSON.stringify(whole).replace("[1,2],\"units\"", "[NaN,-Infinity],\"units\"").replace('"HERE"', "NaN");

test("a file of chemiscope is read whole, NaN in texts and out of them", () => {
  const scene = readDataset(text);
  expect(scene.about).toMatchObject({ name: "NaN and Infinity", authors: ["A"], description: "" });
  expect([...(scene.properties[0] as NumberProperty).values]).toEqual([NaN, NaN]);
  expect(scene.properties[1]).toMatchObject({ kind: "category", categories: ["wet NaN", "salt"] });
  expect(scene.properties[2]).toMatchObject({ kind: "curve", width: 2 });
  expect(scene.settings).toEqual({ target: "structure", map: { x: { min: null } } });
  const first = scene.structures.peek(0)!;
  expect([...first.numbers]).toEqual([8, 1, 1]);
  expect(first.names).toEqual(["OW", "H", "H"]);
  expect(first.positions[3]).toBeCloseTo(0.8, 6);
  expect([...first.bonds!]).toEqual([0, 1, 1, 0, 2, 1]);
  expect(scene.structures.peek(1)).toMatchObject({ names: null, periodic: [true, true, true] });
  expect(scene.structures.formulas!.categories).toEqual(["H2O", "ClNa"]);
  expect([...scene.environments!.cutoffs]).toEqual([3, 4]);
  expect(parametersAt(scene.shapes[0] as PlainShape, 1, null)).toEqual({ radius: 2 });
});

const changed = (path: readonly (string | number)[], value: unknown): string => {
  const copy = structuredClone(whole) as unknown;
  let at = copy as Record<string | number, unknown>;
  for (const key of path.slice(0, -1)) at = at[key] as Record<string | number, unknown>;
  at[path[path.length - 1]!] = value;
  return JSON.stringify(copy);
};

test.each([
  [["meta"], undefined, "meta: expected an object, got nothing"],
  [["meta", "name"], 5, "meta.name: expected text, got 5"],
  [["structures", 0, "size"], -1, "structures[0].size: expected a whole number from 0 on, got -1"],
  [["structures", 1, "x"], [0], 'structures[1].x: expected 2 values, got "1 values"'],
  [["structures", 1, "x"], [0, "a"], 'structures[1].x[1]: expected number, got "a"'],
  [["structures", 1, "cell"], [[1]], "structures[1].cell[0]: expected number, got [1]"],
  [["structures", 0, "bonds"], [[0, 3, 1]], "structures[0].bonds[0][1]: expected a whole number from 0 to 2, got 3"],
  [["structures", 0, "bonds"], [[0, 1, 9]], "structures[0].bonds[0][2]: expected a whole number from 1 to 4, got 9"],
  [["structures", 0, "resnames"], ["A", "A", "A"], "structures[0].resids: expected a list, as resnames are there"],
  [["structures", 0], { size: 3, data: "a.json" }, "structures[0].data: expected a whole structure"],
  [["properties", "energy", "values"], [1, null], "properties.energy.values[1]: expected number, got null"],
  [["properties", "energy", "values"], [1, "a"], 'properties.energy.values[1]: expected number, got "a"'],
  [["properties", "kind", "values"], ["a", 1], "properties.kind.values[1]: expected text, got 1"],
  [["properties", "energy", "values"], [1], 'properties.energy.values: expected 2 values, got "1 values"'],
  [["properties", "energy", "target"], "molecule", 'properties.energy.target: expected "structure" or "atom", got "molecule"'],
  [["properties", "dos", "parameters"], ["f"], 'properties.dos.parameters: expected the name of one parameter, got ["f"]'],
  [["properties", "dos", "values"], [[1, 2], [3]], 'properties.dos.values[1]: expected 2 values, got "1 values"'],
  [["environments", 1, "structure"], 2, "environments[1].structure: expected a whole number from 0 to 1, got 2"],
  [["environments", 1, "center"], 2, "environments[1].center: expected a whole number from 0 to 1, got 2"],
  [["shapes", "balls", "kind"], "cone", 'shapes.balls.kind: expected "sphere" or'],
  [["shapes", "balls", "parameters", "structure"], [{}], "shapes.balls.parameters.structure: expected 2 objects, one for each structure"],
] as const)("a fault at %j is named by its path", (path, value, message) => {
  expect(() => readDataset(changed(path, value))).toThrow(message);
});

test("what is no JSON is told", () => {
  expect(() => readDataset("{")).toThrow("file: no JSON");
  expect(() => readDataset("[]")).toThrow("file: expected an object, got []");
});

test.each([[[8, 1, 1], "H2O"], [[17, 11], "ClNa"], [[9, 6, 1, 17, 1], "CH2ClF"], [[], ""]])("%j is %s", (numbers, formula) => {
  expect(hillFormula(numbers)).toBe(formula);
});
