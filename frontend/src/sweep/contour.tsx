/** A metric over two settings: a smoothed surface, lines of equal height, and the runs themselves. */

import { useMemo, useState } from "preact/hooks";
import { Chip, Choice } from "../chart/controls";
import type { Placed } from "../chart/points";
import { valueOf, specOf } from "./axis-spec";
import { coloringOf, ramp } from "./coloring";
import { countedRows } from "./factors";
import { LinkedPoints } from "./linked";
import { cellOf } from "./runs-table";
import { pointsOf } from "./setting-scatter";
import { type AxisSpec } from "./axis-spec";
import { isoline, type Surface, surfaceOf } from "./surface";
import { isLog, isVaried, turnLog, useDesk, useLog, useQuantity, useShown, useSweep } from "./state";
import type { Quantity } from "./sweep";

const [COLUMNS, ROWS] = [56, 44];
const LINES = 7;

export function ContourPanel() {
  const sweep = useSweep();
  const settings = sweep.settings.filter(isVaried);
  const numbers = settings.filter((one) => one.kind === "number");
  const [keys, setKeys] = useState<readonly [string, string]>(["", ""]);
  const offered = [...numbers, ...settings.filter((one) => one.kind === "category")];
  const x = offered.find((one) => one.key === keys[0]) ?? offered[0];
  const y = offered.find((one) => one.key === keys[1] && one !== x) ?? offered.find((one) => one !== x);
  if (x === undefined || y === undefined) return null;
  return <Contour x={x} y={y} settings={offered} choose={setKeys} />;
}

interface ContourProps {
  readonly x: Quantity;
  readonly y: Quantity;
  readonly settings: readonly Quantity[];
  readonly choose: (keys: readonly [string, string]) => void;
}

function Contour({ x, y, settings, choose }: ContourProps) {
  const desk = useDesk();
  const sweep = useSweep();
  const shown = useShown();
  const metric = useQuantity((state) => state.metric);
  const [logX, logY, logZ] = [useLog(x), useLog(y), useLog(metric)];
  const [surfaceShown, showSurface] = useState(true);
  // Height is what colors mean here, whatever colors mean elsewhere.
  const coloring = useMemo(() => coloringOf(sweep, metric, isLog(desk.store.get(), metric)), [sweep, metric, logZ]);
  const points = useMemo(() => pointsOf([...shown.faded, ...shown.focus], x, y, logX, logY), [shown, x, y, logX, logY]);
  const specs = useMemo(() => [specOf(x, logX, points.rows, 0.08), specOf(y, logY, points.rows, 0.08)] as const, [points, x, y, logX, logY]);
  const counted = useMemo(() => countedRows(sweep, shown.focus, metric), [sweep, shown, metric]);
  const surface = useMemo(() => fitted(counted, x, y, metric, specs, logZ), [counted, x, y, metric, specs, logZ]);
  return (
    <LinkedPoints
      name={`contour-${x.name}-${y.name}`} title={`${metric.label} over ${x.label} and ${y.label}`} aspect={0.7}
      points={points} x={specs[0]} y={specs[1]} keys={[x.key, y.key]} coloring={coloring} jitter={x.kind === "category" || specs[0].favorites.length > 0}
      about={`${metric.label} as color over ${x.label} and ${y.label}, smoothed over ${counted.length} finished runs. ${lowest(surface, sweep.runs.number, counted, metric)}`}
      controls={
        <>
          <Choice label="x" value={x.key} options={settings.map((one) => [one.key, one.label])} onChange={(key) => choose([key, key === y.key ? x.key : y.key])} />
          <Choice label="y" value={y.key} options={settings.map((one) => [one.key, one.label])} onChange={(key) => choose([key === x.key ? y.key : x.key, key])} />
          <Chip pressed={logZ} onClick={() => turnLog(desk, metric)}>log {metric.label}</Chip>
          <Chip pressed={surfaceShown} onClick={() => showSurface(!surfaceShown)}>surface</Chip>
        </>
      }
      under={(placed) => surfaceShown && surface !== null ? <Painted surface={surface} specs={specs} placed={placed} coloring={coloring} logZ={logZ} /> : null}
      footer={<p class="hint">Surface: mean of the runs near by, {logZ ? "of logarithms, " : ""}blank where there are none. Color: {metric.label}, {valueText(coloring.domain[0])} … {valueText(coloring.domain[1])}.</p>}
      table={() => ({
        columns: ["number", x.name, y.name, metric.name],
        rows: Array.from(counted, (row) => [sweep.runs.number[row]!, cellOf(x, row), cellOf(y, row), cellOf(metric, row)]),
      })}
    />
  );
}

