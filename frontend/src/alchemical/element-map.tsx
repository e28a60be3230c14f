/** Elements by their couplings: a strip for one pseudo-element, a map for more. */

import { useState } from "preact/hooks";
import { Axes, extent, linearAxis, type Plot, widthOfTicks } from "../chart/axes";
import { Chart } from "../chart/chart";
import { Choice } from "../chart/controls";
import type { Drawing } from "../chart/drawing";
import { movedApart } from "./apart";
import { aboutElement, byGroup, colorOfGroup, type ElementMap } from "./maps";

/** Of a label, in sizes of the letters on the axes. */
const RADIUS = 0.95;

interface Placed {
  readonly i: number;
  readonly x: number;
  readonly y: number;
  /** Where its label stands. */
  readonly label: { readonly x: number; readonly y: number };
}

export function MapOfElements({ map, name }: { readonly map: ElementMap; readonly name: string }) {
  const [axes, setAxes] = useState<readonly [number, number]>([0, 1]);
  const [hovered, setHovered] = useState<Placed | null>(null);
  const n = map.singular_values.length;
  const [first, second] = n === 1 ? [0, 0] : [Math.min(axes[0], n - 1), Math.min(axes[1], n - 1)];
  const draw = (drawing: Drawing) => {
    const { plot, x, y, placed } = layOut(map, first, second, drawing);
    const dark = drawing.theme.name === "dark";
    const nearest = (px: number, py: number) =>
      placed.reduce<Placed | null>((best, one) => (best === null || Math.hypot(one.label.x - px, one.label.y - py) < Math.hypot(best.label.x - px, best.label.y - py) ? one : best), null);
    const shownLast = hovered === null ? placed : [...placed].sort((a, b) => Number(a.i === hovered.i) - Number(b.i === hovered.i));
    return (
      <>
        <Axes plot={plot} x={x} y={y} drawing={drawing} />
        <Lines map={map} placed={placed} drawing={drawing} />
        {shownLast.map((one) => (
          <g key={one.i} opacity={hovered !== null && !drawing.paper && hovered.i !== one.i ? 0.55 : 1}>
            <path d={`M${one.x},${one.y}L${one.label.x},${one.label.y}`} stroke={colorOfGroup(map.groups[one.i]!, dark)} stroke-width={1} />
            <circle cx={one.x} cy={one.y} r={2} fill={colorOfGroup(map.groups[one.i]!, dark)} />
            <circle
              cx={one.label.x} cy={one.label.y} r={drawing.font * RADIUS} fill={drawing.theme.paper}
              stroke={colorOfGroup(map.groups[one.i]!, dark)} stroke-width={1.6}
              stroke-dasharray={map.seen[one.i]! > 0 ? undefined : "2 2"}
            />
            <text x={one.label.x} y={one.label.y} dy="0.35em" text-anchor="middle" font-size={drawing.font * 0.88} font-weight="600" fill={colorOfGroup(map.groups[one.i]!, dark)}>
              {map.symbols[one.i]}
            </text>
          </g>
        ))}
        {!drawing.paper && (
          <rect
            x={0} y={0} width={drawing.width} height={drawing.height} fill="transparent"
            onPointerMove={(event) => setHovered(nearest(event.offsetX, event.offsetY))}
            onPointerLeave={() => setHovered(null)}
          />
        )}
      </>
    );
  };
  const options = map.singular_values.map((_, k) => [String(k), `axis ${k + 1}`] as const);
  return (
    <Chart
      name={`${name}-elements`}
      title="Map of the elements"
      about={`${map.symbols.length} elements by their couplings to ${n} pseudo-element${n === 1 ? "" : "s"}, along principal axes`}
      aspect={0.8}
      controls={n > 2 && (
        <>
          <Choice label="x" value={String(first)} options={options} onChange={(k) => setAxes([Number(k), second])} />
          <Choice label="y" value={String(second)} options={options} onChange={(k) => setAxes([first, Number(k)])} />
        </>
      )}
      draw={draw}
      tip={hovered && { x: hovered.label.x, y: hovered.label.y, content: <><b>{map.symbols[hovered.i]}</b><span>{aboutElement(map, hovered.i)}</span></> }}
      table={() => ({
        columns: ["element", "number", "group", "period", ...map.singular_values.map((_, k) => `axis_${k + 1}`), "seen", "spread"],
        rows: map.symbols.map((symbol, i) => [symbol, map.numbers[i]!, map.groups[i]!, map.periods[i]!, ...map.couplings[i]!, map.seen[i]!, map.spreads[i]!]),
      })}
      footer={<p class="hint">Color: group. Full lines join periods, dashed lines groups{n > 2 ? `; ${n} axes, two at a time` : ""}. Dashed rings: never seen, guessed from the prior.</p>}
    />
  );
}

function layOut(map: ElementMap, first: number, second: number, drawing: Drawing) {
  const { width, height, font } = drawing;
  const strip = map.singular_values.length === 1;
  const values = (axis: number) => map.couplings.map((place) => place[axis]!);
  // On a strip, periods lie beside each other.
  const heights = strip ? map.periods.map((period) => -period) : values(second);
  const y0 = linearAxis(extent(heights, 0.08), [height, 0], "", font * 3);
  const left = strip ? font * 4 : widthOfTicks(y0, font);
  const plot: Plot = { left, right: width - font, top: font * 2, bottom: height - font * 3.2 };
  const x = linearAxis(extent(values(first), 0.06), [plot.left, plot.right], `axis ${first + 1}`, font * 5);
  let y = linearAxis(extent(heights, 0.08), [plot.bottom, plot.top], strip ? "period" : `axis ${second + 1}`, font * 3);
  if (strip) y = { ...y, ticks: [...new Set(map.periods)].map((period) => ({ value: -period, text: String(period) })) };
  const places = map.symbols.map((_, i) => ({ x: x.scale(values(first)[i]!), y: y.scale(heights[i]!) }));
  const labels = movedApart(places, 2.1 * RADIUS * font, plot);
  const placed = places.map((place, i) => ({ i, ...place, label: labels[i]! }));
  return { plot, x, y, placed };
}

/** Thin lines along periods, dashed ones along groups. */
function Lines({ map, placed, drawing }: { readonly map: ElementMap; readonly placed: readonly Placed[]; readonly drawing: Drawing }) {
  const path = (chosen: readonly number[]) => chosen.map((i, k) => `${k === 0 ? "M" : "L"}${placed[i]!.x},${placed[i]!.y}`).join("");
  const members = (keys: readonly number[], order: readonly number[]) =>
    [...new Set(keys)].filter((key) => key > 0).map((key) => order.filter((i) => keys[i] === key));
  const inPeriods = members(map.periods, map.numbers.map((_, i) => i));
  return (
    <g fill="none" stroke={drawing.theme.faint}>
      {inPeriods.map((chosen, k) => <path key={`p${k}`} d={path(chosen)} stroke-opacity={0.3} stroke-width={0.8} />)}
      {members(map.groups, byGroup(map)).map((chosen, k) => <path key={`g${k}`} d={path(chosen)} stroke-opacity={0.75} stroke-dasharray="3 3" stroke-width={0.9} />)}
    </g>
  );
}
