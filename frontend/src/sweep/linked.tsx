/** Points that stand for runs: painted, found under the pointer, narrowed by a box, the same in all panels. */

import type { ComponentChildren, VNode } from "preact";
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { Axes, type Interval } from "../chart/axes";
import { Chart, type ChartProps } from "../chart/chart";
import type { Drawing } from "../chart/drawing";
import { paintGrid } from "../chart/grid";
import { type Box, PointerArea } from "../chart/picking";
import type { Domain, Placed } from "../chart/points";
import { type AxisSpec, layOut } from "./axis-spec";
import { type Coloring, NONE } from "./coloring";
import { type Dots, paintDots } from "./dots";
import { RunMarks, RunTip } from "./marks";
import { brush, toggleCompared, useDesk, useShown } from "./state";

export interface RunPoints {
  readonly rows: Int32Array;
  readonly x: Float64Array;
  readonly y: Float64Array;
}

interface LinkedProps extends Omit<ChartProps, "draw" | "paint" | "tip" | "onKeyDown"> {
  readonly points: RunPoints;
  readonly x: AxisSpec;
  readonly y: AxisSpec;
  /** The quantities that a box narrows, where it does. */
  readonly keys: readonly [x: string | null, y: string | null];
  readonly coloring: Coloring;
  /** Moves points at one place apart, in shares of the room between choices. */
  readonly jitter?: boolean;
  readonly guides?: (placed: Placed) => ComponentChildren;
  readonly under?: (placed: Placed) => ComponentChildren;
}

/** Pixels within which a point is found. */
const REACH = 18;

export function LinkedPoints(props: LinkedProps) {
  const { points, x, y, keys, coloring, jitter = false, guides, under, controls, ...frame } = props;
  const desk = useDesk();
  const shown = useShown();
  const [zoomed, zoom] = useState<{ of: readonly AxisSpec[]; x: Interval; y: Interval } | null>(null);
  const [tip, setTip] = useState<{ row: number; x: number; y: number } | null>(null);
  const [box, setBox] = useState<Box | null>(null);
  // A zoom holds as long as the axes are of the same things.
  const kept = zoomed !== null && zoomed.of[0]!.label === x.label && zoomed.of[1]!.label === y.label && zoomed.of[0]!.log === x.log && zoomed.of[1]!.log === y.log;
  const [seenX, seenY] = kept ? [{ ...x, domain: zoomed.x }, { ...y, domain: zoomed.y }] : [x, y];
  const spots = useSpots(points, jitter);
  const finished = desk.store.get().sweep.runs.state;
  const whole = (row: number) => finished.categories[finished.values[row]!] === "finished";

  const paint = useCallback((canvas: CanvasRenderingContext2D, drawing: Drawing) => {
    canvas.clearRect(0, 0, drawing.width, drawing.height);
    const here = layOut(seenX, seenY, drawing);
    if (under === undefined) paintGrid(canvas, here);
    paintDots(canvas, dotsOf(points, spots, here, coloring, shown.part, whole));
  }, [points, spots, coloring, shown.part, JSON.stringify([seenX, seenY])]);

  const draw = (drawing: Drawing): VNode => {
    const here = layOut(seenX, seenY, drawing);
    const at = (row: number) => placeOf(points, spots, here, row);
    return (
      <>
        <Axes x={here.x} y={here.y} plot={here.plot} drawing={drawing} grid={drawing.paper && under === undefined} />
        {under?.(here)}
        {drawing.paper && <PaperDots dots={dotsOf(points, spots, here, coloring, shown.part, whole)} />}
        {guides?.(here)}
        {!drawing.paper && <RunMarks drawing={drawing} at={at} />}
        {!drawing.paper && (
          <PointerArea
            here={here} box={box} setBox={setBox} onHover={(spot) => find(here, spot)} onClick={(spot) => compare(here, spot)}
            onBox={(domain, event) => takeBox(domain, event.shiftKey)} onDoubleClick={() => { zoom(null); clearBrushes(); }}
          />
        )}
      </>
    );
  };

  const hover = (row: number | null) => desk.store.set({ hovered: row });
  const find = (here: Placed, spot: readonly [number, number] | null) => {
    const row = spot && nearest(points, spots, here, shown.part, ...spot);
    hover(row);
    const place = row === null ? null : placeOf(points, spots, here, row);
    setTip(row === null || place === null ? null : { row, x: place[0], y: place[1] });
  };
  const compare = (here: Placed, spot: readonly [number, number]) => {
    const row = nearest(points, spots, here, shown.part, ...spot);
    if (row !== null) toggleCompared(desk, desk.store.get().sweep.runs.number[row]!);
  };
  const clearBrushes = () => brush(desk, Object.fromEntries(keys.filter((key) => key !== null).map((key) => [key, null])));
  const takeBox = (domain: Domain, zooming: boolean) => {
    if (zooming || keys.every((key) => key === null)) return zoom({ of: [x, y], ...domain });
    brush(desk, { ...(keys[0] === null ? {} : { [keys[0]]: domain.x }), ...(keys[1] === null ? {} : { [keys[1]]: domain.y }) });
  };
  const step = (event: KeyboardEvent) => {
    if (event.key === "Escape") { zoom(null); clearBrushes(); hover(null); setTip(null); }
    const { hovered, sweep } = desk.store.get();
    if (event.key === "Enter" && hovered !== null) toggleCompared(desk, sweep.runs.number[hovered]!);
    const by = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
    if (by === 0) return;
    event.preventDefault();
    const order = [...points.rows.keys()].filter((i) => shown.part[points.rows[i]!] === 2).sort((a, b) => points.x[a]! - points.x[b]! || points.y[a]! - points.y[b]!);
    const now = order.findIndex((i) => points.rows[i] === hovered);
    const next = order[Math.min(order.length - 1, Math.max(0, now + by))];
    if (next !== undefined) hover(points.rows[next]!);
  };
  return (
    <Chart
      {...frame} draw={draw} paint={paint} onKeyDown={step}
      tip={tip === null || box !== null ? null : { x: tip.x, y: tip.y, content: <RunTip row={tip.row} /> }}
      controls={<>{controls}{kept && <button type="button" class="quiet" onClick={() => zoom(null)}>Show all</button>}</>}
    />
  );
}

