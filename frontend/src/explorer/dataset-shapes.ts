/** Shapes as chemiscope's files have them: parameters for all, by structure, by atom. */

import { fail, isRecord, list, oneOf, type Reader } from "../reader";
import type { PlainShape, Shape, ShapeParameters } from "./scene";

const KINDS = ["sphere", "ellipsoid", "cylinder", "arrow", "cylinders", "spheres", "custom"] as const;

interface Counts {
  readonly structure: number;
  readonly atom: number;
}

export function readSceneShapes(shapes: Record<string, unknown>, counts: Counts): readonly Shape[] {
  return Object.entries(shapes).map(([name, value]) => readShape(name, value, `shapes.${name}`, counts));
}

const parameters: Reader<ShapeParameters> = (value, place) => (isRecord(value) ? (value as ShapeParameters) : fail(place, "an object", value));

function readShape(name: string, value: unknown, place: string, counts: Counts): Shape {
  if (!isRecord(value)) return fail(place, "an object", value);
  if (value.kind !== "combined") return readPlain(name, value, place, counts);
  return { name, kind: "combined", parts: list((part, at) => readPlain(name, part, at, counts))(value.shapes, `${place}.shapes`) };
}

function readPlain(name: string, value: unknown, place: string, counts: Counts): PlainShape {
  if (!isRecord(value)) return fail(place, "an object", value);
  const kind = oneOf(...KINDS)(value.kind, `${place}.kind`);
  const given = parameters(value.parameters, `${place}.parameters`) as Record<string, unknown>;
  const rows = (of: keyof Counts) => {
    if (given[of] === undefined) return null;
    const where = `${place}.parameters.${of}`;
    const all = list(parameters)(given[of], where);
    if (all.length !== counts[of]) return fail(where, `${counts[of]} objects, one for each ${of}`, `${all.length}`);
    return (row: number) => all[row] ?? {};
  };
  const everywhere = given.global === undefined ? {} : parameters(given.global, `${place}.parameters.global`);
  return { name, kind, global: everywhere, ofStructure: rows("structure"), ofAtom: rows("atom") };
}
