/** How the best value came about, run after run. */

import { useMemo, useState } from "preact/hooks";
import { Chip, Switch } from "../chart/controls";
import type { Placed } from "../chart/points";
import { specOf } from "./axis-spec";
import { useColoring } from "./coloring";
import { countedRows } from "./factors";
import { frontOf } from "./front";
import { LinkedPoints } from "./linked";
import { cellOf } from "./runs-table";
import { pointsOf } from "./setting-scatter";
import { turnLog, useDesk, useLog, useQuantity, useShown, useSweep } from "./state";
import type { Quantity } from "./sweep";

export function History() {
  const desk = useDesk();
  const sweep = useSweep();
  const shown = useShown();
  const coloring = useColoring();
  const metric = useQuantity((state) => state.metric);
  const [along, setAlong] = useState<"number" | "ended">("number");
  const time = sweep.quantities.get(along)!;
  const logY = useLog(metric);
  const points = useMemo(() => pointsOf([...shown.faded, ...shown.focus], time, metric, false, logY), [shown, time, metric, logY]);
  const specs = useMemo(() => [{ ...specOf(time, false, points.rows), print: null }, specOf(metric, logY, points.rows)] as const, [points, time, metric, logY]);
  // A run costs the time that has passed when it is there.
  const best = useMemo(() => frontOf(countedRows(sweep, shown.focus, metric), time, metric), [sweep, shown, time, metric]);
  const last = best[best.length - 1];
  return (
    <LinkedPoints
      name="history" title="History" aspect={0.55} points={points} x={specs[0]} y={specs[1]} keys={[time.key, metric.key]} coloring={coloring}
      about={`${metric.label} of each run by ${along === "number" ? "number" : "time"}. ${last === undefined ? "" : `Best so far: run ${sweep.runs.number[last]}, after ${best.length} improvements.`}`}
      controls={
        <>
          <Switch label="Along" value={along} options={[["number", "Number"], ["ended", "Time"]]} onChange={setAlong} />
          <Chip pressed={logY} onClick={() => turnLog(desk, metric)}>log y</Chip>
        </>
      }
      guides={(placed) => <Best rows={best} time={time} metric={metric} placed={placed} />}
      footer={<p class="hint">Line: the best finished run so far{last === undefined ? "" : `; run ${sweep.runs.number[last]} since ${along === "number" ? "its end" : "then"}`}.</p>}
      table={() => ({
        columns: ["number", "state", along === "number" ? "order" : "seconds_since_start", metric.name, "best_so_far"],
        rows: Array.from(points.rows).filter((row) => shown.part[row] === 2).sort((a, b) => time.values[a]! - time.values[b]!).map((row) => {
          const until = best.filter((other) => time.values[other]! <= time.values[row]!);
          return [sweep.runs.number[row]!, cellOf(sweep.runs.state, row), time.values[row]!, cellOf(metric, row), until.length === 0 ? null : cellOf(metric, until[until.length - 1]!)];
        }),
      })}
    />
  );
}

function Best({ rows, time, metric, placed: { x, y, plot, drawing } }: { readonly rows: readonly number[]; readonly time: Quantity; readonly metric: Quantity; readonly placed: Placed }) {
  if (rows.length === 0) return null;
  const inside = (value: number, low: number, high: number) => Math.min(high, Math.max(low, value));
  const steps = rows.map((row, i) => {
    const [px, py] = [inside(x.scale(time.values[row]!), plot.left, plot.right), inside(y.scale(metric.values[row]!), plot.top, plot.bottom)];
    return i === 0 ? `M${px.toFixed(1)},${py.toFixed(1)}` : `H${px.toFixed(1)}V${py.toFixed(1)}`;
  });
  return <path d={`${steps.join("")}H${plot.right}`} fill="none" stroke={drawing.theme.ink} stroke-width={1.75} class="best-line" pointer-events="none" />;
}
