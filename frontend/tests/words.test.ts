import { expect, test } from "vitest";
import { logAxis } from "../src/chart/axes";
import { counted, digits, seconds, unitPer, withDeviation } from "../src/words";

test.each([
  [0.04123, "0.0412"], [1234.5, "1,235"], [0, "0"], [-0.5, "−0.500"], [1.5e-7, "1.50 × 10⁻⁷"], [NaN, "–"],
])("%f is printed as %s", (x, text) => expect(digits(x)).toBe(text));

test.each([
  [0.04123, 0.0031, "0.041 ± 0.003"],
  [0.04123, 0.0013, "0.0412 ± 0.0013"],
  [153.07, 1.72, "153.1 ± 1.7"],
  [153.07, 21, "153 ± 21"],
  [0.97, 1e-16, "0.970"],
  [0.97, null, "0.970"],
])("%f with a deviation of %f is printed as %s", (x, s, text) => expect(withDeviation(x, s)).toBe(text));

test.each([[2.1e-7, "210 ns"], [3.4e-6, "3.4 µs"], [0.0025, "2.5 ms"], [1.5, "1.5 s"], [240, "4.0 min"], [0, "0 s"]])(
  "%f s is printed as %s", (s, text) => expect(seconds(s)).toBe(text),
);

test("a unit says what it is per, once", () => {
  expect(unitPer("eV", "atom")).toBe("eV/atom");
  expect(unitPer("eV", "structure")).toBe("eV");
  expect(unitPer("eV/cation", "cation")).toBe("eV/cation");
  expect(unitPer("", "atom")).toBe("");
  expect(unitPer("a0^3", "structure")).toBe("a₀³");
  expect(unitPer("eV A^-1", "atom")).toBe("eV A⁻¹/atom");
});

test("one is not many", () => {
  expect(counted(1, "repeat")).toBe("1 repeat");
  expect(counted(1500, "structure")).toBe("1,500 structures");
});

const written = (domain: [number, number], spacing: number) =>
  logAxis(domain, [0, 300], "", { spacing }).ticks.flatMap(({ text }) => text ?? []);

test("a logarithmic axis is written in round numbers, more of them where there is room", () => {
  expect(written([0.07, 300], 60)).toEqual(["0.1", "1", "10", "100"]);
  expect(written([0.7, 3], 10)).toEqual(["0.7", "0.8", "0.9", "1", "2", "3"]);
  expect(written([31, 39], 60)).toEqual(["32", "34", "36", "38"]);
});

test("a logarithmic axis over many powers has all its ticks", () => {
  const { ticks } = logAxis([7e-7, 3e-4], [0, 300], "", { spacing: 40 });
  expect(ticks).toHaveLength(3 + 2 * 9 + 3);
});

test("sizes that were trained on are written where there is room", () => {
  const texts = (width: number) =>
    logAxis([40, 1000], [0, width], "", { spacing: 40, favorites: [50, 150, 700] }).ticks.flatMap(({ text }) => text ?? []);
  expect(texts(400)).toEqual(["50", "150", "700"]);
  expect(texts(90)).not.toContain("150");
});
