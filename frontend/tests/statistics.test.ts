import { expect, test } from "vitest";
import { densities, deviation, fitPowerLaw, histogram, paretoFront, quantile } from "../src/statistics";

test("the deviation is that of a sample", () => {
  expect(deviation([1, 2, 3, 4])).toBeCloseTo(Math.sqrt(5 / 3), 12);
  expect(deviation([7])).toBeNull();
});

test("a power law is found again", () => {
  const sizes = [50, 100, 400, 1600];
  const law = fitPowerLaw(sizes, sizes.map((n) => 3 * n ** -0.5))!;
  expect(law.exponent).toBeCloseTo(-0.5, 10);
  expect(law.factor).toBeCloseTo(3, 10);
});

test("two sizes are too few for a power law, and errors of zero do not count", () => {
  expect(fitPowerLaw([10, 100], [1, 0.1])).toBeNull();
  expect(fitPowerLaw([10, 100, 1000], [1, 0.1, 0])).toBeNull();
});

test("the Pareto front is what nothing beats in both", () => {
  const [times, errors] = [[1, 2, 3, 4, 2], [9, 4, 5, 1, 4]];
  const beaten = (i: number) =>
    times.some((t, k) => t <= times[i]! && errors[k]! <= errors[i]! && (t < times[i]! || errors[k]! < errors[i]!));
  const front = paretoFront(times, errors);
  expect(front).toEqual([0, 1, 3]);
  expect(front.some(beaten)).toBe(false);
});

test("quantiles are interpolated as numpy does", () => {
  // np.quantile([1, 2, 4, 8], 0.4) == 2.4
  expect(quantile([1, 2, 4, 8], 0.4)).toBeCloseTo(2.4, 12);
});

test("a histogram counts its edges once and nothing beyond them", () => {
  expect([...histogram([-1, 0, 0.5, 1, 1.1], 0, 1, 2)]).toEqual([1, 2]);
});

test("crowded points are denser than lonely ones", () => {
  const xs = Float32Array.from([10, 11, 12, 11, 90]);
  const ys = Float32Array.from([10, 11, 10, 12, 90]);
  const density = densities(xs, ys, 100, 100);
  expect(Math.max(...density)).toBe(1);
  expect(density[4]).toBeLessThan(density[0]!);
});
