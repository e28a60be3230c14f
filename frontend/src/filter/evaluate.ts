/** From a filter's tree to the points that it is true for. */

import { nearestName } from "./nearest";
import { type Comparison, parseFilter, type Tree } from "./parse";
import { FilterError } from "./words";

/** What a name stands for: a number for each point, or a category. */
export type Column =
  | { readonly kind: "number"; readonly at: (point: number) => number }
  | { readonly kind: "category"; readonly codes: ArrayLike<number>; readonly categories: readonly string[] };

/** The columns of a scene by name. */
export type Columns = ReadonlyMap<string, Column>;

type Numbers = { readonly kind: "number"; readonly at: (point: number) => number };
type Texts = { readonly kind: "category"; readonly codes: ArrayLike<number>; readonly categories: readonly string[] };
type Literal = { readonly kind: "text"; readonly value: string };
type Truths = { readonly kind: "truth"; readonly at: (point: number) => boolean };
type Term = Numbers | Texts | Literal | Truths;

const FUNCTIONS: Readonly<Record<string, (...given: number[]) => number>> = {
  abs: Math.abs, sqrt: Math.sqrt, exp: Math.exp, log: Math.log, ln: Math.log, log10: Math.log10, log2: Math.log2,
  floor: Math.floor, ceil: Math.ceil, round: Math.round, min: Math.min, max: Math.max, sin: Math.sin, cos: Math.cos,
};
const SEVERAL: ReadonlySet<string> = new Set(["min", "max"]);

/** The test that a filter is; a FilterError says what cannot be meant. */
export function compileFilter(filter: string, columns: Columns): (point: number) => boolean {
  const tree = parseFilter(filter);
  return truth(compile(tree, columns), tree);
}

/** For each point 1 where the filter is true, and 0 elsewhere. */
export function maskOf(filter: string, columns: Columns, count: number): Uint8Array {
  const test = compileFilter(filter, columns);
  const out = new Uint8Array(count);
  for (let i = 0; i < count; i++) out[i] = test(i) ? 1 : 0;
  return out;
}

function compile(tree: Tree, columns: Columns): Term {
  switch (tree.kind) {
    case "number": return { kind: "number", at: () => tree.value };
    case "text": return { kind: "text", value: tree.value };
    case "name": return column(tree.name, columns, tree.at);
    case "call": return call(tree, columns);
    case "arithmetic": return arithmetic(tree, columns);
    case "comparison": return compare(tree, columns);
    case "among": return among(tree, columns);
    case "not": {
      const of = truth(compile(tree.of, columns), tree.of);
      return { kind: "truth", at: (i) => !of(i) };
    }
    default: {
      const [left, right] = [truth(compile(tree.left, columns), tree.left), truth(compile(tree.right, columns), tree.right)];
      return { kind: "truth", at: tree.kind === "and" ? (i) => left(i) && right(i) : (i) => left(i) || right(i) };
    }
  }
}

function column(name: string, columns: Columns, at: number): Term {
  const found = columns.get(name) ?? columns.get([...columns.keys()].find((key) => key.toLowerCase() === name.toLowerCase()) ?? "");
  if (found !== undefined) return found;
  const near = nearestName(name, [...columns.keys()]);
  throw new FilterError(`there is no “${name}”${near === null ? "" : ` (do you mean “${near}”?)`}`, at);
}

function truth(term: Term, tree: Tree): (point: number) => boolean {
  if (term.kind === "truth") return term.at;
  throw new FilterError("expected a comparison, such as energy < 0", tree.at);
}

function numbers(term: Term, tree: Tree): (point: number) => number {
  if (term.kind === "number") return term.at;
  throw new FilterError(`expected a number, got ${term.kind === "truth" ? "a comparison" : "a text"}`, tree.at);
}

