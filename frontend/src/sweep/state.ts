/** What the reader of a sweep has chosen, and the runs that are meant by it. */

import type { Interval } from "../chart/axes";
import { type Column, type Columns, compileFilter } from "../filter/evaluate";
import { FilterError } from "../filter/words";
import { createStore, deskContext, type Store, useChosen } from "../store";
import type { Keeper } from "./keeper";
import type { Notes } from "./notes";
import type { Quantity, Sweep } from "./sweep";

export type Saved = "saved" | "saving" | "here" | "failed";

export interface State {
  readonly sweep: Sweep;
  readonly notes: Notes;
  readonly saved: Saved;
  /** Whether the server still answers; null in a page without one. */
  readonly live: "live" | "lost" | null;
  readonly filter: string;
  /** Stretches of quantities that runs in focus lie in; of categories, of their codes. */
  readonly brushes: Readonly<Record<string, Interval>>;
  /** Numbers of the runs beside each other. */
  readonly compared: readonly number[];
  /** The row under the pointer. */
  readonly hovered: number | null;
  /** Keys of quantities. */
  readonly metric: string;
  readonly setting: string;
  readonly color: string;
  readonly cost: string;
  /** The panel above which a text is being written. */
  readonly drafting: string | null;
  /** Axes turned from what fits them: logarithmic or not. */
  readonly logs: Readonly<Record<string, boolean>>;
}

export interface Desk {
  readonly store: Store<State>;
  readonly keeper: Keeper;
}

export const { DeskContext, useDesk } = deskContext<Desk>("a view of a sweep stands outside of its page");

export function useSweepState<T>(choose: (state: State) => T): T {
  return useChosen(useDesk().store, choose);
}

export function useSweep(): Sweep {
  return useSweepState((state) => state.sweep);
}

export function openDesk(sweep: Sweep, keeper: Keeper): Desk {
  const metric = sweep.objectives[0] ?? sweep.metrics[0];
  const varied = sweep.settings.filter(isVaried);
  const setting = varied.find((one) => one.kind === "number") ?? varied[0] ?? sweep.settings[0];
  const store = createStore<State>({
    sweep,
    notes: keeper.start(sweep),
    saved: keeper.remote ? "saved" : "here",
    live: keeper.remote ? "live" : null,
    filter: "",
    brushes: {},
    compared: [],
    hovered: null,
    metric: metric?.key ?? "number",
    setting: setting?.key ?? "number",
    color: metric?.key ?? "number",
    cost: "",
    drafting: null,
    logs: {},
  });
  return { store, keeper };
}

/** Whether a quantity has more than one value. */
export function isVaried({ values }: Quantity): boolean {
  let known = varied.get(values);
  if (known === undefined) {
    const first = values.find((value) => !Number.isNaN(value));
    varied.set(values, (known = first !== undefined && values.some((value) => value !== first && !Number.isNaN(value))));
  }
  return known;
}

const varied = new WeakMap<Float64Array, boolean>();

/** The runs that are meant. */
export interface Shown {
  /** For each row 0 (filtered out), 1 (shown) or 2 (in focus). */
  readonly part: Uint8Array;
  /** Rows shown but out of focus, and rows in focus. */
  readonly faded: Int32Array;
  readonly focus: Int32Array;
  readonly error: FilterError | null;
}

type Meant = Pick<State, "sweep" | "notes" | "filter" | "brushes">;
const remembered = new WeakMap<Sweep, { readonly of: Meant; readonly shown: Shown }>();

