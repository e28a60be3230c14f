/** A sweep: what Python sends, version 1, and the quantities that panels draw. */

import { columnOf, type Values } from "../payload";
import { fail, list, mapping, number, oneOf, orNull, type Read, type Reader, record, text, yes } from "../reader";
import { readNotes } from "./notes";

export const SWEEP_FORMAT = "atomarium-sweep";
export const SWEEP_VERSION = 1;

/** Codes of texts that are not there. */
const ABSENT = 65_535;

const texts = record({ codes: columnOf(-1), categories: list(text) });
const goal = oneOf("minimize", "maximize");

const setting = record({
  name: text,
  label: text,
  space: text,
  log: yes,
  factors: yes,
  whole: yes,
  low: orNull(number),
  high: orNull(number),
  numbers: orNull(columnOf(-1)),
  texts: orNull(texts),
});

const metric = record({ name: text, unit: text, goal: orNull(goal), numbers: columnOf(-1) });

export const prediction = record({ number, target: text, unit: text, reference: columnOf(-1), prediction: columnOf(-1) });

/** What takes longer to gather, and may come later. */
const details = record({
  curves: record({ numbers: columnOf(-1), columns: list(text), units: list(text), offsets: columnOf(-1), values: list(columnOf(-1)) }),
  predictions: list(prediction),
  importance: mapping(record({ method: text, values: mapping(number) })),
  advice: list(record({ severity: oneOf("note", "warning", "error"), text, advice: text })),
});

const contents = record({
  study: record({
    name: text,
    description: text,
    status: oneOf("running", "finished", "stopped"),
    created: text,
    method: text,
    planned: orNull(number),
    n_train: orNull(number),
    data: text,
    target: text,
    toml: text,
    command: text,
  }),
  settings: list(setting),
  metrics: list(metric),
  runs: record({
    number: columnOf(-1),
    state: texts,
    worker: texts,
    started: columnOf(-1),
    ended: columnOf(-1),
    seed: columnOf(-1),
    attempt: columnOf(-1),
    reasons: list(record({ row: number, text })),
  }),
  details: orNull(details),
});

type Contents = Read<typeof contents>;
export type Details = Read<typeof details>;
export type Prediction = Read<typeof prediction>;
export type Study = Contents["study"];
export type Advice = Details["advice"][number];
export type Curves = Details["curves"];
export type Goal = Read<typeof goal>;

/** A number or a text for each run, by row; missing ones are NaN. */
export interface Quantity {
  /** As filters name it. */
  readonly key: string;
  /** As the study file names it. */
  readonly name: string;
  readonly label: string;
  readonly unit: string;
  readonly role: "setting" | "metric" | "run";
  readonly goal: Goal | null;
  readonly kind: "number" | "category";
  /** Numbers, or codes of categories. */
  readonly values: Float64Array;
  readonly categories: readonly string[];
  /** Whether a logarithmic axis fits it. */
  readonly log: boolean;
  /** Whether its space counts factors rather than differences, as statistics then do. */
  readonly factors: boolean;
  readonly whole: boolean;
  /** What it may be, in words; empty where nothing says. */
  readonly space: string;
  readonly bounds: readonly [low: number, high: number] | null;
}

export interface Runs {
  readonly count: number;
  readonly number: Values;
  readonly state: Quantity;
  readonly worker: Quantity;
  readonly started: Float64Array;
  readonly ended: Float64Array;
  readonly seed: Float64Array;
  readonly attempt: Float64Array;
  readonly reasons: ReadonlyMap<number, string>;
  readonly rowOf: ReadonlyMap<number, number>;
}

export interface Sweep extends Pick<Contents, "study">, Details {
  /** Whether details have come. */
  readonly whole: boolean;
  readonly runs: Runs;
  readonly settings: readonly Quantity[];
  readonly metrics: readonly Quantity[];
  /** What is to be small or large; the first decides unless the reader chooses. */
  readonly objectives: readonly Quantity[];
  readonly quantities: ReadonlyMap<string, Quantity>;
  readonly notes: ReturnType<typeof readNotes>;
}

/** Reads a sweep and sees to it that its parts fit together. */
export const readSweep: Reader<Sweep> = (value, place) => {
  const read = contents(value, place);
  const runs = runsOf(read.runs, `${place}.runs`);
  const taken = new Set(["number", "state", "worker", "started", "ended", "seed", "attempt", "starred", "note"]);
  const keyOf = (name: string) => {
    let key = name;
    while (taken.has(key)) key = `metric.${key}`;
    taken.add(key);
    return key;
  };
  const settings = read.settings.map((one, i) => settingOf(one, keyOf(one.name), runs.count, `${place}.settings[${i}]`));
  const metrics = read.metrics.map((one, i) => metricOf(one, keyOf(one.name), runs.count, `${place}.metrics[${i}]`));
  if (read.details !== null) checkDetails(read.details, `${place}.details`);
  const objectives = metrics.filter((one) => one.goal !== null);
  return {
    ...(read.details ?? NO_DETAILS), whole: read.details !== null, study: read.study, runs, settings, metrics, objectives,
    quantities: new Map([...settings, ...metrics, ...ofRuns(runs)].map((one) => [one.key, one])),
    notes: readNotes((value as { notes?: unknown }).notes, `${place}.notes`),
  };
};

