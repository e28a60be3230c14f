/** What was asked, and the short answer for each target. */

import { useContext } from "preact/hooks";
import { ThemeContext } from "../chart/drawing";
import { Swatch } from "../chart/marks";
import { count, counted, digits, plain, unitPer, withDeviation } from "../words";
import type { Report, Target } from "./report";
import { type Row, rows } from "./results";
import { bestRow, chooseTarget, colorOf, markerOf, scoreNames, useDesk, useReport } from "./state";

const STATUS: Readonly<Record<Report["study"]["status"], string>> = {
  finished: "Finished",
  running: "Running",
  partial: "Stopped before the end",
};

export function Header() {
  const { report } = useDesk();
  const { study, dataset, trials } = report;
  const failed = trials.filter((trial) => trial.state === "failed").length;
  return (
    <header class="masthead">
      <p class="kicker">
        <span class={`status status-${study.status}`}>{STATUS[study.status]}</span>
        <time dateTime={study.created}>{dateOf(study.created)}</time>
      </p>
      <h1>{study.name}</h1>
      {study.description && <p class="lead">{study.description}</p>}
      <p class="facts">
        {counted(report.models.length, "model")} · {counted(trials.length, "trial")}
        {failed > 0 && <> · <a href="#warnings" class="bad">{count(failed)} failed</a></>} · {dataset.name},{" "}
        {counted(dataset.n_structures, "structure")}
      </p>
    </header>
  );
}

/** One card for each target; choosing one turns the page to it. */
export function TargetCards() {
  const desk = useDesk();
  const { report } = desk;
  const chosen = useReport((state) => state.target);
  return (
    <div class="targets" role="radiogroup" aria-label="Target">
      {report.targets.map((target) => (
        <button
          key={target.name} type="button" role="radio" class="target-card"
          aria-checked={target.name === chosen} tabIndex={target.name === chosen ? 0 : -1}
          onClick={() => chooseTarget(desk, target.name)}
          onKeyDown={(event) => moveChoice(event, (by) => chooseTarget(desk, neighbor(report, chosen, by)))}
        >
          <span class="target-name">{plain(target.name)}</span>
          <Answer target={target} />
        </button>
      ))}
    </div>
  );
}

/** The best model of a target in words. */
function Answer({ target }: { readonly target: Target }) {
  const { report } = useDesk();
  const theme = useContext(ThemeContext);
  const score = useReport((state) => state.score);
  const best = bestRow(report, target.name, score);
  if (best === null) return <span class="target-detail">No finished trial yet</span>;
  const { mean, deviation } = best.scores![score];
  return (
    <>
      <span class="target-value">
        {withDeviation(mean, deviation)} <small>{unitPer(target.unit, target.per)} {scoreNames(target)[score]}</small>
      </span>
      <span class="target-detail">
        <Swatch color={colorOf(report, best.model, theme)} marker={markerOf(report, best.model)} />
        {best.model.name}, {counted(best.nTrain, "training structure")}
        {best.repeats > 1 && `, ${counted(best.repeats, "repeat")}`}
      </span>
      <span class="target-detail faint">{comparison(report, target, best, score)}</span>
    </>
  );
}

/** How much better than always answering the mean, as far as that is known. */
function comparison(report: Report, target: Target, best: Row, score: "mae" | "rmse"): string {
  const baselines = rows(report, target.name).filter((row) => row.model.model.kind === "mean" && row.scores !== null);
  const baseline = baselines.find((row) => row.nTrain === best.nTrain) ?? baselines[baselines.length - 1];
  const error = best.scores![score].mean;
  if (baseline !== undefined && baseline !== best && error > 0) {
    return `${digits(baseline.scores![score].mean / error, 2)} times better than the mean`;
  }
  if (target.classes !== null) return `${count(target.classes.length)} classes: ${target.classes.join(", ")}`;
  return target.std !== null && target.std > 0 ? `spread of the data ${digits(target.std)} ${target.unit}` : target.description;
}

function neighbor(report: Report, name: string, by: number): string {
  const n = report.targets.length;
  const at = report.targets.findIndex((target) => target.name === name);
  return report.targets[(at + by + n) % n]!.name;
}

/** Arrows move a choice, and the focus with it. */
function moveChoice(event: KeyboardEvent, move: (by: number) => void): void {
  const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
  if (by === undefined) return;
  event.preventDefault();
  move(by);
  const group = (event.currentTarget as HTMLElement).parentElement!;
  requestAnimationFrame(() => group.querySelector<HTMLElement>('[aria-checked="true"]')?.focus());
}

export function dateOf(iso: string): string {
  const date = new Date(iso);
  if (Number.isNaN(date.getTime())) return iso;
  return date.toLocaleDateString("en-GB", { day: "numeric", month: "long", year: "numeric" });
}
