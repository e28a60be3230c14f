/** Lines of many runs in one frame: painted, found under the pointer, zoomed into. */

import type { ComponentChildren, VNode } from "preact";
import { useCallback, useState } from "preact/hooks";
import { Axes, extent, type Interval } from "../chart/axes";
import { Chart, type ChartProps } from "../chart/chart";
import type { Drawing } from "../chart/drawing";
import { paintGrid } from "../chart/grid";
import { type Box, PointerArea } from "../chart/picking";
import type { Placed } from "../chart/points";
import { seconds } from "../words";
import { type AxisSpec, layOut } from "./axis-spec";
import { type CurveLine, heightAt } from "./curve-data";
import { RunTip, useComparedColors } from "./marks";
import { toggleCompared, useDesk, useSweep, useSweepState } from "./state";

export interface CurveStyle {
  readonly color: (row: number, drawing: Drawing) => string;
  readonly alpha: number;
}

interface CurveChartProps extends Omit<ChartProps, "draw" | "paint" | "tip"> {
  readonly lines: readonly CurveLine[];
  readonly faded: readonly CurveLine[];
  readonly style: CurveStyle;
  readonly labels: readonly [x: string, y: string];
  readonly logs: readonly [x: boolean, y: boolean];
  /** What lies over the lines, such as means. */
  readonly over?: (placed: Placed) => ComponentChildren;
}

export function CurveChart({ lines, faded, style, labels, logs, over, controls, ...frame }: CurveChartProps) {
  const desk = useDesk();
  const [zoomed, setZoomed] = useState<{ key: string; x: Interval; y: Interval } | null>(null);
  const [box, setBox] = useState<Box | null>(null);
  const [tip, setTip] = useState<{ row: number; x: number; y: number } | null>(null);
  const key = JSON.stringify([labels, logs]);
  const zoom = zoomed?.key === key ? zoomed : null;
  const [specX, specY] = specsOf(lines.length > 0 ? lines : faded, labels, logs, zoom);
  const place = (drawing: Drawing) => layOut(specX, specY, drawing);

  const paint = useCallback((canvas: CanvasRenderingContext2D, drawing: Drawing) => {
    canvas.clearRect(0, 0, drawing.width, drawing.height);
    const here = place(drawing);
    const { plot } = here;
    paintGrid(canvas, here);
    canvas.save();
    canvas.beginPath();
    canvas.rect(plot.left, plot.top, plot.right - plot.left, plot.bottom - plot.top);
    canvas.clip();
    canvas.lineWidth = drawing.font / 9;
    canvas.lineJoin = "round";
    for (const [set, color, alpha] of [[faded, () => drawing.theme.faint, 0.15], [lines, (row: number) => style.color(row, drawing), style.alpha]] as const) {
      canvas.globalAlpha = alpha;
      for (const line of set) {
        canvas.strokeStyle = color(line.row);
        strokeLine(canvas, line, here);
      }
    }
    canvas.restore();
  }, [lines, faded, style, JSON.stringify([specX, specY])]);

  const draw = (drawing: Drawing): VNode => {
    const here = place(drawing);
    const { plot } = here;
    const id = `curves-${frame.name.replaceAll(/\W/g, "-")}`;
    return (
      <>
        <Axes x={here.x} y={here.y} plot={plot} drawing={drawing} grid={drawing.paper} />
        <clipPath id={id}><rect x={plot.left} y={plot.top} width={plot.right - plot.left} height={plot.bottom - plot.top} /></clipPath>
        <g clip-path={`url(#${id})`} fill="none">
          {drawing.paper && lines.map((line) => <path key={line.row} d={pathOf(line, here)} stroke={style.color(line.row, drawing)} stroke-opacity={style.alpha} />)}
          {over?.(here)}
          {!drawing.paper && <LitCurves lines={lines} here={here} />}
        </g>
        {!drawing.paper && (
          <PointerArea
            here={here} box={box} setBox={setBox} onHover={(spot) => find(here, spot)} onClick={(spot) => compare(here, spot)}
            onBox={(domain) => setZoomed({ key, ...domain })} onDoubleClick={() => setZoomed(null)}
          />
        )}
      </>
    );
  };
  const find = (here: Placed, spot: readonly [number, number] | null) => {
    const row = spot && nearest(lines, here, ...spot);
    desk.store.set({ hovered: row });
    setTip(row === null || spot === null ? null : { row, x: spot[0], y: spot[1] });
  };
  const compare = (here: Placed, spot: readonly [number, number]) => {
    const row = nearest(lines, here, ...spot);
    if (row !== null) toggleCompared(desk, desk.store.get().sweep.runs.number[row]!);
  };
  return (
    <Chart
      {...frame} draw={draw} paint={paint}
      tip={tip === null || box !== null ? null : { x: tip.x, y: tip.y, content: <RunTip row={tip.row} /> }}
      controls={<>{controls}{zoom && <button type="button" class="quiet" onClick={() => setZoomed(null)}>Show all</button>}</>}
      onKeyDown={(event) => event.key === "Escape" && setZoomed(null)}
    />
  );
}

