/** How often intervals hold the truth, beside what they promise. */

import { useState } from "preact/hooks";
import { count, digits, unitPer } from "../words";
import { ModelName } from "./legend";
import { useDesk, useTarget } from "./state";

const KINDS: Readonly<Record<string, string>> = {
  conformal: "equally wide",
  normalized: "wider where less certain",
  gaussian: "not calibrated",
};

export function Intervals() {
  const { report } = useDesk();
  const target = useTarget();
  const own = (report.intervals ?? []).filter((one) => one.target === target.name);
  const shares = [...new Set(own.map((one) => one.promised))].sort((a, b) => a - b);
  const [chosen, choose] = useState<number | null>(null);
  if (own.length === 0) return null;
  const share = chosen !== null && shares.includes(chosen) ? chosen : shares.includes(0.9) ? 0.9 : shares[shares.length - 1]!;
  return (
    <section class="panel wide intervals" aria-label="Uncertainty">
      <header class="panel-head">
        <h3>How sure the models are</h3>
        <label>
          promised{" "}
          <select value={share} onChange={(event) => choose(Number(event.currentTarget.value))}>
            {shares.map((one) => <option key={one} value={one}>{percent(one)}</option>)}
          </select>
        </label>
      </header>
      <div class="scrolling" tabIndex={0} role="region" aria-label="Table of intervals">
        <table>
          <thead>
            <tr><th class="text">Model</th><th class="text">Intervals</th><th>Trained on</th><th>Held</th><th>Width <small>{unitPer(target.unit, target.per)}</small></th></tr>
          </thead>
          <tbody>
            {own.filter((one) => one.promised === share).map((one) => (
              <tr key={`${one.model} ${one.kind} ${one.n_train}`}>
                <td class="text"><ModelName model={report.models.find((known) => known.name === one.model)!} /></td>
                <td class="text">{KINDS[one.kind] ?? one.kind}</td>
                <td>{count(one.n_train)}</td>
                <td>{percent(one.held)}</td>
                <td>{one.width === null ? "–" : digits(one.width)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p class="hint">Share of test structures whose value lies within, and the median width; averaged over splits. Calibrated on a part of the training structures.</p>
    </section>
  );
}

function percent(share: number): string {
  return `${digits(100 * share, 3)} %`;
}
