/** The lines of the table of runs: runs in an order, or groups of them. */

import { deviation, mean } from "../statistics";
import { type Sortable, type Sorting, sortedPoints } from "../table/order";
import type { Quantity } from "./sweep";

export interface Group {
  readonly kind: "group";
  /** The value that its runs share; NaN where it does not apply. */
  readonly value: number;
  readonly rows: Uint32Array;
}

export type Line = Group | { readonly kind: "run"; readonly row: number; readonly inner: boolean };

function sortableOf({ kind, values, categories }: Quantity): Sortable {
  return kind === "number" ? { kind, values } : { kind, codes: values, categories };
}

/** Runs in order; by number from the first on where nothing else is asked for. */
export function orderedRows(rows: Int32Array, sorting: Sorting | null, quantities: ReadonlyMap<string, Quantity>): Uint32Array {
  const points = Uint32Array.from(rows).sort();
  const one = sorting === null ? undefined : quantities.get(sorting.name);
  return one === undefined ? points : sortedPoints(points, sortableOf(one), sorting!.down);
}

/** Groups of runs that share a value, each a line, followed by its runs where it is open. */
export function linesOf(rows: Uint32Array, by: Quantity | null, sorted: Quantity | null, down: boolean, open: ReadonlySet<number>): readonly Line[] {
  if (by === null) return Array.from(rows, (row) => ({ kind: "run", row, inner: false }));
  const members = new Map<number, number[]>();
  for (const row of rows) {
    const value = by.values[row]!;
    const own = members.get(value);
    if (own === undefined) members.set(value, [row]);
    else own.push(row);
  }
  const groups = [...members].map(([value, own]): Group => ({ kind: "group", value, rows: Uint32Array.from(own) }));
  const rank = sorted === null || sorted === by || sorted.kind === "category"
    ? (group: Group) => group.value
    : (group: Group) => summaryOf(sorted, group.rows)?.mean ?? NaN;
  const sign = down ? -1 : 1;
  groups.sort((a, b) => compare(rank(a), rank(b), sign));
  return groups.flatMap((group) => [group, ...(open.has(group.value) ? Array.from(group.rows, (row): Line => ({ kind: "run", row, inner: true })) : [])]);
}

/** What is missing comes last either way. */
function compare(a: number, b: number, sign: number): number {
  if (Number.isNaN(a)) return Number.isNaN(b) ? 0 : 1;
  return Number.isNaN(b) ? -1 : sign * (a - b);
}

export interface Summary {
  readonly mean: number;
  readonly deviation: number | null;
  readonly n: number;
}

/** Mean and spread over runs; null of texts, and where no run has a value. */
export function summaryOf(one: Quantity, rows: ArrayLike<number>): Summary | null {
  if (one.kind === "category") return null;
  const values = Array.from(rows, (row) => one.values[row]!).filter(Number.isFinite);
  return values.length === 0 ? null : { mean: mean(values), deviation: deviation(values), n: values.length };
}
