/** What all panels obey: which runs, which metric, which color. */

import { useEffect, useState } from "preact/hooks";
import { Choice } from "../chart/controls";
import { Legend } from "./legend";
import { quotedName, quotedText } from "../filter/words";
import { minusSign } from "../words";
import { numberText } from "./axis-spec";
import { ExportNotes } from "./text-slot";
import { brush, isVaried, quantity, type State, useDesk, useShown, useSweep, useSweepState } from "./state";
import type { Quantity } from "./sweep";

/** Milliseconds after the last key before a filter holds. */
const REST = 200;

export function Toolbar() {
  const { store } = useDesk();
  const sweep = useSweep();
  const metric = useSweepState((state) => state.metric);
  const color = useSweepState((state) => state.color);
  const colors = [...sweep.metrics, ...sweep.settings.filter(isVaried), sweep.runs.state, sweep.runs.worker, sweep.quantities.get("number")!];
  return (
    <section class="toolbar" aria-label="What all panels show">
      <div class="toolbar-line">
        <FilterField />
        <Choice label="Metric" value={metric} options={sweep.metrics.map((one) => [one.key, one.label])} onChange={(key) => store.set(color === metric ? { metric: key, color: key } : { metric: key })} />
        <Choice label="Color" value={color} options={colors.map((one) => [one.key, one.label])} onChange={(key) => store.set({ color: key })} />
        <Legend />
        <ExportNotes />
      </div>
      <Focus />
    </section>
  );
}

function FilterField() {
  const { store } = useDesk();
  const sweep = useSweep();
  const filter = useSweepState((state) => state.filter);
  const { error } = useShown();
  const [text, setText] = useState(filter);
  useEffect(() => setText(filter), [filter]);
  useEffect(() => {
    if (text === filter) return;
    const later = setTimeout(() => store.set({ filter: text }), REST);
    return () => clearTimeout(later);
  }, [text]);
  return (
    <label class="filter-line">
      <span class="visually-hidden">Filter runs</span>
      <input
        type="text" value={text} spellcheck={false} autocomplete="off" aria-invalid={error !== null} aria-describedby="focus-said"
        placeholder={`Filter: ${exampleOf(sweep.settings, sweep.metrics)}`} onInput={(event) => setText(event.currentTarget.value)}
      />
      {text !== "" && <button type="button" class="quiet" onClick={() => setText("")}>Clear</button>}
    </label>
  );
}

/** A filter for this very sweep, to start from. */
function exampleOf(settings: readonly Quantity[], metrics: readonly Quantity[]): string {
  const number = settings.find((one) => one.kind === "number" && isVaried(one)) ?? metrics[0];
  const state = 'state = "finished"';
  if (number === undefined) return state;
  const known = number.values.filter(Number.isFinite).sort();
  const middle = known[Math.floor(known.length / 2)] ?? 1;
  return `${quotedName(number.key)} <= ${Number(middle.toPrecision(2))} and ${state}`;
}

/** How many runs are meant, and by which brushes. */
function Focus() {
  const desk = useDesk();
  const sweep = useSweep();
  const brushes = useSweepState((state) => state.brushes);
  const compared = useSweepState((state) => state.compared);
  const { focus, faded, error } = useShown();
  const keys = Object.keys(brushes).filter((key) => sweep.quantities.has(key));
  const total = sweep.runs.count;
  return (
    <div class="focus-line">
      <p id="focus-said" class={error === null ? "faint" : "bad"} role="status">
        {error === null
          ? `${focus.length.toLocaleString("en-US")} of ${total.toLocaleString("en-US")} runs${faded.length > 0 ? " in focus" : ""}`
          : `At letter ${error.at + 1}: ${error.message}.`}
      </p>
      {keys.map((key) => (
        <button key={key} type="button" class="chip removable" onClick={() => brush(desk, { [key]: null })} aria-label={`Show all of ${key} again`}>
          {brushText(quantity(sweep, key), brushes[key]!)} <span aria-hidden="true">×</span>
        </button>
      ))}
      {keys.length > 0 && (
        <button type="button" class="quiet" title="Write the focus into the filter" onClick={() => desk.store.set({ filter: withBrushes(desk.store.get()), brushes: {} })}>Keep only these</button>
      )}
      {keys.length > 1 && <button type="button" class="quiet" onClick={() => desk.store.set({ brushes: {} })}>Show all</button>}
      {compared.length > 0 && (
        <span class="faint">comparing {compared.join(", ")} <button type="button" class="quiet" onClick={() => desk.store.set({ compared: [] })}>None</button></span>
      )}
    </div>
  );
}

function categoriesWithin(one: Quantity, [low, high]: readonly [number, number]): readonly string[] {
  return one.categories.filter((_, code) => code >= low && code <= high);
}

function brushText(one: Quantity, stretch: readonly [number, number]): string {
  if (one.kind === "category") return `${one.label} ${categoriesWithin(one, stretch).join(", ")}`;
  return minusSign(`${one.label} ${numberText({ ...one, whole: false }, stretch[0])} … ${numberText({ ...one, whole: false }, stretch[1])}`);
}

/** The filter that means the runs in focus. */
export function withBrushes({ filter, brushes, sweep }: Pick<State, "filter" | "brushes" | "sweep">): string {
  const conditions = Object.entries(brushes).map(([key, [low, high]]) => {
    const one = quantity(sweep, key);
    const name = quotedName(key);
    if (one.kind === "category") return `${name} in (${categoriesWithin(one, [low, high]).map(quotedText).join(", ")})`;
    return `${Number(low.toPrecision(6))} <= ${name} <= ${Number(high.toPrecision(6))}`;
  });
  const own = filter.trim();
  const kept = own === "" ? [] : [/\bor\b|\|\|/i.test(own) ? `(${own})` : own];
  return [...kept, ...conditions].join(" and ");
}
