/** Reads a scene out of its payload; the twin of explore/scene_payload.py. */

import { column, columnOf, ReadColumn, type Values } from "../payload";
import { fail, isRecord, list, mapping, oneOf, orNull, type Reader, record, text } from "../reader";
import { type BlockSource, openStructures, words } from "./blocks";
import type {
  CombinedShape, Environments, Parameter, PlainShape, Property, Scene, Shape, ShapeParameters, ShapeValue, Structures, Target,
} from "./scene";

export const SCENE_FORMAT = "atomarium-scene";
export const SCENE_VERSION = 1;

/** Reads a scene; structures that did not travel along come from where `remote` says. */
export function readScene(payload: unknown, remote: BlockSource | null): Scene {
  const head = headReader(payload, "scene");
  const structures = readStructures(head.structures, "scene.structures", remote);
  const environments = head.environments === null ? null : readEnvironments(head.environments);
  const { parameters } = head;
  const properties = head.properties.map((value, i) => readProperty(value, `scene.properties[${i}]`, parameters));
  const counts = { structure: structures.count, atom: environments?.count ?? structures.offsets[structures.count]! };
  if (structures.count > 0) checkLengths(properties, counts);
  return {
    about: head.about,
    structures,
    environments,
    properties,
    parameters,
    shapes: head.shapes.map((value, i) => readShape(value, `scene.shapes[${i}]`)),
    settings: head.settings,
    warnings: head.warnings,
  };
}

const anything: Reader<unknown> = (value) => value;
const parameterReader: Reader<Parameter> = record({ name: text, unit: text, values: columnOf(-1) });
const settingsReader: Reader<Readonly<Record<string, unknown>>> = (value, place) =>
  isRecord(value) ? value : fail(place, "an object", value);

const headReader = record({
  about: record({ name: text, description: text, authors: list(text), references: list(text) }),
  structures: anything,
  environments: orNull(record({ structures: columnOf(-1), centers: columnOf(-1), cutoffs: columnOf(-1) })),
  properties: list(anything),
  parameters: mapping(parameterReader),
  shapes: list(anything),
  settings: settingsReader,
  warnings: list(text),
});

const structuresReader = record({
  offsets: columnOf(-1),
  borders: columnOf(-1),
  formulas: orNull(words),
  blocks: orNull(record({ offsets: columnOf(-1), bytes: columnOf(-1) })),
});

function readStructures(value: unknown, place: string, remote: BlockSource | null): Structures {
  const { offsets, borders, formulas, blocks } = structuresReader(value, place);
  const index = { offsets: offsets as Uint32Array, borders: borders as Uint32Array, formulas };
  if (blocks === null) return openStructures(index, remote ?? (() => fail(place, "structures in the file", null)));
  const bytes = blocks.bytes as Uint8Array<ArrayBuffer>;
  return openStructures(index, (at) => bytes.subarray(blocks.offsets[at]!, blocks.offsets[at + 1]!));
}

function readEnvironments({ structures, centers, cutoffs }: Record<"structures" | "centers" | "cutoffs", Values>): Environments {
  return {
    count: structures.length,
    structures: structures as Uint32Array,
    centers: centers as Uint32Array,
    cutoffs: cutoffs as Float32Array,
  };
}

const propertyReader = record({
  name: text,
  target: oneOf<Target>("structure", "atom"),
  unit: text,
  description: text,
  kind: oneOf("number", "category", "curve"),
});

function readProperty(value: unknown, place: string, parameters: Readonly<Record<string, Parameter>>): Property {
  const { kind, ...base } = propertyReader(value, place);
  const content = value as Record<string, unknown>;
  if (kind === "number") return { ...base, kind, values: columnOf(-1)(content.values, `${place}.values`) };
  if (kind === "category") {
    const codes = columnOf(-1)(content.codes, `${place}.codes`);
    return { ...base, kind, codes, categories: list(text)(content.categories, `${place}.categories`) };
  }
  const { values, shape } = column(content.values, `${place}.values`);
  const parameter = text(content.parameter, `${place}.parameter`);
  const width = Object.hasOwn(parameters, parameter) ? parameters[parameter]!.values.length : -1;
  if (shape.length !== 2 || shape[1] !== width) return fail(`${place}.values`, `rows of ${width} numbers`, shape);
  return { ...base, kind, values, width, parameter };
}

function checkLengths(properties: readonly Property[], counts: Readonly<Record<Target, number>>): void {
  properties.forEach((property, i) => {
    const { target } = property;
    const length = property.kind === "category" ? property.codes.length
      : property.values.length / (property.kind === "curve" ? Math.max(1, property.width) : 1);
    if (length !== counts[target]) fail(`scene.properties[${i}]`, `${counts[target]} values, one for each ${target}`, length);
  });
}

const shapeReader = record({
  name: text,
  kind: oneOf("sphere", "ellipsoid", "cylinder", "arrow", "cylinders", "spheres", "custom", "combined"),
});

function readShape(value: unknown, place: string): Shape {
  const { name, kind } = shapeReader(value, place);
  const content = value as Record<string, unknown>;
  if (kind !== "combined") {
    return {
      name,
      kind,
      global: parametersOf(content.global, `${place}.global`),
      ofStructure: rowsOf(content.structure, `${place}.structure`),
      ofAtom: rowsOf(content.atom, `${place}.atom`),
    };
  }
  const parts = list((part, where) => {
    const shape = readShape(part, where);
    return shape.kind === "combined" ? fail(where, "a plain shape", "combined") : (shape as PlainShape);
  })(content.parts, `${place}.parts`);
  return { name, kind, parts } satisfies CombinedShape;
}

function parametersOf(value: unknown, place: string): ShapeParameters {
  if (!isRecord(value)) return fail(place, "an object", value);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, valueOf(item)]));
}

function valueOf(item: unknown): ShapeValue {
  return item instanceof ReadColumn ? item.values : (item as ShapeValue);
}

/** Parameters by row: out of a list of objects, or out of an object of columns. */
function rowsOf(rows: unknown, place: string): ((row: number) => ShapeParameters) | null {
  if (rows === null || rows === undefined) return null;
  if (Array.isArray(rows)) return (row) => parametersOf(rows[row], `${place}[${row}]`);
  const columns = mapping(column)(rows, place);
  return (row) =>
    Object.fromEntries(
      Object.entries(columns).map(([key, { values, shape }]) => {
        const width = shape.slice(1).reduce((product, n) => product * n, 1);
        return [key, shape.length === 1 ? values[row]! : Array.from(values.subarray(row * width, (row + 1) * width))];
      }),
    );
}

/** The parameters of a shape at one place, the nearer ones first. */
export function parametersAt(shape: PlainShape, structure: number, atom: number | null): ShapeParameters {
  return {
    ...shape.global,
    ...shape.ofStructure?.(structure),
    ...(atom === null ? {} : shape.ofAtom?.(atom)),
  };
}
