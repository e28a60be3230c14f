/** How the error falls with the number of training structures. */

import { useState } from "preact/hooks";
import { Axes, type Axis, extent, linearAxis, logAxis, type Plot, widthOfTicks } from "../chart/axes";
import { Chart } from "../chart/chart";
import { Switch } from "../chart/controls";
import type { Table } from "../chart/download";
import { type Drawing, textWidth } from "../chart/drawing";
import { markerPath, spread } from "../chart/marks";
import { fitPowerLaw, type PowerLaw } from "../statistics";
import { count, counted, digits, labelled, unitPer, withDeviation } from "../words";
import { ModelLegend } from "./legend";
import type { Report, Target } from "./report";
import { type Row, rows } from "./results";
import { colorOf, markerOf, type Score, scoreNames, useDesk, useReport, useTarget } from "./state";

interface Curve {
  readonly name: string;
  readonly marker: number;
  readonly rows: readonly Row[];
  readonly law: PowerLaw | null;
}

export function LearningCurves() {
  const { report, store } = useDesk();
  const target = useTarget();
  const score = useReport((state) => state.score);
  const [hovered, setHovered] = useState<Row | null>(null);
  const curves = curvesOf(report, target, score);
  const [placed, setPlaced] = useState<{ x: number; y: number } | null>(null);
  const unit = unitPer(target.unit, target.per);
  const names = scoreNames(target);

  const draw = (drawing: Drawing) => {
    const layout = layOut(curves, score, labelled(names[score], unit), drawing);
    const lit = drawing.paper ? null : hovered;
    return (
      <>
        <Axes {...layout} drawing={drawing} />
        {curves.map((curve) => (
          <CurveMarks
            key={curve.name} curve={curve} score={score} layout={layout} drawing={drawing} report={report}
            faded={lit !== null && lit.model.name !== curve.name} lit={lit?.model.name === curve.name}
          />
        ))}
        {layout.named && <CurveLabels {...{ curves, layout, drawing, report, score, lit: lit?.model.name ?? null }} />}
        {!drawing.paper && (
          <rect
            x={0} y={0} width={drawing.width} height={drawing.height} fill="transparent"
            onPointerMove={(event) => {
              const found = nearestRow(curves, score, layout, event.offsetX, event.offsetY);
              setHovered(found);
              setPlaced(found && positionOf(found, score, layout));
            }}
            onPointerLeave={() => setHovered(null)}
          />
        )}
      </>
    );
  };

  return (
    <Chart
      name={`${target.name}-learning-curves`}
      title="Learning curves"
      about={aboutCurves(curves, score, names[score], unit)}
      aspect={0.62}
      controls={
        <Switch
          label="Score" value={score} options={[["mae", names.mae], ["rmse", names.rmse]]}
          onChange={(value) => store.set({ score: value })}
        />
      }
      draw={draw}
      tip={hovered && placed && { ...placed, content: <RowTip row={hovered} score={score} name={names[score]} unit={unit} law={lawOf(curves, hovered)} /> }}
      table={() => tableOf(curves, unit)}
      footer={(drawing) => !hasRoomForNames(curves, drawing) && <ModelLegend models={curves.map((curve) => curve.rows[0]!.model)} />}
    />
  );
}

function curvesOf(report: Report, target: Target, score: Score): readonly Curve[] {
  return report.models.flatMap((model) => {
    const own = rows(report, target.name).filter((row) => row.model === model && row.scores !== null);
    if (own.length === 0) return [];
    const law = fitPowerLaw(own.map((row) => row.nTrain), own.map((row) => row.scores![score].mean));
    return [{ name: model.name, marker: markerOf(report, model), rows: own, law }];
  });
}

interface Layout {
  readonly x: Axis;
  readonly y: Axis;
  readonly plot: Plot;
  /** Whether there is room for names at the ends of the curves. */
  readonly named: boolean;
}

function layOut(curves: readonly Curve[], score: Score, label: string, drawing: Drawing): Layout {
  const { width, height, font } = drawing;
  const all = curves.flatMap((curve) => curve.rows);
  const errors = all.map((row) => row.scores![score].mean);
  const spreads = all.flatMap(({ scores }) => {
    const { mean, deviation } = scores![score];
    return [mean - (deviation ?? 0), mean + (deviation ?? 0), mean];
  });
  const named = hasRoomForNames(curves, drawing);
  const widest = widestName(curves, font);
  const [top, bottom] = [font * 2, height - font * 3.2];
  // Errors of zero (a model that knows the answer) have no place on a logarithmic axis.
  const y = errors.every((error) => error > 0)
    ? logAxis(extent([...spreads.filter((s) => s > 0.5 * Math.min(...errors)), ...errors], 0.08, true), [bottom, top], label, { spacing: font * 2.2 })
    : linearAxis([0, extent(spreads, 0.08)[1]], [bottom, top], label, font * 3);
  const left = Math.max(font * 3, widthOfTicks(y, font));
  const right = width - (named ? widest + font * 1.8 : font);
  const sizes = extent(all.map((row) => row.nTrain), 0.07, true);
  const x = logAxis(sizes, [left, right], "training structures", {
    spacing: font * 3.6, print: count, favorites: [...new Set(all.map((row) => row.nTrain))],
  });
  return { x, y, plot: { left, right, top, bottom }, named };
}

function hasRoomForNames(curves: readonly Curve[], { width, font }: Drawing): boolean {
  return width > font * 36 && widestName(curves, font) < width * 0.32;
}

function widestName(curves: readonly Curve[], font: number): number {
  return Math.max(0, ...curves.map((curve) => textWidth(curve.name, font)));
}

function positionOf(row: Row, score: Score, { x, y }: Layout) {
  return { x: x.scale(row.nTrain), y: y.scale(row.scores![score].mean) };
}

