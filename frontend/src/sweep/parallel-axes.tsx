/** The axes of parallel coordinates: names to move and turn them by, brushes along them. */

import { useContext, useRef, useState } from "preact/hooks";
import { textWidth } from "../chart/drawing";
import type { Interval } from "../chart/axes";
import { numberText, shortened } from "./axis-spec";
import type { Parallels, Upright } from "./parallel-layout";
import { brush, DeskContext, type Desk, isPositive, turnLog, useDesk, useLog, useSweepState } from "./state";

interface Props {
  readonly parallels: Parallels;
  /** Moves the axis of a quantity so many places to the right. */
  readonly move: (key: string, by: number) => void;
}

export function ParallelAxes({ parallels, move }: Props) {
  // A drawing for a file stands outside of the page.
  const live = useContext(DeskContext) !== null && !parallels.drawing.paper;
  const { theme, font } = parallels.drawing;
  const step = parallels.axes.length > 1 ? parallels.axes[1]!.x - parallels.axes[0]!.x : parallels.drawing.width;
  return (
    <g font-size={font}>
      {parallels.axes.map((upright, i) => (
        <g key={upright.quantity.key}>
          <line x1={upright.x} x2={upright.x} y1={parallels.top} y2={parallels.bottom} stroke={theme.muted} stroke-width={1.25} />
          {live && <Brush upright={upright} parallels={parallels} />}
          <g pointer-events="none">{upright.axis.ticks.map((tick) => tick.text !== null && (
            <text
              key={tick.value} x={upright.x + font * 0.5} y={upright.axis.scale(tick.value)} dy="0.35em" fill={theme.ink}
              stroke={theme.paper} stroke-width={3.5} stroke-linejoin="round" paint-order="stroke"
            >
              {tick.text}
            </text>
          ))}</g>
          {upright.quantity.values.some((value) => Number.isNaN(value)) && <text x={upright.x + font * 0.5} y={parallels.absent} dy="0.35em" fill={theme.muted} stroke={theme.paper} stroke-width={3} paint-order="stroke" pointer-events="none">none</text>}
          {live
            ? <Name upright={upright} parallels={parallels} step={step} low={i % 2 === 1} move={move} />
            : <AxisName upright={upright} parallels={parallels} step={step} low={i % 2 === 1} />}
        </g>
      ))}
    </g>
  );
}

interface NameProps {
  readonly upright: Upright;
  readonly parallels: Parallels;
  readonly step: number;
  /** Whether it stands on the lower of two lines, where names are close. */
  readonly low: boolean;
}

function AxisName({ upright: { quantity, spec, x }, parallels: { drawing }, step, low }: NameProps) {
  const { font, theme } = drawing;
  const tight = step < font * 8;
  const letters = Math.max(5, Math.floor(((tight ? 2 : 1) * step - font) / (font * 0.56)));
  const name = spec.log ? `${shortened(quantity.label, letters - 4)} (log)` : shortened(spec.label, letters);
  const half = textWidth(name, font) / 2;
  const at = Math.min(drawing.width - half, Math.max(half, x));
  return <text x={at} y={font * (tight && low ? 2.7 : 1.3)} text-anchor="middle" font-weight="550" fill={theme.ink}>{name}</text>;
}

function Name(props: NameProps & Pick<Props, "move">) {
  const { upright: { quantity, x }, step, move } = props;
  const desk = useDesk();
  const [pulled, setPulled] = useState<number | null>(null);
  const start = useRef(0);
  const canTurn = quantity.kind === "number" && isPositive(quantity);
  const log = useLog(quantity);
  const about = `Axis ${quantity.label}${quantity.space === "" ? "" : `: ${quantity.space}`}${canTurn ? `. ${log ? "Logarithmic; press for equal steps" : "Press for a logarithmic axis"}` : ""}. Left and right arrow keys move it.`;
  return (
    <g
      role="button" tabindex={0} aria-label={about} class="axis-name" transform={pulled === null ? undefined : `translate(${pulled},0)`}
      onPointerDown={(event: PointerEvent) => { start.current = event.clientX; setPulled(0); (event.currentTarget as SVGElement).setPointerCapture(event.pointerId); }}
      onPointerMove={(event: PointerEvent) => pulled !== null && setPulled(event.clientX - start.current)}
      onPointerUp={(event: PointerEvent) => {
        const by = Math.round((event.clientX - start.current) / step);
        setPulled(null);
        if (by !== 0) move(quantity.key, by);
        else if (Math.abs(event.clientX - start.current) < 4 && canTurn) turnLog(desk, quantity);
      }}
      onPointerCancel={() => setPulled(null)}
      onKeyDown={(event: KeyboardEvent) => {
        const by = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
        if (by !== 0) move(quantity.key, by);
        else if ((event.key === "Enter" || event.key === " ") && canTurn) turnLog(desk, quantity);
        else return;
        event.preventDefault();
      }}
    >
      <title>{quantity.space || quantity.name}</title>
      <rect x={x - step / 2} y={0} width={step} height={props.parallels.top - props.parallels.drawing.font * 0.8} fill="transparent" />
      <AxisName {...props} />
    </g>
  );
}

