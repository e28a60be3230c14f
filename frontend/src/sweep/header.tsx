/** What was asked, how far it has come, the best run so far, and what a good adviser would say. */

import { useContext } from "preact/hooks";
import { ThemeContext } from "../chart/drawing";
import { dateOf } from "../report/header";
import { count, counted, plain, seconds } from "../words";
import { numberText, valueOf } from "./axis-spec";
import { byQuality, isVaried, quantity, toggleCompared, useDesk, useSweep, useSweepState } from "./state";
import type { Sweep } from "./sweep";

const STATUS = { running: "Running", finished: "Finished", stopped: "Stopped before the end" } as const;

export function SweepHeader() {
  const { study, runs } = useSweep();
  const live = useSweepState((state) => state.live);
  const tally = tallyOf(runs.state.categories, runs.state.values);
  return (
    <header class="masthead">
      <p class="kicker">
        <span class={`status status-${study.status === "stopped" ? "partial" : study.status}`}>{STATUS[study.status]}</span>
        <time dateTime={study.created}>{dateOf(study.created)}</time>
        {live === "live" && study.status === "running" && <span role="status">follows as it goes</span>}
        {live === "lost" && <span class="bad" role="status">The server does not answer; this is how it was last.</span>}
      </p>
      <h1>{study.name}</h1>
      {study.description && <p class="lead">{study.description}</p>}
      <p class="facts">
        {study.method} search · {counted(runs.count, "run")}
        {study.planned !== null && study.planned !== runs.count && <> of {count(study.planned)}</>}
        {tally.filter(([state]) => state !== "finished").map(([state, n]) => <span key={state} class={state === "failed" ? "bad" : undefined}> · {count(n)} {state}</span>)}
        {study.n_train !== null && <> · {counted(study.n_train, "training structure")} of {study.data}</>}
        {study.target !== "" && <> · {plain(study.target)}</>}
      </p>
      {study.status === "running" && study.planned !== null && (
        <progress class="sweep-progress" max={study.planned} value={runs.count - (tally.find(([state]) => state === "running")?.[1] ?? 0)} aria-label="Runs that have ended" />
      )}
      <Answers />
    </header>
  );
}

function tallyOf(states: readonly string[], values: Float64Array): readonly (readonly [string, number])[] {
  const counts = states.map(() => 0);
  for (const code of values) counts[code]!++;
  return states.map((state, code) => [state, counts[code]!] as const);
}

/** The best run by each objective, its settings, and how spread all are. */
function Answers() {
  const sweep = useSweep();
  const metric = useSweepState((state) => state.metric);
  const shown = sweep.objectives.length > 0 ? sweep.objectives : [quantity(sweep, metric)];
  return <div class="targets answers">{shown.slice(0, 3).map((one) => <Answer key={one.key} sweep={sweep} metric={one.key} />)}<Budget sweep={sweep} /></div>;
}

function Answer({ sweep, metric }: { readonly sweep: Sweep; readonly metric: string }) {
  const desk = useDesk();
  const chosen = useSweepState((state) => state.metric === metric);
  const one = quantity(sweep, metric);
  const finished = finishedRows(sweep);
  const order = byQuality(finished, one);
  const best = order[0];
  if (best === undefined) {
    return <div class="target-card"><span class="target-name">Best {one.label}</span><span class="target-detail">No run has ended yet</span></div>;
  }
  const middle = order[Math.floor(order.length / 2)]!;
  const varied = sweep.settings.filter((setting) => isVaried(setting) && !Number.isNaN(setting.values[best]!));
  const number = sweep.runs.number[best]!;
  return (
    <button
      type="button" class="target-card" aria-pressed={chosen} title="Let all panels show this metric, and put the best run beside others"
      onClick={() => {
        desk.store.set({ metric, color: metric });
        if (!desk.store.get().compared.includes(number)) toggleCompared(desk, number);
      }}
    >
      <span class="target-name">{one.goal === "maximize" ? "Largest" : "Least"} {one.label}</span>
      <span class="target-value">{valueOf(one, best)} <small>{one.unit === "s" ? "" : one.unit}</small></span>
      <span class="target-detail">run {number}{sweep.quantities.has("seconds") && metric !== "seconds" && `, ${valueOf(sweep.quantities.get("seconds")!, best)}`}; the median run has {valueOf(one, middle)}</span>
      <span class="target-detail faint">{varied.slice(0, 6).map((setting) => `${setting.label} ${valueOf(setting, best)}`).join(", ")}</span>
    </button>
  );
}

/** What all runs together have cost. */
function Budget({ sweep }: { readonly sweep: Sweep }) {
  const { started, ended, worker } = sweep.runs;
  const known = [...ended.keys()].filter((row) => Number.isFinite(ended[row]!));
  if (known.length === 0) return null;
  const first = started.reduce((least, time) => Math.min(least, time), Infinity);
  const last = known.reduce((most, row) => Math.max(most, ended[row]!), -Infinity);
  const spent = known.reduce((sum, row) => sum + ended[row]! - started[row]!, 0);
  const workers = worker.categories.length;
  return (
    <div class="target-card">
      <span class="target-name">Time of all runs</span>
      <span class="target-value">{seconds(spent)}</span>
      <span class="target-detail">in {seconds(last - first)} by {counted(Math.max(1, workers), "worker")}</span>
      <span class="target-detail faint">{numberText(sweep.runs.state, 0) === "" ? "" : `${seconds(spent / known.length)} for a run on average`}</span>
    </div>
  );
}

/** Rows that have come to their end. */
export function finishedRows({ runs }: Sweep): Int32Array {
  let rows = finished.get(runs);
  if (rows === undefined) {
    const code = runs.state.categories.indexOf("finished");
    finished.set(runs, (rows = Int32Array.from(runs.state.values.keys()).filter((row) => runs.state.values[row] === code)));
  }
  return rows;
}

const finished = new WeakMap<Sweep["runs"], Int32Array>();

const SEVERITIES = { note: "Note", warning: "Mind", error: "Wrong" } as const;

export function AdviceList() {
  const { advice } = useSweep();
  const theme = useContext(ThemeContext);
  if (advice.length === 0) return null;
  const color = { note: theme.accent, warning: theme.warning, error: theme.bad };
  return (
    <section class="panel advice" aria-label="Advice">
      <header class="panel-head"><h3>Before you conclude</h3></header>
      <ul>
        {advice.map((one) => (
          <li key={one.text}>
            <b style={{ color: color[one.severity] }}>{SEVERITIES[one.severity]}</b>
            <span>{one.text}{one.advice !== "" && <span class="faint"> {one.advice}</span>}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
