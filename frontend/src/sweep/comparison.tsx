/** Chosen runs side by side: what differs, their curves, their predictions. */

import { useContext, useEffect, useMemo, useState } from "preact/hooks";
import { DownloadMenu } from "../chart/chart";
import { Chip, Choice } from "../chart/controls";
import { ThemeContext } from "../chart/drawing";
import { plain } from "../words";
import { valueOf } from "./axis-spec";
import { CurveChart } from "./curve-chart";
import { curveLines, metricsOf } from "./curve-data";
import { MOST_COMPARED, toggleCompared, useDesk, useSweep, useSweepState } from "./state";
import { ParityPlots } from "./parity-plots";
import { cellOf } from "./runs-table";
import type { Prediction, Quantity, Sweep } from "./sweep";
import { tableDownloads } from "./table-drawing";

export function Comparison() {
  const sweep = useSweep();
  const compared = useSweepState((state) => state.compared);
  const rows = compared.flatMap((number) => sweep.runs.rowOf.get(number) ?? []);
  const predictions = usePredictions(sweep, compared);
  return (
    <div class="grid">
      <SideBySide sweep={sweep} rows={rows} />
      {rows.length > 0 && <ComparedCurves sweep={sweep} rows={rows} />}
      {rows.length > 0 && <ParityPlots predictions={predictions} rows={rows} />}
    </div>
  );
}

/** Predictions that came with the page, and those that a server can still tell. */
function usePredictions(sweep: Sweep, numbers: readonly number[]): readonly Prediction[] {
  const { service } = useDesk().keeper;
  const [fetched, setFetched] = useState<readonly Prediction[]>([]);
  const known = [...sweep.predictions, ...fetched];
  const wanted = numbers.filter((number) => !known.some((one) => one.number === number));
  useEffect(() => {
    if (service === undefined) return;
    for (const number of wanted) void service.predictions(number).then((one) => one !== null && setFetched((old) => [...old, one]), () => undefined);
  }, [wanted.join(" ")]);
  return numbers.flatMap((number) => known.find((one) => one.number === number) ?? []);
}

interface Props {
  readonly sweep: Sweep;
  readonly rows: readonly number[];
}

function SideBySide({ sweep, rows }: Props) {
  const desk = useDesk();
  const theme = useContext(ThemeContext);
  const [all, showAll] = useState(false);
  const differing = sweep.settings.filter((one) => differs(one, rows));
  const settings = all ? sweep.settings : differing;
  const metrics = sweep.metrics.filter((one) => rows.some((row) => !Number.isNaN(one.values[row]!)));
  const others = [sweep.runs.state, sweep.quantities.get("seed")!];
  const line = (one: Quantity) => (
    <tr key={one.key}>
      <th scope="row" class="text">{one.label}{one.unit !== "" && one.unit !== "s" && <small> {one.unit}</small>}</th>
      {rows.map((row) => <td key={row} class={isBest(one, row, rows) ? "best-value" : undefined}>{valueOf(one, row, 4)}</td>)}
    </tr>
  );
  return (
    <section class="panel wide comparison" aria-label="Runs side by side" data-chart="comparison">
      <header class="panel-head">
        <h3>Side by side</h3>
        {rows.length > 0 && <div class="controls"><Chip pressed={!all} onClick={() => showAll(!all)}>only what differs</Chip></div>}
        {rows.length > 0 && (
          <DownloadMenu kinds={tableDownloads("comparison", () => ({
            columns: ["", ...rows.map((row) => `run ${sweep.runs.number[row]}`)],
            rows: [...settings, ...metrics, ...others].map((one) => [one.name, ...rows.map((row) => cellOf(one, row))]),
          }))} />
        )}
      </header>
      {rows.length === 0
        ? <p class="empty">Choose up to {MOST_COMPARED} runs by a click on a point, a line or a row of the table.</p>
        : (
          <div class="scrolling" tabIndex={0} role="region" aria-label="Table of chosen runs">
            <table>
              <thead>
                <tr>
                  <th class="text">Run</th>
                  {rows.map((row, i) => (
                    <th key={row} scope="col">
                      <button type="button" title="Take it away" aria-label={`Take run ${sweep.runs.number[row]} away`} onClick={() => toggleCompared(desk, sweep.runs.number[row]!)}>
                        <i class="run-dot" style={{ background: theme.series[i % theme.series.length]! }} />{sweep.runs.number[row]} <span aria-hidden="true">×</span>
                      </button>
                    </th>
                  ))}
                </tr>
              </thead>
              <tbody>
                {settings.map(line)}
                {settings.length === 0 && <tr><td class="text faint" colSpan={rows.length + 1}>{rows.length === 1 ? "One run: choose another to see what differs." : "No setting differs; only the seeds do."}</td></tr>}
                <tr class="divider"><td colSpan={rows.length + 1} /></tr>
                {metrics.map(line)}
                {others.map(line)}
                {rows.some((row) => sweep.runs.reasons.has(row)) && <tr><th scope="row" class="text">reason</th>{rows.map((row) => <td key={row} class="text">{sweep.runs.reasons.get(row) ?? ""}</td>)}</tr>}
              </tbody>
            </table>
          </div>
        )}
    </section>
  );
}

