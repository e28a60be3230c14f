/** What a setting would cost before it is run, learned from the runs that there are. */

import { useMemo, useState } from "preact/hooks";
import { DownloadMenu } from "../chart/chart";
import { Choice } from "../chart/controls";
import { count, digits } from "../words";
import { numberText, valueOf } from "./axis-spec";
import { finishedRows } from "./header";
import { costsOf, useCost } from "./pareto";
import { byQuality, isVaried, useDesk, useQuantity, useSweep } from "./state";
import { type CostModel, costModel } from "./statistics/cost";
import type { Quantity } from "./sweep";
import { tableDownloads } from "./table-drawing";

/** Runs as like the wanted settings as any, that are shown beside the projection. */
const NEIGHBORS = 3;

export function Projection() {
  const sweep = useSweep();
  const metric = useQuantity((state) => state.metric);
  const { store } = useDesk();
  const costs = costsOf(sweep);
  const cost = useCost(null);
  const settings = useMemo(() => sweep.settings.filter(isVaried), [sweep]);
  const rows = useMemo(() => (cost === undefined ? new Int32Array() : finishedRows(sweep).filter((row) => cost.values[row]! > 0)), [sweep, cost]);
  const best = useMemo(() => byQuality(rows, metric)[0] ?? rows[0], [rows, metric]);
  const [wanted, want] = useState<Readonly<Record<string, number>>>({});
  const learned = useMemo(() => (cost === undefined ? null : learn(settings, cost, rows)), [settings, cost, rows]);
  const values = settings.map((one) => wanted[one.key] ?? (best === undefined ? NaN : one.values[best]!));
  const found = learned === null ? null : learned.model.cost(learned.encode(values));
  const near = best === undefined ? [] : nearestRuns(settings, rows, values);
  if (cost === undefined) return null;
  const said = (value: number) => `${numberText(cost, value, 2)}${cost.unit === "s" || cost.unit === "" ? "" : ` ${cost.unit}`}`;
  const beyond = settings.filter((one, i) => one.kind === "number" && !within(one, rows, values[i]!));
  return (
    <section class="panel projection" aria-label="Projected cost" data-chart="projection">
      <header class="panel-head">
        <h3>Cost before it is run</h3>
        <div class="controls">
          <Choice label="Of" value={cost.key} options={costs.map((one) => [one.key, one.label])} onChange={(key) => store.set({ cost: key })} />
          {Object.keys(wanted).length > 0 && <button type="button" class="quiet" onClick={() => want({})}>As the best run</button>}
        </div>
        <DownloadMenu kinds={tableDownloads("projected-cost", () => ({
          columns: [...settings.map((one) => one.name), cost.name, "low", "high", "coverage"],
          rows: found === null ? [] : [[...settings.map((one, i) => (one.kind === "category" ? (one.categories[values[i]!] ?? null) : values[i]!)), found.value, found.low, found.high, 0.8]],
        }))} />
      </header>
      <div class="wanted">
        {settings.map((one, i) => <Wanted key={one.key} setting={one} value={values[i]!} onChange={(value) => want({ ...wanted, [one.key]: value })} />)}
      </div>
      {learned !== null && <Effects learned={learned} />}
      {found === null
        ? <p class="empty">Too few finished runs to learn from: {count(rows.length)}.</p>
        : (
          <p class="projected" role="status">
            <b>{said(found.value)}</b> <small>four of five such runs lie between {said(found.low)} and {said(found.high)}</small>
          </p>
        )}
      {found !== null && near.length > 0 && (
        <p class="hint">
          Most alike so far: {near.map((row, i) => <span key={row}>{i > 0 && "; "}run {sweep.runs.number[row]}, {valueOf(cost, row)}{metric !== cost && <>, {metric.label} {valueOf(metric, row)}</>}</span>)}.
        </p>
      )}
      {learned !== null && (
        <p class="hint">
          Learned from {count(learned.model.n)} finished runs as a product of powers of the settings; half of the runs, each predicted from all others, are off by less than a factor of {digits(learned.model.typical, 3)}.
          {beyond.length > 0 && <b> Beyond what has been tried: {beyond.map((one) => one.label).join(", ")}.</b>}
        </p>
      )}
    </section>
  );
}

interface WantedProps {
  readonly setting: Quantity;
  readonly value: number;
  readonly onChange: (value: number) => void;
}

