/** Reads a data set of chemiscope's format in the page itself; the first fault is named by its path. */

import { fail, isRecord, list, orNull, PayloadError, type Reader, record, text } from "../reader";
import { numberOf, symbolOf } from "../structure/elements";
import { hillFormula } from "./formula";
import { readSceneShapes } from "./dataset-shapes";
import type { About, Environments, Parameter, Property, Residues, Scene, SceneStructure, Structures, Words } from "./scene";

/** Stands for Python's NaN, which is no JSON, until numbers are read. */
const NOT_A_NUMBER = "\u0000NaN";

/** Reads the text of a file; a PayloadError says what is wrong where. */
export function readDataset(content: string): Scene {
  const value = parsePython(content);
  const { meta, properties, structures, environments, parameters, shapes, settings } = top(value, "file");
  const found = structures.map((one, i) => readStructure(one, `structures[${i}]`, i));
  const all = structuresAtHand(found);
  const sizes = found.map(({ numbers }) => numbers.length);
  const around = environments === null ? null : readEnvironments(environments, sizes);
  const known = readParameters(parameters ?? {});
  const counts = { structure: found.length, atom: around?.count ?? all.offsets[found.length]! };
  return {
    about: readAbout(meta),
    structures: all,
    environments: around,
    parameters: known,
    properties: Object.entries(properties).map(([name, one]) => readProperty(name, one, counts, known)),
    shapes: readSceneShapes(shapes ?? {}, { structure: found.length, atom: all.offsets[found.length]! }),
    settings: isRecord(withoutNaN(settings)) ? (withoutNaN(settings) as Record<string, unknown>) : {},
    warnings: [],
  };
}

/** JSON as Python writes it: NaN and infinities outside of texts are numbers that are missing. */
export function parsePython(content: string): unknown {
  const plain = content.replace(/("(?:[^"\\]|\\.)*")|-?\b(?:NaN|Infinity)\b/g, (_, quoted: string | undefined) => quoted ?? JSON.stringify(NOT_A_NUMBER));
  try {
    return JSON.parse(plain);
  } catch (error) {
    throw new PayloadError(`file: no JSON: ${error instanceof Error ? error.message : ""}`);
  }
}

function withoutNaN(value: unknown): unknown {
  if (value === NOT_A_NUMBER) return null;
  if (Array.isArray(value)) return value.map(withoutNaN);
  return isRecord(value) ? Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withoutNaN(item)])) : value;
}

const anything: Reader<unknown> = (value) => value;
const anObject: Reader<Record<string, unknown>> = (value, place) => (isRecord(value) ? value : fail(place, "an object", value));
const missing = <T>(read: Reader<T>): Reader<T | null> => (value, place) => (value === undefined ? null : read(value, place));

/** Places begin with the file's own keys. */
const top: Reader<{
  meta: Record<string, unknown>; structures: readonly unknown[]; properties: Record<string, unknown>;
  environments: readonly unknown[] | null; parameters: Record<string, unknown> | null; shapes: Record<string, unknown> | null; settings: unknown;
}> = (value, place) => {
  if (!isRecord(value)) return fail(place, "an object", value);
  return {
    meta: anObject(value.meta, "meta"),
    structures: list(anything)(value.structures, "structures"),
    properties: anObject(value.properties, "properties"),
    environments: missing(list(anything))(value.environments, "environments"),
    parameters: missing(anObject)(value.parameters, "parameters"),
    shapes: missing(anObject)(value.shapes, "shapes"),
    settings: value.settings,
  };
};

const aNumber: Reader<number> = (value, place) =>
  value === NOT_A_NUMBER ? NaN : typeof value === "number" ? value : fail(place, "number", value);

const whole = (least: number, below: number): Reader<number> => (value, place) =>
  Number.isInteger(value) && (value as number) >= least && (value as number) < below
    ? (value as number)
    : fail(place, below === Infinity ? `a whole number from ${least} on` : `a whole number from ${least} to ${below - 1}`, value);

/** A list of a known length. */
function exactly<T>(length: number, read: Reader<T>): Reader<readonly T[]> {
  return (value, place) => {
    const items = list(read)(value, place);
    return items.length === length ? items : fail(place, `${length} values`, `${items.length} values`);
  };
}

function readAbout(meta: Record<string, unknown>): About {
  return {
    name: text(meta.name, "meta.name"),
    description: missing(text)(meta.description, "meta.description") ?? "",
    authors: missing(list(text))(meta.authors, "meta.authors") ?? [],
    references: missing(list(text))(meta.references, "meta.references") ?? [],
  };
}

const RESIDUES = ["resnames", "resids", "chains", "hetatom"] as const;

function readStructure(value: unknown, place: string, index: number): SceneStructure {
  const one = anObject(value, place);
  const size = whole(0, Infinity)(one.size, `${place}.size`);
  if (one.names === undefined && one.data !== undefined) {
    return fail(`${place}.data`, "a whole structure; those in files beside this one are read by atomarium open", one.data);
  }
  const names = exactly(size, text)(one.names, `${place}.names`);
  const [x, y, z] = (["x", "y", "z"] as const).map((axis) => exactly(size, aNumber)(one[axis], `${place}.${axis}`));
  const elements = missing(exactly(size, text))(one.elements, `${place}.elements`) ?? names;
  const cell = one.cell === undefined ? null : Float32Array.from(exactly(9, aNumber)(one.cell, `${place}.cell`));
  const periodic = [0, 1, 2].map((row) => cell !== null && cell.subarray(3 * row, 3 * row + 3).some(Boolean)) as [boolean, boolean, boolean];
  const numbers = Uint8Array.from(elements, numberOf);
  return {
    index, numbers, cell, periodic,
    names: names.every((name, i) => name === symbolOf(numbers[i]!)) ? null : names,
    positions: Float32Array.from({ length: 3 * size }, (_, i) => [x!, y!, z!][i % 3]![Math.floor(i / 3)]!),
    bonds: one.bonds === undefined ? null : readBonds(one.bonds, `${place}.bonds`, size),
    residues: readResidues(one, place, size),
  };
}

