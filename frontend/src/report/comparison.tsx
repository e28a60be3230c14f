/** Which models differ beyond chance, and how fast errors fall with data. */

import { DownloadMenu } from "../chart/chart";
import { csvOf, save } from "../chart/download";
import { count, counted, digits, unitPer } from "../words";
import { ModelName } from "./legend";
import type { Comparison, Exponent, Report } from "./report";
import { scoreNames, useDesk, useTarget } from "./state";

/** More often than this by chance counts as no difference. */
const CHANCE = 0.05;

export function Comparisons() {
  const { report } = useDesk();
  const target = useTarget();
  const own = (report.comparisons ?? []).filter((one) => one.target === target.name);
  if (own.length === 0) return null;
  const unit = unitPer(target.unit, target.per);
  const columns = ["better", "worse", "n_train", "difference", "low", "high", "p", "repeats"] as const;
  const table = { columns: [...columns], rows: own.map((one) => columns.map((key) => one[key])) };
  return (
    <section class="panel comparisons" aria-label="Comparison of models">
      <header class="panel-head">
        <h3>Who is better</h3>
        <DownloadMenu kinds={[["CSV", () => save(csvOf(table), `${target.name}-comparisons.csv`)]]} />
      </header>
      <div class="scrolling" tabIndex={0} role="region" aria-label="Table of comparisons">
        <table>
          <thead>
            <tr>
              <th class="text">Better</th><th class="text">Worse</th><th>Structures</th>
              <th>{scoreNames(target).mae} lower by <small>{unit}</small></th><th title="Probability of so large a difference by chance">p</th>
            </tr>
          </thead>
          <tbody>{[...own].sort(byP).map((one) => <ComparisonRow key={`${one.better} ${one.worse}`} one={one} report={report} />)}</tbody>
        </table>
      </div>
      <p class="hint">
        Paired over {counted(Math.max(...own.map((one) => one.repeats)), "split")}; intervals of 95 %. p is corrected for
        overlapping training sets and for the number of comparisons; {digits(CHANCE, 1)} and above is no proof of a difference.
      </p>
    </section>
  );
}

function ComparisonRow({ one, report }: { readonly one: Comparison; readonly report: Report }) {
  const model = (name: string) => report.models.find((known) => known.name === name)!;
  const sure = one.p !== null && one.p < CHANCE;
  return (
    <tr class={sure ? "" : "unsure"}>
      <td class="text"><ModelName model={model(one.better)} /></td>
      <td class="text"><ModelName model={model(one.worse)} /></td>
      <td>{count(one.n_train)}</td>
      <td>{digits(one.difference)}{one.low !== null && one.high !== null && <small> {digits(one.low)} … {digits(one.high)}</small>}</td>
      <td>{one.p === null ? "–" : one.p < 0.001 ? "< 0.001" : digits(one.p, 2)}</td>
    </tr>
  );
}

function byP(a: Comparison, b: Comparison): number {
  return (a.p ?? 1) - (b.p ?? 1) || b.difference - a.difference;
}

export function Exponents() {
  const { report } = useDesk();
  const target = useTarget();
  const own = (report.exponents ?? []).filter((one) => one.target === target.name);
  if (own.length === 0) return null;
  return (
    <section class="panel exponents" aria-label="Learning exponents">
      <header class="panel-head"><h3>How fast errors fall</h3></header>
      <div class="scrolling">
        <table>
          <thead><tr><th class="text">Model</th><th>{scoreNames(target).mae} falls as</th><th>95 % interval</th><th>Ten times the data</th></tr></thead>
          <tbody>{[...own].sort((a, b) => b.exponent - a.exponent).map((one) => <ExponentRow key={one.model} one={one} report={report} />)}</tbody>
        </table>
      </div>
      <p class="hint">A straight line through the logarithms, for each split by itself.</p>
    </section>
  );
}

function ExponentRow({ one, report }: { readonly one: Exponent; readonly report: Report }) {
  const factor = 10 ** one.exponent;
  return (
    <tr>
      <td class="text"><ModelName model={report.models.find((known) => known.name === one.model)!} /></td>
      <td>n<sup>{digits(-one.exponent, 2)}</sup></td>
      <td>{one.low === null || one.high === null ? "–" : `${digits(-one.high, 2)} … ${digits(-one.low, 2)}`}</td>
      <td>{factor >= 1.05 ? `error ÷ ${digits(factor, 2)}` : "no gain"}</td>
    </tr>
  );
}
