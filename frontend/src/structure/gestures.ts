/** Fingers, mouse, wheel and keys turn, move and zoom what a surface shows. */

import type { Surface } from "./surface";
import { EYE, focalLength, panned, turned, type View, zoomed } from "./view";

export interface Heard {
  /** A view that a hand has made, while it is still moving. */
  readonly view: (view: View) => void;
  /** The hand has let go. */
  readonly settled?: () => void;
  /** An image was clicked, or -1 for what lies beside all; with a second key it is added to others. */
  readonly click?: (image: number, event: PointerEvent) => void;
  readonly hover: (image: number) => void;
  readonly reset: () => void;
}

/** Pixels that a press may wander and still be a click. */
const SLIP = 5;
const TURN = 24;

/** Listens until the returned function is called. */
export function listen(surface: Surface, heard: Heard, wheelNeedsFocus: boolean): () => void {
  const { canvas } = surface;
  const down = new Map<number, Point>();
  let wandered = 0;
  let wheel: ReturnType<typeof setTimeout> | undefined;
  const press = (event: PointerEvent) => {
    canvas.setPointerCapture(event.pointerId);
    if (down.size === 0) wandered = 0;
    down.set(event.pointerId, { x: event.clientX, y: event.clientY });
  };
  const move = (event: PointerEvent) => {
    const before = down.get(event.pointerId);
    if (before === undefined) return heard.hover(surface.imageAt(event.offsetX, event.offsetY));
    const now = { x: event.clientX, y: event.clientY };
    wandered += Math.hypot(now.x - before.x, now.y - before.y);
    if (wandered <= SLIP) return;
    const other = [...down.entries()].find(([id]) => id !== event.pointerId)?.[1];
    down.set(event.pointerId, now);
    heard.view(other === undefined ? dragged(surface, event, before, now) : pinched(surface, other, before, now));
  };
  const release = (event: PointerEvent) => {
    if (!down.delete(event.pointerId)) return;
    if (wandered > SLIP) heard.settled?.();
    else if (event.type === "pointerup" && event.button === 0) heard.click?.(surface.imageAt(event.offsetX, event.offsetY), event);
  };
  const roll = (event: WheelEvent) => {
    // Without the focus the wheel scrolls the page, as readers expect.
    if (wheelNeedsFocus && document.activeElement !== canvas) return;
    event.preventDefault();
    heard.view(zoomed(surface.view, Math.exp(-event.deltaY * 0.0015)));
    clearTimeout(wheel);
    wheel = setTimeout(() => heard.settled?.(), 200);
  };
  const leave = () => heard.hover(-1);
  const menu = (event: Event) => event.preventDefault();
  const all = { pointerdown: press, pointermove: move, pointerup: release, pointercancel: release, pointerleave: leave, wheel: roll, dblclick: heard.reset, contextmenu: menu };
  for (const [name, listener] of Object.entries(all)) canvas.addEventListener(name, listener as EventListener, { passive: false });
  return () => {
    clearTimeout(wheel);
    for (const [name, listener] of Object.entries(all)) canvas.removeEventListener(name, listener as EventListener);
  };
}

interface Point {
  readonly x: number;
  readonly y: number;
}

function dragged(surface: Surface, event: PointerEvent, before: Point, now: Point): View {
  const [dx, dy] = [now.x - before.x, now.y - before.y];
  const moves = event.shiftKey || (event.buttons & 6) !== 0;
  return moves ? panned(surface.view, dx, dy, scaleOf(surface)) : turned(surface.view, dx, dy);
}

/** Two fingers zoom by their distance and move by their middle. */
function pinched(surface: Surface, other: Point, before: Point, now: Point): View {
  const distance = (p: Point) => Math.max(1, Math.hypot(p.x - other.x, p.y - other.y));
  const zooming = zoomed(surface.view, distance(now) / distance(before));
  return panned(zooming, (now.x - before.x) / 2, (now.y - before.y) / 2, scaleOf(surface));
}

/** Pixels of the page for 1 Å in the middle of the picture. */
function scaleOf({ size, view, model }: Surface): number {
  return ((Math.min(...size) / 2) * view.zoom * focalLength()) / (EYE * model.radius);
}

/** What a key does to a view; null for keys that do nothing. */
export function viewAfterKey(surface: Surface, { key, shiftKey }: KeyboardEvent): View | null {
  const { view } = surface;
  const go = (dx: number, dy: number) => (shiftKey ? panned(view, dx, dy, scaleOf(surface)) : turned(view, dx, dy));
  switch (key) {
    case "ArrowLeft": return go(-TURN, 0);
    case "ArrowRight": return go(TURN, 0);
    case "ArrowUp": return go(0, -TURN);
    case "ArrowDown": return go(0, TURN);
    case "+": case "=": return zoomed(view, 1.2);
    case "-": return zoomed(view, 1 / 1.2);
    default: return null;
  }
}