function specsOf(lines: readonly CurveLine[], labels: readonly [string, string], logs: readonly [boolean, boolean], zoom: { x: Interval; y: Interval } | null): readonly [AxisSpec, AxisSpec] {
  const [logX, logY] = logs;
  const plain = { categories: null, favorites: [] };
  const x = zoom?.x ?? extentOf(lines, "x", logX);
  const y = zoom?.y ?? extentOf(lines, "y", logY);
  return [
    { ...plain, label: labels[0], log: logX, domain: x, print: logX && labels[0].endsWith("(s)") ? (value) => seconds(value, 1) : null },
    { ...plain, label: labels[1], log: logY, domain: y, print: null },
  ];
}

function extentOf(lines: readonly CurveLine[], key: "x" | "y", log: boolean): Interval {
  let [low, high] = [Infinity, -Infinity];
  for (const line of lines) {
    for (const value of line[key]) {
      if (log && value <= 0) continue;
      if (value < low) low = value;
      if (value > high) high = value;
    }
  }
  return low > high ? extent([], 0, log) : key === "x" && !log ? [Math.min(low, high - 1e-9), high] : extent([low, high], 0.03, log);
}

function strokeLine(canvas: CanvasRenderingContext2D, { x, y }: CurveLine, { x: across, y: up, plot }: Placed): void {
  canvas.beginPath();
  for (let i = 0; i < x.length; i++) {
    const [px, py] = [across.scale(x[i]!), up.scale(y[i]!)];
    if (Number.isFinite(px) && Number.isFinite(py)) canvas.lineTo(px, Math.min(plot.bottom + 1e4, Math.max(plot.top - 1e4, py)));
  }
  if (x.length === 1) canvas.arc(across.scale(x[0]!), up.scale(y[0]!), 2, 0, 2 * Math.PI);
  canvas.stroke();
}

export function pathOf({ x, y }: Pick<CurveLine, "x" | "y">, { x: across, y: up }: Placed): string {
  const points: string[] = [];
  for (let i = 0; i < x.length; i++) {
    const [px, py] = [across.scale(x[i]!), up.scale(y[i]!)];
    if (Number.isFinite(px) && Number.isFinite(py)) points.push(`${px.toFixed(1)},${py.toFixed(1)}`);
  }
  return points.length === 0 ? "" : `M${points.join("L")}`;
}

/** Compared runs in their colors, and the run under the pointer. */
function LitCurves({ lines, here }: { readonly lines: readonly CurveLine[]; readonly here: Placed }) {
  const { runs } = useSweep();
  const compared = useSweepState((state) => state.compared);
  const hovered = useSweepState((state) => state.hovered);
  const color = useComparedColors();
  const { font, theme } = here.drawing;
  const lit = compared.flatMap((number) => lines.filter((line) => runs.number[line.row] === number));
  const under = hovered === null ? undefined : lines.find((line) => line.row === hovered);
  return (
    <g pointer-events="none">
      {lit.map((line) => <path key={line.row} d={pathOf(line, here)} stroke={color(runs.number[line.row]!)!} stroke-width={font * 0.22} />)}
      {under && <path d={pathOf(under, here)} stroke={theme.ink} stroke-width={font * 0.18} class="hover-line" />}
    </g>
  );
}

/** The line that passes nearest above or below the pointer. */
function nearest(lines: readonly CurveLine[], { x, y }: Placed, px: number, py: number): number | null {
  const place = x.scale.invert(px);
  let [found, least] = [-1, 14];
  for (const line of lines) {
    const distance = Math.abs(y.scale(heightAt(line, place)) - py);
    if (distance < least) [found, least] = [line.row, distance];
  }
  return found < 0 ? null : found;
}