function differs({ values }: Quantity, rows: readonly number[]): boolean {
  return rows.some((row) => !Object.is(values[row]!, values[rows[0]!]!)) || rows.length === 1;
}

/** Metrics that are better when they are larger, whatever is asked for. */
const GROWING = /(?:^|_)(?:r2|accuracy|precision|recall|f1|auc)$/;

function isBest(one: Quantity, row: number, rows: readonly number[]): boolean {
  if (one.role !== "metric" || rows.length < 2 || one.name === "epochs") return false;
  const known = rows.map((other) => one.values[other]!).filter((value) => !Number.isNaN(value));
  const best = one.goal === "maximize" || GROWING.test(one.name) ? Math.max(...known) : Math.min(...known);
  return one.values[row] === best && known.some((value) => value !== best);
}

function ComparedCurves({ sweep, rows }: Props) {
  const theme = useContext(ThemeContext);
  const { curves } = sweep;
  const names = metricsOf(curves);
  const [metric, setMetric] = useState(() => names.find((name) => name === "val_loss") ?? names[0] ?? "");
  const [along, setAlong] = useState<"epoch" | "seconds">("seconds");
  const [log, setLog] = useState(true);
  const lines = useMemo(() => curveLines(sweep, along, metric, 0, rows), [sweep, rows.join(" "), along, metric]);
  const style = useMemo(() => ({ alpha: 1, color: (row: number) => theme.series[rows.indexOf(row) % theme.series.length]! }), [theme, rows.join(" ")]);
  if (lines.length === 0) return null;
  const canLog = lines.every(({ y }) => y.every((value) => value > 0));
  return (
    <CurveChart
      name="compared-curves" title="Their curves" aspect={0.62} lines={lines} faded={[]} style={style}
      labels={[along === "epoch" ? "epoch" : "time (s)", plain(metric)]} logs={[false, log && canLog]}
      about={`${plain(metric)} of runs ${rows.map((row) => sweep.runs.number[row]).join(", ")}.`}
      controls={
        <>
          <Choice label="Of" value={metric} options={names.map((name) => [name, plain(name)])} onChange={setMetric} />
          <Choice label="Along" value={along} options={[["seconds", "time"], ["epoch", "epoch"]]} onChange={(value) => setAlong(value as "epoch" | "seconds")} />
          <Chip pressed={log && canLog} onClick={() => setLog(!log)}>log y</Chip>
        </>
      }
      footer={<div class="legend color-legend">{rows.map((row, i) => <span key={row}><i style={{ background: theme.series[i % theme.series.length]! }} />run {sweep.runs.number[row]}</span>)}</div>}
      table={() => ({ columns: ["number", along, metric], rows: lines.flatMap((line) => Array.from(line.x, (x, i) => [sweep.runs.number[line.row]!, x, line.y[i]!])) })}
    />
  );
}
