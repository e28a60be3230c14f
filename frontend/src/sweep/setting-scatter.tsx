/** A metric against one setting: runs, means of groups, their spread, and a line with all its numbers. */

import { useMemo, useState } from "preact/hooks";
import { Chip, Choice } from "../chart/controls";
import type { Placed } from "../chart/points";
import { deviation, mean } from "../statistics";
import { count, digits, withDeviation } from "../words";
import { choicesOf, specOf } from "./axis-spec";
import { useColoring } from "./coloring";
import { countedRows } from "./factors";
import { LinkedPoints, type RunPoints } from "./linked";
import { cellOf } from "./runs-table";
import { type Line, lineThrough } from "./statistics/regression";
import { isVaried, turnLog, useDesk, useLog, useQuantity, useShown, useSweep } from "./state";
import type { Quantity } from "./sweep";

interface GroupMean {
  readonly at: number;
  readonly mean: number;
  readonly deviation: number | null;
  readonly n: number;
}

export function SettingScatter() {
  const desk = useDesk();
  const sweep = useSweep();
  const shown = useShown();
  const coloring = useColoring();
  const setting = useQuantity((state) => state.setting);
  const metric = useQuantity((state) => state.metric);
  const [logX, logY] = [useLog(setting), useLog(metric)];
  const [parts, setParts] = useState({ means: true, line: true });
  const points = useMemo(() => pointsOf([...shown.faded, ...shown.focus], setting, metric, logX, logY), [shown, setting, metric, logX, logY]);
  const counted = useMemo(() => countedRows(sweep, shown.focus, metric).filter((row) => !Number.isNaN(setting.values[row]!)), [sweep, shown, setting, metric]);
  const specs = useMemo(() => [specOf(setting, logX, points.rows), specOf(metric, logY, points.rows)] as const, [points, setting, metric, logX, logY]);
  const groups = useMemo(() => groupsOf(counted, setting, metric), [counted, setting, metric]);
  const line = useMemo(() => lineOf(counted, setting, metric, logX, logY), [counted, setting, metric, logX, logY]);
  const text = line === null ? "" : lineText(line, setting, metric, logX, logY);
  return (
    <LinkedPoints
      name={`${metric.name}-against-${setting.name}`} title={`${metric.label} against ${setting.label}`} aspect={0.62}
      about={`${metric.label} against ${setting.label}, ${points.rows.length} runs. ${text}`}
      points={points} x={specs[0]} y={specs[1]} keys={[setting.key, metric.key]} coloring={coloring}
      jitter={setting.kind === "category" || groups.length > 0}
      controls={
        <>
          <Choice label="Setting" value={setting.key} options={sweep.settings.filter(isVaried).map((one) => [one.key, one.label])} onChange={(key) => desk.store.set({ setting: key })} />
          {setting.kind === "number" && <Chip pressed={logX} onClick={() => turnLog(desk, setting)}>log x</Chip>}
          <Chip pressed={logY} onClick={() => turnLog(desk, metric)}>log y</Chip>
          <Chip pressed={parts.means} onClick={() => setParts({ ...parts, means: !parts.means })}>means</Chip>
          {setting.kind === "number" && <Chip pressed={parts.line} onClick={() => setParts({ ...parts, line: !parts.line })}>line</Chip>}
        </>
      }
      guides={(placed) => (
        <>
          {parts.line && line !== null && <FittedLine line={line} placed={placed} logX={logX} logY={logY} />}
          {parts.means && <Means groups={groups} placed={placed} />}
        </>
      )}
      footer={
        <>
          {parts.line && line !== null && <p class="fit-line">{text}</p>}
          <p class="hint">
            {count(counted.length)} finished runs count.{groups.length > 0 && parts.means && " Bars: mean and standard deviation of each value."}
            {parts.line && line !== null && " Shaded: 95 % band of the line, if runs scatter evenly about it."} Hollow: runs that did not finish. Drag to narrow all panels, Shift to zoom.
          </p>
        </>
      }
      table={() => ({
        columns: ["number", "state", setting.name, metric.name, "group_mean", "group_std", "group_n"],
        rows: Array.from(points.rows).filter((row) => shown.part[row] === 2).map((row) => {
          const group = groups.find((one) => one.at === setting.values[row]);
          return [sweep.runs.number[row]!, cellOf(sweep.runs.state, row), cellOf(setting, row), cellOf(metric, row), group?.mean ?? null, group?.deviation ?? null, group?.n ?? null];
        }),
      })}
    />
  );
}

/** Runs that have a place on both axes. */
export function pointsOf(rows: readonly number[], x: Quantity, y: Quantity, logX: boolean, logY: boolean): RunPoints {
  const usable = (value: number, log: boolean) => Number.isFinite(value) && (!log || value > 0);
  const kept = Int32Array.from(rows.filter((row) => usable(x.values[row]!, logX) && usable(y.values[row]!, logY)));
  return { rows: kept, x: Float64Array.from(kept, (row) => x.values[row]!), y: Float64Array.from(kept, (row) => y.values[row]!) };
}

