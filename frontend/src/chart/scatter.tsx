/** Many points: painted by density, found under the pointer, zoomed into, picked. */

import type { ComponentChildren, VNode } from "preact";
import { useCallback, useRef, useState } from "preact/hooks";
import type { Theme } from "../theme";
import { Axes } from "./axes";
import { Chart, type ChartProps } from "./chart";
import type { Drawing } from "./drawing";
import { type Box, nearest, PointerArea, stepper } from "./picking";
import { type Domain, place, type Placed, type Points } from "./points";
import { paintShade, Shapes, shadesOf } from "./shades";

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

export function Scatter(props: ScatterProps) {
  const { points, labels, colors, guides, selected, describe, onSelect, ...frame } = props;
  const [zoomed, zoom] = useZoom(props.domain);
  const domain = zoomed ?? props.domain;
  const [hovered, setHovered] = useState<number | null>(null);
  const [box, setBox] = useState<Box | null>(null);
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
    return (
      <>
        <Axes x={here.x} y={here.y} plot={here.plot} drawing={drawing} grid={false} />
        {drawing.paper && <Shapes points={points} here={here} colors={colors(drawing.theme)} />}
        {guides(here)}
        {!drawing.paper && (
          <>
            {selected !== null && <Ring points={points} here={here} match={(i) => points.id[i] === selected} strong />}
            {hovered !== null && <Ring points={points} here={here} match={(i) => i === hovered} />}
            <PointerArea
              here={here} box={box} setBox={setBox} onBox={zoom} onDoubleClick={() => zoom(null)}
              onHover={(spot) => setHovered(spot && nearest(points, here, spot))}
              onClick={(spot) => pick(nearest(points, here, spot))}
            />
          </>
        )}
      </>
    );
  };

  const pick = (found: number | null) => found !== null && onSelect(found);
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
  for (let i = 0; i < points.x.length; i++) if (match(i) && isInside(points, i, here)) found.push(i);
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

function isInside(points: Points, i: number, { x, y, plot }: Placed): boolean {
  const [px, py] = [x.scale(points.x[i]!), y.scale(points.y[i]!)];
  return px >= plot.left && px <= plot.right && py >= plot.top && py <= plot.bottom;
}