function Wanted({ setting, value, onChange }: WantedProps) {
  return (
    <label class="field" title={setting.space}>
      <span>{setting.label}</span>
      {setting.kind === "category"
        ? (
          <select value={Number.isNaN(value) ? "" : String(value)} onChange={(event) => onChange(event.currentTarget.value === "" ? NaN : Number(event.currentTarget.value))}>
            {Number.isNaN(value) && <option value="">–</option>}
            {setting.categories.map((text, code) => <option key={text} value={code}>{text}</option>)}
          </select>
        )
        : (
          <input
            type="number" step="any" value={Number.isNaN(value) ? "" : Number(value.toPrecision(4))} placeholder="–"
            onChange={(event) => { const text = event.currentTarget.value.trim(); onChange(text === "" ? NaN : Number(text)); }}
          />
        )}
    </label>
  );
}

/** What each setting does to the cost, in words. */
function Effects({ learned: { model, parts } }: { readonly learned: Learned }) {
  const shown = parts.flatMap(({ about, step }, k) => (about === null ? [] : [{ about, factor: Math.exp(model.slopes[k]! * step) }]));
  return (
    <ul class="effects color-legend">
      {shown.map((one) => <li key={one.about}>{one.about} <b>× {digits(one.factor, 3)}</b></li>)}
    </ul>
  );
}

interface Learned {
  readonly model: CostModel;
  readonly parts: readonly Part[];
  readonly encode: (values: readonly number[]) => readonly number[];
}

/** A cost model over logarithms of amounts and kinds of texts; settings that do not apply count as usual. */
function learn(settings: readonly Quantity[], cost: Quantity, rows: Int32Array): Learned | null {
  const parts = settings.flatMap((one) => partsOf(one, rows));
  const encode = (values: readonly number[]) => parts.map(({ of, read }) => read(values[settings.indexOf(of)]!));
  const features = Array.from(rows, (row) => encode(settings.map((one) => one.values[row]!)));
  const model = costModel(features, Array.from(rows, (row) => cost.values[row]!));
  return model === null ? null : { model, encode, parts };
}

interface Part {
  readonly of: Quantity;
  /** What a step of the feature means; null where it means nothing to a reader. */
  readonly about: string | null;
  readonly step: number;
  readonly read: (value: number) => number;
}

function partsOf(of: Quantity, rows: Int32Array): readonly Part[] {
  const present = Array.from(rows, (row) => of.values[row]!).filter((value) => !Number.isNaN(value));
  const distinct = [...new Set(present)];
  const missing: readonly Part[] = present.length < rows.length ? [{ of, about: null, step: 1, read: (value) => (Number.isNaN(value) ? 1 : 0) }] : [];
  if (distinct.length < 2) return missing;
  if (of.kind === "category") return [...missing, ...distinct.slice(1).map((code): Part => ({ of, about: `${of.categories[code]!} instead of ${of.categories[distinct[0]!]!}`, step: 1, read: (value) => (value === code ? 1 : 0) }))];
  const log = distinct.every((value) => value > 0);
  const place = (value: number) => (log ? Math.log(Math.max(value, 1e-300)) : value);
  const usual = present.reduce((sum, value) => sum + place(value), 0) / present.length;
  const about = log ? `twice the ${of.label}` : `${of.label} + 1`;
  return [...missing, { of, about, step: log ? Math.LN2 : 1, read: (value) => (Number.isNaN(value) ? usual : place(value)) }];
}

function within({ values }: Quantity, rows: Int32Array, value: number): boolean {
  if (Number.isNaN(value)) return true;
  let [low, high] = [Infinity, -Infinity];
  for (const row of rows) {
    if (values[row]! < low) low = values[row]!;
    if (values[row]! > high) high = values[row]!;
  }
  return value >= low && value <= high;
}

/** Runs whose settings are least far, in ranks of each setting. */
function nearestRuns(settings: readonly Quantity[], rows: Int32Array, wanted: readonly number[]): readonly number[] {
  const scales = settings.map((one) => {
    const log = one.values.every((value) => !(value <= 0)) && one.kind === "number";
    const place = (value: number) => (log ? Math.log(value) : value);
    const known = Array.from(rows, (row) => place(one.values[row]!)).filter(Number.isFinite);
    const span = known.reduce((most, value) => Math.max(most, value), -Infinity) - known.reduce((least, value) => Math.min(least, value), Infinity);
    return { place, span: span > 0 ? span : 1 };
  });
  const distance = (row: number) => settings.reduce((sum, one, i) => {
    const [a, b] = [one.values[row]!, wanted[i]!];
    if (Number.isNaN(a) || Number.isNaN(b)) return sum + (Number.isNaN(a) === Number.isNaN(b) ? 0 : 1);
    return sum + (one.kind === "category" ? (a === b ? 0 : 1) : ((scales[i]!.place(a) - scales[i]!.place(b)) / scales[i]!.span) ** 2);
  }, 0);
  return [...rows].map((row) => ({ row, far: distance(row) })).sort((a, b) => a.far - b.far).slice(0, NEIGHBORS).map(({ row }) => row);
}