function valueText(value: number): string {
  return String(Number(value.toPrecision(3)));
}

function lowest(surface: Surface | null, numbers: ArrayLike<number>, rows: Int32Array, metric: Quantity): string {
  if (surface === null || rows.length === 0) return "";
  const best = rows.reduce((a, b) => (metric.values[a]! <= metric.values[b]! ? a : b));
  return `Least at run ${numbers[best]}: ${valueOf(metric, best)}.`;
}

/** Places as shares of an axis. */
function shareOn({ domain, log }: AxisSpec): (value: number) => number {
  const place = log ? Math.log : (value: number) => value;
  const [low, high] = [place(domain[0]), place(domain[1])];
  return (value) => Math.min(1, Math.max(0, (place(value) - low) / (high - low)));
}

function fitted(rows: Int32Array, x: Quantity, y: Quantity, metric: Quantity, specs: readonly [AxisSpec, AxisSpec], log: boolean): Surface | null {
  const usable = Array.from(rows).filter((row) => Number.isFinite(x.values[row]!) && Number.isFinite(y.values[row]!) && (!log || metric.values[row]! > 0));
  if (usable.length < 5) return null;
  const [across, up] = [shareOn(specs[0]), shareOn(specs[1])];
  return surfaceOf(
    usable.map((row) => across(x.values[row]!)), usable.map((row) => up(y.values[row]!)),
    usable.map((row) => (log ? Math.log(metric.values[row]!) : metric.values[row]!)), COLUMNS, ROWS,
  );
}

interface PaintedProps {
  readonly surface: Surface;
  readonly specs: readonly [AxisSpec, AxisSpec];
  readonly placed: Placed;
  readonly coloring: ReturnType<typeof coloringOf>;
  readonly logZ: boolean;
}

/** Cells of color in few shapes: cells of one color in a row are one. */
function Painted({ surface, placed: { plot, drawing }, coloring, logZ }: PaintedProps) {
  const { columns, rows, heights } = surface;
  const colors = ramp(drawing.theme);
  const [wide, tall] = [(plot.right - plot.left) / columns, (plot.bottom - plot.top) / rows];
  const [low, high] = coloring.domain.map((value) => (logZ ? Math.log(value) : value)) as [number, number];
  const levelOf = (height: number) => Math.round(Math.min(1, Math.max(0, (height - low) / (high - low || 1))) * (colors.length - 1));
  const paths = new Map<number, string>();
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; ) {
      const height = heights[r * columns + c]!;
      if (Number.isNaN(height)) { c++; continue; }
      const level = levelOf(height);
      let end = c + 1;
      while (end < columns && levelOf(heights[r * columns + end]!) === level) end++;
      const top = plot.bottom - (r + 1) * tall;
      paths.set(level, `${paths.get(level) ?? ""}M${(plot.left + c * wide).toFixed(1)},${top.toFixed(1)}h${((end - c) * wide + 0.3).toFixed(1)}v${(tall + 0.3).toFixed(1)}h${(-(end - c) * wide - 0.3).toFixed(1)}Z`);
      c = end;
    }
  }
  const levels = Array.from({ length: LINES }, (_, i) => low + ((i + 0.5) / LINES) * (high - low));
  return (
    <g pointer-events="none">
      <g opacity={0.42} shape-rendering="crispEdges">{[...paths].map(([level, path]) => <path key={level} d={path} fill={colors[level]!} />)}</g>
      <g stroke={drawing.theme.ink} stroke-opacity={0.4} fill="none">
        {levels.map((level, i) => (
          <path key={i} d={isoline(surface, level).map(([x0, y0, x1, y1]) => `M${(plot.left + x0 * wide).toFixed(1)},${(plot.bottom - y0 * tall).toFixed(1)}L${(plot.left + x1 * wide).toFixed(1)},${(plot.bottom - y1 * tall).toFixed(1)}`).join("")} />
        ))}
      </g>
    </g>
  );
}
