/** Which settings matter, and in which direction: importance, and signed correlations with intervals. */

import { useEffect, useMemo, useState } from "preact/hooks";
import { Chart } from "../chart/chart";
import { Chip, Switch } from "../chart/controls";
import { type Drawing, textWidth } from "../chart/drawing";
import { count, digits, minusSign } from "../words";
import { shortened } from "./axis-spec";
import { countedRows, type Factor, factorsOf } from "./factors";
import { Bootstrap, type Bounds, COVERAGE } from "./statistics/bootstrap";
import { type Correlation, type CorrelationKind, correlations } from "./statistics/correlation";
import { useDesk, useQuantity, useShown, useSweep } from "./state";

const SEED = 0;
/** Milliseconds of work between two pictures, and of rest after the last change. */
const [SLICE, REST] = [10, 120];
const MOST_ROWS = 18;

interface Row extends Correlation {
  readonly factor: Factor;
  readonly importance: number | null;
}

export function Importance() {
  const desk = useDesk();
  const sweep = useSweep();
  const { focus } = useShown();
  const metric = useQuantity((state) => state.metric);
  const [kind, setKind] = useState<CorrelationKind>("pearson");
  const [logMetric, setLogMetric] = useState(false);
  const rows = useMemo(() => countedRows(sweep, focus, metric), [sweep, focus, metric]);
  const canLog = rows.every((row) => metric.values[row]! > 0);
  const goal = useMemo(() => Float64Array.from(rows, (row) => (logMetric && canLog ? Math.log10(metric.values[row]!) : metric.values[row]!)), [rows, metric, logMetric, canLog]);
  const factors = useMemo(() => factorsOf(sweep, rows, (one) => one.factors), [sweep, rows]);
  const importance = sweep.importance[metric.name];
  const found = useMemo(() => correlations(kind, factors.map((one) => one.values), goal), [kind, factors, goal]);
  const bounds = useBounds(kind, factors, goal);
  const items = useMemo(() => factors.map((factor, i): Row & { readonly at: number } => ({ ...found[i]!, factor, importance: importance?.values[factor.setting.name] ?? null, at: i })).sort(byWeight), [factors, found, importance]);
  const seen = items.slice(0, MOST_ROWS);

  const draw = (drawing: Drawing) => <Bars rows={seen} bounds={bounds.map} drawing={drawing} onChoose={(one) => desk.store.set({ setting: one.setting.key })} withImportance={importance !== undefined} />;
  const said = seen.map((one) => `${one.factor.label} ${digits(one.r, 2)}`).join("; ");
  return (
    <Chart
      name="importance" title={importance === undefined ? "Correlation" : "Importance and correlation"} aspect={Math.max(0.5, seen.length * 0.085)}
      about={`${KINDS[kind]} correlation of settings with ${metric.label} over ${rows.length} finished runs: ${said}.`}
      controls={
        <>
          <Switch label="Correlation" value={kind} options={[["pearson", "Pearson"], ["spearman", "Spearman"], ["partial", "Partial"]]} onChange={setKind} />
          {kind !== "spearman" && <Chip pressed={logMetric && canLog} onClick={() => setLogMetric(!logMetric)}>log {metric.label}</Chip>}
        </>
      }
      draw={draw}
      table={() => ({
        columns: ["setting", "category", "logarithm", "importance", "kind", "correlation", "low", "high", "level", "p", "n"],
        rows: items.map((one) => [
          one.factor.setting.name, one.factor.category, one.factor.log ? "yes" : "no", one.importance, kind, orNothing(one.r),
          bounds.map.get(one.factor)?.low ?? null, bounds.map.get(one.factor)?.high ?? null, COVERAGE, orNothing(one.p), one.n,
        ]),
      })}
      footer={
        <p class="hint">
          {count(rows.length)} finished runs{rows.length < focus.length ? " of those in focus" : ""}. Bars: {KINDS[kind]} correlation with {metric.label}
          {kind === "partial" ? ", every other setting held fixed" : ""}; right means that it grows. Whiskers: {COVERAGE * 100} % bootstrap intervals
          ({bounds.done ? `${count(bounds.total)} resamples` : "resampling …"}, seed {SEED}).
          {importance !== undefined && ` Importance: ${importance.method}, all finished runs.`}
          {items.length > seen.length && ` ${items.length - seen.length} more in the CSV.`}
        </p>
      }
    />
  );
}

const KINDS = { pearson: "Pearson", spearman: "Spearman", partial: "partial" } as const;

function orNothing(value: number): number | null {
  return Number.isNaN(value) ? null : value;
}

function byWeight(a: Row, b: Row): number {
  return (b.importance ?? 0) - (a.importance ?? 0) || (Math.abs(b.r) || 0) - (Math.abs(a.r) || 0);
}

interface Found {
  readonly map: ReadonlyMap<Factor, Bounds>;
  readonly done: boolean;
  readonly total: number;
}

