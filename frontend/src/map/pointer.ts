/** What pointers, wheel and keys do on the map. */

import { useRef, useState } from "preact/hooks";
import { changeMap, type Desk, select, showPoint } from "../explorer/state";
import type { MapSettings } from "../explorer/settings";
import type { Frame } from "./frame";
import { panned, reset, turnedBy, zoomedAt, zoomedTo } from "./moves";
import { boxCorners, type Corner, joined, type Joining, withinLasso } from "./picks";
import type { Mapped } from "./use-cloud";

export type Tool = "move" | "zoom" | "box" | "lasso";

export interface Gesture {
  readonly tool: Tool | "pan";
  readonly corners: readonly Corner[];
}

export interface PointerContext {
  readonly desk: Desk;
  readonly map: MapSettings;
  readonly mapped: Mapped;
  readonly frame: Frame | null;
  readonly tool: Tool;
  readonly pick: (x: number, y: number) => number | null;
  /** Something moves: draw roughly until it rests. */
  readonly onMove: () => void;
}

const CLICK = 5;

export function usePointers(context: PointerContext) {
  const [gesture, setGesture] = useState<Gesture | null>(null);
  const down = useRef(new Map<number, Corner>());
  const moved = useRef(0);
  const live = useRef(context);
  live.current = context;

  const at = (event: PointerEvent | WheelEvent | MouseEvent): Corner => {
    const box = (event.currentTarget as Element).getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  };
  const change = (part: Partial<MapSettings>, tag: string) => {
    context.onMove();
    changeMap(context.desk, part, tag);
  };
  const handlers = {
    onPointerDown: (event: PointerEvent) => {
      (event.currentTarget as Element).setPointerCapture(event.pointerId);
      down.current.set(event.pointerId, at(event));
      moved.current = down.current.size > 1 ? Infinity : 0;
      const pans = event.button === 1 || event.button === 2 || event.ctrlKey || event.metaKey;
      setGesture({ tool: pans ? "pan" : toolFor(event, context), corners: [at(event)] });
    },
    onPointerMove: (event: PointerEvent) => {
      const now = at(event);
      const before = down.current.get(event.pointerId);
      if (before === undefined) return hover(context, now);
      const other = [...down.current].find(([id]) => id !== event.pointerId)?.[1];
      down.current.set(event.pointerId, now);
      moved.current += Math.hypot(now[0] - before[0], now[1] - before[1]);
      if (other !== undefined) return change(pinch(live.current, before, now, other), "pinch");
      if (gesture === null || moved.current < CLICK) return;
      if (gesture.tool === "pan" || gesture.tool === "move") return change(dragged(live.current, gesture.tool, before, now), "pan");
      const corners = gesture.tool === "lasso" ? [...gesture.corners, now] : [gesture.corners[0]!, now];
      setGesture({ ...gesture, corners });
    },
    onPointerUp: (event: PointerEvent) => {
      const last = at(event);
      down.current.delete(event.pointerId);
      const ended = gesture;
      setGesture(null);
      if (ended === null || moved.current === Infinity) return;
      if (moved.current < CLICK) return click(context, last);
      finish(context, ended, howOf(event));
    },
    onPointerCancel: (event: PointerEvent) => {
      down.current.delete(event.pointerId);
      setGesture(null);
    },
    onPointerLeave: () => context.desk.store.set({ hovered: null }),
    onContextMenu: (event: MouseEvent) => event.preventDefault(),
    onDblClick: () => change(reset(context.map), ""),
    onWheel: (event: WheelEvent) => {
      event.preventDefault();
      const { frame, map, mapped } = live.current;
      if (frame === null) return;
      const lines = event.deltaMode === 1 ? 30 : 1;
      change(zoomedAt(map, mapped.channels, frame, Math.exp(-event.deltaY * lines * 0.0016), at(event)), "wheel");
    },
  };
  return [gesture, handlers] as const;
}

/** Shift draws a box in whatever way the map is used otherwise. */
function toolFor(event: PointerEvent, { tool, mapped }: PointerContext): Tool {
  if (event.shiftKey && tool === "move") return "box";
  return tool === "zoom" && mapped.channels.z !== null ? "move" : tool;
}

