import { expect, test } from "vitest";
import { fieldOf, withField } from "../src/filter/by-column";
import { type Column, maskOf } from "../src/filter/evaluate";

const COLUMNS: ReadonlyMap<string, Column> = new Map<string, Column>([
  ["mass", { kind: "number", at: (i) => i - 2 }],
  ["two words", { kind: "category", codes: [0, 1, 0, 2, 2], categories: ["water", "salt", "and or"] }],
]);
const meant = (filter: string) => [...maskOf(filter, COLUMNS, 5).keys()].filter((i) => maskOf(filter, COLUMNS, 5)[i] === 1);

test.each([
  ["mass", "number", "> 0", "mass > 0", [3, 4]],
  ["mass", "number", "-1..1", "mass >= -1 and mass <= 1", [1, 2, 3]],
  ["mass", "number", "1", "mass = 1", [3]],
  ["mass", "number", ">-2, !=0", "mass > -2 and mass != 0", [1, 3, 4]],
  ["two words", "category", "AT", '`two words` ~ "AT"', [0, 2]],
  ["two words", "category", "=salt", '`two words` = "salt"', [1]],
  ["two words", "category", "and or", '`two words` ~ "and or"', [3, 4]],
] as const)("what is written for %s is a filter that means it", (name, kind, written, filter, points) => {
  expect(withField("", name, kind, written)).toBe(filter);
  expect(meant(filter)).toEqual(points);
  expect(withField("", name, kind, fieldOf(filter, name))).toBe(filter);
});

test("a field changes its own conditions and leaves the others", () => {
  const filter = 'mass > 0 and `two words` ~ "s" and mass < 2 and abs(mass) < 9';
  expect(fieldOf(filter, "mass")).toBe("> 0, < 2");
  expect(fieldOf(filter, "two words")).toBe("s");
  expect(withField(filter, "mass", "number", "0..1")).toBe('`two words` ~ "s" and abs(mass) < 9 and mass >= 0 and mass <= 1');
  expect(withField(filter, "mass", "number", " ")).toBe('`two words` ~ "s" and abs(mass) < 9');
});

test("what or joins stays together", () => {
  const filter = "mass < -1 or mass > 1";
  expect(fieldOf(filter, "mass")).toBe("");
  expect(meant(withField(filter, "mass", "number", "< 9")!)).toEqual(meant(filter));
  expect(withField(filter, "mass", "number", "")).toBe(filter);
  expect(withField(withField(filter, "mass", "number", "< 9")!, "mass", "number", "")).toBe(`(${filter})`);
});

test("what means no number is refused", () => {
  for (const written of ["water", "1..", "> 1,", "1 2", "~ 3"]) expect(withField("", "mass", "number", written)).toBeNull();
});

test("a filter that cannot be read gives way", () => {
  expect(withField('mass ~ "open', "mass", "number", "1")).toBe("mass = 1");
});
