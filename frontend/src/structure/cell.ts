/** The edges of the cell, and around all its replicas. */

import { cellsAlong } from "./images";
import type { Model } from "./model";
import type { Tint } from "./primitives";
import type { Lattice } from "./structure";
import { combine, type Vector } from "./vectors";

export type Edge = readonly [Vector, Vector];

/** Adds the cell's edges, and fainter ones around the supercell. */
export function addCell({ primitives, look }: Model, lattice: Lattice): void {
  const lengths = edgesOf(lattice, [0, 0, 0], [1, 1, 1]).map(([a, b]) => Math.hypot(b[0] - a[0], b[1] - a[1], b[2] - a[2]));
  const radius = Math.min(0.05, Math.max(0.014, 0.0022 * Math.max(...lengths, 0)));
  const add = (edges: readonly Edge[], tint: Tint) => {
    for (const [a, b] of edges) primitives.cones.push(a, b, [radius, radius], tint);
  };
  add(edgesOf(lattice, [0, 0, 0], [1, 1, 1]), look.lines);
  if (look.supercell.every((times) => times === 1)) return;
  const ranges = look.supercell.map((times, axis) => cellsAlong(lattice.given[axis] ? times : 1));
  const low = ranges.map(([first]) => first) as unknown as Vector;
  const high = ranges.map(([, last]) => last + 1) as unknown as Vector;
  add(edgesOf(lattice, low, high), look.lines);
}

/** The edges of a block of cells; none along vectors that were not given. */
function edgesOf({ rows, given }: Lattice, low: Vector, high: Vector): Edge[] {
  const edges: Edge[] = [];
  for (const axis of [0, 1, 2] as const) {
    if (!given[axis]) continue;
    const others = [0, 1, 2].filter((other) => other !== axis) as [0 | 1 | 2, 0 | 1 | 2];
    for (const p of sidesOf(others[0])) for (const q of sidesOf(others[1])) {
      const corner: [number, number, number] = [0, 0, 0];
      [corner[others[0]], corner[others[1]]] = [p, q];
      const end = (x: number): Vector => combine(corner.map((c, i) => (i === axis ? x : c)) as unknown as Vector, rows);
      edges.push([end(low[axis]), end(high[axis])]);
    }
  }
  return edges;

  function sidesOf(axis: 0 | 1 | 2): number[] {
    return given[axis] ? [low[axis], high[axis]] : [0];
  }
}
