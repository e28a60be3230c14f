/** Rows in the order of a column. */

import type { PlainProperty } from "../explorer/scene";

export interface Sorting {
  readonly name: string;
  readonly down: boolean;
}

/** Points by rising or falling value; what is missing comes last, equals keep their order. */
export function sortedPoints(points: Uint32Array, property: PlainProperty, down: boolean): Uint32Array {
  const key = keysOf(property);
  const sign = down ? -1 : 1;
  return points.slice().sort((a, b) => {
    const [x, y] = [key(a), key(b)];
    if (Number.isNaN(x) || Number.isNaN(y)) return Number.isNaN(x) ? (Number.isNaN(y) ? a - b : 1) : -1;
    return sign * (x - y) || a - b;
  });
}

/** A number for each point that sorts like its value. */
function keysOf(property: PlainProperty): (point: number) => number {
  if (property.kind === "number") return (point) => property.values[point]!;
  const order = [...property.categories.keys()].sort((a, b) => property.categories[a]!.localeCompare(property.categories[b]!, "en", { numeric: true }));
  const rank = new Float64Array(property.categories.length);
  order.forEach((code, place) => { rank[code] = place; });
  return (point) => rank[property.codes[point]!] ?? NaN;
}

/** All points from 0 on. */
export function allPoints(count: number): Uint32Array {
  const out = new Uint32Array(count);
  for (let i = 0; i < count; i++) out[i] = i;
  return out;
}
