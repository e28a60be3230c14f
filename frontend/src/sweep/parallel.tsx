/** Parallel coordinates: every run a line through all its settings, narrowed by brushes on the axes. */

import type { VNode } from "preact";
import { useCallback, useMemo, useRef, useState } from "preact/hooks";
import { Chart } from "../chart/chart";
import type { Drawing } from "../chart/drawing";
import { specOf } from "./axis-spec";
import { type Coloring, NONE, useColoring } from "./coloring";
import { ColumnsMenu } from "./columns-menu";
import { RunTip, useComparedColors } from "./marks";
import { crossings, layOutParallels, lineOf, nearestLine, type Parallels } from "./parallel-layout";
import { ParallelAxes } from "./parallel-axes";
import { isLog, isVaried, quantity, toggleCompared, useDesk, useShown, useSweep, useSweepState } from "./state";
import type { Quantity, Sweep } from "./sweep";
import { cellOf } from "./runs-table";

export function ParallelPanel() {
  const desk = useDesk();
  const sweep = useSweep();
  const shown = useShown();
  const coloring = useColoring();
  const metric = useSweepState((state) => state.metric);
  const logs = useSweepState((state) => state.logs);
  const [hidden, setHidden] = useState<ReadonlySet<string>>(() => new Set(sweep.metrics.map(({ key }) => key)));
  const [order, setOrder] = useState<readonly string[]>([]);
  const [tip, setTip] = useState<{ row: number; x: number; y: number } | null>(null);
  const offered = useMemo(() => ordered(offeredOf(sweep, metric), order), [sweep, metric, order]);
  const axes = offered.filter(({ key }) => key === metric || !hidden.has(key));
  const specs = useMemo(() => axes.map((one) => specOf(one, isLog({ logs }, one), rowsOf(sweep))), [sweep, logs, axes.map(({ key }) => key).join("\n")]);
  const place = useMemo(() => placer(axes, specs, sweep.runs.count), [specs]);
  const background = useRef<{ key: string; canvas: HTMLCanvasElement } | null>(null);

  const paint = useCallback((canvas: CanvasRenderingContext2D, drawing: Drawing) => {
    const { parallels, heights } = place(drawing);
    canvas.clearRect(0, 0, drawing.width, drawing.height);
    const { focus, faded } = shown;
    // While a brush moves, what lies below stays the same: all lines in gray, drawn once.
    if (faded.length > 0) {
      const all = Int32Array.from([...focus, ...faded]).sort();
      const key = JSON.stringify([drawing.width, drawing.height, drawing.theme.name, all.length, all[0], all[all.length - 1], axes.map((one) => one.key), logs, sweep.runs.count]);
      if (background.current?.key !== key) background.current = { key, canvas: grayLines(parallels, heights, all, canvas.canvas) };
      canvas.save();
      canvas.setTransform(1, 0, 0, 1, 0, 0);
      canvas.drawImage(background.current.canvas, 0, 0);
      canvas.restore();
    }
    for (const { color, rows } of byColor(focus, coloring, drawing)) {
      canvas.strokeStyle = color;
      strokeLines(canvas, parallels, heights, rows, opacityOf(focus.length), drawing.font / 10);
    }
  }, [place, shown, coloring]);

  const draw = (drawing: Drawing): VNode => {
    const { parallels, heights } = place(drawing);
    return (
      <>
        {drawing.paper && byColor(shown.focus, coloring, drawing).map(({ color, rows }, i) => (
          <path key={i} d={rows.map((row) => lineOf(parallels, heights, row)).join("")} fill="none" stroke={color} stroke-opacity={opacityOf(shown.focus.length)} />
        ))}
        {!drawing.paper && <rect x={0} y={parallels.top} width={drawing.width} height={drawing.height - parallels.top} fill="transparent" class="pointer-area" {...pointer(parallels, heights)} />}
        {!drawing.paper && <LitLines parallels={parallels} heights={heights} />}
        <ParallelAxes parallels={parallels} move={(key, by) => setOrder(moved(offered, axes, key, by))} />
      </>
    );
  };
  const pointer = (parallels: Parallels, heights: readonly Float32Array[]) => {
    const find = (event: PointerEvent) => {
      const frame = (event.currentTarget as SVGElement).ownerSVGElement!.getBoundingClientRect();
      const [x, y] = [event.clientX - frame.left, event.clientY - frame.top];
      return { x, y, row: nearestLine(parallels, heights, shown.focus, x, y, parallels.drawing.font) };
    };
    return {
      onPointerMove: (event: PointerEvent) => {
        const { x, y, row } = find(event);
        desk.store.set({ hovered: row });
        setTip(row === null ? null : { row, x, y });
      },
      onPointerLeave: () => { desk.store.set({ hovered: null }); setTip(null); },
      onPointerUp: (event: PointerEvent) => {
        const { row } = find(event);
        if (row !== null) toggleCompared(desk, sweep.runs.number[row]!);
      },
    };
  };
  return (
    <Chart
        name="parallel-coordinates" title="Parallel coordinates" aspect={0.34}
        about={`Parallel coordinates of ${shown.focus.length} runs over ${axes.map(({ label }) => label).join(", ")}. Axes can be brushed: Tab to one, arrow keys move its brush.`}
        controls={<ColumnsMenu columns={offered} hidden={hidden} setHidden={setHidden} />}
        draw={draw} paint={paint}
        tip={tip && { x: tip.x, y: tip.y, content: <RunTip row={tip.row} /> }}
        table={() => ({
          columns: ["number", ...axes.map(({ name }) => name)],
          rows: Array.from(shown.focus, (row) => [sweep.runs.number[row]!, ...axes.map((one) => cellOf(one, row))]),
        })}
        footer={<p class="hint">Drag along an axis to narrow all panels to a stretch, click it to let go; drag a name to move its axis, click it for a logarithmic one. A click on a line compares the run.</p>}
      />
  );
}

