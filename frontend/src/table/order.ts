/** Rows in the order of a column. */

export interface Sorting {
  readonly name: string;
  readonly down: boolean;
}

/** What rows can be sorted by: a number for each, or a text. */
export type Sortable =
  | { readonly kind: "number"; readonly values: ArrayLike<number> }
  | { readonly kind: "category"; readonly codes: ArrayLike<number>; readonly categories: readonly string[] };

/** Points by rising or falling value; what is missing comes last, equals keep their order. */
export function sortedPoints(points: Uint32Array, property: Sortable, down: boolean): Uint32Array {
  const value = valuesOf(property);
  const present = points.filter((point) => !Number.isNaN(value(point)));
  const missing = points.filter((point) => Number.isNaN(value(point)));
  const sorted = byKeys(present, Float64Array.from(present, (point) => (down ? -value(point) : value(point))));
  const out = new Uint32Array(points.length);
  out.set(sorted);
  out.set(missing, sorted.length);
  return out;
}

/** A number for each point that sorts like its value. */
function valuesOf(property: Sortable): (point: number) => number {
  if (property.kind === "number") return (point) => property.values[point]!;
  const order = [...property.categories.keys()].sort((a, b) => property.categories[a]!.localeCompare(property.categories[b]!, "en", { numeric: true }));
  const rank = new Float64Array(property.categories.length);
  order.forEach((code, place) => { rank[code] = place; });
  return (point) => rank[property.codes[point]!] ?? NaN;
}

const DIGIT = 65_536;

/** Sorts by the bits of doubles, sixteen at a time from the lowest: millions in a blink, equals in their order. */
function byKeys(points: Uint32Array, keys: Float64Array): Uint32Array {
  // Zero has two signs and must have one place.
  const halves = new Uint16Array(Float64Array.from(keys, (key) => key + 0).buffer);
  const digitOf = (row: number, digit: number): number => {
    const bits = halves[4 * row + digit]!;
    const negative = halves[4 * row + 3]! >= 0x8000;
    // Bits of positive doubles rise with them, those of negative ones fall.
    return negative ? bits ^ 0xffff : digit === 3 ? bits ^ 0x8000 : bits;
  };
  let rows = Uint32Array.from({ length: points.length }, (_, row) => row);
  let next = new Uint32Array(points.length);
  for (let digit = 0; digit < 4; digit++) {
    const starts = new Uint32Array(DIGIT + 1);
    for (const row of rows) starts[digitOf(row, digit) + 1]!++;
    for (let value = 0; value < DIGIT; value++) starts[value + 1]! += starts[value]!;
    for (const row of rows) next[starts[digitOf(row, digit)]!++] = row;
    [rows, next] = [next, rows];
  }
  return rows.map((row) => points[row]!);
}

/** All points from 0 on. */
export function allPoints(count: number): Uint32Array {
  const out = new Uint32Array(count);
  for (let i = 0; i < count; i++) out[i] = i;
  return out;
}
