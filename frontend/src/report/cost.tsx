/** What accuracy costs: error against computing time, and which models no other beats in both. */

import { useState } from "preact/hooks";
import { Axes, type Axis, extent, logAxis, type Plot, widthOfTicks } from "../chart/axes";
import { Chart } from "../chart/chart";
import { Switch } from "../chart/controls";
import { type Drawing, textWidth } from "../chart/drawing";
import { markerPath, spread } from "../chart/marks";
import { paretoFront } from "../statistics";
import { count, digits, labelled, seconds, unitPer, withDeviation } from "../words";
import { ModelLegend } from "./legend";
import type { Report } from "./report";
import { type Row, rows } from "./results";
import { colorOf, markerOf, type Score, scoreNames, type State, useDesk, useReport, useTarget } from "./state";

type Cost = State["cost"];

const LABELS: Readonly<Record<Cost, string>> = {
  predict: "CPU time per predicted structure",
  fit: "CPU time for fitting",
  total: "CPU time of the whole trial",
};

interface Point {
  readonly row: Row;
  readonly time: number;
  readonly error: number;
}

interface Layout {
  readonly x: Axis;
  readonly y: Axis;
  readonly plot: Plot;
  readonly named: boolean;
}

export function CostVersusError() {
  const { report, store } = useDesk();
  const target = useTarget();
  const score = useReport((state) => state.score);
  const cost = useReport((state) => state.cost);
  const [hovered, setHovered] = useState<Point | null>(null);
  const [placed, setPlaced] = useState<{ x: number; y: number } | null>(null);
  const unit = unitPer(target.unit, target.per);
  const points = pointsOf(rows(report, target.name), cost, score);
  const front = paretoFront(points.map((p) => p.time), points.map((p) => p.error)).map((i) => points[i]!);

  const draw = (drawing: Drawing) => {
    const layout = layOut(points, LABELS[cost], labelled(scoreNames(target)[score], unit), drawing);
    return (
      <>
        <Axes {...layout} drawing={drawing} />
        <Front front={front} layout={layout} drawing={drawing} />
        <Trails {...{ points, layout, drawing, report }} lit={drawing.paper ? null : hovered?.row.model.name ?? null} front={front} />
        {layout.named && <Names {...{ points, layout, drawing, report }} />}
        {!drawing.paper && (
          <rect
            x={0} y={0} width={drawing.width} height={drawing.height} fill="transparent"
            onPointerMove={(event) => {
              const found = nearest(points, layout, event.offsetX, event.offsetY);
              setHovered(found);
              setPlaced(found && { x: layout.x.scale(found.time), y: layout.y.scale(found.error) });
            }}
            onPointerLeave={() => setHovered(null)}
          />
        )}
      </>
    );
  };

  return (
    <Chart
      name={`${target.name}-cost`}
      title="Cost and error"
      about={`${scoreNames(target)[score]} against ${LABELS[cost]}. Not beaten in both: ${front.map((p) => `${p.row.model.name} with ${count(p.row.nTrain)}`).join(", ")}.`}
      aspect={0.62}
      controls={
        <Switch
          label="Time" value={cost} options={[["predict", "Predict"], ["fit", "Fit"], ["total", "Total"]]}
          onChange={(value) => store.set({ cost: value })}
        />
      }
      draw={draw}
      tip={hovered && placed && { ...placed, content: <PointTip point={hovered} score={score} name={scoreNames(target)[score]} unit={unit} best={front.includes(hovered)} /> }}
      table={() => ({
        columns: ["model", "n_train", `seconds_${cost}`, score, "unit", "on_pareto_front"],
        rows: points.map((p) => [p.row.model.name, p.row.nTrain, p.time, p.error, unit, front.includes(p) ? "yes" : "no"]),
      })}
      footer={
        (drawing) => (
          <>
            {!hasRoomForNames(points, drawing) && <ModelLegend models={[...new Set(points.map((p) => p.row.model))]} />}
            <p class="hint">Larger marks: more training structures. Dotted: the Pareto front; nothing is both faster and better.</p>
          </>
        )
      }
    />
  );
}

function pointsOf(all: readonly Row[], cost: Cost, score: Score): readonly Point[] {
  return all.flatMap((row) => {
    if (row.scores === null || row.seconds === null) return [];
    const time = { predict: row.seconds.perStructure, fit: row.seconds.fit, total: row.seconds.total }[cost];
    const error = row.scores[score].mean;
    // Neither a time below the clock's resolution nor an error of zero has a place on these axes.
    return time > 0 && error > 0 ? [{ row, time, error }] : [];
  });
}

