/** Views along an axis of space or of the cell. */

import type { Surface } from "./surface";
import type { Vector } from "./vectors";
import { alignedView, type View } from "./view";

export const AXES = ["x", "y", "z", "a", "b", "c"] as const;
export type AxisName = (typeof AXES)[number];

const SPACE: readonly Vector[] = [[1, 0, 0], [0, 1, 0], [0, 0, 1]];

/** The view with the axis toward the eye and the next but one upward; null where there is no such axis. */
export function aligned({ view, model }: Surface, axis: AxisName): View | null {
  const place = AXES.indexOf(axis);
  if (place < 0) return null;
  const rows = place < 3 ? SPACE : model.lattice?.rows;
  if (rows === undefined) return null;
  const i = place % 3;
  return alignedView(view, rows[i]!, i === 2 ? rows[1]! : rows[2]!);
}
