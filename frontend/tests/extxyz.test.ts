import { expect, test } from "vitest";
import { looksLikeXyz, readXyz } from "../src/explorer/extxyz";
import type { CategoryProperty, NumberProperty } from "../src/explorer/scene";

const WATER = `3
Properties=species:S:1:pos:R:3:forces:R:3:tag:S:1 energy=-1.5 name="two words" dipole="0 0 1" pbc="F F F" converged
O 0 0 0 0.1 0.2 0.3 left
H 0.8 0.6 0 1 2 3 right
H -0.8 0.6 0 4 5 6 right
`;
const SALT = `2
Lattice="5.6 0 0 0 5.6 0 0 0 5.6" Properties=species:S:1:pos:R:3 energy=2.5D-1 pbc="T T F"
Na 0 0 0
Cl1 2.8 0 0
`;

const numbers = (scene: ReturnType<typeof readXyz>, name: string) => [...(scene.properties.find((one) => one.name === name) as NumberProperty).values];

test("frames become structures, keys and columns properties; what a frame lacks is missing", () => {
  const scene = readXyz(WATER + SALT, "both");
  expect(scene.about.name).toBe("both");
  expect(scene.structures.count).toBe(2);
  expect([...scene.structures.offsets]).toEqual([0, 3, 5]);
  expect(scene.structures.formulas!.categories[0]).toBe("H2O");
  expect(numbers(scene, "energy")).toEqual([-1.5, 0.25]);
  expect(numbers(scene, "dipole[3]")).toEqual([1, NaN]);
  expect(numbers(scene, "forces[2]")).toEqual([0.2, 2, 5, NaN, NaN]);
  expect(scene.properties.find(({ name }) => name === "name")).toMatchObject({ kind: "category", categories: ["two words", ""] });
  const tag = scene.properties.find(({ name }) => name === "tag") as CategoryProperty;
  expect(tag).toMatchObject({ target: "atom", categories: ["left", "right", ""] });
  expect(scene.properties.find(({ name }) => name === "converged")).toMatchObject({ kind: "category", categories: ["true", ""] });
});

test("cells, periodic directions and names of atoms are kept", () => {
  const scene = readXyz(WATER + SALT, "");
  expect(scene.structures.peek(0)).toMatchObject({ cell: null, periodic: [false, false, false], names: null });
  const salt = scene.structures.peek(1)!;
  expect(salt.periodic).toEqual([true, true, false]);
  expect(salt.cell![8]).toBeCloseTo(5.6, 6);
  expect(salt.names).toEqual(["Na", "Cl1"]);
  expect(salt.positions[3]).toBeCloseTo(2.8, 6);
});

test("plain XYZ has a comment and symbols with positions", () => {
  const scene = readXyz("2\r\nhydrogen, no more\r\nH 0 0 0 0.5\r\n1 0 0 0.74 0.5\r\n\r\n", "h2");
  expect([...scene.structures.peek(0)!.numbers]).toEqual([1, 1]);
  expect(scene.properties).toMatchObject([{ name: "comment", categories: ["hydrogen, no more"] }]);
});

test.each([
  ["three\n\n", 'line 1: expected a number of atoms, got "three"'],
  ["2\n\nH 0 0 0\n", "line 4: the file ends, but line 1 tells of 2 atoms"],
  ["1\n\nH 0 0\n", 'line 3: expected 4 columns, got "H 0 0"'],
  ["1\nProperties=species:S:1:pos:R:3\nH 0 0 0 1\n", 'line 3: expected 4 columns, got "H 0 0 0 1"'],
  ["1\n\nH 0 0 a\n", 'line 3: expected a number for coordinate z, got "a"'],
  ["1\n\nH 0 nan 0\n", 'line 3: expected a finite number for coordinate y, got "nan"'],
  [`${WATER}1\nProperties=species:S:1:pos:R:3:q:R:1\nH 0 0 0 x\n`, 'line 8: expected a number for column q, got "x"'],
  ['1\nLattice="1 0 0"\nH 0 0 0\n', 'line 2: expected nine finite numbers for Lattice, got "1 0 0"'],
  ['1\npbc="T F"\nH 0 0 0\n', 'line 2: expected pbc as three of T and F, got "T F"'],
  ["1\nProperties=species:S:1:pos:R\nH 0 0 0\n", 'line 2: expected Properties as name:S, R, I or L:count, got "pos:R:"'],
  ["1\nProperties=pos:R:3\n0 0 0\n", "line 2: expected a column species:S:1 among Properties"],
  ["1\nProperties=species:S:1:place:R:3\nH 0 0 0\n", "line 2: expected columns pos:R:3 among Properties"],
  ['1\nenergy=1 name="open\nH 0 0 0\n', 'line 2: expected key=value, got'],
  [`${SALT}\n${SALT}`, 'line 5: expected a number of atoms, got ""'],
])("a fault in %j is named by its line", (content, message) => {
  expect(() => readXyz(content, "")).toThrow(message);
});

test("a file is taken for XYZ by its first line", () => {
  expect(["3\nwater\n", " 12 \r\n\r\n", '{"meta": 1}', "3 atoms\n", "data_salt\n_cell 3\n"].map(looksLikeXyz)).toEqual([true, true, false, false, false]);
});