function call({ name, given, at }: Extract<Tree, { kind: "call" }>, columns: Columns): Term {
  const terms = given.map((tree) => compile(tree, columns));
  if (name === "missing") {
    const term = terms[0]!;
    if (terms.length !== 1) throw new FilterError("missing takes one property", at);
    if (term.kind === "category") return { kind: "truth", at: (i) => term.codes[i]! >= term.categories.length };
    const value = numbers(term, given[0]!);
    return { kind: "truth", at: (i) => Number.isNaN(value(i)) };
  }
  const apply = Object.hasOwn(FUNCTIONS, name) ? FUNCTIONS[name]! : null;
  if (apply === null) {
    const near = nearestName(name, [...Object.keys(FUNCTIONS), "missing"]);
    throw new FilterError(`there is no function “${name}”${near === null ? "" : ` (do you mean “${near}”?)`}`, at);
  }
  const values = terms.map((term, i) => numbers(term, given[i]!));
  if (values.length !== 1 && !SEVERAL.has(name)) throw new FilterError(`${name} takes one number, got ${values.length}`, at);
  const [first] = values;
  return { kind: "number", at: values.length === 1 ? (i) => apply(first!(i)) : (i) => apply(...values.map((value) => value(i))) };
}

function arithmetic({ sign, left, right }: Extract<Tree, { kind: "arithmetic" }>, columns: Columns): Term {
  const [a, b] = [numbers(compile(left, columns), left), numbers(compile(right, columns), right)];
  switch (sign) {
    case "+": return { kind: "number", at: (i) => a(i) + b(i) };
    case "-": return { kind: "number", at: (i) => a(i) - b(i) };
    case "*": return { kind: "number", at: (i) => a(i) * b(i) };
    case "/": return { kind: "number", at: (i) => a(i) / b(i) };
    case "%": return { kind: "number", at: (i) => a(i) % b(i) };
    case "^": return { kind: "number", at: (i) => a(i) ** b(i) };
  }
}

function compare({ sign, left, right, at }: Extract<Tree, { kind: "comparison" }>, columns: Columns): Term {
  const [a, b] = [compile(left, columns), compile(right, columns)];
  if (a.kind === "category" && b.kind === "text") return byCategory(a, (text) => compareTexts(sign, text, b.value));
  if (a.kind === "text" && b.kind === "category") return byCategory(b, (text) => compareTexts(sign, a.value, text));
  if (a.kind === "category" && b.kind === "category") {
    return { kind: "truth", at: (i) => compareTexts(sign, a.categories[a.codes[i]!] ?? "", b.categories[b.codes[i]!] ?? "") };
  }
  if (sign === "~") throw new FilterError("~ looks for a text in a text: name ~ \"water\"", at);
  const [x, y] = [numbers(a, left), numbers(b, right)];
  switch (sign) {
    case "<": return { kind: "truth", at: (i) => x(i) < y(i) };
    case "<=": return { kind: "truth", at: (i) => x(i) <= y(i) };
    case ">": return { kind: "truth", at: (i) => x(i) > y(i) };
    case ">=": return { kind: "truth", at: (i) => x(i) >= y(i) };
    case "=": return { kind: "truth", at: (i) => x(i) === y(i) };
    // What is missing differs from nothing and equals nothing.
    case "!=": return { kind: "truth", at: (i) => x(i) < y(i) || x(i) > y(i) };
  }
}

function among({ one, many }: Extract<Tree, { kind: "among" }>, columns: Columns): Term {
  const term = compile(one, columns);
  const terms = many.map((tree) => compile(tree, columns));
  if (term.kind === "category") {
    const texts = terms.map((other, i) => {
      if (other.kind !== "text") throw new FilterError("expected a text in quotes", many[i]!.at);
      return other.value;
    });
    return byCategory(term, (text) => texts.includes(text));
  }
  const value = numbers(term, one);
  const others = terms.map((other, i) => numbers(other, many[i]!));
  return { kind: "truth", at: (i) => others.some((other) => other(i) === value(i)) };
}

/** A test of each category, done once. */
function byCategory({ codes, categories }: Texts, test: (text: string) => boolean): Truths {
  const passes = Uint8Array.from(categories, (text) => (test(text) ? 1 : 0));
  return { kind: "truth", at: (i) => passes[codes[i]!] === 1 };
}

function compareTexts(sign: Comparison, a: string, b: string): boolean {
  switch (sign) {
    case "=": return a === b;
    case "!=": return a !== b;
    case "~": return a.toLowerCase().includes(b.toLowerCase());
    default: {
      const order = a.localeCompare(b, "en");
      return sign === "<" ? order < 0 : sign === "<=" ? order <= 0 : sign === ">" ? order > 0 : order >= 0;
    }
  }
}
