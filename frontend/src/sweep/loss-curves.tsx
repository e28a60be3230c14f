/** Curves of training: run by run, or averaged over the runs that share a setting. */

import { useContext, useMemo, useState } from "preact/hooks";
import { Chip, Choice, Switch } from "../chart/controls";
import { ThemeContext } from "../chart/drawing";
import type { Placed } from "../chart/points";
import type { Theme } from "../theme";
import { count, labelled, plain } from "../words";
import { numberText } from "./axis-spec";
import { colorOf, rampAt, useColoring } from "./coloring";
import { CurveChart } from "./curve-chart";
import { type Along, ALONG, type Band, curveLines, type MeanCurve, meanCurves, metricsOf } from "./curve-data";
import { isVaried, useShown, useSweep } from "./state";
import type { Quantity } from "./sweep";

const ALONG_NAMES = { epoch: "Epoch", step: "Step", seconds: "Time" } as const;
const LABELS = { epoch: "epoch", step: "step", seconds: "time (s)" } as const;
/** More values than this make bins of about equally many runs. */
const MOST_GROUPS = 8;

export function LossCurves() {
  const sweep = useSweep();
  const shown = useShown();
  const coloring = useColoring();
  const { curves } = sweep;
  const names = metricsOf(curves);
  const [metric, setMetric] = useState(() => names.find((name) => name === "val_loss") ?? names[0] ?? "");
  const [along, setAlong] = useState<Along>("epoch");
  const [by, setBy] = useState("");
  const [band, setBand] = useState<Band>("std");
  const [smoothing, setSmoothing] = useState(0);
  const [logs, setLogs] = useState<readonly [boolean, boolean]>([false, true]);
  const all = useMemo(() => curveLines(sweep, along, metric, smoothing), [sweep, along, metric, smoothing]);
  const [lines, faded] = useMemo(() => [all.filter(({ row }) => shown.part[row] === 2), all.filter(({ row }) => shown.part[row] === 1)], [all, shown]);
  const canLog = useMemo(() => lines.every(({ y }) => y.every((value) => value > 0)), [lines]);
  const grouping = useMemo(() => (by === "" ? null : binned(sweep.quantities.get(by)!, shown.focus)), [by, sweep, shown]);
  const log: readonly [boolean, boolean] = [logs[0], logs[1] && canLog];
  const means = useMemo(() => (grouping === null ? [] : meanCurves(lines, grouping, band, log[1])), [lines, grouping, band, log[1]]);
  const style = useMemo(() => ({
    alpha: grouping !== null ? 0.08 : lines.length < 100 ? 0.75 : lines.length < 1000 ? 0.35 : 0.15,
    color: (row: number, { theme }: { theme: Theme }) => colorOf(coloring, paletteOf(coloring, theme), row, theme),
  }), [coloring, grouping, lines.length]);
  if (names.length === 0) return <NoCurves />;
  const unit = curves.units[curves.columns.indexOf(metric)] ?? "";
  return (
    <CurveChart
      name="curves" title="Learning over time" aspect={0.62} lines={lines} faded={grouping === null ? faded : []} style={style}
      labels={[LABELS[along], labelled(plain(metric), unit)]} logs={log}
      about={`${plain(metric)} over ${LABELS[along]} of ${lines.length} runs${grouping === null ? "" : `, averaged by ${grouping.label}`}.`}
      controls={
        <>
          <Choice label="Of" value={metric} options={names.map((name) => [name, plain(name)])} onChange={setMetric} />
          <Switch<Along> label="Along" value={along} options={ALONG.filter((name) => curves.columns.includes(name)).map((name) => [name, ALONG_NAMES[name]])} onChange={setAlong} />
          <Choice label="Mean by" value={by} options={[["", "no setting"], ...sweep.settings.filter(isVaried).map((one) => [one.key, one.label] as const)]} onChange={setBy} />
          {by !== "" && <Choice label="Band" value={band} options={[["std", "± std. dev."], ["middle", "middle half"], ["range", "all"]]} onChange={(value) => setBand(value as Band)} />}
          <Chip pressed={log[0]} onClick={() => setLogs([!logs[0], logs[1]])}>log x</Chip>
          <Chip pressed={log[1]} onClick={() => setLogs([logs[0], !logs[1]])}>log y</Chip>
          <label class="choice smoothing">
            <span>Smooth</span>
            <input type="range" min={0} max={0.98} step={0.02} value={smoothing} aria-label="Smoothing" aria-valuetext={smoothing === 0 ? "none" : String(smoothing)} onInput={(event) => setSmoothing(Number(event.currentTarget.value))} />
          </label>
        </>
      }
      over={(placed) => <MeanMarks means={means} placed={placed} grouping={grouping} />}
      footer={
        <>
          {grouping !== null && <MeanLegend means={means} grouping={grouping} />}
          <p class="hint">
            {count(lines.length)} runs{grouping !== null && `; means ${log[1] ? "of logarithms " : ""}over the runs that still go`}
            {smoothing > 0 && `; smoothed, each point counts ${smoothing} times the one before`}. Drag to zoom, double click for all.
          </p>
        </>
      }
      table={() => grouping === null
        ? { columns: ["number", along, metric], rows: lines.flatMap((line) => Array.from(line.x, (x, i) => [sweep.runs.number[line.row]!, x, line.y[i]!])) }
        : {
            columns: [grouping.name, along, `mean_${metric}`, "low", "high", "runs"],
            rows: means.flatMap((one) => Array.from(one.x, (x, i) => [numberText(grouping, one.value), x, one.mean[i]!, one.low[i]!, one.high[i]!, one.counts[i]!])),
          }}
    />
  );
}

