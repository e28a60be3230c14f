/** Trials gathered into rows, and predictions into clouds of points. */

import type { Json } from "../reader";
import { deviation, mean } from "../statistics";
import type { Model, Prediction, Report, Trial } from "./report";

export interface Spread {
  readonly mean: number;
  readonly deviation: number | null;
}

/** Of classes, `mae` is the share taken for a wrong one and `rmse` what AUC lacks of 1: both are errors. */
export type ScoreKey = "mae" | "rmse" | "max_error" | "r2" | "force_mae" | "accuracy" | "precision" | "recall" | "f1" | "auc";

/** One model at one training size, over all repeats. */
export interface Row {
  readonly model: Model;
  readonly nTrain: number;
  readonly repeats: number;
  readonly failed: readonly Trial[];
  readonly scores: Readonly<Record<ScoreKey, Spread>> | null;
  readonly seconds: Readonly<Record<"represent" | "fit" | "predict" | "total" | "perStructure", number>> | null;
  readonly chosen: Readonly<Record<string, readonly Json[]>>;
}

/** Rows of a target: models in the report's order, training sizes rising. */
export function rows(report: Report, target: string): readonly Row[] {
  const known = rowsOf.get(report) ?? new Map<string, readonly Row[]>();
  rowsOf.set(report, known);
  const made = known.get(target) ?? report.models.flatMap((model) => rowsOfModel(report, target, model));
  known.set(target, made);
  return made;
}

// A report never changes, so what is made of it is made once.
const rowsOf = new WeakMap<Report, Map<string, readonly Row[]>>();

function rowsOfModel(report: Report, target: string, model: Model): Row[] {
  const trials = report.trials.filter((trial) => trial.model === model.name && trial.target === target);
  const sizes = [...new Set(trials.map((trial) => trial.n_train))].sort((a, b) => a - b);
  return sizes.map((nTrain) => rowOf(model, nTrain, trials.filter((trial) => trial.n_train === nTrain)));
}

function rowOf(model: Model, nTrain: number, trials: readonly Trial[]): Row {
  const finished = trials.filter((trial) => trial.state === "finished");
  const scores = finished.flatMap((trial) => trial.scores ?? []);
  const timed = finished.flatMap((trial) => trial.seconds ?? []);
  const spread = (values: number[]): Spread => ({ mean: mean(values), deviation: deviation(values) });
  const average = (choose: (seconds: (typeof timed)[number]) => number) => mean(timed.map(choose));
  const keys = [...new Set(finished.flatMap((trial) => Object.keys(trial.chosen)))];
  return {
    model,
    nTrain,
    repeats: finished.length,
    failed: trials.filter((trial) => trial.state === "failed"),
    scores: scores.length === 0 ? null : {
      mae: spread(scores.map((s) => s.mae ?? s.error_rate ?? NaN)),
      rmse: spread(scores.map((s) => s.rmse ?? 1 - (s.auc ?? NaN))),
      max_error: spread(scores.map((s) => s.max_error ?? NaN)),
      r2: spread(scores.map((s) => s.r2 ?? NaN)),
      force_mae: spread(scores.map((s) => s.force_mae ?? NaN)),
      accuracy: spread(scores.map((s) => s.accuracy ?? NaN)),
      precision: spread(scores.map((s) => s.precision ?? NaN)),
      recall: spread(scores.map((s) => s.recall ?? NaN)),
      f1: spread(scores.map((s) => s.f1 ?? NaN)),
      auc: spread(scores.map((s) => s.auc ?? NaN)),
    },
    seconds: timed.length === 0 ? null : {
      represent: average((s) => s.represent),
      fit: average((s) => s.fit),
      predict: average((s) => s.predict),
      total: average((s) => s.represent + s.fit + s.predict),
      perStructure: mean(finished.flatMap((trial) => trial.seconds_per_structure ?? [])),
    },
    chosen: Object.fromEntries(
      keys.map((key) => [key, finished.flatMap((trial) => (key in trial.chosen ? [trial.chosen[key]!] : []))]),
    ),
  };
}

/** What is drawn point by point. */
export interface Cut {
  readonly nTrain: number | null;
  readonly repeat: number | null;
}

/** The predictions of a model that a cut shows; of its largest training size and first repeat when left open. */
export function predictionOf(report: Report, target: string, model: string, cut: Cut): Prediction | null {
  const own = report.predictions.filter((p) => p.target === target && p.model === model);
  const nTrain = cut.nTrain ?? Math.max(...own.map((p) => p.n_train));
  const sized = own.filter((p) => p.n_train === nTrain);
  const repeat = cut.repeat ?? Math.min(...sized.map((p) => p.repeat));
  return sized.find((p) => p.repeat === repeat) ?? null;
}

/** Points of several models, one after the other. */
export interface Cloud {
  readonly models: readonly Model[];
  readonly group: Uint8Array;
  readonly structure: Int32Array;
  readonly reference: Float64Array;
  readonly prediction: Float64Array;
  readonly residual: Float64Array;
  /** Mean absolute error of each model. */
  readonly meanErrors: readonly number[];
}

/** All predictions of the shown models; values that are not finite are left out. */
export function cloudOf(report: Report, target: string, shown: ReadonlySet<string>, cut: Cut): Cloud {
  const models = report.models.filter((model) => shown.has(model.name));
  const parts = models.map((model) => predictionOf(report, target, model.name, cut));
  const points = parts.flatMap((part, group) => (part === null ? [] : pointsOf(part, group)));
  const meanErrors = models.map((_, group) =>
    mean(points.flatMap((p) => (p.group === group ? Math.abs(p.prediction - p.reference) : []))));
  return {
    models,
    meanErrors,
    group: Uint8Array.from(points, (p) => p.group),
    structure: Int32Array.from(points, (p) => p.structure),
    reference: Float64Array.from(points, (p) => p.reference),
    prediction: Float64Array.from(points, (p) => p.prediction),
    residual: Float64Array.from(points, (p) => p.prediction - p.reference),
  };
}

function pointsOf({ structures, reference, prediction }: Prediction, group: number) {
  const points = [];
  for (let i = 0; i < structures.length; i++) {
    const [x, y] = [reference[i]!, prediction[i]!];
    if (Number.isFinite(x) && Number.isFinite(y)) {
      points.push({ group, structure: structures[i]!, reference: x, prediction: y });
    }
  }
  return points;
}

export interface Predicted {
  readonly structure: number;
  readonly reference: number;
  readonly prediction: number;
}

/** One model's predictions, largest error first. */
export function worstFirst(report: Report, target: string, choice: Cut & { readonly model: string | null }): readonly Predicted[] {
  const found = choice.model === null ? null : predictionOf(report, target, choice.model, choice);
  if (found === null) return [];
  const error = (p: Predicted) => Math.abs(p.prediction - p.reference);
  return pointsOf(found, 0).sort((a, b) => error(b) - error(a));
}

/** Training sizes and repeats that predictions of a target exist for. */
export function cutsOf(report: Report, target: string): { readonly sizes: readonly number[]; readonly repeats: readonly number[] } {
  const own = report.predictions.filter((p) => p.target === target);
  const rising = (values: number[]) => [...new Set(values)].sort((a, b) => a - b);
  return { sizes: rising(own.map((p) => p.n_train)), repeats: rising(own.map((p) => p.repeat)) };
}
