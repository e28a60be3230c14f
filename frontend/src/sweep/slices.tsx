/** A metric against every setting at once, one small frame each. */

import type { VNode } from "preact";
import { useCallback, useMemo, useState } from "preact/hooks";
import { Axes } from "../chart/axes";
import { Chart } from "../chart/chart";
import { Chip } from "../chart/controls";
import type { Drawing } from "../chart/drawing";
import { paintGrid } from "../chart/grid";
import type { Placed } from "../chart/points";
import { type AxisSpec, axisOf, specOf } from "./axis-spec";
import { NONE, useColoring } from "./coloring";
import { type Dots, paintDots } from "./dots";
import { RunMarks, RunTip } from "./marks";
import { cellOf } from "./runs-table";
import { isLog, isVaried, toggleCompared, turnLog, useDesk, useLog, useQuantity, useShown, useSweep, useSweepState } from "./state";
import type { Quantity } from "./sweep";

/** More frames than this are too small to read. */
const MOST = 12;

interface Frame extends Placed {
  readonly setting: Quantity;
  /** Whether many runs share few places. */
  readonly crowded: boolean;
}

export function Slices() {
  const desk = useDesk();
  const sweep = useSweep();
  const shown = useShown();
  const coloring = useColoring();
  const metric = useQuantity((state) => state.metric);
  const logs = useSweepState((state) => state.logs);
  const logY = useLog(metric);
  const [tip, setTip] = useState<{ row: number; x: number; y: number } | null>(null);
  const settings = useMemo(() => sweep.settings.filter(isVaried).slice(0, MOST), [sweep]);
  const rows = useMemo(() => {
    const usable = (row: number) => Number.isFinite(metric.values[row]!) && (!logY || metric.values[row]! > 0);
    return Int32Array.from([...shown.faded, ...shown.focus]).filter(usable);
  }, [shown, metric, logY]);
  const specs = useMemo(() => settings.map((one) => specOf(one, isLog({ logs }, one), rows, 0.08)), [settings, rows, logs]);
  const up = useMemo(() => specOf(metric, logY, rows), [metric, logY, rows]);
  const columnsFor = (drawing: Drawing) => Math.max(1, Math.min(settings.length, Math.floor(drawing.width / (drawing.font * 16))));
  const frames = (drawing: Drawing) => framesOf(settings, specs, up, drawing, columnsFor(drawing));

  const paint = useCallback((canvas: CanvasRenderingContext2D, drawing: Drawing) => {
    canvas.clearRect(0, 0, drawing.width, drawing.height);
    const colors = coloring.css(drawing.theme);
    const radius = (drawing.font / 12) * (rows.length < 300 ? 2.8 : 1.6);
    for (const frame of frames(drawing)) {
      paintGrid(canvas, frame);
      const dots = new Map<number, Dots>();
      for (const row of rows) {
        const [x, y] = spotOf(frame, metric, row);
        if (!Number.isFinite(x)) continue;
        const level = shown.part[row] === 1 ? NONE + 1 : coloring.levels[row]!;
        let own = dots.get(level);
        if (own === undefined) dots.set(level, (own = { color: colors[level] ?? drawing.theme.faint, alpha: level > NONE ? 0.15 : rows.length < 1000 ? 0.8 : 0.45, radius, hollow: false, xs: [], ys: [] }));
        own.xs.push(x);
        own.ys.push(y);
      }
      paintDots(canvas, [...dots].sort(([a], [b]) => b - a).map(([, one]) => one));
    }
  }, [specs, up, rows, coloring, shown]);

  const draw = (drawing: Drawing): VNode => {
    const all = frames(drawing);
    const colors = coloring.css(drawing.theme);
    return (
      <>
        {all.map((frame) => (
          <g key={frame.setting.key}>
            <Axes x={frame.x} y={{ ...frame.y, label: "" }} plot={frame.plot} drawing={drawing} grid={drawing.paper} />
            {drawing.paper && Array.from(rows, (row) => {
              const [x, y] = spotOf(frame, metric, row);
              return Number.isFinite(x) && shown.part[row] === 2 && <circle key={row} cx={x.toFixed(1)} cy={y.toFixed(1)} r={2} fill={colors[coloring.levels[row]!] ?? drawing.theme.faint} fill-opacity={0.75} />;
            })}
            {!drawing.paper && <RunMarks drawing={drawing} at={(row) => { const [x, y] = spotOf(frame, metric, row); return Number.isFinite(x) ? [x, y] : null; }} />}
          </g>
        ))}
        <text x={2} y={drawing.font} font-size={drawing.font} font-weight="500" fill={drawing.theme.ink}>{up.label}</text>
        {!drawing.paper && <rect x={0} y={0} width={drawing.width} height={drawing.height} fill="transparent" class="pointer-area" {...pointer(all)} />}
      </>
    );
  };
  const pointer = (all: readonly Frame[]) => ({
    onPointerMove: (event: PointerEvent) => {
      const around = (event.currentTarget as SVGElement).ownerSVGElement!.getBoundingClientRect();
      const [px, py] = [event.clientX - around.left, event.clientY - around.top];
      let [found, least] = [-1, 14 ** 2];
      for (const frame of all) {
        if (px < frame.plot.left - 14 || px > frame.plot.right + 14 || py < frame.plot.top - 14 || py > frame.plot.bottom + 14) continue;
        for (const row of rows) {
          if (shown.part[row] !== 2) continue;
          const [x, y] = spotOf(frame, metric, row);
          const distance = (x - px) ** 2 + (y - py) ** 2;
          if (distance < least) [found, least] = [row, distance];
        }
      }
      desk.store.set({ hovered: found < 0 ? null : found });
      setTip(found < 0 ? null : { row: found, x: px, y: py });
    },
    onPointerLeave: () => { desk.store.set({ hovered: null }); setTip(null); },
    onClick: (event: MouseEvent) => {
      if (tip !== null) return toggleCompared(desk, sweep.runs.number[tip.row]!);
      const around = (event.currentTarget as SVGElement).ownerSVGElement!.getBoundingClientRect();
      const [px, py] = [event.clientX - around.left, event.clientY - around.top];
      const frame = all.find(({ plot }) => px >= plot.left && px <= plot.right && py >= plot.top && py <= plot.bottom + 40);
      if (frame !== undefined) desk.store.set({ setting: frame.setting.key });
    },
  });
  return (
    <Chart
        name="slices" title={`Slices of ${metric.label}`} aspect={Math.min(1.4, 0.24 * Math.ceil(settings.length / 4) + 0.05)}
        about={`${metric.label} against each of ${settings.map((one) => one.label).join(", ")}.`}
        controls={<Chip pressed={logY} onClick={() => turnLog(desk, metric)}>log y</Chip>}
        draw={draw} paint={paint} tip={tip && { x: tip.x, y: tip.y, content: <RunTip row={tip.row} /> }}
        footer={<p class="hint">The same runs in every frame. A click into a frame shows its setting in the panel with means and line.{sweep.settings.filter(isVaried).length > MOST && ` The first ${MOST} settings.`}</p>}
        table={() => ({
          columns: ["number", metric.name, ...settings.map((one) => one.name)],
          rows: Array.from(rows).filter((row) => shown.part[row] === 2).map((row) => [sweep.runs.number[row]!, cellOf(metric, row), ...settings.map((one) => cellOf(one, row))]),
        })}
      />
  );
}

function framesOf(settings: readonly Quantity[], specs: readonly AxisSpec[], up: AxisSpec, drawing: Drawing, columns: number): readonly Frame[] {
  const { width, height, font } = drawing;
  const lines = Math.max(1, Math.ceil(settings.length / columns));
  const [wide, tall] = [width / columns, (height - font * 1.2) / lines];
  return settings.map((setting, i) => {
    const [column, line] = [i % columns, Math.floor(i / columns)];
    const plot = { left: column * wide + font * 4, right: (column + 1) * wide - font * 0.9, top: font * 1.6 + line * tall, bottom: font * 1.2 + (line + 1) * tall - font * 3.2 };
    const x = axisOf(specs[i]!, [plot.left, plot.right], font * 5);
    return { setting, crowded: setting.kind === "category" || specs[i]!.favorites.length > 0, plot, drawing, x, y: axisOf(up, [plot.bottom, plot.top], font * 3) };
  });
}

function spotOf({ setting, crowded, x, y, drawing }: Frame, metric: Quantity, row: number): readonly [number, number] {
  const aside = crowded ? (((row * 0.6180339887) % 1) - 0.5) * drawing.font : 0;
  return [x.scale(setting.values[row]!) + aside, y.scale(metric.values[row]!)];
}
