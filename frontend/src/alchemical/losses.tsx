/** How the error fell while couplings were learned: each fold and the third part, or model by model. */

import { useState } from "preact/hooks";
import { Axes, extent, linearAxis, logAxis, type Plot, widthOfTicks } from "../chart/axes";
import { Chart } from "../chart/chart";
import { Switch } from "../chart/controls";
import { type Drawing, textWidth } from "../chart/drawing";
import type { ElementMap } from "./maps";

interface Line {
  readonly label: string;
  readonly values: readonly (number | null)[];
  readonly color: number;
  readonly dashed: boolean;
}

export function Losses({ map, all, name }: { readonly map: ElementMap; readonly all: readonly ElementMap[]; readonly name: string }) {
  const learned = all.filter((one) => one.history.length > 0);
  const [what, setWhat] = useState<"one" | "all">("one");
  if (map.history.length === 0 && learned.length === 0) return null;
  const together = (what === "all" && learned.length > 1) || map.history.length === 0;
  const lines = together ? learned.map((one, k) => ({ label: one.model, values: column(one, "loss"), color: k, dashed: false })) : linesOf(map);
  const best = together ? null : map.best_step;
  return (
    <Chart
      name={`${name}-losses`}
      title="Course of learning"
      about={`Errors by step, in units of the spread of the values: ${lines.map((line) => line.label).join(", ")}`}
      aspect={0.62}
      controls={learned.length > 1 && map.history.length > 0 && (
        <Switch label="Lines" value={what} options={[["one", "each fold"], ["all", "all models"]]} onChange={setWhat} />
      )}
      draw={(drawing) => <Lines lines={lines} best={best} drawing={drawing} />}
      table={() => ({
        columns: ["step", ...lines.map((line) => line.label)],
        rows: Array.from({ length: Math.max(...lines.map((line) => line.values.length)) }, (_, step) => [step, ...lines.map((line) => line.values[step] ?? null)]),
      })}
      footer={<p class="hint">{together ? "Loss of the model at its largest training size, first split." : `Folds: the loss that is made small; third part: mean absolute error. ${best === null ? "" : `The couplings of step ${best} were kept.`}`}</p>}
    />
  );
}

function column(map: ElementMap, name: string): readonly (number | null)[] {
  const k = map.history_columns.indexOf(name);
  return map.history.map((row) => row[k] ?? null);
}

function linesOf(map: ElementMap): readonly Line[] {
  const folds = map.history_columns.filter((name) => name.startsWith("fold_"));
  const third = column(map, "third_mae");
  const parts = folds.map((name, k) => ({ label: name.replace("_", " "), values: column(map, name), color: k, dashed: false }));
  if (third.every((value) => value === null)) return parts;
  return [...parts, { label: "third part", values: third, color: folds.length, dashed: true }];
}

function Lines({ lines, best, drawing }: { readonly lines: readonly Line[]; readonly best: number | null; readonly drawing: Drawing }) {
  const { width, height, font, theme } = drawing;
  const values = lines.flatMap((line) => line.values.filter((value): value is number => value !== null && value > 0));
  const steps = Math.max(1, ...lines.map((line) => line.values.length - 1));
  const bottom = height - font * 3.2;
  const y = logAxis(extent(values, 0.05, true), [bottom, font * 2], "error in spreads of the values", { spacing: font * 1.8 });
  const room = Math.max(...lines.map((line) => textWidth(line.label, font))) + font;
  const plot: Plot = { left: widthOfTicks(y, font), right: width - Math.min(room, width * 0.35), top: font * 2, bottom };
  const x = linearAxis([0, steps], [plot.left, plot.right], "step", font * 5);
  const ends = spread(lines.map((line) => lastOf(line, y.scale)), font * 1.15);
  return (
    <g>
      <Axes plot={plot} x={x} y={y} drawing={drawing} />
      {best !== null && <line x1={x.scale(best)} x2={x.scale(best)} y1={plot.top} y2={plot.bottom} stroke={theme.faint} stroke-dasharray="2 3" />}
      {lines.map((line, k) => (
        <g key={line.label}>
          <path d={pathOf(line, x.scale, y.scale)} fill="none" stroke={theme.series[line.color % theme.series.length]} stroke-width={1.6} stroke-dasharray={line.dashed ? "5 3" : undefined} />
          <text x={plot.right + font * 0.4} y={ends[k]} dy="0.35em" font-size={font} fill={theme.series[line.color % theme.series.length]}>{line.label}</text>
        </g>
      ))}
    </g>
  );
}

function pathOf({ values }: Line, x: (value: number) => number, y: (value: number) => number): string {
  let pen = "M";
  return values.map((value, step) => {
    if (value === null || value <= 0) { pen = "M"; return ""; }
    const drawn = `${pen}${x(step).toFixed(1)},${y(value).toFixed(1)}`;
    pen = "L";
    return drawn;
  }).join("");
}

function lastOf({ values }: Line, y: (value: number) => number): number {
  const last = [...values].reverse().find((value) => value !== null && value > 0);
  return last === undefined || last === null ? 0 : y(last);
}

/** Moves labels apart until each has its room. */
function spread(places: readonly number[], room: number): readonly number[] {
  const order = places.map((_, k) => k).sort((a, b) => places[a]! - places[b]!);
  const moved = [...places];
  order.forEach((k, rank) => {
    if (rank > 0) moved[k] = Math.max(moved[k]!, moved[order[rank - 1]!]! + room);
  });
  return moved;
}
