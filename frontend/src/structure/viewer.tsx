/** A structure that can be turned, zoomed and asked about its atoms. */

import { useContext, useEffect, useMemo, useRef, useState } from "preact/hooks";
import { ThemeContext } from "../chart/drawing";
import { type Atom, ballsAndSticks, type Structure } from "./bonds";
import { symbolOf } from "./elements";
import { thePainter } from "./painter";
import { atomAt, projection, startingView, turned, type View, zoomed } from "./view";

interface ViewerProps {
  readonly structure: Structure;
  readonly name: string;
  /** Receives the canvas, for saving the picture. */
  readonly onCanvas?: (canvas: HTMLCanvasElement) => void;
}

interface Label {
  readonly atom: Atom;
  readonly x: number;
  readonly y: number;
}

const TURN = 24;

export function StructureViewer({ structure, name, onCanvas }: ViewerProps) {
  const theme = useContext(ThemeContext);
  const canvas = useRef<HTMLCanvasElement>(null);
  const model = useMemo(() => ballsAndSticks(structure), [structure]);
  const [chosenView, setView] = useState<{ of: typeof model; view: View } | null>(null);
  const start = useMemo(() => startingView(model), [model]);
  const view = chosenView?.of === model ? chosenView.view : start;
  const [size, setSize] = useState<readonly [number, number]>([0, 0]);
  const [label, setLabel] = useState<Label | null>(null);
  const change = (make: (view: View) => View) => {
    setLabel(null);
    setView((old) => ({ of: model, view: make(old?.of === model ? old.view : start) }));
  };

  useEffect(() => {
    const observer = new ResizeObserver(() => setSize([canvas.current!.clientWidth, canvas.current!.clientHeight]));
    observer.observe(canvas.current!);
    onCanvas?.(canvas.current!);
    return () => observer.disconnect();
  }, []);

  useEffect(() => {
    const ratio = window.devicePixelRatio || 1;
    const [width, height] = size.map((x) => Math.round(x * ratio)) as [number, number];
    if (width === 0 || height === 0) return;
    if (canvas.current!.width !== width) canvas.current!.width = width;
    if (canvas.current!.height !== height) canvas.current!.height = height;
    thePainter()(canvas.current!, model, view, theme);
  }, [model, view.rotation, view.zoom, size, theme]);

  const look = (x: number, y: number) => {
    const project = projection(model, view, ...(size as [number, number]));
    const atom = atomAt(model, project, x, y);
    setLabel(atom === null ? null : { atom, ...project(atom.position) });
  };
  const pointers = usePointers(change, look, () => setLabel(null));

  return (
    <div class="viewer">
      <canvas
        ref={canvas}
        role="img"
        tabIndex={0}
        aria-label={`${name}: ${structure.numbers.length} atoms. Arrow keys turn it, plus and minus zoom, 0 resets.`}
        {...pointers}
        onDblClick={() => setView(null)}
        onKeyDown={(event) => {
          const action = keyAction(event.key);
          if (action === null) return;
          event.preventDefault();
          if (action === "reset") setView(null);
          else change(action);
        }}
      />
      {label && (
        <span class="atom-label" style={{ left: `${label.x}px`, top: `${label.y}px` }}>
          {symbolOf(label.atom.number)}
          <small>{label.atom.index + 1}</small>
        </span>
      )}
    </div>
  );
}

function keyAction(key: string): ((view: View) => View) | "reset" | null {
  switch (key) {
    case "ArrowLeft": return (view) => turned(view, -TURN, 0);
    case "ArrowRight": return (view) => turned(view, TURN, 0);
    case "ArrowUp": return (view) => turned(view, 0, -TURN);
    case "ArrowDown": return (view) => turned(view, 0, TURN);
    case "+": case "=": return (view) => zoomed(view, 1.2);
    case "-": return (view) => zoomed(view, 1 / 1.2);
    case "0": return "reset";
    default: return null;
  }
}

/** One pointer turns, two zoom, the wheel zooms once the viewer has the focus. */
function usePointers(
  change: (make: (view: View) => View) => void, look: (x: number, y: number) => void, leave: () => void,
) {
  const down = useRef(new Map<number, { x: number; y: number }>());
  return {
    onPointerDown: (event: PointerEvent) => {
      (event.currentTarget as HTMLElement).setPointerCapture(event.pointerId);
      down.current.set(event.pointerId, { x: event.clientX, y: event.clientY });
    },
    onPointerMove: (event: PointerEvent) => {
      const before = down.current.get(event.pointerId);
      if (before === undefined) return look(event.offsetX, event.offsetY);
      const now = { x: event.clientX, y: event.clientY };
      const other = [...down.current.entries()].find(([id]) => id !== event.pointerId)?.[1];
      down.current.set(event.pointerId, now);
      if (other === undefined) return change((view) => turned(view, now.x - before.x, now.y - before.y));
      const distance = (p: typeof now) => Math.max(1, Math.hypot(p.x - other.x, p.y - other.y));
      return change((view) => zoomed(view, distance(now) / distance(before)));
    },
    onPointerUp: (event: PointerEvent) => void down.current.delete(event.pointerId),
    onPointerCancel: (event: PointerEvent) => void down.current.delete(event.pointerId),
    onPointerLeave: leave,
    onWheel: (event: WheelEvent) => {
      // Without the focus the wheel scrolls the page, as readers expect.
      if (document.activeElement !== event.currentTarget) return;
      event.preventDefault();
      change((view) => zoomed(view, Math.exp(-event.deltaY * 0.0015)));
    },
  };
}