function rowsOf({ runs }: Sweep): Int32Array {
  return Int32Array.from({ length: runs.count }, (_, row) => row);
}

/** Settings that differ, other metrics, and at the end the metric that decides. */
function offeredOf(sweep: Sweep, metric: string): readonly Quantity[] {
  const chosen = quantity(sweep, metric);
  return [...sweep.settings.filter(isVaried), ...sweep.metrics.filter((one) => one.key !== metric), chosen];
}

function ordered(quantities: readonly Quantity[], order: readonly string[]): readonly Quantity[] {
  const at = (one: Quantity) => (order.includes(one.key) ? order.indexOf(one.key) : order.length);
  return order.length === 0 ? quantities : [...quantities].sort((a, b) => at(a) - at(b));
}

/** The order after an axis has gone some places to the right. */
function moved(offered: readonly Quantity[], axes: readonly Quantity[], key: string, by: number): readonly string[] {
  const keys = axes.map((one) => one.key);
  const from = keys.indexOf(key);
  const to = Math.min(keys.length - 1, Math.max(0, from + by));
  keys.splice(to, 0, ...keys.splice(from, 1));
  return [...keys, ...offered.map((one) => one.key).filter((one) => !keys.includes(one))];
}

/** Lays out once for each size of the drawing. */
function placer(axes: readonly Quantity[], specs: Parameters<typeof layOutParallels>[1], count: number) {
  let last: { of: Drawing; parallels: Parallels; heights: readonly Float32Array[] } | null = null;
  return (drawing: Drawing) => {
    const same = last !== null && last.of.width === drawing.width && last.of.height === drawing.height && last.of.font === drawing.font && last.of.theme === drawing.theme && last.of.paper === drawing.paper;
    if (!same) {
      const parallels = layOutParallels(axes, specs, drawing);
      last = { of: drawing, parallels, heights: crossings(parallels, count) };
    }
    return last!;
  };
}

function opacityOf(lines: number): number {
  return lines < 100 ? 0.75 : lines < 1000 ? 0.45 : lines < 4000 ? 0.2 : 0.1;
}

function byColor(rows: Int32Array, { levels, css }: Coloring, { theme }: Drawing): readonly { readonly color: string; readonly rows: readonly number[] }[] {
  const colors = css(theme);
  const groups = new Map<number, number[]>();
  for (const row of rows) {
    const level = levels[row]!;
    const own = groups.get(level);
    if (own === undefined) groups.set(level, [row]);
    else own.push(row);
  }
  return [...groups].sort(([a], [b]) => b - a).map(([level, own]) => ({ color: level === NONE ? theme.faint : colors[level]!, rows: own }));
}

function strokeLines(canvas: CanvasRenderingContext2D, { axes }: Parallels, heights: readonly Float32Array[], rows: ArrayLike<number>, alpha: number, width: number): void {
  canvas.globalAlpha = alpha;
  canvas.lineWidth = width;
  canvas.lineJoin = "bevel";
  for (let i = 0; i < rows.length; i++) {
    // Each line by itself: where lines cross, they add up.
    canvas.beginPath();
    for (let k = 0; k < axes.length; k++) canvas.lineTo(axes[k]!.x, heights[k]![rows[i]!]!);
    canvas.stroke();
  }
  canvas.globalAlpha = 1;
}

function grayLines(parallels: Parallels, heights: readonly Float32Array[], rows: Int32Array, like: HTMLCanvasElement): HTMLCanvasElement {
  const { drawing } = parallels;
  const canvas = document.createElement("canvas");
  canvas.width = like.width;
  canvas.height = like.height;
  const context = canvas.getContext("2d")!;
  context.scale(like.width / drawing.width, like.height / drawing.height);
  context.strokeStyle = drawing.theme.faint;
  strokeLines(context, parallels, heights, rows, opacityOf(rows.length) * 0.3, drawing.font / 12);
  return canvas;
}

/** The lines of compared runs and of the one under the pointer. */
function LitLines({ parallels, heights }: { readonly parallels: Parallels; readonly heights: readonly Float32Array[] }) {
  const sweep = useSweep();
  const compared = useSweepState((state) => state.compared);
  const hovered = useSweepState((state) => state.hovered);
  const color = useComparedColors();
  const { theme, font } = parallels.drawing;
  return (
    <g fill="none" pointer-events="none">
      {compared.map((number) => {
        const row = sweep.runs.rowOf.get(number);
        return row === undefined ? null : <path key={number} d={lineOf(parallels, heights, row)} stroke={color(number)!} stroke-width={font * 0.2} />;
      })}
      {hovered !== null && <path d={lineOf(parallels, heights, hovered)} stroke={theme.ink} stroke-width={font * 0.17} class="hover-line" />}
    </g>
  );
}
