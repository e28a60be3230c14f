/** Many points: painted by density, found under the pointer, zoomed into, picked. */

import type { ComponentChildren, VNode } from "preact";
import { useCallback, useMemo, useRef, useState } from "preact/hooks";
import { densities } from "../statistics";
import { mix, type Theme } from "../theme";
import { Axes, type Axis, type Interval, linearAxis, type Plot, widthOfTicks } from "./axes";
import { Chart, type ChartProps } from "./chart";
import type { Drawing } from "./drawing";

export interface Points {
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly group: Uint8Array;
  readonly id: Int32Array;
}

export interface Domain {
  readonly x: Interval;
  readonly y: Interval;
}

export interface Placed {
  readonly plot: Plot;
  readonly x: Axis;
  readonly y: Axis;
  readonly drawing: Drawing;
}

interface ScatterProps extends Omit<ChartProps, "draw" | "paint" | "tip" | "onKeyDown"> {
  readonly points: Points;
  readonly domain: Domain;
  readonly labels: readonly [x: string, y: string];
  /** Color of each group. */
  readonly colors: (theme: Theme) => readonly string[];
  /** Lines that lie over the points. */
  readonly guides: (placed: Placed) => ComponentChildren;
  readonly selected: number | null;
  readonly describe: (index: number) => ComponentChildren;
  readonly onSelect: (index: number) => void;
}

const REACH = 18;
const SHADES = 12;
const MOST_SHAPES = 20_000;

export function Scatter(props: ScatterProps) {
  const { points, labels, colors, guides, selected, describe, onSelect, ...frame } = props;
  const [zoomed, zoom] = useZoom(props.domain);
  const domain = zoomed ?? props.domain;
  const [hovered, setHovered] = useState<number | null>(null);
  const [box, setBox] = useState<readonly [number, number, number, number] | null>(null);
  const placed = useRef<Placed | null>(null);

  const paint = useCallback(
    (canvas: CanvasRenderingContext2D, drawing: Drawing) => {
      canvas.clearRect(0, 0, drawing.width, drawing.height);
      const { plot } = place(domain, labels, drawing);
      canvas.beginPath();
      canvas.rect(plot.left, plot.top - 4, plot.right - plot.left + 4, plot.bottom - plot.top + 4);
      canvas.clip();
      for (const shade of shadesOf(points, place(domain, labels, drawing), colors(drawing.theme))) {
        paintShade(canvas, shade);
      }
    },
    [points, domain, labels[0], labels[1], colors],
  );

  const draw = (drawing: Drawing): VNode => {
    const here = place(domain, labels, drawing);
    if (!drawing.paper) placed.current = here;
    const pointer = pointerActions({ here, points, setHovered, setBox, onSelect, zoom, box });
    return (
      <>
        <Axes x={here.x} y={here.y} plot={here.plot} drawing={drawing} grid={false} />
        {drawing.paper && <Shapes points={points} here={here} colors={colors(drawing.theme)} />}
        {guides(here)}
        {!drawing.paper && (
          <>
            {selected !== null && <Ring points={points} here={here} match={(i) => points.id[i] === selected} strong />}
            {hovered !== null && <Ring points={points} here={here} match={(i) => i === hovered} />}
            {box && <rect {...boxShape(box)} fill={drawing.theme.accent} fill-opacity={0.12} stroke={drawing.theme.accent} />}
            <rect
              x={here.plot.left} y={here.plot.top}
              width={here.plot.right - here.plot.left} height={here.plot.bottom - here.plot.top}
              fill="transparent" class="pointer-area" {...pointer}
            />
          </>
        )}
      </>
    );
  };

  const here = placed.current;
  const tip = hovered === null || here === null || hovered >= points.x.length ? null : {
    x: here.x.scale(points.x[hovered]!),
    y: here.y.scale(points.y[hovered]!),
    content: describe(hovered),
  };
  const controls = (
    <>
      {frame.controls}
      {zoomed && <button type="button" class="quiet" onClick={() => zoom(null)}>Show all</button>}
    </>
  );
  return <Chart {...frame} controls={controls} draw={draw} paint={paint} tip={tip} onKeyDown={stepper(points, selected, onSelect, zoom)} />;
}

/** A part of the domain; forgotten when the domain changes. */
function useZoom(domain: Domain) {
  const [state, setState] = useState<{ of: Domain; to: Domain } | null>(null);
  const zoom = (to: Domain | null) => setState(to === null ? null : { of: domain, to });
  return [state?.of === domain ? state.to : null, zoom] as const;
}

