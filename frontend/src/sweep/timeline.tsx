/** When each run went where: a bar for each, worker by worker. */

import type { VNode } from "preact";
import { useCallback, useMemo, useState } from "preact/hooks";
import { Axes, linearAxis } from "../chart/axes";
import { Chart } from "../chart/chart";
import type { Drawing } from "../chart/drawing";
import { paintGrid } from "../chart/grid";
import type { Placed } from "../chart/points";
import type { Theme } from "../theme";
import { seconds } from "../words";
import { shortened } from "./axis-spec";
import { RunTip } from "./marks";
import { toggleCompared, useDesk, useShown, useSweep, useSweepState } from "./state";
import type { Sweep } from "./sweep";

interface Bars {
  readonly rows: Int32Array;
  readonly from: Float64Array;
  readonly to: Float64Array;
  /** The line that each bar stands on; a worker that does several at once has several. */
  readonly line: Int32Array;
  readonly names: readonly string[];
  readonly end: number;
}

function stateColors(theme: Theme): Readonly<Record<string, string>> {
  return { finished: theme.good, running: theme.accent, pruned: theme.faint, failed: theme.bad, stopped: theme.warning, lost: theme.warning };
}

export function Timeline() {
  const desk = useDesk();
  const sweep = useSweep();
  const shown = useShown();
  const [tip, setTip] = useState<{ row: number; x: number; y: number } | null>(null);
  const bars = useMemo(() => barsOf(sweep), [sweep]);
  const states = sweep.runs.state;
  const place = (drawing: Drawing): Placed => {
    const { width, height, font } = drawing;
    const left = Math.min(width * 0.25, Math.max(...bars.names.map((name) => name.length), 4) * font * 0.58 + font);
    const plot = { left, right: width - font * 1.5, top: font * 1.4, bottom: height - font * 3.2 };
    const [unit, name] = bars.end > 7200 ? [3600, "h"] : bars.end > 180 ? [60, "min"] : [1, "s"];
    const shared = linearAxis([0, Math.max(bars.end, 1e-9) / unit], [plot.left, plot.right], `time since the first run began (${name})`, font * 6);
    const scale = linearAxis([0, Math.max(bars.end, 1e-9)], [plot.left, plot.right], "", font * 6).scale;
    const x = { ...shared, scale, ticks: shared.ticks.map((one) => ({ ...one, value: one.value * unit })) };
    const tall = Math.min(plot.bottom - plot.top, bars.names.length * font * 4);
    const y = linearAxis([0, bars.names.length], [plot.bottom - tall, plot.bottom], "", font * 2);
    return { plot, drawing, x, y: { ...y, ticks: [] } };
  };
  const paint = useCallback((canvas: CanvasRenderingContext2D, drawing: Drawing) => {
    canvas.clearRect(0, 0, drawing.width, drawing.height);
    const here = place(drawing);
    const colors = stateColors(drawing.theme);
    paintGrid(canvas, here);
    for (let i = 0; i < bars.rows.length; i++) {
      const row = bars.rows[i]!;
      if (shown.part[row] === 0) continue;
      const { x, y, width, height } = boxOf(bars, i, here);
      canvas.globalAlpha = shown.part[row] === 1 ? 0.2 : 0.85;
      canvas.fillStyle = colors[states.categories[states.values[row]!]!] ?? drawing.theme.faint;
      canvas.fillRect(x, y, width, height);
    }
    canvas.globalAlpha = 1;
  }, [bars, shown]);
  const draw = (drawing: Drawing): VNode => {
    const here = place(drawing);
    const { theme, font, paper } = drawing;
    const tall = here.y.scale(1) - here.y.scale(0);
    const every = Math.max(1, Math.ceil((font * 1.3) / tall));
    return (
      <>
        <Axes x={here.x} y={here.y} plot={here.plot} drawing={drawing} grid={drawing.paper} />
        <g font-size={font} fill={theme.muted}>
          {bars.names.map((name, i) => i % every === 0 && <text key={i} x={here.plot.left - font * 0.6} y={here.y.scale(i + 0.5)} dy="0.35em" text-anchor="end">{shortened(name, 24)}</text>)}
        </g>
        {paper && Array.from(bars.rows, (row, i) => shown.part[row] !== 0 && (
          <rect key={row} {...boxOf(bars, i, here)} fill={stateColors(theme)[states.categories[states.values[row]!]!] ?? theme.faint} fill-opacity={shown.part[row] === 1 ? 0.2 : 0.85} />
        ))}
        {!paper && <LitBars bars={bars} here={here} />}
        {!paper && (
          <rect
            x={here.plot.left} y={here.plot.top} width={here.plot.right - here.plot.left} height={here.plot.bottom - here.plot.top} fill="transparent" class="pointer-area"
            onPointerMove={(event) => {
              const around = event.currentTarget.ownerSVGElement!.getBoundingClientRect();
              const row = barAt(bars, here, event.clientX - around.left, event.clientY - around.top);
              desk.store.set({ hovered: row });
              setTip(row === null ? null : { row, x: event.clientX - around.left, y: event.clientY - around.top });
            }}
            onPointerLeave={() => { desk.store.set({ hovered: null }); setTip(null); }}
            onClick={() => tip !== null && toggleCompared(desk, sweep.runs.number[tip.row]!)}
          />
        )}
      </>
    );
  };
  const present = states.categories.filter((_, code) => states.values.includes(code));
  return (
    <Chart
      name="timeline" title="Timeline" aspect={Math.min(0.9, 0.08 + bars.names.length * 0.04)}
      about={`When runs went, on ${bars.names.length} lines of workers, over ${seconds(bars.end)}.`}
      draw={draw} paint={paint}
      tip={tip && { x: tip.x, y: tip.y, content: <><RunTip row={tip.row} /><span>{seconds(bars.to[bars.rows.indexOf(tip.row)]! - bars.from[bars.rows.indexOf(tip.row)]!)} from {seconds(bars.from[bars.rows.indexOf(tip.row)]!)}</span></> }}
      footer={(drawing) => <div class="legend color-legend">{present.map((state) => <span key={state}><i style={{ background: stateColors(drawing.theme)[state] ?? drawing.theme.faint }} />{state}</span>)}</div>}
      table={() => ({
        columns: ["number", "worker", "state", "from_seconds", "to_seconds"],
        rows: Array.from(bars.rows, (row, i) => [sweep.runs.number[row]!, sweep.runs.worker.categories[sweep.runs.worker.values[row]!] ?? null, states.categories[states.values[row]!] ?? null, bars.from[i]!, bars.to[i]!]),
      })}
    />
  );
}

