/** Finding, picking and zooming with a pointer or with keys. */

import type { Axis, Interval } from "./axes";
import type { Domain, Placed, Points } from "./points";

/** Pixels within which a point is found. */
const REACH = 18;

export type Box = readonly [x0: number, y0: number, x1: number, y1: number];

export interface PointerContext {
  readonly here: Placed;
  readonly points: Points;
  readonly box: Box | null;
  readonly setHovered: (index: number | null) => void;
  readonly setBox: (box: Box | null) => void;
  readonly onSelect: (index: number) => void;
  readonly zoom: (domain: Domain | null) => void;
}

/** Hovering names a point, a click picks it, a dragged box is zoomed into, a double click undoes that. */
export function pointerActions({ here, points, box, setHovered, setBox, onSelect, zoom }: PointerContext) {
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

function nearest(points: Points, here: Placed, x: number, y: number): number | null {
  let [found, least] = [-1, REACH ** 2];
  for (let i = 0; i < points.x.length; i++) {
    const distance = (here.x.scale(points.x[i]!) - x) ** 2 + (here.y.scale(points.y[i]!) - y) ** 2;
    if (distance < least) [found, least] = [i, distance];
  }
  return found < 0 ? null : found;
}

function domainOf([x0, y0, x1, y1]: Box, { x, y }: Placed): Domain {
  const between = (axis: Axis, a: number, b: number): Interval => {
    const [low, high] = [axis.scale.invert(a), axis.scale.invert(b)].sort((p, q) => p - q) as [number, number];
    return [low, high];
  };
  return { x: between(x, x0, x1), y: between(y, y0, y1) };
}

export function boxShape([x0, y0, x1, y1]: Box) {
  return { x: Math.min(x0, x1), y: Math.min(y0, y1), width: Math.abs(x1 - x0), height: Math.abs(y1 - y0) };
}

function clamp(x: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, x));
}