/** Intervals come little by little, so that the page stays fluid. */
function useBounds(kind: CorrelationKind, factors: readonly Factor[], goal: Float64Array): Found {
  const [found, setFound] = useState<Found>({ map: new Map(), done: false, total: 0 });
  useEffect(() => {
    setFound({ map: new Map(), done: false, total: 0 });
    if (goal.length < 4) return;
    let work: Bootstrap | null = null;
    const go = () => {
      work ??= new Bootstrap(kind, factors.map((one) => one.values), goal, SEED);
      if (!work.advance(SLICE)) {
        timer = window.setTimeout(go, 4);
        return;
      }
      const bounds = work.bounds();
      setFound({ done: true, total: work.total, map: new Map(factors.flatMap((factor, i) => (bounds[i] ? [[factor, bounds[i]!] as const] : []))) });
    };
    let timer = window.setTimeout(go, REST);
    return () => clearTimeout(timer);
  }, [kind, factors, goal]);
  return found;
}

interface BarsProps {
  readonly rows: readonly Row[];
  readonly bounds: ReadonlyMap<Factor, Bounds>;
  readonly drawing: Drawing;
  readonly withImportance: boolean;
  readonly onChoose: (factor: Factor) => void;
}

function Bars({ rows, bounds, drawing, withImportance, onChoose }: BarsProps) {
  const { width, height, font, theme, paper } = drawing;
  const top = font * 1.9;
  const most = Math.min(...[Math.max(...rows.map((one) => textWidth(one.factor.label, font)), font * 5), width * 0.32]);
  const left = most + font;
  const narrow = width < font * 36;
  const importanceWidth = withImportance ? Math.min(font * 9, width * (narrow ? 0.12 : 0.2)) : 0;
  const numbers = font * (narrow ? 3.4 : 4.2);
  const from = left + (withImportance ? importanceWidth + font * 1.6 : 0);
  const to = width - numbers;
  const place = (r: number) => from + ((r + 1) / 2) * (to - from);
  const tall = Math.min(font * 5, (height - top - font * 1.2) / Math.max(1, rows.length));
  const thick = Math.min(tall * 0.5, font * 1.7);
  const greatest = Math.max(...rows.map((one) => one.importance ?? 0), 1e-12);
  return (
    <g font-size={font}>
      {withImportance && <text x={left} y={font} fill={theme.muted}>{narrow ? "imp." : "importance"}</text>}
      {(narrow ? [-1, 0, 1] : [-1, -0.5, 0, 0.5, 1]).map((tick) => (
        <g key={tick}>
          <text x={place(tick)} y={font} text-anchor="middle" fill={theme.muted}>{minusSign(String(tick))}</text>
          <line x1={place(tick)} x2={place(tick)} y1={top - font * 0.4} y2={top + tall * rows.length} stroke={tick === 0 ? theme.faint : theme.grid} />
        </g>
      ))}
      {rows.length === 0 && <text x={width / 2} y={height / 2} text-anchor="middle" fill={theme.muted}>Too few finished runs, or no setting differs.</text>}
      {rows.map((one, i) => {
        const middle = top + tall * (i + 0.5);
        const own = bounds.get(one.factor);
        const color = one.r >= 0 ? theme.series[1]! : theme.series[0]!;
        const label = shortened(one.factor.label, Math.floor(most / (font * 0.54)));
        return (
          <g key={one.factor.label} class={paper ? undefined : "factor-row"} onClick={() => onChoose(one.factor)}>
            <title>{rowTitle(one, own)}</title>
            <rect x={0} y={middle - tall / 2} width={width} height={tall} fill="transparent" />
            <text x={0} y={middle} dy="0.35em" fill={theme.ink}>{label}</text>
            {withImportance && one.importance !== null && <rect x={left} y={middle - thick / 2} width={Math.max(1, (one.importance / greatest) * importanceWidth)} height={thick} rx={2} fill={theme.series[2]!} />}
            {Number.isNaN(one.r)
              ? <text x={place(0)} y={middle} dy="0.35em" text-anchor="middle" fill={theme.muted}>cannot be told</text>
              : <rect x={Math.min(place(0), place(one.r))} y={middle - thick / 2} width={Math.max(1, Math.abs(place(one.r) - place(0)))} height={thick} rx={2} fill={color} fill-opacity={0.85} />}
            {own && <path d={`M${place(own.low)},${middle}H${place(own.high)}M${place(own.low)},${middle - thick * 0.3}v${thick * 0.6}M${place(own.high)},${middle - thick * 0.3}v${thick * 0.6}`} stroke={theme.ink} stroke-width={1.25} fill="none" />}
            <text x={width - 2} y={middle} dy="0.35em" text-anchor="end" fill={own && (own.low > 0 || own.high < 0) ? theme.ink : theme.faint} font-weight={own && (own.low > 0 || own.high < 0) ? 600 : 400}>
              {Number.isNaN(one.r) ? "" : `${one.r > 0 ? "+" : ""}${minusSign(one.r.toFixed(2))}`}
            </text>
          </g>
        );
      })}
    </g>
  );
}

function rowTitle(one: Row, own: Bounds | undefined): string {
  if (Number.isNaN(one.r)) return `${one.factor.label}: does not apply to every run, or follows from other settings`;
  const interval = own === undefined ? "" : `, ${COVERAGE * 100} % interval ${digits(own.low, 2)} … ${digits(own.high, 2)}`;
  const clear = own === undefined ? "" : own.low > 0 || own.high < 0 ? "; the interval is off zero" : "; the interval holds zero";
  return `${one.factor.label}: r = ${digits(one.r, 3)}${interval}${clear}, p = ${digits(one.p, 2)}, n = ${one.n}`;
}
