/** What the reader of a report has chosen, and what that makes of the report. */

import { createStore, deskContext, type Store, useChosen } from "../store";
import type { Theme } from "../theme";
import { rows, type Row, worstFirst } from "./results";
import type { Model, Report, Target } from "./report";

export type Score = "mae" | "rmse";
const SCORE_NAMES: Readonly<Record<Score, string>> = { mae: "MAE", rmse: "RMSE" };
const CLASS_SCORE_NAMES: Readonly<Record<Score, string>> = { mae: "share wrong", rmse: "1 − AUC" };

/** What the errors of a target are called. */
export function scoreNames({ classes }: Pick<Target, "classes">): Readonly<Record<Score, string>> {
  return classes === null ? SCORE_NAMES : CLASS_SCORE_NAMES;
}

export interface State {
  readonly target: string;
  readonly score: Score;
  readonly cost: "predict" | "fit" | "total";
  readonly against: "reference" | "size";
  /** Models whose predictions are drawn point by point. */
  readonly shown: ReadonlySet<string>;
  /** Training size and repeat of these predictions; null is the largest, the first. */
  readonly nTrain: number | null;
  readonly repeat: number | null;
  /** The structure in the viewer, and the model whose prediction of it is told. */
  readonly structure: number | null;
  readonly model: string | null;
}

export interface Desk {
  readonly report: Report;
  readonly store: Store<State>;
}

export const { DeskContext, useDesk } = deskContext<Desk>("a view of a report stands outside of a report");

export function useReport<T>(choose: (state: State) => T): T {
  return useChosen(useDesk().store, choose);
}

/** The target chosen, as the report knows it. */
export function useTarget(): Target {
  const { report } = useDesk();
  const name = useReport((state) => state.target);
  return report.targets.find((target) => target.name === name) ?? report.targets[0]!;
}

export function openDesk(report: Report): Desk {
  const target = report.targets.find(({ name }) => rows(report, name).length > 0) ?? report.targets[0]!;
  const store = createStore<State>({
    target: target.name,
    score: "mae",
    cost: "predict",
    against: "reference",
    ...startingPoint(report, target.name),
  });
  return { report, store };
}

/** Another target begins with its own best model and that model's largest error. */
export function chooseTarget({ report, store }: Desk, target: string): void {
  store.set({ target, ...startingPoint(report, target) });
}

function startingPoint(report: Report, target: string): Pick<State, "shown" | "nTrain" | "repeat" | "structure" | "model"> {
  const predicted = new Set(report.predictions.filter((p) => p.target === target).map((p) => p.model));
  const best = bestRow(report, target, "mae", predicted)?.model.name ?? [...predicted][0] ?? null;
  const start = { shown: new Set(best === null ? [] : [best]), nTrain: null, repeat: null, model: best };
  return { ...start, structure: worstFirst(report, target, { ...start, model: best })[0]?.structure ?? null };
}

/** The row with the least error; among some models only, where they are given. */
export function bestRow(report: Report, target: string, score: Score, among?: ReadonlySet<string>): Row | null {
  const scored = rows(report, target).filter(
    (row) => row.scores !== null && (among === undefined || among.has(row.model.name)),
  );
  return scored.reduce<Row | null>(
    (best, row) => (best === null || row.scores![score].mean < best.scores![score].mean ? row : best),
    null,
  );
}

/** The one color of a model in every chart; models that only answer the mean are gray. */
export function colorOf(report: Report, model: Model, theme: Theme): string {
  if (isMean(model)) return theme.baseline;
  const others = report.models.filter((other) => !isMean(other));
  return theme.series[others.indexOf(model) % theme.series.length]!;
}

/** The one marker of a model, so that color is never the only difference. */
export function markerOf(report: Report, model: Model): number {
  return report.models.indexOf(model);
}

function isMean(model: Model): boolean {
  return model.model.kind === "mean";
}
