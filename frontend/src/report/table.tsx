/** Every result as a number: one row for each model and training size. */

import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { DownloadMenu } from "../chart/chart";
import { csvOf, save } from "../chart/download";
import type { Json } from "../reader";
import { count, digits, plain, seconds, unitPer, withDeviation } from "../words";
import { ModelName } from "./legend";
import type { Target } from "./report";
import { type Row, rows, type ScoreKey } from "./results";
import { useDesk, useTarget } from "./state";

interface TableColumn {
  readonly key: string;
  readonly title: string;
  readonly unit?: string;
  readonly about?: string;
  readonly text?: boolean;
  readonly long?: boolean;
  readonly sortBy: (row: Row) => number | string;
  readonly show: (row: Row) => ComponentChildren;
}

export function Results() {
  const { report } = useDesk();
  const target = useTarget();
  const [sort, setSort] = useState<{ key: string; down: boolean } | null>(null);
  const unit = unitPer(target.unit, target.per);
  const all = rows(report, target.name);
  const columns = columnsOf(target, unit, all);
  const sorted = sort === null ? all : sortRows(all, columns.find(({ key }) => key === sort.key)!, sort.down);
  return (
    <section class="panel wide results" aria-label="Results">
      <header class="panel-head">
        <h3>All results</h3>
        <DownloadMenu kinds={[["CSV", () => save(csvOf(csvTable(target, sorted, unit)), `${target.name}-results.csv`)]]} />
      </header>
      <div class="scrolling" tabIndex={0} role="region" aria-label="Table of results">
        <table>
          <thead>
            <tr>
              {columns.map((column) => (
                <th
                  key={column.key} scope="col" class={classOf(column)} title={column.about}
                  aria-sort={sort?.key === column.key ? (sort.down ? "descending" : "ascending") : "none"}
                >
                  <button type="button" onClick={() => setSort(nextSort(sort, column.key))}>
                    {column.title}
                    {column.unit && <small> {column.unit}</small>}
                    <span class="arrow" aria-hidden="true">{sort?.key === column.key ? (sort.down ? "↓" : "↑") : ""}</span>
                  </button>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {sorted.map((row) => (
              <tr key={`${row.model.name} ${row.nTrain}`} class={isBest(row, all) ? "best" : ""}>
                {columns.map((column) => <td key={column.key} class={classOf(column)}>{column.show(row)}</td>)}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {all.length === 0 && <p class="empty">No trial has finished yet.</p>}
    </section>
  );
}

function classOf({ text, long }: TableColumn): string {
  return `${text ? "text" : ""} ${long ? "long" : ""}`.trim();
}

type TimeKey = keyof NonNullable<Row["seconds"]>;

const CLASS_SCORES: readonly (readonly [ScoreKey, string])[] = [
  ["accuracy", "Accuracy"], ["precision", "Precision"], ["recall", "Recall"], ["f1", "F1"], ["auc", "AUC"],
];
const PURE: ReadonlySet<ScoreKey> = new Set(["r2", "accuracy", "precision", "recall", "f1", "auc"]);

/** The scores that a target has, with their titles. */
function scoresOf(target: Target, all: readonly Row[]): readonly (readonly [ScoreKey, string])[] {
  if (target.classes !== null) return CLASS_SCORES;
  const hasForces = all.some((row) => Number.isFinite(row.scores?.force_mae.mean ?? NaN));
  const scores: readonly (readonly [ScoreKey, string])[] = [["mae", "MAE"], ["rmse", "RMSE"], ["max_error", "Largest"], ["r2", "R²"]];
  return hasForces ? [...scores, ["force_mae", "Forces, MAE"]] : scores;
}

function columnsOf(target: Target, unit: string, all: readonly Row[]): readonly TableColumn[] {
  const score = (key: ScoreKey, title: string): TableColumn => ({
    key,
    title,
    ...(PURE.has(key) ? {} : { unit: key === "force_mae" ? `${unit}/Å` : unit }),
    sortBy: (row) => row.scores?.[key].mean ?? Infinity,
    show: (row) => (row.scores === null ? "–" : withDeviation(row.scores[key].mean, row.scores[key].deviation)),
  });
  const time = (key: TimeKey, title: string, about: string): TableColumn => ({
    key,
    title,
    about,
    sortBy: (row) => row.seconds?.[key] ?? Infinity,
    show: (row) => (row.seconds === null ? "–" : seconds(row.seconds[key])),
  });
  return [
    { key: "model", title: "Model", text: true, sortBy: (row) => row.model.name, show: (row) => <ModelName model={row.model} /> },
    { key: "n", title: "Trained on", sortBy: (row) => row.nTrain, show: (row) => count(row.nTrain) },
    { key: "repeats", title: "Repeats", sortBy: (row) => row.repeats, show: (row) => <Repeats row={row} /> },
    ...scoresOf(target, all).map(([key, title]) => score(key, title)),
    time("represent", "Represent", "CPU time for the features of all structures"),
    time("fit", "Fit", "CPU time for fitting, tuning included"),
    time("perStructure", "Per structure", "CPU time to predict one structure, its features included"),
    { key: "chosen", title: "Chosen settings", text: true, long: true, sortBy: (row) => chosenText(row), show: (row) => chosenText(row) },
  ];
}

function Repeats({ row }: { readonly row: Row }) {
  return (
    <>
      {count(row.repeats)}
      {row.failed.length > 0 && <span class="bad"> {count(row.failed.length)} failed</span>}
    </>
  );
}

/** What tuning settled on, with its range where repeats differ. */
function chosenText(row: Row): string {
  return Object.entries(row.chosen).map(([key, values]) => `${plain(key)} ${rangeOf(values)}`).join(", ") || "–";
}

export function rangeOf(values: readonly Json[]): string {
  const numbers = values.filter((value) => typeof value === "number");
  if (numbers.length !== values.length || numbers.length === 0) return [...new Set(values.map(String))].join(" / ");
  const [low, high] = [Math.min(...numbers), Math.max(...numbers)];
  return low === high ? digits(low) : `${digits(low)} … ${digits(high)}`;
}

function nextSort(now: { key: string; down: boolean } | null, key: string) {
  if (now?.key !== key) return { key, down: false };
  return now.down ? null : { key, down: true };
}

function sortRows(all: readonly Row[], column: TableColumn, down: boolean): readonly Row[] {
  const sign = down ? -1 : 1;
  return [...all].sort((a, b) => {
    const [x, y] = [column.sortBy(a), column.sortBy(b)];
    return sign * (typeof x === "string" || typeof y === "string" ? String(x).localeCompare(String(y)) : x - y);
  });
}

function isBest(row: Row, all: readonly Row[]): boolean {
  const best = Math.min(...all.map((other) => other.scores?.mae.mean ?? Infinity));
  return row.scores !== null && row.scores.mae.mean === best;
}

function csvTable(target: Target, sorted: readonly Row[], unit: string) {
  const kinds = scoresOf(target, sorted).map(([key]) => key);
  const times = ["represent", "fit", "predict", "perStructure"] as const;
  return {
    columns: [
      "model", "n_train", "repeats", "failed", "unit", ...kinds.flatMap((k) => [k, `${k}_std`]),
      ...times.map((t) => `seconds_${t === "perStructure" ? "per_structure" : t}`), "chosen",
    ],
    rows: sorted.map((row) => [
      row.model.name, row.nTrain, row.repeats, row.failed.length, unit,
      ...kinds.flatMap((k) => [row.scores?.[k].mean ?? null, row.scores?.[k].deviation ?? null]),
      ...times.map((t) => row.seconds?.[t] ?? null), chosenText(row),
    ]),
  };
}