/** Bars on lines; runs of one worker that overlap get lines of their own. */
export function barsOf({ runs }: Sweep): Bars {
  const first = runs.started.reduce((least, time) => (time < least ? time : least), Infinity);
  const latest = runs.ended.reduce((most, time) => (time > most ? time : most), runs.started.reduce((most, time) => Math.max(most, time), -Infinity));
  const rows = Int32Array.from(runs.started.keys()).filter((row) => Number.isFinite(runs.started[row]!)).sort((a, b) => runs.started[a]! - runs.started[b]!);
  const from = Float64Array.from(rows, (row) => runs.started[row]! - first);
  const to = Float64Array.from(rows, (row) => (Number.isFinite(runs.ended[row]!) ? runs.ended[row]! : latest) - first);
  const lines: { worker: number; free: number }[] = [];
  const places = Array.from(rows, (row, i) => {
    const worker = runs.worker.values[row]!;
    let at = lines.findIndex((one) => one.worker === worker && one.free <= from[i]! + 1e-6);
    if (at < 0) at = lines.push({ worker, free: 0 }) - 1;
    lines[at]!.free = to[i]!;
    return at;
  });
  const order = [...lines.keys()].sort((a, b) => lines[a]!.worker - lines[b]!.worker || a - b);
  const names = order.map((at, i) => (i > 0 && lines[order[i - 1]!]!.worker === lines[at]!.worker ? "" : (runs.worker.categories[lines[at]!.worker] ?? "")));
  return { rows, from, to, names, line: Int32Array.from(places, (at) => order.indexOf(at)), end: to.reduce((most, time) => Math.max(most, time), 0) };
}

function boxOf(bars: Bars, i: number, { x, y }: Placed) {
  const [left, right] = [x.scale(bars.from[i]!), x.scale(bars.to[i]!)];
  const [top, bottom] = [y.scale(bars.line[i]!), y.scale(bars.line[i]! + 1)];
  const gap = Math.min(2, (bottom - top) * 0.15);
  const width = right - left;
  return { x: left, y: top + gap, width: Math.max(1, width > 4 ? width - 1 : width), height: Math.max(1, bottom - top - 2 * gap) };
}

function barAt(bars: Bars, { x, y }: Placed, px: number, py: number): number | null {
  const [time, line] = [x.scale.invert(px), Math.floor(y.scale.invert(py))];
  const slack = Math.abs(x.scale.invert(px + 2) - time);
  let [found, least] = [-1, Infinity];
  for (let i = 0; i < bars.rows.length; i++) {
    if (bars.line[i] !== line) continue;
    const distance = Math.max(bars.from[i]! - time, time - bars.to[i]!, 0);
    if (distance <= slack && distance < least) [found, least] = [bars.rows[i]!, distance];
  }
  return found < 0 ? null : found;
}

function LitBars({ bars, here }: { readonly bars: Bars; readonly here: Placed }) {
  const { runs } = useSweep();
  const hovered = useSweepState((state) => state.hovered);
  const compared = useSweepState((state) => state.compared);
  const { theme } = here.drawing;
  const lit = Array.from(bars.rows.keys()).filter((i) => bars.rows[i] === hovered || compared.includes(runs.number[bars.rows[i]!]!));
  return (
    <g fill="none" pointer-events="none">
      {lit.map((i) => {
        const at = compared.indexOf(runs.number[bars.rows[i]!]!);
        return <rect key={i} {...boxOf(bars, i, here)} stroke={at < 0 ? theme.ink : theme.series[at % theme.series.length]!} stroke-width={2} />;
      })}
    </g>
  );
}