function place(domain: Domain, labels: readonly [string, string], drawing: Drawing): Placed {
  const { width, height, font } = drawing;
  const [top, bottom] = [font * 2, height - font * 3.2];
  const y = linearAxis(domain.y, [bottom, top], labels[1], font * 3.2);
  const left = Math.max(font * 3, widthOfTicks(y, font));
  const right = width - font * 0.8;
  const x = linearAxis(domain.x, [left, right], labels[0], font * 5);
  return { plot: { left, right, top, bottom }, x, y, drawing };
}

interface Shade {
  readonly color: string;
  readonly alpha: number;
  readonly radius: number;
  readonly xs: number[];
  readonly ys: number[];
}

/** Points in few colors, sparse ones first: crowds turn toward ink and lie on top. */
function shadesOf(points: Points, here: Placed, colors: readonly string[]): Shade[] {
  const n = points.x.length;
  const { plot, x, y, drawing } = here;
  const xs = new Float32Array(n);
  const ys = new Float32Array(n);
  for (let i = 0; i < n; i++) {
    xs[i] = x.scale(points.x[i]!);
    ys[i] = y.scale(points.y[i]!);
  }
  const density = densities(xs, ys, drawing.width, drawing.height);
  const size = drawing.font / 12;
  const radius = size * (n < 300 ? 3.4 : n < 3000 ? 2.7 : n < 20_000 ? 2 : 1.3);
  const alpha = n < 300 ? 0.85 : n < 5000 ? 0.7 : 0.55;
  const ink = drawing.theme.name === "light" ? "#08182b" : "#ffffff";
  const shades: Shade[] = [];
  for (let level = 0; level < SHADES; level++) {
    for (const color of colors) {
      shades.push({ color: mix(color, ink, 0.62 * (level / (SHADES - 1)) ** 0.8), alpha, radius, xs: [], ys: [] });
    }
  }
  for (let i = 0; i < n; i++) {
    const outside = xs[i]! < plot.left - 4 || xs[i]! > plot.right + 4 || ys[i]! < plot.top - 4 || ys[i]! > plot.bottom + 4;
    if (outside) continue;
    const level = n < 60 ? 0 : Math.min(SHADES - 1, Math.floor(density[i]! * SHADES));
    const shade = shades[level * colors.length + points.group[i]!]!;
    shade.xs.push(xs[i]!);
    shade.ys.push(ys[i]!);
  }
  return shades.filter((shade) => shade.xs.length > 0);
}

function paintShade(canvas: CanvasRenderingContext2D, { color, alpha, radius, xs, ys }: Shade): void {
  canvas.fillStyle = color;
  canvas.globalAlpha = alpha;
  for (let i = 0; i < xs.length; i++) {
    canvas.beginPath();
    canvas.arc(xs[i]!, ys[i]!, radius, 0, 2 * Math.PI);
    canvas.fill();
  }
  canvas.globalAlpha = 1;
}

/** The points as shapes, or as a picture when shapes would be too many for other programs. */
function Shapes({ points, here, colors }: { readonly points: Points; readonly here: Placed; readonly colors: readonly string[] }) {
  const shades = useMemo(() => shadesOf(points, here, colors), []);
  if (points.x.length > MOST_SHAPES) return <Picture shades={shades} drawing={here.drawing} />;
  return (
    <>
      {shades.map((shade, i) => (
        <g key={i} fill={shade.color} fill-opacity={shade.alpha}>
          {shade.xs.map((x, k) => <circle key={k} cx={x.toFixed(2)} cy={shade.ys[k]!.toFixed(2)} r={shade.radius.toFixed(2)} />)}
        </g>
      ))}
    </>
  );
}

function Picture({ shades, drawing }: { readonly shades: readonly Shade[]; readonly drawing: Drawing }) {
  const canvas = document.createElement("canvas");
  canvas.width = drawing.width * 3;
  canvas.height = drawing.height * 3;
  const context = canvas.getContext("2d")!;
  context.scale(3, 3);
  for (const shade of shades) paintShade(context, shade);
  return <image href={canvas.toDataURL()} width={drawing.width} height={drawing.height} />;
}

interface RingProps {
  readonly points: Points;
  readonly here: Placed;
  readonly match: (index: number) => boolean;
  readonly strong?: boolean;
}