/** Means at each value, where there are few values. */
function groupsOf(rows: Int32Array, setting: Quantity, metric: Quantity): readonly GroupMean[] {
  const values = Array.from(rows, (row) => setting.values[row]!);
  const choices = setting.kind === "category" ? [...new Set(values)].sort((a, b) => a - b) : choicesOf(setting, values);
  return (choices ?? []).map((at) => {
    const own = Array.from(rows).filter((row) => setting.values[row] === at).map((row) => metric.values[row]!);
    return { at, mean: mean(own), deviation: deviation(own), n: own.length };
  });
}

function lineOf(rows: Int32Array, setting: Quantity, metric: Quantity, logX: boolean, logY: boolean): Line | null {
  if (setting.kind === "category") return null;
  const usable = Array.from(rows).filter((row) => (!logX || setting.values[row]! > 0) && (!logY || metric.values[row]! > 0));
  const on = (value: number, log: boolean) => (log ? Math.log10(value) : value);
  return lineThrough(usable.map((row) => on(setting.values[row]!, logX)), usable.map((row) => on(metric.values[row]!, logY)));
}

/** `slope −0.031 eV per decade of learning rate, …`: what the line says, and how sure that is. */
export function lineText(line: Line, setting: Quantity, metric: Quantity, logX: boolean, logY: boolean): string {
  const perX = logX ? `decade of ${setting.label}` : setting.unit === "" ? `unit of ${setting.label}` : setting.unit;
  const unit = logY ? `decades of ${metric.label}` : metric.unit === "" ? `in ${metric.label}` : metric.unit;
  const chance = line.p < 1e-4 ? "p < 0.0001" : `p = ${digits(line.p, 2)}`;
  return `slope ${withDeviation(line.slope, line.slopeError)} ${unit} per ${perX}, intercept ${digits(line.intercept)}, r = ${digits(line.r, 2)}, R² = ${digits(line.r2, 2)}, ${chance}, n = ${count(line.n)}`;
}

interface FittedLineProps {
  readonly line: Line;
  readonly placed: Placed;
  readonly logX: boolean;
  readonly logY: boolean;
}

const STEPS = 40;

function FittedLine({ line, placed: { x, y, plot, drawing }, logX, logY }: FittedLineProps) {
  const { theme } = drawing;
  const id = `fit-${Math.round(plot.left)}-${Math.round(plot.bottom)}`;
  const at = (share: number, side: -1 | 0 | 1): string => {
    const px = plot.left + share * (plot.right - plot.left);
    const value = logX ? Math.log10(x.scale.invert(px)) : x.scale.invert(px);
    const height = line.intercept + line.slope * value + side * line.band(value);
    const py = y.scale(logY ? 10 ** height : height);
    return `${px.toFixed(1)},${Math.min(1e5, Math.max(-1e5, Number.isFinite(py) ? py : 1e5)).toFixed(1)}`;
  };
  const shares = Array.from({ length: STEPS + 1 }, (_, i) => i / STEPS);
  const band = [...shares.map((share) => at(share, -1)), ...shares.reverse().map((share) => at(share, 1))];
  return (
    <g pointer-events="none">
      <clipPath id={id}><rect x={plot.left} y={plot.top} width={plot.right - plot.left} height={plot.bottom - plot.top} /></clipPath>
      <g clip-path={`url(#${id})`}>
        <path d={`M${band.join("L")}Z`} fill={theme.ink} fill-opacity={0.08} />
        <path d={`M${shares.map((share) => at(share, 0)).join("L")}`} stroke={theme.ink} stroke-width={1.75} stroke-dasharray="6 4" fill="none" class="regression" />
      </g>
    </g>
  );
}

function Means({ groups, placed: { x, y, plot, drawing } }: { readonly groups: readonly GroupMean[]; readonly placed: Placed }) {
  const { theme, font } = drawing;
  const inside = (at: number) => Math.min(plot.bottom, Math.max(plot.top, Number.isFinite(at) ? at : plot.bottom));
  const wide = font * 0.9;
  return (
    <g stroke={theme.ink} fill="none" pointer-events="none">
      {groups.map((group) => {
        const px = x.scale(group.at);
        if (px < plot.left - 1 || px > plot.right + 1) return null;
        const spread = group.deviation === null ? null : [group.mean - group.deviation, group.mean + group.deviation].map((value) => inside(y.scale(value)));
        return (
          <g key={group.at} class="group-mean">
            <title>{`mean ${withDeviation(group.mean, group.deviation)}, ${group.n} runs`}</title>
            {spread && <path d={`M${px},${spread[0]!}V${spread[1]!}m${-wide / 3},0h${(2 * wide) / 3}M${px - wide / 3},${spread[0]!}h${(2 * wide) / 3}`} stroke={theme.paper} stroke-width={4} stroke-opacity={0.8} />}
            <path d={`M${px - wide},${inside(y.scale(group.mean))}h${2 * wide}`} stroke={theme.paper} stroke-width={5.5} stroke-opacity={0.8} />
            {spread && <path d={`M${px},${spread[0]!}V${spread[1]!}m${-wide / 3},0h${(2 * wide) / 3}M${px - wide / 3},${spread[0]!}h${(2 * wide) / 3}`} stroke-width={1.25} />}
            <path d={`M${px - wide},${inside(y.scale(group.mean))}h${2 * wide}`} stroke-width={2.75} />
          </g>
        );
      })}
    </g>
  );
}