/** What filter and brushes mean; worked out once for all panels. */
export function shownOf({ sweep, notes, filter, brushes }: Meant): Shown {
  const old = remembered.get(sweep);
  const same = old !== undefined && old.of.filter === filter && old.of.brushes === brushes && (old.of.notes === notes || filter === "");
  if (same) return old.shown;
  const { count } = sweep.runs;
  let test: (row: number) => boolean = () => true;
  let error: FilterError | null = null;
  try {
    if (filter.trim() !== "") test = compileFilter(filter, filterColumns(sweep, notes));
  } catch (fault) {
    if (!(fault instanceof FilterError)) throw fault;
    error = fault;
  }
  const within = Object.entries(brushes).flatMap(([key, [low, high]]) => {
    const values = sweep.quantities.get(key)?.values;
    return values === undefined ? [] : [(row: number) => values[row]! >= low && values[row]! <= high];
  });
  const part = new Uint8Array(count);
  for (let row = 0; row < count; row++) part[row] = !test(row) ? 0 : within.every((one) => one(row)) ? 2 : 1;
  const rows = (wanted: number) => Int32Array.from(part.keys()).filter((row) => part[row] === wanted);
  const shown: Shown = { part, faded: rows(1), focus: rows(2), error };
  remembered.set(sweep, { of: { sweep, notes, filter, brushes }, shown });
  return shown;
}

export function useShown(): Shown {
  return useSweepState(shownOf);
}

/** What filters may name: settings, metrics, and what is known of runs. */
export function filterColumns(sweep: Sweep, notes: Notes): Columns {
  const columns = new Map<string, Column>();
  for (const one of sweep.quantities.values()) columns.set(one.key, columnOf(one));
  const stars = new Set(notes.stars);
  const starred = Uint8Array.from(sweep.runs.number, (number) => (stars.has(number) ? 1 : 0));
  columns.set("starred", { kind: "category", codes: starred, categories: ["no", "yes"] });
  const written = [...new Set(Object.values(notes.runs))];
  const codes = Int32Array.from(sweep.runs.number, (number) => written.indexOf(notes.runs[String(number)] ?? ""));
  columns.set("note", { kind: "category", codes: codes.map((code) => (code < 0 ? written.length : code)), categories: written });
  return columns;
}

function columnOf({ kind, values, categories }: Quantity): Column {
  if (kind === "number") return { kind, at: (row) => values[row]! };
  return { kind, codes: Int32Array.from(values, (code) => (Number.isNaN(code) ? categories.length : code)), categories };
}

/** The quantity of a key, or the run's number where data that came later know it no more. */
export function quantity(sweep: Sweep, key: string): Quantity {
  return sweep.quantities.get(key) ?? sweep.quantities.get("number")!;
}

export function useQuantity(choose: (state: State) => string): Quantity {
  return useSweepState((state) => quantity(state.sweep, choose(state)));
}

export function useLog(one: Quantity): boolean {
  // What is chosen from the store must not depend on what may change, such as the quantity.
  const logs = useSweepState((state) => state.logs);
  return isLog({ logs }, one);
}

export function isLog({ logs }: Pick<State, "logs">, one: Quantity): boolean {
  if (one.kind === "category") return false;
  return (logs[one.key] ?? one.log) && isPositive(one);
}

const positive = new WeakMap<Float64Array, boolean>();

/** Whether all values that are there lie above zero, as logarithms need. */
export function isPositive({ values }: Quantity): boolean {
  let known = positive.get(values);
  if (known === undefined) positive.set(values, (known = values.every((value) => !(value <= 0))));
  return known;
}

export function turnLog({ store }: Desk, one: Quantity): void {
  const state = store.get();
  store.set({ logs: { ...state.logs, [one.key]: !isLog(state, one) } });
}

/** Narrows the focus to stretches of quantities; null takes one away. */
export function brush({ store }: Desk, changes: Readonly<Record<string, Interval | null>>): void {
  const next = { ...store.get().brushes };
  for (const [key, stretch] of Object.entries(changes)) {
    if (stretch === null) delete next[key];
    else next[key] = stretch;
  }
  store.set({ brushes: next });
}

/** Most runs that can be told apart beside each other. */
export const MOST_COMPARED = 8;

export function toggleCompared({ store }: Desk, number: number): void {
  const { compared } = store.get();
  const without = compared.filter((one) => one !== number);
  store.set({ compared: without.length < compared.length ? without : [...compared, number].slice(-MOST_COMPARED) });
}

/** Rows by quality, best first; runs without a value stay out. */
export function byQuality(rows: Int32Array, { values, goal }: Quantity): Int32Array {
  const sign = goal === "maximize" ? -1 : 1;
  return rows.filter((row) => Number.isFinite(values[row]!)).sort((a, b) => sign * (values[a]! - values[b]!));
}
