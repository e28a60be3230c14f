/** How everything was set, so that it can be done again. */

import { useState } from "preact/hooks";
import type { Json } from "../reader";
import { digits, plain } from "../words";
import { ModelName } from "./legend";
import type { Model } from "./report";
import { rows } from "./results";
import { useDesk, useTarget } from "./state";
import { rangeOf } from "./table";

export function Models() {
  const { report } = useDesk();
  return (
    <section class="wide" aria-label="Models">
      <h2>Models</h2>
      <div class="cards">
        {report.models.map((model) => <ModelCard key={model.name} model={model} />)}
      </div>
    </section>
  );
}

function ModelCard({ model }: { readonly model: Model }) {
  const { report } = useDesk();
  const target = useTarget();
  const own = rows(report, target.name).filter((row) => row.model === model);
  const chosen = own[own.length - 1]?.chosen ?? {};
  return (
    <article class="panel model-card">
      <header class="panel-head"><h3><ModelName model={model} /></h3></header>
      <Settings title="Representation" settings={model.representation} />
      <Settings title="Model" settings={model.model} />
      {Object.keys(chosen).length > 0 && (
        <>
          <h4>Tuned <small>at the largest training size</small></h4>
          <dl class="settings">
            {Object.entries(chosen).map(([key, values]) => <div key={key}><dt>{plain(key)}</dt><dd>{rangeOf(values)}</dd></div>)}
          </dl>
        </>
      )}
      {model.baseline !== "" && model.baseline !== "none" && <p class="hint">Baseline: {model.baseline}</p>}
    </article>
  );
}

type SettingsOf = Readonly<Record<string, Json>>;

function Settings({ title, settings }: { readonly title: string; readonly settings: SettingsOf | null }) {
  if (settings === null) return null;
  const { kind, ...others } = settings;
  return (
    <>
      <h4>{title} <code>{String(kind ?? "")}</code></h4>
      {Object.keys(others).length > 0 && (
        <dl class="settings">
          {flat(others).map(([key, value]) => <div key={key}><dt>{plain(key)}</dt><dd>{settingText(value)}</dd></div>)}
        </dl>
      )}
    </>
  );
}

/** Nested settings as one list with dotted names. */
export function flat(settings: SettingsOf, prefix = ""): [string, Json][] {
  return Object.entries(settings).flatMap(([key, value]) => {
    const isTable = typeof value === "object" && value !== null && !Array.isArray(value);
    return isTable ? flat(value as SettingsOf, `${prefix}${key}.`) : [[`${prefix}${key}`, value] as [string, Json]];
  });
}

function settingText(value: Json): string {
  if (value === null) return "none";
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (typeof value === "number") return Number.isInteger(value) ? String(value) : digits(value, 4);
  if (Array.isArray(value)) return value.map(settingText).join(", ");
  return String(value);
}

/** The study file as it was run, and the command. */
export function StudyFile() {
  const { report } = useDesk();
  return <StudyText toml={report.study.toml} command={report.study.command} />;
}

export function StudyText({ toml, command }: { readonly toml: string; readonly command: string }) {
  return (
    <section class="panel wide study-file" aria-label="Study file">
      <header class="panel-head">
        <h3>Study file</h3>
        <CopyButton text={toml} />
      </header>
      {command && <pre class="command"><code>{command}</code></pre>}
      <pre class="toml" tabIndex={0}><code>{toml.split("\n").map((line, i) => <TomlLine key={i} line={line} />)}</code></pre>
    </section>
  );
}

/** A line of TOML with its comment, table name or key set apart. */
function TomlLine({ line }: { readonly line: string }) {
  const key = /^(\s*)([\w."'-]+)(\s*=)(.*)$/.exec(line);
  if (/^\s*#/.test(line)) return <span class="toml-comment">{line}{"\n"}</span>;
  if (/^\s*\[/.test(line)) return <span class="toml-table">{line}{"\n"}</span>;
  if (key === null) return <>{line}{"\n"}</>;
  return <>{key[1]}<span class="toml-key">{key[2]}</span>{key[3]}{key[4]}{"\n"}</>;
}

export function CopyButton({ text }: { readonly text: string }) {
  const [said, say] = useState("Copy");
  const copy = async () => {
    // Browsers withhold the clipboard from some pages; then the reader must select by hand.
    const done = await navigator.clipboard?.writeText(text).then(() => true, () => false);
    say(done ? "Copied" : "Not allowed here");
    setTimeout(() => say("Copy"), 1500);
  };
  return <button type="button" class="quiet" onClick={() => void copy()}>{said}</button>;
}