function paletteOf(coloring: ReturnType<typeof useColoring>, theme: Theme): readonly string[] {
  let known = palettes.get(coloring);
  if (known?.theme !== theme) palettes.set(coloring, (known = { theme, colors: coloring.css(theme) }));
  return known.colors;
}

const palettes = new WeakMap<object, { readonly theme: Theme; readonly colors: readonly string[] }>();

function NoCurves() {
  return (
    <section class="panel" aria-label="Learning over time">
      <header class="panel-head"><h3>Learning over time</h3></header>
      <p class="empty">No run has told of its epochs.</p>
    </section>
  );
}

/** A setting with few values as it is; one with many as bins of equally many runs. */
export function binned(setting: Quantity, rows: Int32Array): Quantity {
  const sorted = Float64Array.from(rows, (row) => setting.values[row]!).filter(Number.isFinite).sort();
  const distinct = new Set(sorted).size;
  if (setting.kind === "category" || distinct <= MOST_GROUPS) return setting;
  const bins = 4;
  const edges = Array.from({ length: bins + 1 }, (_, i) => sorted[Math.round((i / bins) * (sorted.length - 1))]!);
  const binOf = (value: number) => {
    for (let bin = 0; bin < bins - 1; bin++) if (value < edges[bin + 1]!) return bin;
    return bins - 1;
  };
  return {
    ...setting, kind: "category",
    values: setting.values.map((value) => (Number.isNaN(value) ? NaN : binOf(value))),
    categories: Array.from({ length: bins }, (_, bin) => `${numberText(setting, edges[bin]!, 2)} … ${numberText(setting, edges[bin + 1]!, 2)}`),
  };
}

/** Texts get colors of their own, amounts steps of the ramp. */
function meanColor(grouping: Quantity, means: readonly MeanCurve[], i: number, theme: Theme): string {
  const ordered = grouping.kind === "number" || /…/.test(grouping.categories[0] ?? "");
  return ordered ? rampAt(theme, means.length > 1 ? i / (means.length - 1) : 0) : theme.series[means[i]!.value % theme.series.length]!;
}

interface MeanProps {
  readonly means: readonly MeanCurve[];
  readonly placed: Placed;
  readonly grouping: Quantity | null;
}

function MeanMarks({ means, placed, grouping }: MeanProps) {
  if (grouping === null) return null;
  const { theme, font } = placed.drawing;
  const points = (x: Float64Array, y: Float64Array) => Array.from(x, (value, i) => [placed.x.scale(value), placed.y.scale(y[i]!)] as const).filter(([a, b]) => Number.isFinite(a) && Number.isFinite(b));
  const text = (list: readonly (readonly [number, number])[]) => list.map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`).join("L");
  return (
    <g pointer-events="none">
      {means.map((one, i) => {
        const color = meanColor(grouping, means, i, theme);
        const outline = [...points(one.x, one.low), ...points(one.x, one.high).reverse()];
        return (
          <g key={one.value} class="mean-curve">
            {outline.length > 2 && <path d={`M${text(outline)}Z`} fill={color} fill-opacity={0.16} stroke="none" />}
            <path d={`M${text(points(one.x, one.mean))}`} stroke={color} stroke-width={font * 0.2} fill="none" />
          </g>
        );
      })}
    </g>
  );
}

function MeanLegend({ means, grouping }: { readonly means: readonly MeanCurve[]; readonly grouping: Quantity }) {
  const theme = useContext(ThemeContext);
  return (
    <div class="legend color-legend">
      <span>{grouping.label}</span>
      {means.map((one, i) => <span key={one.value}><i style={{ background: meanColor(grouping, means, i, theme) }} />{numberText(grouping, one.value)} <small>{one.n}</small></span>)}
    </div>
  );
}

