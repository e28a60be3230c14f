/** What one looks through is drawn from the back to the front. */

import type { Cones, Ellipsoids, Faces, Primitives } from "./primitives";
import { rotate, type Rotation, type Vector } from "./vectors";

/** Rows beyond this are left as they come: sorting would take longer than it helps. */
const MANY = 60_000;

/** Sorts the clear lists by depth, and sends everything if it was not sent for this rotation. */
export function sortFromBack({ clearCones, clearEllipsoids, clearFaces }: Primitives, rotation: Rotation): boolean {
  // The direction toward the eye as the structure sees it.
  const [x, y, z, w] = rotation;
  const eye = rotate([-x, -y, -z, w], [0, 0, 1]);
  const sorted = [sortCones(clearCones, eye), sortEllipsoids(clearEllipsoids, eye), sortFaces(clearFaces, eye)];
  return sorted.some(Boolean);
}

function sortCones(list: Cones, eye: Vector): boolean {
  return sortRows(list.count, (i) => along(list.ends, 8 * i, eye) + along(list.ends, 8 * i + 4, eye), [[list.ends, 8], [list.tints, 8]]);
}

function sortEllipsoids(list: Ellipsoids, eye: Vector): boolean {
  return sortRows(list.count, (i) => along(list.axes, 12 * i, eye), [[list.axes, 12], [list.tints, 4]]);
}

function sortFaces(list: Faces, eye: Vector): boolean {
  const depth = (i: number) => along(list.points, 9 * i, eye) + along(list.points, 9 * i + 3, eye) + along(list.points, 9 * i + 6, eye);
  return sortRows(list.count, depth, [[list.points, 9], [list.normals, 9], [list.tints, 12]]);
}

function along(values: Float32Array, at: number, eye: Vector): number {
  return values[at]! * eye[0] + values[at + 1]! * eye[1] + values[at + 2]! * eye[2];
}

/** Puts rows in rising order of their depth; says whether any has moved. */
function sortRows(count: number, depthOf: (i: number) => number, columns: readonly (readonly [Float32Array | Uint8Array, number])[]): boolean {
  if (count < 2 || count > MANY) return false;
  const depths = Float32Array.from({ length: count }, (_, i) => depthOf(i));
  const order = Uint32Array.from({ length: count }, (_, i) => i).sort((a, b) => depths[a]! - depths[b]!);
  if (order.every((from, to) => from === to)) return false;
  for (const [values, width] of columns) {
    const old = values.slice(0, count * width);
    for (let to = 0; to < count; to++) {
      const from = order[to]! * width;
      values.set(old.subarray(from, from + width), to * width);
    }
  }
  return true;
}
