import { expect, test } from "vitest";
import { bondsOf } from "../src/structure/bonds";
import { imagesOf } from "../src/structure/images";
import { visitPairs } from "../src/structure/neighbors";
import { latticeOf, nearestShift } from "../src/structure/structure";
import { add, combine, compose, inverse, layFlat, length, type Matrix, rotate, rotationAbout, type Vector } from "../src/structure/vectors";
import { alignedView, ballAt, projection, startingView } from "../src/structure/view";
import { crystalOf, modelOf, moleculeOf, PEROVSKITE, SALT, shownBy, slowBonds, slowPairs, thrown, WATER } from "./crystals";

function pairsOf(structure: typeof WATER, reach: number): string[] {
  const found: string[] = [];
  visitPairs(structure.positions, latticeOf(structure), reach, (i, j, a, b, c) => found.push(`${i} ${j} ${a} ${b} ${c}`));
  return found.sort();
}

test.each([[7, 3.1], [1, 6], [20, 2.5], [3, 9]])("all pairs of %i atoms in a skewed cell are found once within %f Å", (n, reach) => {
  const structure = thrown(n, 11 * n);
  expect(pairsOf(structure, reach)).toEqual([...slowPairs(structure, reach, 8).keys()].sort());
});

test("along vectors that do not repeat nothing is beyond the walls", () => {
  const slab = { ...thrown(9, 5), periodic: [true, false, true] as const };
  expect(pairsOf(slab, 4)).toEqual([...slowPairs(slab, 4, 6).keys()].sort());
});

test("a cell of two vectors is a slab", () => {
  const graphene = { ...crystalOf([6, 6], [[0, 0, 0], [1 / 3, 1 / 3, 0]], [[2.46, 0, 0], [1.23, 2.1304, 0], [0, 0, 1]]) };
  const slab = { ...graphene, cell: Float32Array.from([2.46, 0, 0, 1.23, 2.1304, 0, 0, 0, 0]), periodic: [true, true, false] as const };
  expect(bondsOf(slab).count).toBe(3);
});

test.each([1, 2, 3])("bonds across walls are those of the slow search, try %i", (seed) => {
  const structure = thrown(14, seed);
  const { count, first, second, shifts } = bondsOf(structure);
  const names = Array.from({ length: count }, (_, k) => `${first[k]} ${second[k]} ${shifts[3 * k]} ${shifts[3 * k + 1]} ${shifts[3 * k + 2]}`);
  expect(names.sort()).toEqual(slowBonds(structure, 6));
});

test("water has two bonds", () => {
  expect(shownBy(modelOf(WATER)).sticks).toHaveLength(2);
});

test("benzene has twelve bonds", () => {
  const ring = (radius: number) => Array.from({ length: 6 }, (_, i): Vector => [radius * Math.cos((i * Math.PI) / 3), radius * Math.sin((i * Math.PI) / 3), 0]);
  const benzene = moleculeOf([...Array<number>(6).fill(6), ...Array<number>(6).fill(1)], [...ring(1.397), ...ring(2.484)]);
  expect(bondsOf(benzene).count).toBe(12);
});

test("what is no element has no bonds unless they are stated", () => {
  const beads = moleculeOf([0, 0], [[0, 0, 0], [0.4, 0, 0]]);
  expect(bondsOf(beads).count).toBe(0);
  expect(bondsOf({ ...beads, bonds: Int32Array.from([0, 1, 1]) }).count).toBe(1);
});

test("atoms on the walls of a cell are shown on every side", () => {
  // A face-centered cell shows 8 corners and 6 faces of one kind, 12 edges and the center of the other.
  const { balls } = shownBy(modelOf(SALT));
  expect(balls.filter(({ number }) => number === 11)).toHaveLength(14);
  expect(balls.filter(({ number }) => number === 17)).toHaveLength(13);
});

test("the ions of rock salt bond to the other kind along the lines of the lattice", () => {
  const { sticks } = shownBy(modelOf(SALT));
  // A 3 x 3 x 3 block of ions has 3 directions x 2 x 9 neighbors.
  expect(sticks).toHaveLength(3 * 2 * 9);
  for (const { from, to, whole } of sticks) {
    expect(whole).toBe(true);
    expect(length(add(to, from, -1))).toBeCloseTo(5.64 / 2, 5);
  }
});

