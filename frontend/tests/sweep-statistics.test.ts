import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { Bootstrap } from "../src/sweep/statistics/bootstrap";
import { correlations, ranksOf } from "../src/sweep/statistics/correlation";
import { costModel } from "../src/sweep/statistics/cost";
import { tBeyond, twoSided } from "../src/sweep/statistics/distributions";
import { seeded } from "../src/sweep/statistics/random";
import { lineThrough } from "../src/sweep/statistics/regression";
import { isoline, surfaceOf } from "../src/sweep/surface";

// Written by tests/study/sweep/golden_sweep.py with scipy.
const golden = JSON.parse(readFileSync(new URL("../../tests/study/sweep/golden/statistics.json", import.meta.url), "utf8")) as {
  x: number[]; y: number[]; z: number[]; ranks_x: number[];
  pearson: [number, number]; spearman: [number, number]; partial: [number, number];
  line: { slope: number; intercept: number; r: number; p: number; slope_error: number };
  t_two_sided: [number, number, number][]; t_beyond_5_percent: [number, number][];
};
const [x, y, z] = [golden.x, golden.y, golden.z].map((values) => Float64Array.from(values)) as [Float64Array, Float64Array, Float64Array];
const close = (got: number, wanted: number, relative = 1e-9) => expect(Math.abs(got - wanted)).toBeLessThanOrEqual(relative * Math.abs(wanted));

test.each([["pearson", golden.pearson], ["spearman", golden.spearman]] as const)("the %s correlation and its p are those of scipy", (kind, [r, p]) => {
  const [found] = correlations(kind, [x], y);
  close(found!.r, r);
  close(found!.p, p);
  expect(found!.n).toBe(40);
});

test("a partial correlation is that of what the others leave unexplained", () => {
  const [found] = correlations("partial", [x, z], y);
  close(found!.r, golden.partial[0]);
  close(found!.p, golden.partial[1], 1e-8);
});

test("ranks of equals are shared as scipy does", () => {
  expect([...ranksOf(x)]).toEqual(golden.ranks_x);
});

test("tails of Student's t are those of scipy", () => {
  // Lanczos' series has 15 digits; tails lose a few.
  for (const [t, freedom, p] of golden.t_two_sided) close(twoSided(t, freedom), p, 1e-11);
  for (const [freedom, t] of golden.t_beyond_5_percent) close(tBeyond(0.05, freedom), t, 1e-10);
});

test("a line has the numbers of scipy's", () => {
  const line = lineThrough(golden.x, golden.y)!;
  close(line.slope, golden.line.slope);
  close(line.intercept, golden.line.intercept);
  close(line.r, golden.line.r);
  close(line.p, golden.line.p);
  close(line.slopeError, golden.line.slope_error);
  expect(line.n).toBe(40);
});

test("what says nothing has no correlation and no line", () => {
  const same = new Float64Array(40).fill(0.1);
  expect(correlations("pearson", [same], y)[0]!.r).toBeNaN();
  expect(correlations("spearman", [same], y)[0]!.r).toBeNaN();
  expect(correlations("partial", [x, x.map((value) => 2 * value)], y).every(({ r }) => Number.isNaN(r))).toBe(true);
  expect(lineThrough([...same], golden.y)).toBeNull();
  expect(lineThrough([1, 2], [1, 2])).toBeNull();
  expect(correlations("pearson", [Float64Array.of(1, 2)], Float64Array.of(1, 2))[0]!.p).toBeNaN();
});

test("runs that a setting does not apply to do not count", () => {
  const gaps = x.map((value, i) => (i % 4 === 0 ? NaN : value));
  const some = [...x.keys()].filter((i) => i % 4 !== 0);
  const [found] = correlations("pearson", [gaps], y);
  const [alone] = correlations("pearson", [x.filter((_, i) => some.includes(i))], y.filter((_, i) => some.includes(i)));
  expect(found).toEqual(alone);
  expect(found!.n).toBe(30);
});

