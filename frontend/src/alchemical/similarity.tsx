/** How alike every two elements are, by group or in the order of a dendrogram. */

import { useState } from "preact/hooks";
import { Chart } from "../chart/chart";
import { Switch } from "../chart/controls";
import type { Drawing } from "../chart/drawing";
import { digits } from "../words";
import { branches, byGroup, type ElementMap } from "./maps";
import { shade } from "./periodic-table";

type Order = "group" | "likeness";

export function Similarity({ map, name }: { readonly map: ElementMap; readonly name: string }) {
  const [order, setOrder] = useState<Order>("group");
  const [hovered, setHovered] = useState<{ a: number; b: number; x: number; y: number } | null>(null);
  const chosen = order === "group" ? byGroup(map) : map.order;
  const layOut = ({ width, height, font }: Drawing) => {
    const labels = font * 2.1;
    const tree = order === "likeness" ? Math.min(height * 0.2, font * 8) : 0;
    const size = Math.min((width - labels - font) / chosen.length, (height - labels - tree - font * 0.5) / chosen.length);
    return { left: labels, top: labels + tree, tree, size };
  };
  const draw = (drawing: Drawing) => {
    const { theme, font } = drawing;
    const { left, top, tree, size } = layOut(drawing);
    const letters = Math.min(font * 0.85, size * 0.95);
    return (
      <g>
        {tree > 0 && <Tree map={map} left={left} bottom={top - font * 1.7} height={tree - font * 0.4} size={size} color={theme.muted} />}
        {chosen.map((a, row) => (
          <g key={a}>
            <text x={left - 4} y={top + (row + 0.5) * size} dy="0.35em" text-anchor="end" font-size={letters} fill={theme.muted}>{map.symbols[a]}</text>
            <text x={left + (row + 0.5) * size} y={top - 4} text-anchor="middle" font-size={letters * 0.9} fill={theme.muted}>{map.symbols[a]}</text>
            {chosen.map((b, column) => (
              <rect
                key={b} x={left + column * size} y={top + row * size} width={size + 0.3} height={size + 0.3}
                fill={shade(map.similarity[a]![b]!, theme)}
              />
            ))}
          </g>
        ))}
        {!drawing.paper && (
          <rect
            x={left} y={top} width={size * chosen.length} height={size * chosen.length} fill="transparent"
            onPointerMove={(event) => {
              const [a, b] = [chosen[Math.floor((event.offsetY - top) / size)], chosen[Math.floor((event.offsetX - left) / size)]];
              if (a !== undefined && b !== undefined) setHovered({ a, b, x: event.offsetX, y: event.offsetY });
            }}
            onPointerLeave={() => setHovered(null)}
          />
        )}
      </g>
    );
  };
  return (
    <Chart
      name={`${name}-similarity`}
      title="Similarity of elements"
      about={`Cosine of the couplings of every two of ${map.symbols.length} elements`}
      aspect={0.95}
      controls={<Switch label="Order" value={order} options={[["group", "by group"], ["likeness", "dendrogram"]]} onChange={setOrder} />}
      draw={draw}
      tip={hovered && { x: hovered.x, y: hovered.y, content: <><b>{map.symbols[hovered.a]} – {map.symbols[hovered.b]}</b><span>{digits(map.similarity[hovered.a]![hovered.b]!)}</span></> }}
      table={() => ({
        columns: ["", ...chosen.map((i) => map.symbols[i]!)],
        rows: chosen.map((a) => [map.symbols[a]!, ...chosen.map((b) => map.similarity[a]![b]!)]),
      })}
      footer={<p class="hint">Cosine of couplings: orange alike, blue opposite. The dendrogram joins by average linkage of one minus the cosine.</p>}
    />
  );
}

interface TreeProps {
  readonly map: ElementMap;
  readonly left: number;
  readonly bottom: number;
  readonly height: number;
  readonly size: number;
  readonly color: string;
}

function Tree({ map, left, bottom, height, size, color }: TreeProps) {
  const most = Math.max(...map.merges.map(([, , apart]) => apart!), 1e-12);
  const x = (at: number) => left + (at + 0.5) * size;
  const y = (apart: number) => bottom - (height * apart) / most;
  return (
    <g fill="none" stroke={color}>
      {branches(map).map(([a, b, apart], k) => (
        <path key={k} d={`M${x(a.x)},${y(a.height)}V${y(apart)}H${x(b.x)}V${y(b.height)}`} />
      ))}
    </g>
  );
}