test("bonds from inside of a cell to atoms beyond its wall end half-way", () => {
  // Two atoms inside, 1.5 Å apart only through the wall.
  const { balls, sticks } = shownBy(modelOf(crystalOf([6, 6], [[0.05, 0.5, 0.5], [0.9, 0.5, 0.5]], 10)));
  expect(balls).toHaveLength(2);
  expect(sticks.map(({ to }) => to[0]).sort((a, b) => a - b)).toEqual([expect.closeTo(-0.25, 5), expect.closeTo(9.75, 5)]);
});

test.each([[2, 1, 1], [3, 3, 3], [1, 4, 2]] as const)("a supercell of %i × %i × %i has its atoms that many times, and whole bonds inside", (a, b, c) => {
  const chain = crystalOf([6, 6], [[0.05, 0.5, 0.5], [0.9, 0.5, 0.5]], 10);
  const { balls, sticks } = shownBy(modelOf(chain, { supercell: [a, b, c] }));
  expect(balls).toHaveLength(2 * a * b * c);
  expect(sticks.filter(({ whole }) => whole)).toHaveLength((a - 1) * b * c);
  expect(sticks.filter(({ whole }) => !whole)).toHaveLength(2 * b * c);
});

test("a supercell grows on both sides, and walls are shown around all of it", () => {
  const { shifts, nInside, count } = imagesOf(SALT, { supercell: [3, 2, 1], walls: true, environment: null });
  expect([nInside, count]).toEqual([8 * 6, 7 * 5 * 3]);
  const along = (axis: number) => [...shifts.slice(0, 3 * nInside)].filter((_, i) => i % 3 === axis);
  expect([Math.min(...along(0)), Math.max(...along(0)), Math.min(...along(1)), Math.max(...along(1))]).toEqual([-1, 1, 0, 1]);
});

test("stated bonds are repeated in every cell, cross walls by the nearest way, and keep their orders", () => {
  const stated = crystalOf([6, 6, 8], [[0.05, 0.5, 0.5], [0.9, 0.5, 0.5], [0.9, 0.5, 0.62]], 10, [[0, 1, 1], [1, 2, 2]]);
  const { sticks } = shownBy(modelOf(stated, { supercell: [2, 1, 1] }));
  // Two double bonds of two sticks each, one whole bond between the cells, a stub on either side.
  expect(sticks).toHaveLength(2 * 2 + 1 + 2);
  expect(sticks.filter(({ whole }) => whole)).toHaveLength(1);
});

test.each([[1, 1], [2, 2], [3, 3], [4, 2]])("a bond of order %i has %i sticks", (order, n) => {
  expect(shownBy(modelOf(moleculeOf([6, 6, 1], [[0, 0, 0], [1.3, 0, 0], [-0.5, 0.9, 0]], [[0, 1, order]]))).sticks).toHaveLength(n);
});

test("the sticks of a double bond lie in the plane of its neighbors", () => {
  const ethene = moleculeOf([6, 6, 1], [[0, 0, 0], [1.3, 0, 0], [-0.5, 0.9, 0]], [[0, 1, 2], [0, 2, 1]]);
  for (const { from, to } of shownBy(modelOf(ethene)).sticks) expect([from[2], to[2]]).toEqual([expect.closeTo(0, 6), expect.closeTo(0, 6)]);
});

test("a metal bonds to its like, metals in a compound do not", () => {
  const fcc: Vector[] = [[0, 0, 0], [0, 0.5, 0.5], [0.5, 0, 0.5], [0.5, 0.5, 0]];
  // 14 atoms shown: each of 6 faces joins its center to 4 corners and to 4 other faces.
  expect(shownBy(modelOf(crystalOf([29, 29, 29, 29], fcc, 3.61))).sticks).toHaveLength(6 * 4 + (6 * 4) / 2);
  const { first, second } = bondsOf(PEROVSKITE);
  const titanium = [...first].filter((i) => i === 1).length + [...second].filter((i) => i === 1).length;
  expect(titanium).toBe(6);
});