function readBonds(value: unknown, place: string, size: number): Int32Array {
  return Int32Array.from(list((bond, at) => {
    const [first, second, order] = exactly(3, anything)(bond, at);
    return [whole(0, size)(first, `${at}[0]`), whole(0, size)(second, `${at}[1]`), whole(1, 5)(order, `${at}[2]`)];
  })(value, place).flat());
}

function readResidues(one: Record<string, unknown>, place: string, size: number): Residues | null {
  const given = RESIDUES.filter((key) => one[key] !== undefined);
  if (given.length === 0) return null;
  const absent = RESIDUES.find((key) => !given.includes(key));
  if (absent !== undefined) return fail(`${place}.${absent}`, `a list, as ${given.join(", ")} are there`, undefined);
  const flag: Reader<number> = (value, at) => (typeof value === "boolean" ? Number(value) : fail(at, "true or false", value));
  return {
    names: exactly(size, text)(one.resnames, `${place}.resnames`),
    ids: Int32Array.from(exactly(size, aNumber)(one.resids, `${place}.resids`)),
    chains: exactly(size, text)(one.chains, `${place}.chains`),
    hetero: Uint8Array.from(exactly(size, flag)(one.hetatom, `${place}.hetatom`)),
  };
}

/** Structures that are all there already. */
export function structuresAtHand(found: readonly SceneStructure[]): Structures {
  const offsets = new Uint32Array(found.length + 1);
  found.forEach(({ numbers }, i) => { offsets[i + 1] = offsets[i]! + numbers.length; });
  return {
    count: found.length,
    offsets,
    formulas: wordsOf(found.map(({ numbers }) => hillFormula(numbers))),
    peek: (index) => found[index] ?? null,
    load: (index) => Promise.resolve(found[index] ?? fail("structure", `0 … ${found.length - 1}`, index)),
  };
}

/** Texts as codes and categories, in the order in which they first occur. */
export function wordsOf(texts: readonly string[]): Words {
  const codes = new Map<string, number>();
  const of = Uint32Array.from(texts, (one) => {
    if (!codes.has(one)) codes.set(one, codes.size);
    return codes.get(one)!;
  });
  return { codes: of, categories: [...codes.keys()] };
}

function readEnvironments(all: readonly unknown[], sizes: readonly number[]): Environments {
  const read = all.map((value, i) => {
    const place = `environments[${i}]`;
    const one = anObject(value, place);
    const structure = whole(0, sizes.length)(one.structure, `${place}.structure`);
    return { structure, center: whole(0, sizes[structure]!)(one.center, `${place}.center`), cutoff: aNumber(one.cutoff, `${place}.cutoff`) };
  });
  return {
    count: read.length,
    structures: Uint32Array.from(read, ({ structure }) => structure),
    centers: Uint32Array.from(read, ({ center }) => center),
    cutoffs: Float32Array.from(read, ({ cutoff }) => cutoff),
  };
}

function readParameters(parameters: Record<string, unknown>): Record<string, Parameter> {
  return Object.fromEntries(Object.entries(parameters).map(([key, value]) => {
    const place = `parameters.${key}`;
    const { name, units, values } = record({ name: missing(text), units: missing(text), values: list(aNumber) })(value, place);
    return [key, { name: name ?? key, unit: units ?? "", values: Float64Array.from(values) }];
  }));
}

function readProperty(
  name: string, value: unknown, counts: Readonly<Record<"structure" | "atom", number>>, parameters: Readonly<Record<string, Parameter>>,
): Property {
  const place = `properties.${name}`;
  const one = anObject(value, place);
  const target = one.target === "structure" || one.target === "atom" ? one.target : fail(`${place}.target`, '"structure" or "atom"', one.target);
  const base = { name, target, unit: missing(text)(one.units, `${place}.units`) ?? "", description: missing(text)(one.description, `${place}.description`) ?? "" } as const;
  const values = exactly(counts[target], anything)(one.values, `${place}.values`);
  const at = (i: number) => `${place}.values[${i}]`;
  const [first] = values;
  if (Array.isArray(first)) {
    const [key, ...more] = orNull(list(text))(one.parameters, `${place}.parameters`) ?? [];
    const parameter = key !== undefined && Object.hasOwn(parameters, key) ? parameters[key]! : null;
    if (key === undefined || parameter === null || more.length > 0) return fail(`${place}.parameters`, "the name of one parameter", one.parameters);
    const width = parameter.values.length;
    return { ...base, kind: "curve", width, parameter: key, values: Float32Array.from(values.flatMap((row, i) => exactly(width, aNumber)(row, at(i)))) };
  }
  if (typeof first === "string" && first !== NOT_A_NUMBER) return { ...base, kind: "category", ...wordsOf(values.map((word, i) => text(word, at(i)))) };
  return { ...base, kind: "number", values: Float64Array.from(values, (number, i) => aNumber(number, at(i))) };
}
