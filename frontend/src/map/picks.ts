/** Points within a lasso, a box, or a stretch of an axis. */

import type { Cloud, Placement } from "./cloud";
import { isDrawn } from "./raster";

export type Corner = readonly [x: number, y: number];
/** What becomes of points that were chosen before. */
export type Joining = "new" | "add" | "remove";

/** Marks the points inside a closed line, in pixels of the placement. */
export function withinLasso(cloud: Cloud, { across, down }: Placement, corners: readonly Corner[]): Uint8Array {
  const mask = new Uint8Array(cloud.count);
  if (corners.length < 3) return mask;
  const xs = corners.map(([x]) => x);
  const ys = corners.map(([, y]) => y);
  const [left, right, top, bottom] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  const { x, y, z, count } = cloud;
  for (let i = 0; i < count; i++) {
    const depth = z === null ? 0 : z[i]!;
    const px = across[0] * x[i]! + across[1] * y[i]! + across[2] * depth + across[3];
    const py = down[0] * x[i]! + down[1] * y[i]! + down[2] * depth + down[3];
    if (!(px >= left && px <= right && py >= top && py <= bottom)) continue;
    if (isInside(px, py, corners) && isDrawn(cloud, i)) mask[i] = 1;
  }
  return mask;
}

export function boxCorners([x0, y0]: Corner, [x1, y1]: Corner): readonly Corner[] {
  return [[x0, y0], [x1, y0], [x1, y1], [x0, y1]];
}

/** Marks the points between two shares of an axis of the window. */
export function withinStretch(cloud: Cloud, places: Float32Array, factor: number, constant: number, low: number, high: number): Uint8Array {
  const mask = new Uint8Array(cloud.count);
  for (let i = 0; i < mask.length; i++) {
    const share = places[i]! * factor + constant;
    if (share >= low && share <= high && isDrawn(cloud, i)) mask[i] = 1;
  }
  return mask;
}

function isInside(x: number, y: number, corners: readonly Corner[]): boolean {
  let inside = false;
  for (let i = 0, j = corners.length - 1; i < corners.length; j = i++) {
    const [ax, ay] = corners[j]!;
    const [bx, by] = corners[i]!;
    if (by > y !== ay > y && x < ((ax - bx) * (y - by)) / (ay - by) + bx) inside = !inside;
  }
  return inside;
}

/** Two masks joined. */
export function joined(before: Uint8Array | null, now: Uint8Array, how: Joining): Uint8Array {
  if (how === "new" || before === null) return how === "remove" ? new Uint8Array(now.length) : now;
  return now.map((one, i) => (how === "add" ? one | before[i]! : before[i]! & (1 - one)));
}
