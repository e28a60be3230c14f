/** Readers turn what came from outside into typed values, or name the first fault by its path. */

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

export type Reader<T> = (value: unknown, place: string) => T;

/** What came in cannot be used; the message says where, what is right and what was given. */
export class PayloadError extends Error {}

export function fail(place: string, expected: string, given: unknown): never {
  const shown = given === undefined ? "nothing" : JSON.stringify(given);
  throw new PayloadError(`${place}: expected ${expected}, got ${shown.slice(0, 80)}`);
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export const text: Reader<string> = (value, place) =>
  typeof value === "string" ? value : fail(place, "text", value);

export const number: Reader<number> = (value, place) =>
  typeof value === "number" ? value : fail(place, "a number", value);

export const yes: Reader<boolean> = (value, place) =>
  typeof value === "boolean" ? value : fail(place, "true or false", value);

export const json: Reader<Json> = (value, place) =>
  value === undefined ? fail(place, "a value", value) : (value as Json);

export function oneOf<T extends string>(...words: readonly T[]): Reader<T> {
  return (value, place) =>
    words.find((word) => word === value) ?? fail(place, words.map((w) => `"${w}"`).join(" or "), value);
}

export function orNull<T>(read: Reader<T>): Reader<T | null> {
  return (value, place) => (value === null || value === undefined ? null : read(value, place));
}

export function list<T>(read: Reader<T>): Reader<readonly T[]> {
  return (value, place) =>
    Array.isArray(value)
      ? value.map((item, i) => read(item, `${place}[${i}]`))
      : fail(place, "a list", value);
}

export function mapping<T>(read: Reader<T>): Reader<Readonly<Record<string, T>>> {
  return (value, place) =>
    isRecord(value)
      ? Object.fromEntries(Object.entries(value).map(([key, item]) => [key, read(item, `${place}.${key}`)]))
      : fail(place, "an object", value);
}

type Fields = Readonly<Record<string, Reader<unknown>>>;
export type Read<R> = R extends Reader<infer T> ? T : never;

/** Reads an object with the given fields; fields of later versions are passed over. */
export function record<F extends Fields>(fields: F): Reader<{ readonly [K in keyof F]: Read<F[K]> }> {
  return (value, place) => {
    if (!isRecord(value)) return fail(place, "an object", value);
    const entries = Object.entries(fields).map(([key, read]) => [key, read(value[key], `${place}.${key}`)]);
    return Object.fromEntries(entries) as { readonly [K in keyof F]: Read<F[K]> };
  };
}
