/** What quality costs: the front that nothing beats in both, and the same quality in less time. */

import { useMemo } from "preact/hooks";
import { Chip, Choice } from "../chart/controls";
import type { Placed } from "../chart/points";
import { count } from "../words";
import { specOf } from "./axis-spec";
import { useColoring } from "./coloring";
import { countedRows } from "./factors";
import { frontOf } from "./front";
import { LinkedPoints } from "./linked";
import { cellOf } from "./runs-table";
import { pointsOf } from "./setting-scatter";
import { turnLog, useDesk, useLog, useQuantity, useShown, useSweep, useSweepState } from "./state";
import type { Quantity, Sweep } from "./sweep";

/** Metrics that say what a run takes. */
const COSTS = ["seconds", "cpu_seconds", "energy_per_structure", "peak_memory", "n_parameters"];

export function costsOf(sweep: Sweep): readonly Quantity[] {
  const known = COSTS.flatMap((name) => sweep.metrics.filter((one) => one.name === name));
  const others = sweep.objectives.slice(1).filter((one) => !known.includes(one));
  return [...known, ...others];
}

export function Pareto() {
  const sweep = useSweep();
  const shown = useShown();
  const metric = useQuantity((state) => state.metric);
  const costs = costsOf(sweep).filter((one) => one !== metric);
  const cost = useCost(metric);
  if (cost === undefined) return <section class="panel" aria-label="Cost and quality"><header class="panel-head"><h3>Cost and quality</h3></header><p class="empty">No run has told of its cost.</p></section>;
  return <ParetoOf sweep={sweep} shown={shown} metric={metric} cost={cost} costs={costs} />;
}

/** The cost that the reader has chosen, for all panels about costs. */
export function useCost(metric: Quantity | null): Quantity | undefined {
  const sweep = useSweep();
  const key = useSweepState((state) => state.cost);
  const costs = costsOf(sweep).filter((one) => one !== metric);
  return costs.find((one) => one.key === key) ?? costs[0];
}

interface ParetoOfProps {
  readonly sweep: Sweep;
  readonly shown: ReturnType<typeof useShown>;
  readonly metric: Quantity;
  readonly cost: Quantity;
  readonly costs: readonly Quantity[];
}

function ParetoOf({ sweep, shown, metric, cost, costs }: ParetoOfProps) {
  const desk = useDesk();
  const coloring = useColoring();
  const [logX, logY] = [useLog(cost), useLog(metric)];
  const points = useMemo(() => pointsOf([...shown.faded, ...shown.focus], cost, metric, logX, logY), [shown, cost, metric, logX, logY]);
  const specs = useMemo(() => [specOf(cost, logX, points.rows), specOf(metric, logY, points.rows)] as const, [points, cost, metric, logX, logY]);
  const counted = useMemo(() => countedRows(sweep, shown.focus, metric).filter((row) => Number.isFinite(cost.values[row]!)), [sweep, shown, metric, cost]);
  const front = useMemo(() => frontOf(counted, cost, metric), [counted, cost, metric]);
  return (
    <LinkedPoints
        name="pareto" title="Cost and quality" aspect={0.62} points={points} x={specs[0]} y={specs[1]} keys={[cost.key, metric.key]} coloring={coloring}
        about={`${metric.label} against ${cost.label}. Not beaten in both: ${front.slice(0, 12).map((row) => `run ${sweep.runs.number[row]}`).join(", ")}.`}
        controls={
          <>
            <Choice label="Cost" value={cost.key} options={costs.map((one) => [one.key, one.label])} onChange={(key) => desk.store.set({ cost: key })} />
            <Chip pressed={logX} onClick={() => turnLog(desk, cost)}>log x</Chip>
            <Chip pressed={logY} onClick={() => turnLog(desk, metric)}>log y</Chip>
          </>
        }
        guides={(placed) => <Front front={front} cost={cost} metric={metric} placed={placed} />}
        footer={<p class="hint">Dotted: the Pareto front of {count(front.length)} runs; nothing is both cheaper and better.</p>}
        table={() => ({
          columns: ["number", cost.name, metric.name, "on_front"],
          rows: Array.from(counted, (row) => [sweep.runs.number[row]!, cellOf(cost, row), cellOf(metric, row), front.includes(row) ? "yes" : "no"]),
        })}
    />
  );
}

function Front({ front, cost, metric, placed: { x, y, plot, drawing } }: { readonly front: readonly number[]; readonly cost: Quantity; readonly metric: Quantity; readonly placed: Placed }) {
  if (front.length === 0) return null;
  const place = (row: number) => [x.scale(cost.values[row]!), y.scale(metric.values[row]!)] as const;
  const inside = (value: number, low: number, high: number) => Math.min(high, Math.max(low, value));
  const steps = front.map((row, i) => {
    const [px, py] = place(row);
    const [ax, ay] = [inside(px, plot.left, plot.right), inside(py, plot.top, plot.bottom)];
    return `${i === 0 ? `M${ax},${metric.goal === "maximize" ? plot.bottom : plot.top}` : `H${ax.toFixed(1)}`}V${ay.toFixed(1)}`;
  });
  return <path d={`${steps.join("")}H${plot.right}`} fill="none" stroke={drawing.theme.ink} stroke-opacity={0.7} stroke-width={1.5} stroke-dasharray="2 4" stroke-linecap="round" class="pareto" pointer-events="none" />;
}
