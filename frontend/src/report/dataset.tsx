/** What the models learned from, and what is wrong with it. */

import { colorOfElement, numberOf } from "../structure/elements";
import { count, counted, digits, plain, unitPer } from "../words";
import type { Report } from "./report";
import { useDesk } from "./state";

export function DatasetCard() {
  const { dataset } = useDesk().report;
  const [fewest, typical, most] = dataset.n_atoms;
  return (
    <section class="panel dataset" aria-label="Data set">
      <header class="panel-head"><h3>Data set: {dataset.name}</h3></header>
      <p>
        {counted(dataset.n_structures, "structure")}
        {fewest !== undefined && (
          <> of {count(fewest)} to {count(most ?? fewest)} atoms, {count(typical ?? fewest)} in the middle</>
        )}
      </p>
      <ul class="elements" aria-label="Elements">
        {dataset.elements.map((symbol) => (
          <li key={symbol} style={{ borderBottomColor: colorOfElement(numberOf(symbol)) }}>{symbol}</li>
        ))}
      </ul>
      <dl class="settings long">
        <Fact name="Source" value={dataset.source} />
        <Fact name="License" value={dataset.license} />
        <Fact name="Cite" value={dataset.citation} />
        <Fact name="sha256" value={dataset.sha256} code />
      </dl>
      <Findings findings={dataset.findings} />
    </section>
  );
}

function Fact({ name, value, code = false }: { readonly name: string; readonly value: string; readonly code?: boolean }) {
  if (value === "") return null;
  return <div><dt>{name}</dt><dd>{code ? <code class="hash">{value}</code> : value}</dd></div>;
}

function Findings({ findings }: Pick<Report["dataset"], "findings">) {
  if (findings.length === 0) return <p class="hint">Nothing found that would spoil a benchmark.</p>;
  return (
    <ul class="findings">
      {findings.map(({ severity, text }, i) => (
        <li key={i} class={`severity-${severity.replaceAll(/\W/g, "")}`}><b>{severity}</b> {text}</li>
      ))}
    </ul>
  );
}

export function TargetsTable() {
  const { targets } = useDesk().report;
  return (
    <section class="panel targets-table" aria-label="Targets">
      <header class="panel-head"><h3>Targets</h3></header>
      <div class="scrolling">
        <table>
          <thead>
            <tr><th class="text">Target</th><th class="text">Unit</th><th>Mean</th><th>Spread</th><th class="text">Grows with size</th></tr>
          </thead>
          <tbody>
            {targets.map((target) => (
              <tr key={target.name}>
                <td class="text"><b>{plain(target.name)}</b>{target.description && <small class="block">{target.description}</small>}</td>
                <td class="text">{unitPer(target.unit, target.per) || "–"}</td>
                <td>{target.mean === null ? "–" : digits(target.mean, 4)}</td>
                <td>{target.std === null ? "–" : digits(target.std)}</td>
                <td class="text">{target.extensive ? "yes, a sum over atoms" : "no"}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