/** Steps to the side for points that would lie on each other, in pixels of a letter. */
function useSpots(points: RunPoints, jitter: boolean): Float64Array | null {
  const cache = useRef<{ of: RunPoints; spots: Float64Array } | null>(null);
  useEffect(() => () => { cache.current = null; }, []);
  if (!jitter) return null;
  if (cache.current?.of !== points) {
    // The golden ratio spreads rows evenly, whatever their number.
    const spots = Float64Array.from(points.rows, (row) => ((row * 0.6180339887) % 1) - 0.5);
    cache.current = { of: points, spots };
  }
  return cache.current.spots;
}

/** Dots by color, those out of focus first. */
function dotsOf(points: RunPoints, spots: Float64Array | null, here: Placed, coloring: Coloring, part: Uint8Array, whole: (row: number) => boolean): readonly Dots[] {
  const { theme, font } = here.drawing;
  const n = points.rows.length;
  const radius = (font / 12) * (n < 300 ? 3.6 : n < 3000 ? 2.6 : 1.9);
  const alpha = n < 300 ? 0.9 : n < 3000 ? 0.7 : 0.5;
  const colors = coloring.css(theme);
  const faded: Dots = { color: theme.faint, alpha: 0.28, radius: radius * 0.8, hollow: false, xs: [], ys: [] };
  const dots = new Map<number, Dots>();
  for (let i = 0; i < n; i++) {
    const row = points.rows[i]!;
    if (part[row] === 0) continue;
    const [px, py] = [here.x.scale(points.x[i]!) + shift(spots, i, here), here.y.scale(points.y[i]!)];
    if (!isInside(px, py, here)) continue;
    const level = coloring.levels[row]!;
    const hollow = !whole(row);
    const key = level + (hollow ? 1000 : 0);
    let own = part[row] === 1 ? faded : dots.get(key);
    if (own === undefined) dots.set(key, (own = { color: level === NONE ? theme.faint : colors[level]!, alpha: hollow ? 0.55 : alpha, radius: hollow ? radius * 0.85 : radius, hollow, xs: [], ys: [] }));
    own.xs.push(px);
    own.ys.push(py);
  }
  return [faded, ...dots.values()].filter((one) => one.xs.length > 0);
}

function shift(spots: Float64Array | null, i: number, here: Placed): number {
  return spots === null ? 0 : spots[i]! * here.drawing.font * 1.5;
}

function isInside(px: number, py: number, { plot }: Placed): boolean {
  return px >= plot.left - 4 && px <= plot.right + 4 && py >= plot.top - 4 && py <= plot.bottom + 4;
}

function PaperDots({ dots }: { readonly dots: readonly Dots[] }) {
  return (
    <>
      {dots.map((dot, k) => (
        <g key={k} fill={dot.hollow ? "none" : dot.color} stroke={dot.hollow ? dot.color : "none"} opacity={dot.alpha}>
          {dot.xs.map((x, i) => <circle key={i} cx={x.toFixed(1)} cy={dot.ys[i]!.toFixed(1)} r={dot.radius.toFixed(1)} />)}
        </g>
      ))}
    </>
  );
}

const indices = new WeakMap<RunPoints, Map<number, number>>();

function placeOf(points: RunPoints, spots: Float64Array | null, here: Placed, row: number): readonly [number, number] | null {
  let index = indices.get(points);
  if (index === undefined) indices.set(points, (index = new Map(Array.from(points.rows, (one, i) => [one, i]))));
  const i = index.get(row);
  if (i === undefined) return null;
  const [px, py] = [here.x.scale(points.x[i]!) + shift(spots, i, here), here.y.scale(points.y[i]!)];
  return isInside(px, py, here) ? [px, py] : null;
}

function nearest(points: RunPoints, spots: Float64Array | null, here: Placed, part: Uint8Array, x: number, y: number): number | null {
  let [found, least] = [-1, REACH ** 2];
  for (let i = 0; i < points.rows.length; i++) {
    if (part[points.rows[i]!] !== 2) continue;
    const distance = (here.x.scale(points.x[i]!) + shift(spots, i, here) - x) ** 2 + (here.y.scale(points.y[i]!) - y) ** 2;
    if (distance < least) [found, least] = [points.rows[i]!, distance];
  }
  return found < 0 ? null : found;
}
