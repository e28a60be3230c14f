/** Reads extended XYZ in the page itself; the first fault is named by its line. */

import { PayloadError } from "../reader";
import { numberOf, symbolOf } from "../structure/elements";
import { structuresAtHand, wordsOf } from "./dataset-file";
import { type Comment, type Entry, readComment } from "./extxyz-comment";
import type { Property, Scene, SceneStructure, Target } from "./scene";

/** Values of one name: numbers, or texts as soon as one of them is none. */
type Values = Map<string, (number | string)[]>;

/** Whether a file begins as extended XYZ does: with a number of atoms alone. */
export function looksLikeXyz(content: string): boolean {
  return /^\s*\d+[ \t]*\r?\n/.test(content);
}

/** Reads the text of a file; a PayloadError says what is wrong in which line. */
export function readXyz(content: string, name: string): Scene {
  const lines = content.split(/\r?\n/);
  let last = lines.length - 1;
  while (last >= 0 && lines[last]!.trim() === "") last--;
  const found: SceneStructure[] = [];
  const values: Readonly<Record<Target, Values>> = { structure: new Map(), atom: new Map() };
  let [at, nAtoms] = [0, 0];
  while (at <= last) {
    const count = Number(lines[at]!.trim());
    if (lines[at]!.trim() === "" || !Number.isInteger(count) || count < 0) refuse(at, "a number of atoms", lines[at]!);
    if (at + 1 + count > last && !(count === 0 && at === last)) {
      throw new PayloadError(`line ${last + 2}: the file ends, but line ${at + 1} tells of ${count} atoms`);
    }
    const comment = readComment(lines[at + 1] ?? "", at + 2);
    for (const [key, value] of comment.entries) put(values.structure, key, found.length, value);
    found.push(readAtoms(lines, at + 2, count, comment, { index: found.length, first: nAtoms, values: values.atom }));
    nAtoms += count;
    at += 2 + count;
  }
  if (found.length === 0) throw new PayloadError("line 1: expected a number of atoms, got nothing");
  return {
    about: { name, description: "", authors: [], references: [] },
    structures: structuresAtHand(found),
    environments: null,
    properties: [...propertiesOf(values.structure, "structure", found.length), ...propertiesOf(values.atom, "atom", nAtoms)],
    parameters: {}, shapes: [], settings: {}, warnings: [],
  };
}

function refuse(line: number, expected: string, given: string): never {
  throw new PayloadError(`line ${line + 1}: expected ${expected}, got ${JSON.stringify(given.trim().slice(0, 60))}`);
}

interface Place {
  readonly index: number;
  /** Atoms of the structures before. */
  readonly first: number;
  readonly values: Values;
}

function readAtoms(lines: readonly string[], start: number, count: number, comment: Comment, { index, first, values }: Place): SceneStructure {
  const { columns, declared, cell, periodic } = comment;
  const width = columns.reduce((sum, column) => sum + column.width, 0);
  const numbers = new Uint8Array(count);
  const positions = new Float32Array(3 * count);
  const names: string[] = [];
  for (let atom = 0; atom < count; atom++) {
    const line = start + atom;
    const words = lines[line]!.trim().split(/\s+/);
    // Without a list of columns, what follows the position is anybody's guess.
    if (words.length < width || (declared && words.length > width)) refuse(line, `${width} columns`, lines[line]!);
    let from = 0;
    for (const { name, kind, width: wide } of columns) {
      for (let k = 0; k < wide; k++) {
        const word = words[from + k]!;
        if (name === "pos") positions[3 * atom + k] = finite(word, line, `coordinate ${"xyz"[k]}`);
        else if (name === "species") names.push(word);
        else put(values, wide === 1 ? name : `${name}[${k + 1}]`, first + atom, kind === "S" || kind === "L" ? word : numeric(word, line, `column ${name}`));
      }
      from += wide;
    }
    // Some programs write atomic numbers where symbols are meant.
    const species = names[atom]!;
    numbers[atom] = /^\d+$/.test(species) ? Number(species) : numberOf(species);
    if (/^\d+$/.test(species)) names[atom] = symbolOf(numbers[atom]!);
  }
  const usual = names.every((name, atom) => name === symbolOf(numbers[atom]!));
  return { index, numbers, positions, cell, periodic, names: usual ? null : names, bonds: null, residues: null };
}

function numeric(word: string, line: number, what: string): number {
  const value = /^[+-]?nan$/i.test(word) ? NaN : Number(word.replace(/[dD]/, "e"));
  return Number.isNaN(value) && !/nan/i.test(word) ? refuse(line, `a number for ${what}`, word) : value;
}

function finite(word: string, line: number, what: string): number {
  const value = numeric(word, line, what);
  return Number.isFinite(value) ? value : refuse(line, `a finite number for ${what}`, word);
}

function put(values: Values, name: string, row: number, value: Entry): void {
  let column = values.get(name);
  if (column === undefined) values.set(name, (column = []));
  column[row] = value;
}

function* propertiesOf(values: Values, target: Target, count: number): Generator<Property> {
  for (const [name, column] of values) {
    const base = { name, target, unit: "", description: "" } as const;
    let texts = false;
    for (let i = 0; i < count; i++) texts ||= typeof column[i] === "string";
    const rows = Array.from({ length: count }, (_, i) => column[i]);
    if (texts) yield { ...base, kind: "category", ...wordsOf(rows.map((value) => String(value ?? ""))) };
    else yield { ...base, kind: "number", values: Float64Array.from(rows, (value) => (value as number | undefined) ?? NaN) };
  }
}
