/** Histograms beside the axes; a stretch drawn on one chooses the points there. */

import { useMemo, useState } from "preact/hooks";
import type { Interval } from "../chart/axes";
import type { Drawing } from "../chart/drawing";
import { select, useDesk, useExplorer } from "../explorer/state";
import type { Frame } from "./frame";
import { barsAlong, Histogram } from "./overlay";
import { joined, withinStretch } from "./picks";
import { toShares } from "./projection";
import type { Mapped } from "./use-cloud";

interface MarginalsProps {
  readonly frame: Frame;
  readonly drawing: Drawing;
  readonly mapped: Mapped;
}

export function Marginals(props: MarginalsProps) {
  return (
    <>
      <Marginal {...props} axis="x" />
      <Marginal {...props} axis="y" />
    </>
  );
}

function Marginal({ frame, drawing, mapped, axis }: MarginalsProps & { readonly axis: "x" | "y" }) {
  const desk = useDesk();
  const selection = useExplorer(({ view }) => view.chosen);
  const [brush, setBrush] = useState<Interval | null>(null);
  const channel = mapped.channels[axis];
  const [factor, constant] = toShares(channel, frame.window[axis]);
  const bars = useMemo(
    () => barsAlong(mapped, frame, axis, selection?.mask ?? null),
    [channel, factor, constant, mapped.cloud.states, selection],
  );
  const size = drawing.font * 4.5;
  const { area } = frame;
  const place = axis === "x"
    ? { x: area.left, y: area.top - size, width: area.width, height: size }
    : { x: area.left + area.width, y: area.top, width: size, height: area.height };
  const shareAt = (event: PointerEvent): number => {
    const box = (event.currentTarget as Element).getBoundingClientRect();
    const share = axis === "x" ? (event.clientX - box.left) / box.width : 1 - (event.clientY - box.top) / box.height;
    return Math.min(1, Math.max(0, share));
  };
  const finish = (event: PointerEvent) => {
    if (brush === null) return;
    const [low, high] = [...brush].sort((a, b) => a - b) as [number, number];
    setBrush(null);
    if (high - low < 0.004) return select(desk, null);
    const mask = withinStretch(mapped.cloud, channel.places, factor, constant, low, high);
    const how = event.altKey ? "remove" : event.shiftKey ? "add" : "new";
    select(desk, joined(selection?.mask ?? null, mask, how));
  };
  const sorted = brush === null ? null : ([...brush].sort((a, b) => a - b) as [number, number]);
  return (
    <>
      <Histogram frame={frame} drawing={drawing} axis={axis} bars={bars} size={size} brush={sorted} />
      <rect
        {...place} fill="transparent" class="brush-area" data-axis={axis}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          setBrush([shareAt(event), shareAt(event)]);
        }}
        onPointerMove={(event) => brush !== null && setBrush([brush[0], shareAt(event)])}
        onPointerUp={finish}
        onPointerCancel={() => setBrush(null)}
      >
        <title>Draw along the histogram to choose points</title>
      </rect>
    </>
  );
}
