/** Where the errors lie: how they are spread, and what they depend on. */

import { useMemo } from "preact/hooks";
import { Axes, extent, linearAxis, type Plot, widthOfTicks } from "../chart/axes";
import { Chart } from "../chart/chart";
import { Switch } from "../chart/controls";
import type { Drawing } from "../chart/drawing";
import type { Domain, Placed } from "../chart/points";
import { Scatter } from "../chart/scatter";
import { histogram, mean, quantile } from "../statistics";
import { counted, digits, labelled, unitPer } from "../words";
import { ModelLegend } from "./legend";
import { PointTip, tableOf, useCloud } from "./parity";
import type { Report } from "./report";
import type { Cloud } from "./results";
import { colorOf, useDesk, useReport, useTarget } from "./state";

interface Bars {
  readonly low: number;
  readonly high: number;
  /** Shares of each model's points in each bin, in percent. */
  readonly shares: readonly Float64Array[];
  readonly outside: number;
  readonly about: string;
}

/** The spread of errors, drawn within the middle 99 % of all. */
export function ResidualHistogram() {
  const { report } = useDesk();
  const target = useTarget();
  const cloud = useCloud();
  const unit = unitPer(target.unit, target.per);
  const bars = useMemo(() => barsOf(cloud, unit), [cloud, unit]);
  const edge = (i: number) => bars.low + (i * (bars.high - bars.low)) / (bars.shares[0]?.length ?? 1);
  return (
    <Chart
      name={`${target.name}-residuals`}
      title="Spread of errors"
      about={bars.about}
      aspect={0.56}
      draw={(drawing) => <BarMarks {...{ bars, cloud, drawing, report, unit }} />}
      table={() => ({
        columns: ["model", "from", "to", "unit", "percent"],
        rows: cloud.models.flatMap((model, group) =>
          [...bars.shares[group]!].map((share, i) => [model.name, edge(i), edge(i + 1), unit, share])),
      })}
      footer={
        <>
          <ModelLegend models={cloud.models} />
          {bars.outside > 0 && <p class="hint">{counted(bars.outside, "error")} beyond the axis.</p>}
        </>
      }
    />
  );
}

function barsOf(cloud: Cloud, unit: string): Bars {
  const sorted = Float64Array.from(cloud.residual, Math.abs).sort();
  const far = sorted.length === 0 ? 1 : sorted.length < 100 ? sorted[sorted.length - 1]! : quantile(sorted, 0.99);
  const reach = far > 0 ? far * 1.02 : 1;
  const bins = Math.max(9, Math.min(61, 2 * Math.round(0.6 * Math.sqrt(sorted.length / Math.max(1, cloud.models.length))) + 1));
  const shares = cloud.models.map((_, group) => {
    const own = cloud.residual.filter((_, i) => cloud.group[i] === group);
    return histogram(own, -reach, reach, bins).map((n) => (100 * n) / Math.max(1, own.length));
  });
  return { low: -reach, high: reach, shares, outside: sorted.filter((error) => error > reach).length, about: aboutBars(cloud, unit) };
}

interface BarMarksProps {
  readonly bars: Bars;
  readonly cloud: Cloud;
  readonly drawing: Drawing;
  readonly report: Report;
  readonly unit: string;
}

