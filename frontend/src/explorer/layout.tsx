/** Map left, structures right, information below; borders can be moved. On narrow pages all stand below each other. */

import type { ComponentChild } from "preact";
import { useRef, useState } from "preact/hooks";

interface LayoutProps {
  readonly map: ComponentChild;
  readonly structures: ComponentChild;
  readonly info: ComponentChild;
}

export function Layout({ map, structures, info }: LayoutProps) {
  const holder = useRef<HTMLDivElement>(null);
  const [across, setAcross] = useState(0.56);
  const [down, setDown] = useState(0.66);
  const both = map !== null && structures !== null;
  const style = {
    "--left": both ? `${across}fr` : "1fr",
    "--right": both ? `${1 - across}fr` : "0",
    "--upper": `${down}fr`,
    "--lower": `${1 - down}fr`,
  };
  return (
    <div class={both ? "explorer-layout" : "explorer-layout single"} ref={holder} style={style}>
      {map !== null && <div class="cell-map">{map}</div>}
      {both && <Splitter of={holder} direction="across" value={across} onChange={setAcross} label="Border between map and structures" />}
      {structures !== null && <div class="cell-structures">{structures}</div>}
      <Splitter of={holder} direction="down" value={down} onChange={setDown} label="Border above the information" />
      <div class="cell-info">{info}</div>
    </div>
  );
}

interface SplitterProps {
  readonly of: { readonly current: HTMLElement | null };
  readonly direction: "across" | "down";
  /** Share of the first of both. */
  readonly value: number;
  readonly onChange: (value: number) => void;
  readonly label: string;
}

const LEAST = 0.15;

function Splitter({ of, direction, value, onChange, label }: SplitterProps) {
  const [dragging, setDragging] = useState(false);
  const limit = (share: number) => onChange(Math.min(1 - LEAST, Math.max(LEAST, share)));
  const drag = (event: PointerEvent) => {
    if (!dragging || of.current === null) return;
    const box = of.current.getBoundingClientRect();
    limit(direction === "across" ? (event.clientX - box.left) / box.width : (event.clientY - box.top) / box.height);
  };
  return (
    <div
      class={`splitter ${direction}`} role="separator" tabIndex={0} aria-label={label}
      aria-orientation={direction === "across" ? "vertical" : "horizontal"}
      aria-valuenow={Math.round(value * 100)} aria-valuemin={LEAST * 100} aria-valuemax={100 - LEAST * 100}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        setDragging(true);
      }}
      onPointerMove={drag}
      onPointerUp={() => setDragging(false)}
      onPointerCancel={() => setDragging(false)}
      onDblClick={() => onChange(direction === "across" ? 0.56 : 0.66)}
      onKeyDown={(event) => {
        const step = { ArrowLeft: -0.02, ArrowUp: -0.02, ArrowRight: 0.02, ArrowDown: 0.02 }[event.key];
        if (step === undefined) return;
        event.preventDefault();
        limit(value + step);
      }}
    />
  );
}
