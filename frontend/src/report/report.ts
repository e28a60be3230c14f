/** The report of a study: what Python sends, version 1. */

import { readMaps } from "../alchemical/maps";
import { columnOf, type Values } from "../payload";
import {
  fail, json, list, mapping, number, oneOf, orNull, type Read, type Reader, record, text, yes,
} from "../reader";

const kind = mapping(json);

/** Of quantities the first four, of classes the others. */
const scores = record({
  mae: orNull(number),
  rmse: orNull(number),
  max_error: orNull(number),
  r2: orNull(number),
  force_mae: orNull(number),
  error_rate: orNull(number),
  accuracy: orNull(number),
  precision: orNull(number),
  recall: orNull(number),
  f1: orNull(number),
  auc: orNull(number),
});

const trial = record({
  id: text,
  model: text,
  target: text,
  n_train: number,
  repeat: number,
  scores: orNull(scores),
  seconds: orNull(record({ represent: number, fit: number, predict: number })),
  seconds_per_structure: orNull(number),
  chosen: kind,
  warnings: list(text),
  state: oneOf("finished", "failed"),
  error: orNull(text),
});

const prediction = record({
  model: text,
  target: text,
  n_train: number,
  repeat: number,
  structures: columnOf(-1),
  reference: columnOf(-1),
  prediction: columnOf(-1),
});

const comparison = record({
  target: text,
  n_train: number,
  better: text,
  worse: text,
  difference: number,
  low: orNull(number),
  high: orNull(number),
  p: orNull(number),
  repeats: number,
});

const interval = record({
  target: text,
  model: text,
  n_train: number,
  kind: text,
  promised: number,
  held: number,
  width: orNull(number),
});

const exponent = record({
  target: text,
  model: text,
  exponent: number,
  low: orNull(number),
  high: orNull(number),
  repeats: number,
});

const structures = record({
  ids: list(text),
  formulas: list(text),
  numbers: columnOf(-1),
  positions: columnOf(-1, 3),
  cells: columnOf(-1, 3, 3),
  periodic: columnOf(-1, 3),
  offsets: columnOf(-1),
});

const contents = record({
  study: record({
    name: text,
    description: text,
    status: oneOf("finished", "running", "partial"),
    created: text,
    command: text,
    toml: text,
    notes: orNull(list(text)),
  }),
  dataset: record({
    name: text,
    source: text,
    license: text,
    citation: text,
    sha256: text,
    n_structures: number,
    n_atoms: list(number),
    elements: list(text),
    findings: list(record({ severity: text, text })),
  }),
  targets: list(
    record({
      name: text,
      unit: text,
      per: text,
      extensive: yes,
      description: text,
      mean: orNull(number),
      std: orNull(number),
      classes: orNull(list(text)),
    }),
  ),
  models: list(record({ name: text, representation: orNull(kind), model: kind, baseline: text })),
  trials: list(trial),
  predictions: list(prediction),
  comparisons: orNull(list(comparison)),
  exponents: orNull(list(exponent)),
  intervals: orNull(list(interval)),
  elements: readMaps,
  structures,
  machine: kind,
  versions: kind,
  cite: list(text),
});

export type Report = Read<typeof contents>;
export type Trial = Read<typeof trial>;
export type Comparison = Read<typeof comparison>;
export type Exponent = Read<typeof exponent>;
export type Prediction = Read<typeof prediction>;
export type Target = Report["targets"][number];
export type Model = Report["models"][number];

/** Reads a report and sees to it that its parts fit together. */
export const readReport: Reader<Report> = (value, place) => {
  const report = contents(value, place);
  if (report.targets.length === 0) fail(`${place}.targets`, "at least one target", []);
  checkStructures(report.structures, `${place}.structures`);
  const known = { model: new Set<string>(), target: new Set<string>() };
  for (const { name } of report.models) known.model.add(name);
  for (const { name } of report.targets) known.target.add(name);
  for (const part of ["trials", "predictions"] as const) {
    report[part].forEach((entry, i) => {
      for (const key of ["model", "target"] as const) {
        if (!known[key].has(entry[key])) {
          fail(`${place}.${part}[${i}].${key}`, `one of ${[...known[key]].join(", ")}`, entry[key]);
        }
      }
    });
  }
  const n = report.structures.ids.length;
  report.predictions.forEach((entry, i) => checkPrediction(entry, n, `${place}.predictions[${i}]`));
  return report;
};

function checkStructures({ ids, formulas, numbers, positions, cells, periodic, offsets }: Report["structures"], place: string) {
  const lengths: [string, number, number][] = [
    ["formulas", formulas.length, ids.length],
    ["positions", positions.length, 3 * numbers.length],
    ["cells", cells.length, 9 * ids.length],
    ["periodic", periodic.length, 3 * ids.length],
    ["offsets", offsets.length, ids.length + 1],
  ];
  for (const [name, given, expected] of lengths) {
    if (given !== expected) fail(`${place}.${name}`, `${expected} values`, `${given} values`);
  }
  if (offsets[ids.length] !== numbers.length) {
    fail(`${place}.offsets[${ids.length}]`, String(numbers.length), offsets[ids.length]);
  }
}

function checkPrediction(entry: Prediction, n: number, place: string) {
  for (const name of ["reference", "prediction"] as const) {
    if (entry[name].length !== entry.structures.length) {
      fail(`${place}.${name}`, `${entry.structures.length} values`, `${entry[name].length} values`);
    }
  }
  const wrong: Values = entry.structures.filter((s) => s < 0 || s >= n);
  if (wrong.length > 0) fail(`${place}.structures`, `indices below ${n}`, wrong[0]);
}
