/** The second line of a frame of extended XYZ: cell, columns, and values of the structure. */

import { PayloadError } from "../reader";

export type Entry = number | string;

export interface ColumnOfAtoms {
  readonly name: string;
  /** S: texts, L: true or false, I and R: numbers. */
  readonly kind: string;
  readonly width: number;
}

export interface Comment {
  readonly columns: readonly ColumnOfAtoms[];
  /** The columns stand in the file; otherwise they are a symbol and a position, and perhaps more. */
  readonly declared: boolean;
  readonly cell: Float32Array | null;
  readonly periodic: readonly [boolean, boolean, boolean];
  readonly entries: ReadonlyMap<string, Entry>;
}

const PLAIN: readonly ColumnOfAtoms[] = [{ name: "species", kind: "S", width: 1 }, { name: "pos", kind: "R", width: 3 }];
const QUOTED = String.raw`"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'`;
const PAIR = new RegExp(String.raw`\s*(${QUOTED}|[^\s="']+)(?:\s*=\s*(${QUOTED}|\{[^}]*\}|\[.*?\](?=\s|$)|[^\s"']+))?`, "y");
/** More numbers than these are no vector or tensor, and too many columns. */
const MOST_PARTS = 9;

/** Reads the line with a number (counted from 1, for messages); free text becomes the value `comment`. */
export function readComment(text: string, line: number): Comment {
  const pairs = text.includes("=") ? pairsOf(text, line) : new Map<string, string>();
  const entries = new Map<string, Entry>();
  if (!text.includes("=") && text.trim() !== "") entries.set("comment", text.trim());
  let [cell, given, columns] = [null as Float32Array | null, null as boolean[] | null, null as readonly ColumnOfAtoms[] | null];
  for (const [key, value] of pairs) {
    if (key === "Lattice") cell = latticeOf(value, line);
    else if (key === "pbc") given = periodicOf(value, line);
    else if (key === "Properties") columns = columnsOf(value, line);
    else for (const [name, entry] of entriesOf(key, value)) entries.set(name, entry);
  }
  const [a, b, c] = given ?? Array<boolean>(3).fill(cell !== null);
  const periodic = [a!, b!, c!].map((yes) => yes && cell !== null) as [boolean, boolean, boolean];
  return { columns: columns ?? PLAIN, declared: columns !== null, cell, periodic, entries };
}

function fault(line: number, expected: string, given: string): never {
  throw new PayloadError(`line ${line}: expected ${expected}, got ${JSON.stringify(given.slice(0, 60))}`);
}

function pairsOf(text: string, line: number): Map<string, string> {
  const pairs = new Map<string, string>();
  PAIR.lastIndex = 0;
  const end = text.trimEnd().length;
  while (PAIR.lastIndex < end) {
    const from = PAIR.lastIndex;
    const found = PAIR.exec(text);
    if (found === null) return fault(line, "key=value", text.slice(from));
    // A word alone says that something is so.
    pairs.set(unquoted(found[1]!), found[2] === undefined ? "T" : unquoted(found[2]));
  }
  return pairs;
}

function unquoted(word: string): string {
  return /^["']/.test(word) ? word.slice(1, -1).replaceAll(/\\(.)/gs, "$1") : word;
}

function numbersIn(text: string): number[] | null {
  const words = text.replaceAll(/[[\]{},]/g, " ").trim().split(/\s+/);
  const numbers = words.map((word) => (/^[+-]?nan$/i.test(word) ? NaN : Number(word.replace(/[dD](?=[+-]?\d)/, "e"))));
  const fits = words[0] !== "" && numbers.every((number, i) => !Number.isNaN(number) || /nan/i.test(words[i]!));
  return fits ? numbers : null;
}

function latticeOf(text: string, line: number): Float32Array {
  const numbers = numbersIn(text);
  if (numbers?.length !== 9 || !numbers.every(Number.isFinite)) return fault(line, "nine finite numbers for Lattice", text);
  return Float32Array.from(numbers);
}

function periodicOf(text: string, line: number): boolean[] {
  const words = text.replaceAll(/[[\]{},]/g, " ").trim().split(/\s+/);
  const known = words.length === 3 && words.every((word) => /^(t|f|true|false|0|1)$/i.test(word));
  return known ? words.map((word) => /^(t|true|1)$/i.test(word)) : fault(line, "pbc as three of T and F", text);
}

function columnsOf(text: string, line: number): readonly ColumnOfAtoms[] {
  const words = text.split(":");
  const columns: ColumnOfAtoms[] = [];
  for (let i = 0; i < words.length; i += 3) {
    const [name, kind, count] = [words[i]!, words[i + 1] ?? "", words[i + 2] ?? ""];
    if (name === "" || !/^[SRIL]$/.test(kind) || !/^[1-9]\d*$/.test(count)) fault(line, "Properties as name:S, R, I or L:count", [name, kind, count].join(":"));
    columns.push({ name, kind, width: Number(count) });
  }
  // Where symbols are missing, numbers stand for them.
  const symbols = columns.some(({ name }) => name === "species") ? columns : columns.map((one) => (one.name === "Z" ? { ...one, name: "species" } : one));
  const has = (wanted: string, width: number) => symbols.some(({ name, width: wide }) => name === wanted && wide === width);
  if (!has("species", 1)) fault(line, "a column species:S:1 among Properties", text);
  if (!has("pos", 3)) fault(line, "columns pos:R:3 among Properties", text);
  return symbols;
}

/** A value under its name; a vector as its numbers, `dipole[1]` and so on. */
function entriesOf(key: string, value: string): [string, Entry][] {
  const numbers = numbersIn(value);
  if (numbers === null) return [[key, /^T$/.test(value) ? "true" : /^F$/.test(value) ? "false" : value]];
  if (numbers.length === 1) return [[key, numbers[0]!]];
  return numbers.length > MOST_PARTS ? [] : numbers.map((number, k) => [`${key}[${k + 1}]`, number]);
}