test.each(["pearson", "spearman", "partial"] as const)("bounds of the %s correlation hold it, and are the same for the same seed", (kind) => {
  const bounds = [0, 0, 1].map((seed) => {
    const work = new Bootstrap(kind, [x, z], y, seed);
    while (!work.advance(50)) continue;
    return work.bounds();
  });
  const found = correlations(kind, [x, z], y);
  bounds[0]!.forEach((one, i) => {
    expect(one!.low).toBeLessThan(found[i]!.r);
    expect(one!.high).toBeGreaterThan(found[i]!.r);
  });
  expect(bounds[1]).toEqual(bounds[0]);
  expect(bounds[2]).not.toEqual(bounds[0]);
});

test("bounds are as wide as theory has them for many normal numbers", () => {
  const random = seeded(5);
  const normal = () => Math.sqrt(-2 * Math.log((random(1e9) + 1) / 1e9)) * Math.cos((2 * Math.PI * random(1e9)) / 1e9);
  const a = Float64Array.from({ length: 400 }, normal);
  const b = a.map((value) => 0.5 * value + normal());
  const work = new Bootstrap("pearson", [a], b, 0);
  while (!work.advance(50)) continue;
  const [bounds] = work.bounds();
  // Fisher's transform: ±1.645 / √(n − 3) around artanh r; resampling agrees to a few percent.
  const [found] = correlations("pearson", [a], b);
  const half = 1.645 / Math.sqrt(397);
  expect(bounds!.low).toBeCloseTo(Math.tanh(Math.atanh(found!.r) - half), 1.5);
  expect(bounds!.high).toBeCloseTo(Math.tanh(Math.atanh(found!.r) + half), 1.5);
});

test("too few runs have no bounds", () => {
  const work = new Bootstrap("pearson", [Float64Array.of(1, 1, 1)], Float64Array.of(1, 2, 3), 0);
  while (!work.advance(50)) continue;
  expect(work.bounds()).toEqual([null]);
});

test("a law of powers is learned and told with its uncertainty", () => {
  const random = seeded(2);
  const runs = Array.from({ length: 40 }, () => [Math.log(2 ** random(5)), Math.log(10 * (1 + random(8)))]);
  const costs = runs.map(([batch, epochs]) => 3 * Math.exp(-0.7 * batch! + 1.0 * epochs!) * (0.95 + random(100) / 1000));
  const model = costModel(runs, costs)!;
  expect(model.slopes[0]).toBeCloseTo(-0.7, 1);
  expect(model.slopes[1]).toBeCloseTo(1, 1);
  const { value, low, high } = model.cost([Math.log(8), Math.log(50)]);
  expect(value / (3 * 8 ** -0.7 * 50)).toBeCloseTo(1, 1);
  expect(low).toBeLessThan(value);
  expect(high).toBeGreaterThan(value);
  expect(model.typical).toBeLessThan(1.05);
  expect(costModel(runs.slice(0, 5), costs.slice(0, 5))).toBeNull();
});

test("a surface follows a plane where there are runs, and is blank elsewhere", () => {
  const places = Array.from({ length: 400 }, (_, i) => [(i % 20) / 40, Math.floor(i / 20) / 20] as const);
  const surface = surfaceOf(places.map(([a]) => a), places.map(([, b]) => b), places.map(([a]) => 10 * a), 40, 40);
  expect(surface.heights[20 * 40 + 10]!).toBeCloseTo(10 * (10.5 / 40) - 0.1, 0);
  expect(surface.heights[20 * 40 + 39]).toBeNaN();
  const line = isoline(surface, 2.5);
  expect(line.length).toBeGreaterThan(20);
  for (const [x0, , x1] of line) {
    expect(x0).toBeGreaterThan(8);
    expect(x1).toBeLessThan(13);
  }
});