function layOut(points: readonly Point[], xLabel: string, yLabel: string, drawing: Drawing): Layout {
  const { width, height, font } = drawing;
  const [top, bottom] = [font * 2, height - font * 3.2];
  const y = logAxis(extent(points.map((p) => p.error), 0.1, true), [bottom, top], yLabel, { spacing: font * 2.2 });
  const left = Math.max(font * 3, widthOfTicks(y, font));
  const named = hasRoomForNames(points, drawing);
  const widest = widestName(points, font);
  const right = width - font;
  const [low, high] = extent(points.map((p) => p.time), 0.08, true);
  // Names stand to the right of the marks, inside the axes.
  const room = named ? (high / low) ** (widest / Math.max(1, right - left - widest)) : 1;
  const x = logAxis([low, high * room], [left, right], xLabel, { spacing: font * 4.6, print: (s) => seconds(s, 1) });
  return { x, y, plot: { left, right, top, bottom }, named };
}

function hasRoomForNames(points: readonly Point[], { width, font }: Drawing): boolean {
  return width > font * 34 && widestName(points, font) < width * 0.32;
}

function widestName(points: readonly Point[], font: number): number {
  return Math.max(0, ...points.map((p) => textWidth(p.row.model.name, font)));
}

interface PartProps {
  readonly layout: Layout;
  readonly drawing: Drawing;
}

/** Steps: up to each point's time, no error below the last one's is to be had. */
function Front({ front, layout: { x, y, plot }, drawing }: PartProps & { readonly front: readonly Point[] }) {
  if (front.length === 0) return null;
  const first = front[0]!;
  const steps = front.map((p, i) => (i === 0 ? "" : `H${x.scale(p.time).toFixed(1)}`) + `V${y.scale(p.error).toFixed(1)}`);
  const path = `M${x.scale(first.time).toFixed(1)},${plot.top}${steps.join("")}H${plot.right}`;
  return (
    <path d={path} fill="none" stroke={drawing.theme.muted} stroke-width={1.25} stroke-dasharray="2 4" stroke-linecap="round" class="pareto" />
  );
}

interface TrailsProps extends PartProps {
  readonly points: readonly Point[];
  readonly front: readonly Point[];
  readonly report: Report;
  readonly lit: string | null;
}

/** The points of each model joined by rising training size. */
function Trails({ points, front, layout: { x, y }, drawing, report, lit }: TrailsProps) {
  const { theme, font } = drawing;
  const largest = Math.log(Math.max(...points.map((p) => p.row.nTrain), 2));
  const models = [...new Set(points.map((p) => p.row.model))];
  return (
    <>
      {models.map((model) => {
        const own = points.filter((p) => p.row.model === model);
        const color = colorOf(report, model, theme);
        return (
          <g key={model.name} opacity={lit !== null && lit !== model.name ? 0.22 : 1}>
            <path d={`M${own.map((p) => `${x.scale(p.time)},${y.scale(p.error)}`).join("L")}`} fill="none" stroke={color} opacity={0.35} stroke-width={1.25} />
            {own.map((p) => {
              const radius = font * (0.2 + 0.24 * (Math.log(p.row.nTrain) / largest) ** 2);
              const [px, py] = [x.scale(p.time), y.scale(p.error)];
              return (
                <g key={p.row.nTrain}>
                  {front.includes(p) && <circle cx={px} cy={py} r={radius + font * 0.3} fill="none" stroke={color} stroke-width={1.25} />}
                  <path d={markerPath(markerOf(report, model), px, py, radius)} fill={color} stroke={theme.paper} />
                </g>
              );
            })}
          </g>
        );
      })}
    </>
  );
}

/** Each model's name beside its point of the largest training size. */
function Names({ points, layout, drawing, report }: PartProps & { readonly points: readonly Point[]; readonly report: Report }) {
  const { font, theme } = drawing;
  const last = [...new Map(points.map((p) => [p.row.model.name, p])).values()];
  const heights = spread(last.map((p) => layout.y.scale(p.error)), font * 1.25, layout.plot.top, layout.plot.bottom);
  return (
    <g font-size={font} font-weight="500">
      {last.map((p, i) => (
        <text
          key={p.row.model.name} x={layout.x.scale(p.time) + font * 0.95} y={heights[i]!} dy="0.34em"
          fill={colorOf(report, p.row.model, theme)} stroke={theme.paper} stroke-width={3} paint-order="stroke"
        >
          {p.row.model.name}
        </text>
      ))}
    </g>
  );
}

function nearest(points: readonly Point[], { x, y }: Layout, px: number, py: number): Point | null {
  let [found, least]: [Point | null, number] = [null, 40 ** 2];
  for (const point of points) {
    const distance = (x.scale(point.time) - px) ** 2 + (y.scale(point.error) - py) ** 2;
    if (distance < least) [found, least] = [point, distance];
  }
  return found;
}

function PointTip({ point, score, name, unit, best }: { readonly name: string; readonly point: Point; readonly score: Score; readonly unit: string; readonly best: boolean }) {
  const { row, time, error } = point;
  return (
    <>
      <b>{row.model.name}</b>
      <span>{name} {withDeviation(error, row.scores?.[score].deviation ?? null)} {unit}</span>
      <span>{seconds(time)}, {count(row.nTrain)} training structures</span>
      {best && <span>on the Pareto front: {digits(error)} {unit} cannot be had faster</span>}
    </>
  );
}