/** Values between two heights, as the axis has them. */
function between({ axis }: Upright, a: number, b: number): Interval {
  const [low, high] = [axis.scale.invert(a), axis.scale.invert(b)].sort((p, q) => p - q) as [number, number];
  return [low, high];
}

function Brush({ upright, parallels }: { readonly upright: Upright; readonly parallels: Parallels }) {
  const desk = useDesk();
  const { quantity, axis, x } = upright;
  const { top, bottom, drawing: { font, theme } } = parallels;
  const stretch = useSweepState((state) => state.brushes[quantity.key]);
  const drag = useRef<{ from: number; moving: readonly [number, number] | null; moved: boolean } | null>(null);
  const inside = (y: number) => Math.min(bottom, Math.max(top, y));
  const ends = stretch === undefined ? null : ([axis.scale(stretch[1]), axis.scale(stretch[0])].map(inside) as [number, number]);
  const height = (event: PointerEvent) => event.clientY - (event.currentTarget as SVGElement).ownerSVGElement!.getBoundingClientRect().top;
  const take = soon((next: Interval | null) => brush(desk, { [quantity.key]: next }));
  return (
    <g>
      {ends && <rect x={x - font * 0.55} y={ends[0]} width={font * 1.1} height={Math.max(2, ends[1] - ends[0])} fill={theme.accent} fill-opacity={0.25} stroke={theme.accent} class="brush" />}
      <rect
        x={x - font * 0.9} y={top - 4} width={font * 1.8} height={bottom - top + 8} fill="transparent" class="brush-area"
        role="slider" tabindex={0} aria-orientation="vertical" aria-label={`Brush on ${quantity.label}; arrow keys move it, plus and minus widen and narrow it, Delete takes it away`}
        aria-valuetext={stretch === undefined ? "all" : `${numberText({ ...quantity, whole: false }, stretch[0])} to ${numberText({ ...quantity, whole: false }, stretch[1])}`}
        aria-valuemin={axis.scale.domain()[0]} aria-valuemax={axis.scale.domain()[1]} aria-valuenow={stretch?.[0] ?? axis.scale.domain()[0]}
        onPointerDown={(event: PointerEvent) => {
          const y = height(event);
          (event.currentTarget as SVGElement).setPointerCapture(event.pointerId);
          drag.current = { from: y, moving: ends !== null && y > ends[0] && y < ends[1] ? ends : null, moved: false };
        }}
        onPointerMove={(event: PointerEvent) => {
          const now = drag.current;
          if (now === null) return;
          const y = inside(height(event));
          if (Math.abs(y - now.from) > 3) now.moved = true;
          if (!now.moved) return;
          if (now.moving === null) return take(between(upright, now.from, y));
          const by = Math.min(bottom - now.moving[1], Math.max(top - now.moving[0], y - now.from));
          take(between(upright, now.moving[0] + by, now.moving[1] + by));
        }}
        onPointerUp={() => {
          if (drag.current?.moved === false) take(null);
          drag.current = null;
        }}
        onPointerCancel={() => { drag.current = null; }}
        onKeyDown={(event: KeyboardEvent) => keyed(event, desk, upright, parallels, ends)}
      />
    </g>
  );
}

/** Calls back once before the next picture, with what came last. */
function soon<T>(act: (given: T) => void): (given: T) => void {
  return (given) => {
    latest.given = () => act(given);
    if (latest.asked) return;
    latest.asked = true;
    requestAnimationFrame(() => {
      latest.asked = false;
      latest.given?.();
      latest.given = null;
    });
  };
}

const latest: { asked: boolean; given: (() => void) | null } = { asked: false, given: null };

function keyed(event: KeyboardEvent, desk: Desk, upright: Upright, { top, bottom }: Parallels, ends: readonly [number, number] | null): void {
  const key = upright.quantity.key;
  if (event.key === "Delete" || event.key === "Backspace" || event.key === "Escape") {
    event.preventDefault();
    return brush(desk, { [key]: null });
  }
  const step = (bottom - top) / 20;
  const [up, down] = ends ?? [top + (bottom - top) * 0.4, top + (bottom - top) * 0.6];
  const shift = event.key === "ArrowUp" ? -step : event.key === "ArrowDown" ? step : null;
  const grow = event.key === "+" || event.key === "=" ? step / 2 : event.key === "-" ? -step / 2 : null;
  if (shift === null && grow === null) return;
  event.preventDefault();
  const moved = shift === null ? 0 : Math.min(bottom - down, Math.max(top - up, shift));
  const [a, b] = [Math.max(top, up + moved - (grow ?? 0)), Math.min(bottom, down + moved + (grow ?? 0))];
  if (b - a > 2) brush(desk, { [key]: between(upright, a, b) });
}
