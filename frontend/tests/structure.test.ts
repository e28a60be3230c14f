import { expect, test } from "vitest";
import { ballsAndSticks, type Structure } from "../src/structure/bonds";
import { add, combine, compose, inverse, layFlat, length, type Matrix, rotate, rotationAbout, type Vector } from "../src/structure/vectors";
import { atomAt, projection, startingView } from "../src/structure/view";

const NO_CELL: Matrix = [[0, 0, 0], [0, 0, 0], [0, 0, 0]];

function moleculeOf(numbers: number[], positions: Vector[]): Structure {
  return { numbers, positions, cell: NO_CELL, periodic: [false, false, false] };
}

function crystal(numbers: number[], fractions: Vector[], a: number): Structure {
  const cell: Matrix = [[a, 0, 0], [0, a, 0], [0, 0, a]];
  return { numbers, positions: fractions.map((f) => combine(f, cell)), cell, periodic: [true, true, true] };
}

const WATER = moleculeOf([8, 1, 1], [[0, 0, 0], [0.757, 0.586, 0], [-0.757, 0.586, 0]]);
// Positions of ASE's bulk("NaCl", "rocksalt", a=5.64, cubic=True), sodium first.
const SALT = crystal(
  [11, 11, 11, 11, 17, 17, 17, 17],
  [[0, 0, 0], [0, 0.5, 0.5], [0.5, 0, 0.5], [0.5, 0.5, 0], [0.5, 0, 0], [0.5, 0.5, 0.5], [0, 0, 0.5], [0, 0.5, 0]],
  5.64,
);

test("water has two bonds, each of two halves", () => {
  expect(ballsAndSticks(WATER).sticks).toHaveLength(4);
});

test("benzene has twelve bonds", () => {
  const ring = (radius: number) => Array.from({ length: 6 }, (_, i): Vector => [radius * Math.cos((i * Math.PI) / 3), radius * Math.sin((i * Math.PI) / 3), 0]);
  const benzene = moleculeOf([...Array<number>(6).fill(6), ...Array<number>(6).fill(1)], [...ring(1.397), ...ring(2.484)]);
  expect(ballsAndSticks(benzene).sticks).toHaveLength(24);
});

test("atoms on the walls of a cell are shown on every side", () => {
  // A face-centered cell shows 8 corners and 6 faces of one kind, 12 edges and the center of the other.
  const { atoms, edges } = ballsAndSticks(SALT);
  expect(atoms.filter((atom) => atom.number === 11)).toHaveLength(14);
  expect(atoms.filter((atom) => atom.number === 17)).toHaveLength(13);
  expect(edges).toHaveLength(12);
});

test("the ions of rock salt bond to the other kind along the lines of the lattice", () => {
  const { sticks } = ballsAndSticks(SALT);
  // A 3 x 3 x 3 block of ions has 3 directions x 2 x 9 neighbors, two halves each.
  expect(sticks).toHaveLength(3 * 2 * 9 * 2);
  for (const { from, to } of sticks) expect(length(add(to, from, -1))).toBeCloseTo(5.64 / 4, 6);
});

test("bonds from inside of a cell to atoms beyond its wall end half-way", () => {
  // Two atoms inside, 1.5 Å apart only through the wall.
  const { atoms, sticks } = ballsAndSticks(crystal([6, 6], [[0.05, 0.5, 0.5], [0.9, 0.5, 0.5]], 10));
  expect(atoms).toHaveLength(2);
  expect(sticks.map(({ to }) => to[0]).sort((a, b) => a - b)).toEqual([expect.closeTo(-0.25, 9), expect.closeTo(9.75, 9)]);
});

test("a metal bonds to its like, metals in a compound do not", () => {
  const fcc: Vector[] = [[0, 0, 0], [0, 0.5, 0.5], [0.5, 0, 0.5], [0.5, 0.5, 0]];
  // 14 atoms shown: each of 6 faces joins its center to 4 corners and to 4 other faces.
  expect(ballsAndSticks(crystal([29, 29, 29, 29], fcc, 3.61)).sticks).toHaveLength(2 * (6 * 4 + (6 * 4) / 2));
  const perovskite = crystal([56, 22, 8, 8, 8], [[0, 0, 0], [0.5, 0.5, 0.5], [0.5, 0.5, 0], [0.5, 0, 0.5], [0, 0.5, 0.5]], 4);
  const { sticks } = ballsAndSticks(perovskite);
  expect(sticks.filter(({ number }) => number === 22)).toHaveLength(6);
});

test("no atoms at all are drawn as nothing", () => {
  const { atoms, sticks, radius } = ballsAndSticks(moleculeOf([], []));
  expect([atoms, sticks]).toEqual([[], []]);
  expect(Number.isFinite(radius)).toBe(true);
});

test("the inverse of a cell gives fractions back", () => {
  const cell: Matrix = [[3, 0.2, 0], [-1, 4, 0.5], [0.3, 0, 5]];
  const back = combine(combine([0.2, -0.7, 1.4], cell), inverse(cell)!);
  [0.2, -0.7, 1.4].forEach((x, i) => expect(back[i]).toBeCloseTo(x, 12));
  expect(inverse(NO_CELL)).toBeNull();
});

test("rotations compose from right to left", () => {
  const a = rotationAbout([0, 0, 1], Math.PI / 2);
  const b = rotationAbout([1, 0, 0], Math.PI / 2);
  const one = rotate(compose(a, b), [0, 1, 0]);
  const two = rotate(a, rotate(b, [0, 1, 0]));
  one.forEach((x, i) => expect(x).toBeCloseTo(two[i]!, 12));
});

test("a flat molecule is laid into the plane of the screen", () => {
  const tilt = rotationAbout([0.3, 1, 0.2], 1.1);
  const points = [[0, 0, 0], [4, 0, 0], [4, 2, 0], [0, 2, 0.0], [2, 1, 0]].map((p) => rotate(tilt, p as unknown as Vector));
  const flat = points.map((p) => rotate(layFlat(points), p));
  const depths = flat.map((p) => p[2]);
  expect(Math.max(...depths) - Math.min(...depths)).toBeLessThan(1e-6);
});

test("the atom in front is the one that is pointed at", () => {
  const model = ballsAndSticks(moleculeOf([6, 8], [[0, 0, -1.5], [0, 0, 1.5]]));
  const view = { ...startingView(model), rotation: [0, 0, 0, 1] as const };
  const project = projection(model, view, 400, 300);
  expect(atomAt(model, project, 200, 150)?.number).toBe(8);
  expect(atomAt(model, project, 5, 5)).toBeNull();
});
