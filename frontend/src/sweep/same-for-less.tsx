/** The same quality in less time: for each of the best runs, the cheapest that is as good. */

import { useMemo, useState } from "preact/hooks";
import { DownloadMenu } from "../chart/chart";
import { Choice } from "../chart/controls";
import { digits } from "../words";
import { valueOf } from "./axis-spec";
import { countedRows } from "./factors";
import { type Cheaper, cheaperRuns } from "./front";
import { useCost } from "./pareto";
import { cellOf } from "./runs-table";
import { isVaried, toggleCompared, useDesk, useQuantity, useShown, useSweep } from "./state";
import type { Quantity, Sweep } from "./sweep";
import { tableDownloads } from "./table-drawing";

const TOLERANCES = [0, 0.02, 0.05, 0.1, 0.2] as const;

export function SameForLess() {
  const sweep = useSweep();
  const { focus } = useShown();
  const metric = useQuantity((state) => state.metric);
  const cost = useCost(metric);
  const rows = useMemo(() => (cost === undefined ? new Int32Array() : countedRows(sweep, focus, metric).filter((row) => Number.isFinite(cost.values[row]!))), [sweep, focus, metric, cost]);
  return cost === undefined ? null : <Instead sweep={sweep} rows={rows} cost={cost} metric={metric} />;
}

interface InsteadProps {
  readonly sweep: Sweep;
  readonly rows: Int32Array;
  readonly cost: Quantity;
  readonly metric: Quantity;
}

function Instead({ sweep, rows, cost, metric }: InsteadProps) {
  const desk = useDesk();
  const [tolerance, setTolerance] = useState(0.05);
  const found = useMemo(() => cheaperRuns(rows, cost, metric, tolerance, 8), [rows, cost, metric, tolerance]);
  const varied = useMemo(() => sweep.settings.filter(isVaried), [sweep]);
  const number = (row: number) => sweep.runs.number[row]!;
  const differs = ({ row, instead }: Cheaper) =>
    varied.filter(({ values }) => values[row] !== values[instead] && !(Number.isNaN(values[row]!) && Number.isNaN(values[instead]!)));
  const show = (one: Cheaper) => [one.instead, one.row].forEach((row) => {
    if (!desk.store.get().compared.includes(number(row))) toggleCompared(desk, number(row));
  });
  return (
    <section class="panel same-for-less" aria-label="Same quality for less" data-chart="same-quality">
      <header class="panel-head">
        <h3>Same quality in less {cost.unit === "s" ? "time" : cost.label}</h3>
        <div class="controls">
          <Choice label="Same within" value={String(tolerance)} options={TOLERANCES.map((one) => [String(one), one === 0 ? "nothing" : `${100 * one} %`])} onChange={(value) => setTolerance(Number(value))} />
        </div>
        <DownloadMenu kinds={tableDownloads("same-quality", () => ({
          columns: ["run", metric.name, cost.name, "instead", `${metric.name}_instead`, `${cost.name}_instead`, "times_less", "what_differs"],
          rows: found.map((one) => [
            number(one.row), cellOf(metric, one.row), cellOf(cost, one.row), number(one.instead), cellOf(metric, one.instead), cellOf(cost, one.instead), one.factor,
            differs(one).map((setting) => `${setting.name} ${valueOf(setting, one.row)} -> ${valueOf(setting, one.instead)}`).join("; "),
          ]),
        }))} />
      </header>
      <div class="scrolling" tabIndex={0} role="region" aria-label="Table of cheaper runs">
        <table>
          <thead><tr><th>Run</th><th>{metric.label}</th><th>{cost.label}</th><th>Instead</th><th>{metric.label}</th><th>{cost.label}</th><th>Less</th><th class="text long">What differs</th></tr></thead>
          <tbody>
            {found.map((one) => (
              <tr key={one.row} class="clickable" onClick={() => show(one)} onPointerEnter={() => desk.store.set({ hovered: one.instead })} onPointerLeave={() => desk.store.set({ hovered: null })}>
                <td><button type="button" class="row-button" aria-label={`Compare run ${number(one.row)} with run ${number(one.instead)}`}>{number(one.row)}</button></td>
                <td>{valueOf(metric, one.row)}</td><td>{valueOf(cost, one.row)}</td>
                <td><b>{number(one.instead)}</b></td><td>{valueOf(metric, one.instead)}</td><td>{valueOf(cost, one.instead)}</td>
                <td><b>{digits(one.factor, 2)} ×</b></td>
                <td class="text long">{differs(one).map((setting) => `${setting.label} ${valueOf(setting, one.row)} → ${valueOf(setting, one.instead)}`).join(", ")}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {found.length === 0 && <p class="empty">{rows.length === 0 ? "No run has finished." : "The best runs are already the cheapest of their quality."}</p>}
      <p class="hint">The best runs, best first, each with the cheapest run whose {metric.label} is the same{tolerance === 0 ? " or better" : ` within ${100 * tolerance} %`}. One seed decides little: look at the spread before trusting a small difference.</p>
    </section>
  );
}