interface MarksProps {
  readonly curve: Curve;
  readonly score: Score;
  readonly layout: Layout;
  readonly drawing: Drawing;
  readonly report: Report;
  readonly faded: boolean;
  readonly lit: boolean;
}

function CurveMarks({ curve, score, layout, drawing, report, faded, lit }: MarksProps) {
  const { theme, font } = drawing;
  const color = colorOf(report, curve.rows[0]!.model, theme);
  const points = curve.rows.map((row) => positionOf(row, score, layout));
  const [low, high] = layout.y.scale.domain() as [number, number];
  return (
    <g opacity={faded ? 0.22 : 1} data-model={curve.name}>
      {lit && curve.law && <FittedLine law={curve.law} rows={curve.rows} layout={layout} color={color} />}
      <path d={`M${points.map(({ x, y }) => `${x.toFixed(1)},${y.toFixed(1)}`).join("L")}`} fill="none" stroke={color} stroke-width={font * 0.15} stroke-linejoin="round" />
      {curve.rows.map((row, i) => {
        const { mean, deviation } = row.scores![score];
        const { x, y } = points[i]!;
        const bar = deviation === null ? null : [mean - deviation, mean + deviation].map((e) => layout.y.scale(Math.min(high, Math.max(low, e))));
        return (
          <g key={row.nTrain}>
            {bar && <path d={`M${x},${bar[0]}V${bar[1]}M${x - 3},${bar[0]}h6M${x - 3},${bar[1]}h6`} stroke={color} stroke-width={1.25} />}
            <path d={markerPath(curve.marker, x, y, font * 0.34)} fill={color} stroke={theme.paper} stroke-width={1} />
          </g>
        );
      })}
    </g>
  );
}

interface FitProps {
  readonly law: PowerLaw;
  readonly rows: readonly Row[];
  readonly layout: Layout;
  readonly color: string;
}

function FittedLine({ law, rows: own, layout: { x, y }, color }: FitProps) {
  const ends = [own[0]!.nTrain, own[own.length - 1]!.nTrain];
  const points = ends.map((n) => `${x.scale(n)},${y.scale(law.factor * n ** law.exponent)}`);
  return <path d={`M${points.join("L")}`} stroke={color} stroke-dasharray="5 4" fill="none" />;
}

interface LabelsProps {
  readonly curves: readonly Curve[];
  readonly layout: Layout;
  readonly drawing: Drawing;
  readonly report: Report;
  readonly score: Score;
  readonly lit: string | null;
}

/** The name of each curve at its end, kept apart, with a hairline where it had to move. */
function CurveLabels({ curves, layout, drawing, report, score, lit }: LabelsProps) {
  const { font, theme } = drawing;
  const ends = curves.map((curve) => positionOf(curve.rows[curve.rows.length - 1]!, score, layout));
  const heights = spread(ends.map((end) => end.y), font * 1.3, layout.plot.top, layout.plot.bottom);
  return (
    <g font-size={font} font-weight="500">
      {curves.map((curve, i) => {
        const color = colorOf(report, curve.rows[0]!.model, theme);
        const at = layout.plot.right + font * 0.7;
        return (
          <g key={curve.name} opacity={lit !== null && lit !== curve.name ? 0.3 : 1}>
            <path d={`M${ends[i]!.x + font * 0.5},${ends[i]!.y}L${at - 3},${heights[i]!}`} stroke={color} opacity={0.45} fill="none" />
            <text x={at} y={heights[i]!} dy="0.34em" fill={color}>{curve.name}</text>
          </g>
        );
      })}
    </g>
  );
}

function nearestRow(curves: readonly Curve[], score: Score, layout: Layout, x: number, y: number): Row | null {
  let [found, least]: [Row | null, number] = [null, 40 ** 2];
  for (const row of curves.flatMap((curve) => curve.rows)) {
    const at = positionOf(row, score, layout);
    const distance = (at.x - x) ** 2 + (at.y - y) ** 2;
    if (distance < least) [found, least] = [row, distance];
  }
  return found;
}

function lawOf(curves: readonly Curve[], row: Row): PowerLaw | null {
  return curves.find((curve) => curve.name === row.model.name)?.law ?? null;
}

interface RowTipProps {
  readonly row: Row;
  readonly score: Score;
  readonly name: string;
  readonly unit: string;
  readonly law: PowerLaw | null;
}

function RowTip({ row, score, name, unit, law }: RowTipProps) {
  const { mean, deviation } = row.scores![score];
  return (
    <>
      <b>{row.model.name}</b>
      <span>{name} {withDeviation(mean, deviation)} {unit}</span>
      <span>{counted(row.nTrain, "structure")}, {counted(row.repeats, "repeat")}</span>
      {law && <span>error ∝ n<sup>{digits(law.exponent, 2)}</sup></span>}
    </>
  );
}

function aboutCurves(curves: readonly Curve[], score: Score, name: string, unit: string): string {
  const ends = curves.map(({ name, rows: own }) => {
    const last = own[own.length - 1]!;
    return `${name} ${digits(last.scores![score].mean)} ${unit} at ${count(last.nTrain)}`;
  });
  return `${name} against the number of training structures. ${ends.join("; ")}.`;
}

function tableOf(curves: readonly Curve[], unit: string): Table {
  return {
    columns: ["model", "n_train", "repeats", "unit", "mae", "mae_std", "rmse", "rmse_std"],
    rows: curves.flatMap((curve) => curve.rows).map(({ model, nTrain, repeats, scores }) => [
      model.name, nTrain, repeats, unit, scores!.mae.mean, scores!.mae.deviation, scores!.rmse.mean, scores!.rmse.deviation,
    ]),
  };
}
