import { expect, test } from "vitest";
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
});

test("one is not many", () => {
  expect(counted(1, "repeat")).toBe("1 repeat");
  expect(counted(1500, "structure")).toBe("1,500 structures");
});
