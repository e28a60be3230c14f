/** What crosses between Python and the browser; the twin of explore/payload.py. */

import { fail, isRecord, type Reader } from "./reader";

const ARRAYS = {
  "|u1": Uint8Array,
  "|i1": Int8Array,
  "<u2": Uint16Array,
  "<i2": Int16Array,
  "<u4": Uint32Array,
  "<i4": Int32Array,
  "<f4": Float32Array,
  "<f8": Float64Array,
} as const;

type Dtype = keyof typeof ARRAYS;
export type Values = InstanceType<(typeof ARRAYS)[Dtype]>;

export interface Column {
  readonly values: Values;
  readonly shape: readonly number[];
}

/** A column whose bytes were found already; what unpacking puts in the place of a column. */
export class ReadColumn implements Column {
  constructor(readonly values: Values, readonly shape: readonly number[]) {}
}

/** Reads a column: `{"dtype": "<f4", "shape": [2, 3], "base64": ".."}`. */
export const column: Reader<Column> = (value, place) => {
  if (value instanceof ReadColumn) return value;
  if (!isRecord(value)) return fail(place, "a column", value);
  const { width, size, shape } = layoutOf(value, place);
  const bytes = bytesOf(value.base64, `${place}.base64`);
  if (bytes.length !== size * width) return fail(place, `${size * width} bytes`, `${bytes.length} bytes`);
  return { values: valuesOf(value.dtype as Dtype, bytes), shape };
};

interface Layout {
  readonly shape: readonly number[];
  /** How many numbers it has, and the bytes of each. */
  readonly size: number;
  readonly width: number;
}

/** What a column says it holds. */
export function layoutOf({ dtype, shape }: Record<string, unknown>, place: string): Layout {
  if (typeof dtype !== "string" || !Object.hasOwn(ARRAYS, dtype)) {
    return fail(`${place}.dtype`, `one of ${Object.keys(ARRAYS).join(", ")}`, dtype);
  }
  if (!Array.isArray(shape) || !shape.every((n) => Number.isInteger(n) && n >= 0)) {
    return fail(`${place}.shape`, "numbers from 0 on", shape);
  }
  const size = shape.reduce((product: number, n: number) => product * n, 1);
  return { shape, size, width: ARRAYS[dtype as Dtype].BYTES_PER_ELEMENT };
}

/** Little-endian bytes as numbers; shares memory where the bytes lie on a border of numbers. */
export function valuesOf(dtype: string, bytes: Uint8Array<ArrayBuffer>): Values {
  const make = ARRAYS[dtype as Dtype];
  const width = make.BYTES_PER_ELEMENT;
  const placed = !LITTLE || bytes.byteOffset % width !== 0 ? bytes.slice() : bytes;
  return new make(inOrder(placed, width).buffer, placed.byteOffset, placed.length / width);
}

/** Reads a column of a known shape; -1 stands for any length. */
export function columnOf(...expected: readonly number[]): Reader<Values> {
  return (value, place) => {
    const { values, shape } = column(value, place);
    const fits =
      shape.length === expected.length && expected.every((n, i) => n === -1 || n === shape[i]);
    const wanted = expected.map((n) => (n === -1 ? "any" : n)).join(", ");
    return fits ? values : fail(`${place}.shape`, `[${wanted}]`, shape);
  };
}

export interface Header {
  readonly format: string;
  readonly version: number;
}

/** Reads what kind of payload it is, and of which version. */
export const header: Reader<Header> = (value, place) => {
  if (!isRecord(value)) return fail(place, "an object", value);
  if (typeof value.format !== "string") return fail(`${place}.format`, "text", value.format);
  if (typeof value.version !== "number") {
    return fail(`${place}.version`, "a whole number", value.version);
  }
  return { format: value.format, version: value.version };
};

function bytesOf(base64: unknown, place: string): Uint8Array<ArrayBuffer> {
  if (typeof base64 !== "string") return fail(place, "text", base64);
  let binary: string;
  try {
    binary = atob(base64);
  } catch {
    return fail(place, "base64", base64.slice(0, 20));
  }
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i);
  return bytes;
}

const LITTLE = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

/** Columns are little-endian; the few machines that are not get their bytes turned around. */
function inOrder(bytes: Uint8Array<ArrayBuffer>, width: number): Uint8Array<ArrayBuffer> {
  if (LITTLE || width === 1) return bytes;
  for (let i = 0; i < bytes.length; i += width) bytes.subarray(i, i + width).reverse();
  return bytes;
}