test("coordination polyhedra are octahedra around titanium, and nothing around barium", () => {
  const { faces, clearFaces } = modelOf(PEROVSKITE, { polyhedra: true, supercell: [2, 1, 1] }).primitives;
  expect([faces.count, clearFaces.count]).toEqual([0, 2 * 8]);
});

test.each([[3, 4.0], [1, 7.5], [12, 3.0]])("an environment holds what lies within the cutoff, beyond walls too: %i atoms, %f Å", (n, cutoff) => {
  const structure = thrown(n, 3 * n + 1);
  const { atoms, shifts, within } = imagesOf(structure, { supercell: [1, 1, 1], walls: false, environment: { center: 0, cutoff } });
  const found = [...within!.keys()].filter((k) => within![k]).map((k) => `${atoms[k]} ${shifts[3 * k]} ${shifts[3 * k + 1]} ${shifts[3 * k + 2]}`);
  const expected = new Set(["0 0 0 0"]);
  for (const name of slowPairs(structure, cutoff, 8).keys()) {
    const [i, j, a, b, c] = name.split(" ").map(Number) as [number, number, number, number, number];
    if (i === 0) expected.add(`${j} ${a} ${b} ${c}`);
    if (j === 0) expected.add(`${i} ${0 - a} ${0 - b} ${0 - c}`);
  }
  expect(found.sort()).toEqual([...expected].sort());
});

test("what surrounds an environment can be hidden", () => {
  const environment = { center: 0, cutoff: 3, style: "hide", color: "grey", centered: true } as const;
  const model = modelOf(SALT, { environment, supercell: [3, 3, 3] });
  expect(shownBy(model).balls).toHaveLength(7);
  expect(model.center).toEqual([0, 0, 0]);
});

test("the nearest image is nearest in skewed cells, too", () => {
  const structure = thrown(12, 77);
  const lattice = latticeOf(structure)!;
  for (let j = 1; j < 12; j++) {
    const slow = [...slowPairs(structure, 12, 4)].filter(([name]) => name.startsWith(`0 ${j} `)).map(([, d]) => d);
    const [x, y, z] = combine(nearestShift(structure, lattice, 0, j), lattice.rows);
    const p = structure.positions;
    const d = Math.hypot(p[3 * j]! + x - p[0]!, p[3 * j + 1]! + y - p[1]!, p[3 * j + 2]! + z - p[2]!);
    expect(d).toBeCloseTo(Math.min(...slow), 5);
  }
});

test("no atoms at all are drawn as nothing", () => {
  const model = modelOf(moleculeOf([], []));
  expect(shownBy(model)).toEqual({ balls: [], sticks: [] });
  expect(Number.isFinite(model.radius)).toBe(true);
});

test("the inverse of a cell gives fractions back", () => {
  const cell: Matrix = [[3, 0.2, 0], [-1, 4, 0.5], [0.3, 0, 5]];
  const back = combine(combine([0.2, -0.7, 1.4], cell), inverse(cell)!);
  [0.2, -0.7, 1.4].forEach((x, i) => expect(back[i]).toBeCloseTo(x, 12));
  expect(inverse([[0, 0, 0], [0, 0, 0], [0, 0, 0]])).toBeNull();
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

test.each([true, false])("the atom in front is the one that is pointed at, perspective %s", (perspective) => {
  const model = modelOf(moleculeOf([6, 8], [[0, 0, -1.5], [0, 0, 1.5]]));
  const view = { ...startingView(model, perspective), rotation: [0, 0, 0, 1] as const };
  expect(model.images.atoms[ballAt(model, view, [400, 300], 200, 150)]).toBe(1);
  expect(ballAt(model, view, [400, 300], 5, 5)).toBe(-1);
});

test("an aligned view looks along the vector from its tip", () => {
  const model = modelOf(SALT);
  const view = alignedView(startingView(model, false), [0, 1, 0], [0, 0, 1]);
  const project = projection(model, view, 400, 400);
  expect(project([0, 5, 0]).depth - project([0, 0, 0]).depth).toBeCloseTo(5, 6);
  expect(project([0, 0, 5]).y).toBeLessThan(project([0, 0, 0]).y);
});