/** Marks every point that matches; the same structure occurs once for each model. */
function Ring({ points, here, match, strong = false }: RingProps) {
  const { theme, font } = here.drawing;
  const found: number[] = [];
  for (let i = 0; i < points.x.length; i++) if (match(i)) found.push(i);
  return (
    <>
      {found.map((i) => (
        <circle
          key={i}
          cx={here.x.scale(points.x[i]!)}
          cy={here.y.scale(points.y[i]!)}
          r={font * (strong ? 0.55 : 0.45)}
          fill="none"
          stroke={theme.ink}
          stroke-width={strong ? 2 : 1.25}
          class={strong ? "selected-ring" : undefined}
        />
      ))}
    </>
  );
}

interface PointerContext {
  readonly here: Placed;
  readonly points: Points;
  readonly box: readonly [number, number, number, number] | null;
  readonly setHovered: (index: number | null) => void;
  readonly setBox: (box: readonly [number, number, number, number] | null) => void;
  readonly onSelect: (index: number) => void;
  readonly zoom: (domain: Domain | null) => void;
}

/** Hovering names a point, a click picks it, a dragged box is zoomed into, a double click undoes that. */
function pointerActions({ here, points, box, setHovered, setBox, onSelect, zoom }: PointerContext) {
  const at = (event: PointerEvent | MouseEvent): [number, number] => {
    const frame = (event.currentTarget as SVGElement).ownerSVGElement!.getBoundingClientRect();
    return [event.clientX - frame.left, event.clientY - frame.top];
  };
  return {
    onPointerDown: (event: PointerEvent) => {
      const [x, y] = at(event);
      if (event.pointerType === "mouse") {
        (event.currentTarget as SVGElement).setPointerCapture(event.pointerId);
        setBox([x, y, x, y]);
      }
    },
    onPointerMove: (event: PointerEvent) => {
      const [x, y] = at(event);
      if (box) setBox([box[0], box[1], clamp(x, here.plot.left, here.plot.right), clamp(y, here.plot.top, here.plot.bottom)]);
      setHovered(nearest(points, here, x, y));
    },
    onPointerLeave: () => setHovered(null),
    onPointerUp: (event: PointerEvent) => {
      const [x, y] = at(event);
      setBox(null);
      const dragged = box !== null && Math.abs(box[2] - box[0]) > 8 && Math.abs(box[3] - box[1]) > 8;
      if (dragged) return zoom(domainOf(box, here));
      const found = nearest(points, here, x, y);
      if (found !== null) onSelect(found);
    },
    onPointerCancel: () => setBox(null),
    onDblClick: () => zoom(null),
  };
}

/** Arrows step through the points from left to right; Escape shows everything again. */
function stepper(points: Points, selected: number | null, onSelect: (index: number) => void, zoom: (domain: null) => void) {
  return (event: KeyboardEvent) => {
    if (event.key === "Escape") zoom(null);
    const step = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
    if (step === 0 || points.x.length === 0) return;
    event.preventDefault();
    const order = Array.from(points.x.keys()).sort((a, b) => points.x[a]! - points.x[b]! || a - b);
    const now = order.findIndex((i) => points.id[i] === selected);
    onSelect(order[clamp(now + step, 0, order.length - 1)]!);
  };
}

function nearest(points: Points, here: Placed, x: number, y: number): number | null {
  let [found, least] = [-1, REACH ** 2];
  for (let i = 0; i < points.x.length; i++) {
    const distance = (here.x.scale(points.x[i]!) - x) ** 2 + (here.y.scale(points.y[i]!) - y) ** 2;
    if (distance < least) [found, least] = [i, distance];
  }
  return found < 0 ? null : found;
}

function domainOf([x0, y0, x1, y1]: readonly [number, number, number, number], { x, y }: Placed): Domain {
  const between = (axis: Axis, a: number, b: number): Interval => {
    const [low, high] = [axis.scale.invert(a), axis.scale.invert(b)].sort((p, q) => p - q) as [number, number];
    return [low, high];
  };
  return { x: between(x, x0, x1), y: between(y, y0, y1) };
}

function boxShape([x0, y0, x1, y1]: readonly [number, number, number, number]) {
  return { x: Math.min(x0, x1), y: Math.min(y0, y1), width: Math.abs(x1 - x0), height: Math.abs(y1 - y0) };
}

function clamp(x: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, x));
}