const NO_DETAILS: Details = {
  curves: { numbers: new Int32Array(), columns: [], units: [], offsets: new Int32Array(1), values: [] },
  predictions: [], importance: {}, advice: [],
};

/** Reads details that came by themselves. */
export const readDetails: Reader<Details> = (value, place) => {
  const read = details((value as { details?: unknown }).details, place);
  checkDetails(read, place);
  return read;
};

const plainQuantity = { unit: "", goal: null, categories: [], log: false, factors: false, whole: false, space: "", bounds: null } as const;

/** What is known of runs beside settings and metrics. */
function ofRuns({ number: numbers, started, ended, state, worker, seed, attempt }: Runs): readonly Quantity[] {
  const first = started.reduce((least, time) => (time < least ? time : least), Infinity);
  const one = (key: string, label: string, unit: string, values: Float64Array, whole: boolean): Quantity =>
    ({ ...plainQuantity, key, name: key, label, unit, role: "run", kind: "number", values, whole });
  return [
    one("number", "run", "", Float64Array.from(numbers), true),
    state,
    worker,
    one("started", "started", "s", started.map((time) => time - first), false),
    one("ended", "ended", "s", ended.map((time) => time - first), false),
    one("seed", "seed", "", seed, true),
    one("attempt", "attempt", "", attempt, true),
  ];
}

function runsOf({ number: numbers, state, worker, started, ended, seed, attempt, reasons }: Contents["runs"], place: string): Runs {
  const count = numbers.length;
  const others = { started, ended, seed, attempt, "state.codes": state.codes, "worker.codes": worker.codes };
  for (const [name, values] of Object.entries(others)) checkLength(values, count, `${place}.${name}`);
  const category = (key: string, { codes, categories }: Read<typeof texts>): Quantity =>
    ({ ...plainQuantity, key, name: key, label: key, role: "run", kind: "category", values: decoded(codes, categories, `${place}.${key}`), categories });
  return {
    count,
    number: numbers,
    state: category("state", state),
    worker: category("worker", worker),
    started: Float64Array.from(started),
    ended: Float64Array.from(ended),
    seed: Float64Array.from(seed),
    attempt: Float64Array.from(attempt),
    reasons: new Map(reasons.map((one) => [one.row, one.text])),
    rowOf: new Map(Array.from(numbers, (one, row) => [one, row])),
  };
}

function settingOf({ numbers, texts: words, low, high, ...one }: Contents["settings"][number], key: string, count: number, place: string): Quantity {
  if ((numbers === null) === (words === null)) return fail(place, "either numbers or texts", numbers === null ? "neither" : "both");
  checkLength(numbers ?? words!.codes, count, place);
  const { name, label, space, log, factors, whole } = one;
  const bounds = low === null || high === null ? null : ([low, high] as const);
  return {
    ...plainQuantity, key, name, label, space, log, factors, whole, bounds, role: "setting",
    kind: numbers === null ? "category" : "number",
    values: numbers === null ? decoded(words!.codes, words!.categories, place) : Float64Array.from(numbers),
    categories: words?.categories ?? [],
  };
}

function metricOf({ name, unit, goal: aim, numbers }: Contents["metrics"][number], key: string, count: number, place: string): Quantity {
  checkLength(numbers, count, place);
  const values = Float64Array.from(numbers);
  const plain = LABELS[name] ?? name.replaceAll("_", " ");
  const label = key === name ? plain : `${plain} (measured)`;
  return { ...plainQuantity, key, name, label, unit, goal: aim, role: "metric", kind: "number", values, log: isWide(values) };
}

const LABELS: Readonly<Record<string, string>> = { seconds: "time", cpu_seconds: "CPU time", n_parameters: "parameters" };

/** Values that differ by such a factor are seen better on a logarithmic axis. */
const WIDE = 6;

/** Whether values differ by factors rather than by amounts. */
function isWide(values: Float64Array): boolean {
  const sorted = values.filter(Number.isFinite).sort();
  const [low, high] = [sorted[Math.floor(0.02 * sorted.length)] ?? 0, sorted[Math.floor(0.98 * (sorted.length - 1))] ?? 0];
  return sorted.length > 2 && sorted[0]! > 0 && high > WIDE * low;
}

function decoded(codes: Values, categories: readonly string[], place: string): Float64Array {
  return Float64Array.from(codes, (code) => {
    if (code === ABSENT) return NaN;
    return code < categories.length ? code : fail(`${place}.codes`, `codes below ${categories.length}`, code);
  });
}

function checkDetails({ curves: { numbers, columns, units, offsets, values }, predictions }: Details, place: string): void {
  checkLength(offsets, numbers.length + 1, `${place}.curves.offsets`);
  if (values.length !== columns.length || units.length !== columns.length) fail(`${place}.curves.values`, `${columns.length} columns`, values.length);
  values.forEach((column, i) => checkLength(column, offsets[numbers.length] ?? 0, `${place}.curves.values[${i}]`));
  predictions.forEach(({ reference, prediction }, i) => checkLength(prediction, reference.length, `${place}.predictions[${i}].prediction`));
}

function checkLength(values: ArrayLike<number>, expected: number, place: string): void {
  if (values.length !== expected) fail(place, `${expected} values`, `${values.length} values`);
}