function howOf(event: PointerEvent | KeyboardEvent): Joining {
  return event.altKey ? "remove" : event.shiftKey ? "add" : "new";
}

function hover({ desk, pick }: PointerContext, [x, y]: Corner): void {
  desk.store.set({ hovered: pick(x, y) });
}

function click({ desk, pick }: PointerContext, [x, y]: Corner): void {
  const point = pick(x, y);
  if (point !== null) showPoint(desk, point, "");
  else if (desk.store.get().view.chosen !== null) select(desk, null);
}

function finish({ desk, map, mapped, frame }: PointerContext, { tool, corners }: Gesture, how: Joining): void {
  if (frame === null || tool === "move" || tool === "pan" || corners.length < 2) return;
  const [first, last] = [corners[0]!, corners[corners.length - 1]!];
  if (tool === "zoom") return changeMap(desk, zoomedTo(map, mapped.channels, frame, first, last));
  const line = tool === "box" ? boxCorners(first, last) : corners;
  const before = desk.store.get().view.chosen?.mask ?? null;
  // A box drawn with the shift key held adds only where something is chosen already.
  select(desk, joined(before, withinLasso(mapped.cloud, frame.placement, line), before === null ? "new" : how));
}

function dragged({ map, mapped: { channels }, frame }: PointerContext, tool: "pan" | "move", before: Corner, now: Corner): Partial<MapSettings> {
  if (frame === null) return {};
  const [dx, dy] = [now[0] - before[0], now[1] - before[1]];
  return tool === "move" && channels.z !== null ? turnedBy(frame.gaze, dx, dy) : panned(map, channels, frame, dx, dy);
}

function pinch({ map, mapped, frame }: PointerContext, before: Corner, now: Corner, other: Corner): Partial<MapSettings> {
  if (frame === null) return {};
  const distance = ([x, y]: Corner) => Math.max(10, Math.hypot(x - other[0], y - other[1]));
  const middle: Corner = [(now[0] + other[0]) / 2, (now[1] + other[1]) / 2];
  return zoomedAt(map, mapped.channels, frame, distance(now) / distance(before), middle);
}

/** Keys: arrows move or turn, plus and minus zoom, 0 shows all, Escape chooses nothing, N and P step through points. */
export function mapKeys(event: KeyboardEvent, context: PointerContext, setTool: (tool: Tool) => void): void {
  const { desk, map, mapped, frame } = context;
  if (frame === null || event.ctrlKey || event.metaKey || event.altKey) return;
  const arrows: Readonly<Record<string, Corner>> = { ArrowLeft: [40, 0], ArrowRight: [-40, 0], ArrowUp: [0, 40], ArrowDown: [0, -40] };
  const arrow = Object.hasOwn(arrows, event.key) ? arrows[event.key]! : null;
  const act = (part: Partial<MapSettings>, tag: string) => {
    context.onMove();
    changeMap(desk, part, tag);
  };
  if (arrow !== null) {
    const turning = mapped.channels.z !== null && !event.shiftKey;
    act(turning ? turnedBy(frame.gaze, -arrow[0], -arrow[1]) : panned(map, mapped.channels, frame, ...arrow), "keys");
  } else if (event.key === "+" || event.key === "=") act(zoomedAt(map, mapped.channels, frame, 1.25), "keys");
  else if (event.key === "-") act(zoomedAt(map, mapped.channels, frame, 0.8), "keys");
  else if (event.key === "0") act(reset(map), "");
  else if (event.key === "Escape") select(desk, null);
  else if (event.key === "n" || event.key === "p") stepPoint(desk, event.key === "n" ? 1 : -1, mapped.cloud.count);
  else {
    const tool = ({ m: "move", z: "zoom", b: "box", l: "lasso" } as const)[event.key];
    if (tool === undefined) return;
    setTool(tool);
  }
  event.preventDefault();
}

function stepPoint(desk: Desk, by: number, count: number): void {
  const { target, pinned, active } = desk.store.get().view;
  if (count > 0) showPoint(desk, ((pinned[target][active] ?? 0) + by + count) % count);
}
