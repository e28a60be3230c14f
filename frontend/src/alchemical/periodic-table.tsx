/** Couplings in the layout of the periodic table, a table for each pseudo-element. */

import { useState } from "preact/hooks";
import { Chart } from "../chart/chart";
import type { Drawing } from "../chart/drawing";
import { mix, type Theme } from "../theme";
import { digits } from "../words";
import type { ElementMap } from "./maps";

const COLUMNS = 18;
/** Columns that the d-block takes; where it is empty, a gap stands for it. */
const D_BLOCK = 10;
const GAP = 0.6;

interface Cell {
  readonly column: number;
  readonly row: number;
}

/** Without d- and f-block, the table needs no room for them. */
function isNarrow(map: ElementMap): boolean {
  return map.groups.every((group) => group === 1 || group === 2 || group > 12);
}

/** Where an element stands; the f-block has two rows of its own below. */
function cellOf(map: ElementMap, i: number): Cell {
  const [number, group, period] = [map.numbers[i]!, map.groups[i]!, map.periods[i]!];
  if (group === 0) return { column: 2 + number - (period === 6 ? 57 : 89), row: period + 1 };
  const skipped = group > 12 && isNarrow(map) ? D_BLOCK - GAP : 0;
  return { column: group - 1 - skipped, row: period - 1 };
}

export function PeriodicTables({ map, name }: { readonly map: ElementMap; readonly name: string }) {
  const [hovered, setHovered] = useState<{ i: number; axis: number; x: number; y: number } | null>(null);
  const n = map.singular_values.length;
  const rows = 1 + Math.max(...map.symbols.map((_, i) => cellOf(map, i).row));
  const columns = isNarrow(map) ? COLUMNS - D_BLOCK + GAP : COLUMNS;
  const across = n === 1 ? 1 : 2;
  const down = Math.ceil(n / across);
  const aspect = Math.min(1.2, (down * (rows + 1.6)) / (across * (columns + 0.8)));
  const draw = (drawing: Drawing) => {
    const { width, height, theme, font } = drawing;
    const head = font * 1.7;
    const size = Math.min((width / across - font) / columns, (height / down - head - font * 0.6) / rows);
    const most = Math.max(...map.couplings.flat().map(Math.abs), 1e-12);
    return (
      <g>
        {map.singular_values.map((length, axis) => {
          const left = (axis % across) * (width / across);
          const top = Math.floor(axis / across) * (height / down);
          return (
            <g key={axis}>
              <text x={left + 2} y={top + font} font-size={font} font-weight="500" fill={theme.ink}>
                axis {axis + 1}
                <tspan fill={theme.muted} font-weight="400">{`  singular value ${digits(length)}`}</tspan>
              </text>
              {map.symbols.map((symbol, i) => {
                const { column, row } = cellOf(map, i);
                const [x, y] = [left + column * size, top + head + row * size];
                const value = map.couplings[i]![axis]! / most;
                return (
                  <g key={symbol} onPointerEnter={() => setHovered({ i, axis, x: x + size, y: y + size / 2 })} onPointerLeave={() => setHovered(null)}>
                    <rect
                      x={x + 0.5} y={y + 0.5} width={size - 1} height={size - 1} rx={size * 0.12} fill={shade(value, theme)}
                      stroke={map.seen[i]! > 0 ? "none" : theme.muted} stroke-dasharray="2 2"
                    />
                    {size > font * 0.9 && (
                      <text x={x + size / 2} y={y + size / 2} dy="0.35em" text-anchor="middle" font-size={Math.min(font * 0.9, size * 0.5)} fill={inkOn(value, theme)}>{symbol}</text>
                    )}
                  </g>
                );
              })}
            </g>
          );
        })}
      </g>
    );
  };
  return (
    <Chart
      name={`${name}-periodic-tables`}
      title="Couplings in the periodic table"
      about={`Couplings of ${map.symbols.length} elements to each of ${n} axes, in the layout of the periodic table`}
      aspect={aspect}
      draw={draw}
      tip={hovered && { x: hovered.x, y: hovered.y, content: <><b>{map.symbols[hovered.i]}</b><span>{digits(map.couplings[hovered.i]![hovered.axis]!)} on axis {hovered.axis + 1}</span></> }}
      table={() => ({
        columns: ["element", ...map.singular_values.map((_, k) => `axis_${k + 1}`)],
        rows: map.symbols.map((symbol, i) => [symbol, ...map.couplings[i]!]),
      })}
      footer={<p class="hint">Blue is negative, orange positive, the same scale everywhere.</p>}
    />
  );
}

/** Blue, nothing, orange. */
export function shade(value: number, theme: Theme): string {
  const strength = Math.min(1, Math.abs(value));
  return mix(theme.raised, value < 0 ? theme.series[0]! : theme.series[1]!, strength);
}

function inkOn(value: number, theme: Theme): string {
  return Math.abs(value) > 0.55 ? theme.paper : theme.ink;
}
