/** Warnings, how to cite, and where and with what the numbers were made. */

import type { Json } from "../reader";
import { counted, plain } from "../words";
import { flat, CopyButton } from "./models";
import type { Trial } from "./report";
import { useDesk } from "./state";

/** What went wrong or looks wrong, once each, with how often. */
export function Warnings() {
  const { study, trials, dataset } = useDesk().report;
  const notes = study.notes ?? [];
  const failed = trials.filter((trial) => trial.state === "failed");
  const warned = grouped(trials.flatMap((trial) => trial.warnings.map((text) => ({ text, trial }))));
  const errors = grouped(failed.map((trial) => ({ text: trial.error ?? "no reason was recorded", trial })));
  const severe = dataset.findings.filter(({ severity }) => severity === "error");
  if (warned.size + errors.size + severe.length + notes.length === 0) return null;
  return (
    <section class="panel wide notes" id="warnings" aria-label="Warnings">
      <header class="panel-head"><h3>Mind this</h3></header>
      <ul>
        {severe.map(({ text }, i) => <li key={i} class="severity-error">Data set: {text}</li>)}
        {[...errors].map(([text, own]) => (
          <li key={text} class="severity-error">
            {counted(own.length, "trial")} failed ({whose(own)}): {text}
          </li>
        ))}
        {notes.map((text, i) => <li key={i}>{text}</li>)}
        {[...warned].map(([text, own]) => <li key={text}>{text} <small>{whose(own)}</small></li>)}
      </ul>
    </section>
  );
}

function grouped(entries: readonly { readonly text: string; readonly trial: Trial }[]): Map<string, Trial[]> {
  const found = new Map<string, Trial[]>();
  for (const { text, trial } of entries) found.set(text, [...(found.get(text) ?? []), trial]);
  return found;
}

function whose(trials: readonly Trial[]): string {
  const models = [...new Set(trials.map((trial) => trial.model))].join(", ");
  const sizes = [...new Set(trials.map((trial) => trial.n_train))].sort((a, b) => a - b).join(", ");
  return `${models}; ${sizes} training structures`;
}

export function Cite() {
  const { cite } = useDesk().report;
  if (cite.length === 0) return null;
  return (
    <section class="panel" aria-label="How to cite">
      <header class="panel-head"><h3>How to cite</h3><CopyButton text={cite.join("\n")} /></header>
      <ol class="cite">{cite.map((text, i) => <li key={i}>{text}</li>)}</ol>
    </section>
  );
}

export function Origin() {
  const { machine, versions, study } = useDesk().report;
  return (
    <section class="panel" aria-label="Machine and versions">
      <header class="panel-head"><h3>Machine and versions</h3></header>
      <Facts facts={{ created: study.created, ...machine }} />
      <Facts facts={versions} />
    </section>
  );
}

function Facts({ facts }: { readonly facts: Readonly<Record<string, Json>> }) {
  return (
    <dl class="settings">
      {flat(facts).map(([key, value]) => (
        <div key={key}><dt>{plain(key)}</dt><dd>{Array.isArray(value) ? value.join(", ") : String(value ?? "–")}</dd></div>
      ))}
    </dl>
  );
}
