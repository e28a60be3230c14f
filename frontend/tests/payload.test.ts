import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { column, header } from "../src/payload";
import { PayloadError } from "../src/reader";

// Written by tests/explore/test_payload.py, which checks that Python still writes the same bytes.
const golden: unknown = JSON.parse(
  readFileSync(new URL("../../tests/explore/golden/payload.json", import.meta.url), "utf8"),
);
const { columns, expected } = golden as {
  columns: Record<string, unknown>;
  expected: Record<string, { shape: number[]; values: (number | string)[] }>;
};

test("the golden payload says what it is", () => {
  expect(header(golden, "payload")).toEqual({ format: "atomarium-golden", version: 1 });
});

test.each(Object.keys(columns))("the golden column %s is read as Python wrote it", (name) => {
  const { values, shape } = column(columns[name], name);
  const want = expected[name]!;
  expect(shape).toEqual(want.shape);
  expect([...values]).toEqual(want.values.map(Number));
});

test("every dtype has a golden column", () => {
  const dtypes = Object.values(columns).map((c) => (c as { dtype: string }).dtype);
  expect(new Set(dtypes)).toEqual(new Set(["|u1", "|i1", "<u2", "<i2", "<u4", "<i4", "<f4", "<f8"]));
});

const good = { dtype: "<f4", shape: [2], base64: "AAAAAAAAAAA=" };

test.each([
  [null, "x: expected a column, got null"],
  [{ ...good, dtype: "<f16" }, "x.dtype: expected one of"],
  [{ ...good, dtype: "toString" }, "x.dtype: expected one of"],
  [{ ...good, shape: [-2] }, "x.shape: expected numbers from 0 on, got [-2]"],
  [{ ...good, shape: [3] }, "x: expected 12 bytes"],
  [{ ...good, base64: "###" }, "x.base64: expected base64"],
  [{ ...good, base64: 5 }, "x.base64: expected text, got 5"],
])("a faulty column %j is refused by its place", (given, message) => {
  expect(() => column(given, "x")).toThrow(PayloadError);
  expect(() => column(given, "x")).toThrow(message);
});

test("a payload without a version is refused", () => {
  expect(() => header({ format: "atomarium-report" }, "payload")).toThrow("payload.version: expected a whole number, got nothing");
});
