import { expect, test } from "vitest";
import { type Column, type Columns, maskOf } from "../src/filter/evaluate";
import { FilterError, quotedName, quotedText } from "../src/filter/words";

const energy = [-2, -1, 0, 1, NaN];
const columns: Columns = new Map<string, Column>([
  ["energy", { kind: "number", at: (i) => energy[i]! }],
  ["band gap", { kind: "number", at: (i) => i / 2 }],
  ["PCA[1]", { kind: "number", at: (i) => 10 * i }],
  ["ΔE", { kind: "number", at: (i) => -i }],
  ["kind", { kind: "category", codes: [0, 1, 2, 0, 3], categories: ["metal", "salt", 'say "ice"'] }],
]);
const picks = (filter: string) => [...maskOf(filter, columns, 5).keys()].filter((i) => maskOf(filter, columns, 5)[i] === 1);

test.each([
  ["energy < 0", [0, 1]],
  ["energy<=0 and `band gap` > 0", [1, 2]],
  ["energy = -1 or energy == 1", [1, 3]],
  ["not energy < 0", [2, 3, 4]],
  ["!(energy < 0) && energy != 1", [2]],
  ["energy < 0 or energy > 0 and kind = 'metal'", [0, 1, 3]],
  ["(energy < 0 or energy > 0) and kind = 'metal'", [0, 3]],
  ["-1 <= energy < 1", [1, 2]],
  ["abs(energy) = 2 or max(energy, 0) = 1", [0, 3]],
  ["PCA[1] / 10 + 2 * 3 = 8", [2]],
  ["2 ^ 3 ^ 2 = 512 and ΔE = 0", [0]],
  ["-2 ^ 2 = -4 and energy = 0", [2]],
  ["ΔE > -1.5e0", [0, 1]],
  ["missing(energy)", [4]],
  ["missing(kind)", [4]],
  ["kind in ('metal', 'salt')", [0, 1, 3]],
  ["kind not in (\"metal\")", [1, 2, 4]],
  ["energy in (0, 1, 7)", [2, 3]],
  ["kind ~ 'SAL'", [1]],
  ['kind = "say \\"ice\\""', [2]],
  ["kind < 'n'", [0, 3]],
  ["ENERGY ≥ 1", [3]],
  ["energy % 2 = 0", [0, 2]],
])("%s", (filter, points) => {
  expect(picks(filter)).toEqual(points);
});

test.each([
  ["", "expected a property, a number or a text, got nothing", 0],
  ["energy", "expected a comparison, such as energy < 0", 0],
  ["energy <", "expected a property, a number or a text, got nothing", 8],
  ["energy < 0 energy", "expected “and” or “or”, got “energy”", 11],
  ["enregy < 0", "there is no “enregy” (do you mean “energy”?)", 0],
  ["xyz < 0", "there is no “xyz”", 0],
  ["sqr(energy) < 0", "there is no function “sqr” (do you mean “sqrt”?)", 0],
  ["constructor(energy) < 0", "there is no function “constructor”", 0],
  ["sqrt(energy, 1) < 0", "sqrt takes one number, got 2", 0],
  ["(energy < 0", "expected “)”, got nothing", 11],
  ["energy < 'a'", "expected a number, got a text", 9],
  ["energy ~ 1", "~ looks for a text", 7],
  ["kind in (1)", "expected a text in quotes", 9],
  ["kind = 'metal", "' is opened here and never closed", 7],
  ["energy ; 1", "“;” has no meaning here", 7],
  ["(".repeat(300), "too many parentheses", 201],
])("%s is refused: %s", (filter, message, at) => {
  let thrown: unknown;
  try {
    maskOf(filter, columns, 5);
  } catch (error) {
    thrown = error;
  }
  expect(thrown).toBeInstanceOf(FilterError);
  expect((thrown as FilterError).message).toContain(message);
  expect((thrown as FilterError).at).toBe(at);
});

test.each(["band gap", "PCA[1]", "and", "signed / weird <b>name</b> & é", "x-y", "back`quote"])("the name %s finds itself", (name) => {
  const one: Columns = new Map<string, Column>([[name, { kind: "number", at: () => 1 }]]);
  expect([...maskOf(`${quotedName(name)} = 1`, one, 1)]).toEqual([1]);
});

test.each(["plain", 'with "quotes"', "back\\slash", "line\nbreak"])("the text %j finds itself", (text) => {
  const one: Columns = new Map<string, Column>([["t", { kind: "category", codes: [0], categories: [text] }]]);
  expect([...maskOf(`t = ${quotedText(text)}`, one, 1)]).toEqual([1]);
});
