/** Finding, picking and zooming with a pointer or with keys. */

import type { Axis, Interval } from "./axes";
import type { Domain, Placed, Points } from "./points";

/** Pixels within which a point is found. */
const REACH = 18;

export type Box = readonly [x0: number, y0: number, x1: number, y1: number];

/** Pixels that a box is wide and high at least; less is a click. */
const LEAST_BOX = 8;

type Spot = readonly [x: number, y: number];

interface PointerAreaProps {
  readonly here: Placed;
  /** What is being dragged. */
  readonly box: Box | null;
  readonly setBox: (box: Box | null) => void;
  /** Where the pointer is; null when it has left. */
  readonly onHover: (spot: Spot | null) => void;
  readonly onClick: (spot: Spot) => void;
  readonly onBox: (domain: Domain, event: PointerEvent) => void;
  readonly onDoubleClick: () => void;
}

/** What lies over all marks and takes the pointer, and the box that is dragged. */
export function PointerArea({ here, box, setBox, onHover, onClick, onBox, onDoubleClick }: PointerAreaProps) {
  const { plot, drawing: { theme } } = here;
  const down = (event: PointerEvent) => {
    if (event.pointerType !== "mouse" || event.button !== 0) return;
    (event.currentTarget as SVGElement).setPointerCapture(event.pointerId);
    const [x, y] = spotOf(event);
    setBox([x, y, x, y]);
  };
  const move = (event: PointerEvent) => {
    const [x, y] = spotOf(event);
    if (box) setBox([box[0], box[1], clamp(x, plot.left, plot.right), clamp(y, plot.top, plot.bottom)]);
    onHover([x, y]);
  };
  const up = (event: PointerEvent) => {
    setBox(null);
    if (box !== null && Math.abs(box[2] - box[0]) > LEAST_BOX && Math.abs(box[3] - box[1]) > LEAST_BOX) return onBox(domainOf(box, here), event);
    onClick(spotOf(event));
  };
  return (
    <>
      {box && <rect {...shapeOf(box)} fill={theme.accent} fill-opacity={0.12} stroke={theme.accent} />}
      <rect
        x={plot.left} y={plot.top} width={plot.right - plot.left} height={plot.bottom - plot.top} fill="transparent" class="pointer-area"
        onPointerDown={down} onPointerMove={move} onPointerUp={up}
        onPointerLeave={() => onHover(null)} onPointerCancel={() => setBox(null)} onDblClick={onDoubleClick}
      />
    </>
  );
}

/** Arrows step through the points from left to right; Escape shows everything again. */
export function stepper(points: Points, selected: number | null, onSelect: (index: number) => void, zoom: (domain: null) => void) {
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

/** The point under the pointer. */
export function nearest(points: Points, here: Placed, [x, y]: Spot): number | null {
  let [found, least] = [-1, REACH ** 2];
  for (let i = 0; i < points.x.length; i++) {
    const distance = (here.x.scale(points.x[i]!) - x) ** 2 + (here.y.scale(points.y[i]!) - y) ** 2;
    if (distance < least) [found, least] = [i, distance];
  }
  return found < 0 ? null : found;
}

function spotOf(event: PointerEvent): Spot {
  const frame = (event.currentTarget as SVGElement).ownerSVGElement!.getBoundingClientRect();
  return [event.clientX - frame.left, event.clientY - frame.top];
}

function domainOf([x0, y0, x1, y1]: Box, { x, y }: Placed): Domain {
  const between = (axis: Axis, a: number, b: number): Interval => {
    const [low, high] = [axis.scale.invert(a), axis.scale.invert(b)].sort((p, q) => p - q) as [number, number];
    return [low, high];
  };
  return { x: between(x, x0, x1), y: between(y, y0, y1) };
}

function shapeOf([x0, y0, x1, y1]: Box) {
  return { x: Math.min(x0, x1), y: Math.min(y0, y1), width: Math.abs(x1 - x0), height: Math.abs(y1 - y0) };
}

function clamp(x: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, x));
}