function BarMarks({ bars, cloud, drawing, report, unit }: BarMarksProps) {
  const { width, height, font, theme } = drawing;
  const [top, bottom] = [font * 2, height - font * 3.2];
  const most = Math.max(1e-9, ...bars.shares.flatMap((shares) => [...shares]));
  const y = linearAxis([0, most * 1.06], [bottom, top], "structures (%)", font * 3);
  const plot: Plot = { left: Math.max(font * 3, widthOfTicks(y, font)), right: width - font, top, bottom };
  const x = linearAxis([bars.low, bars.high], [plot.left, plot.right], labelled("predicted − reference", unit), font * 5);
  const zero = Math.round(x.scale(0)) + 0.5;
  return (
    <>
      <Axes x={x} y={y} plot={plot} drawing={drawing} />
      <line x1={zero} x2={zero} y1={top} y2={bottom} stroke={theme.ink} stroke-opacity={0.55} stroke-dasharray="1 3" stroke-linecap="round" />
      {cloud.models.map((model, group) => {
        const color = colorOf(report, model, theme);
        const shares = bars.shares[group]!;
        const step = (plot.right - plot.left) / shares.length;
        const outline = [...shares].map((share, i) => `V${y.scale(share).toFixed(1)}H${(plot.left + (i + 1) * step).toFixed(1)}`).join("");
        return (
          <path
            key={model.name} d={`M${plot.left},${bottom}${outline}V${bottom}Z`}
            fill={color} fill-opacity={0.22} stroke={color} stroke-width={1.5} stroke-linejoin="round"
          />
        );
      })}
    </>
  );
}

function aboutBars(cloud: Cloud, unit: string): string {
  const parts = cloud.models.map((model, group) => {
    const own = [...cloud.residual].filter((_, i) => cloud.group[i] === group);
    return `${model.name}: mean ${digits(mean(own))} ${unit}`;
  });
  return `Histogram of the errors, predicted minus reference. ${parts.join("; ")}.`;
}

/** Errors against the reference value, or against the number of atoms. */
export function ResidualScatter() {
  const { report, store } = useDesk();
  const target = useTarget();
  const cloud = useCloud();
  const against = useReport((state) => state.against);
  const selected = useReport((state) => state.structure);
  const unit = unitPer(target.unit, target.per);
  const points = useMemo(
    () => ({
      x: against === "reference" ? cloud.reference : sizesOf(cloud, report),
      y: cloud.residual, group: cloud.group, id: cloud.structure,
    }),
    [cloud, against, report],
  );
  const domain = useMemo<Domain>(() => ({ x: extent(points.x, 0.04), y: symmetric(extent(points.y, 0.06)) }), [points]);
  const colors = useMemo(
    () => (theme: Drawing["theme"]) => cloud.models.map((model) => colorOf(report, model, theme)), [report, cloud],
  );
  return (
    <Scatter
      name={`${target.name}-errors-by-${against}`}
      title="What errors depend on"
      about={`Errors, predicted minus reference, against the ${against === "reference" ? "reference" : "number of atoms"}.`}
      aspect={0.56}
      points={points}
      domain={domain}
      labels={[against === "reference" ? labelled("reference", unit) : "atoms", labelled("predicted − reference", unit)]}
      colors={colors}
      guides={(placed) => <ZeroLine placed={placed} />}
      selected={selected}
      describe={(i) => <PointTip cloud={cloud} index={i} unit={unit} />}
      onSelect={(i) => store.set({ structure: cloud.structure[i]!, model: cloud.models[cloud.group[i]!]!.name })}
      controls={
        <Switch
          label="Against" value={against} options={[["reference", "Reference"], ["size", "Size"]]}
          onChange={(value) => store.set({ against: value })}
        />
      }
      footer={<ModelLegend models={cloud.models} />}
      table={() => tableOf(cloud, report, unit)}
    />
  );
}

function sizesOf(cloud: Cloud, { structures: { offsets } }: Report): Float64Array {
  return Float64Array.from(cloud.structure, (s) => offsets[s + 1]! - offsets[s]!);
}

function symmetric([low, high]: readonly [number, number]): readonly [number, number] {
  const far = Math.max(Math.abs(low), Math.abs(high));
  return [-far, far];
}

function ZeroLine({ placed: { y, plot, drawing } }: { readonly placed: Placed }) {
  const [low, high] = y.scale.domain() as [number, number];
  if (low > 0 || high < 0) return null;
  const at = Math.round(y.scale(0)) + 0.5;
  return (
    <line
      x1={plot.left} x2={plot.right} y1={at} y2={at}
      stroke={drawing.theme.ink} stroke-opacity={0.55} stroke-dasharray="1 3" stroke-linecap="round"
    />
  );
}
