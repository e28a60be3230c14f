/** The convex hull of a few points. */

import { add, cross, dot, length, type Vector } from "./vectors";

export type Triangle = readonly [number, number, number];

/** Below this share of the hull's size, points count as lying in a plane. */
const FLAT = 1e-5;

/** Triangles around the points, seen counterclockwise from outside; none where all lie in a plane. */
export function convexHull(points: readonly Vector[]): Triangle[] {
  const first = tetrahedron(points);
  if (first === null) return [];
  const size = Math.max(...points.map((p) => length(add(p, points[first[0]]!, -1))));
  const [a, b, c, d] = first;
  let faces: Triangle[] = [[a, b, c], [a, c, d], [a, d, b], [b, d, c]];
  if (height(points, faces[0]!, d) > 0) faces = faces.map(([i, j, k]) => [i, k, j]);
  for (let p = 0; p < points.length; p++) {
    if (first.includes(p)) continue;
    const seen = faces.filter((face) => height(points, face, p) > FLAT * size);
    if (seen.length === 0) continue;
    // What is seen from the new point is replaced by a fan from its horizon.
    const edges = seen.flatMap(([i, j, k]) => [[i, j], [j, k], [k, i]] as const);
    const horizon = edges.filter(([i, j]) => !edges.some(([k, l]) => k === j && l === i));
    faces = [...faces.filter((face) => !seen.includes(face)), ...horizon.map(([i, j]): Triangle => [i, j, p])];
  }
  return faces;
}

/** How far a point lies above a triangle's plane. */
function height(points: readonly Vector[], [i, j, k]: Triangle, p: number): number {
  const normal = cross(add(points[j]!, points[i]!, -1), add(points[k]!, points[i]!, -1));
  return dot(normal, add(points[p]!, points[i]!, -1)) / (length(normal) || 1);
}

/** Four points that span a volume: far ones, so that the rest lie well inside. */
function tetrahedron(points: readonly Vector[]): [number, number, number, number] | null {
  if (points.length < 4) return null;
  const a = 0;
  const b = farthest(points, (p) => length(add(p, points[a]!, -1)));
  const along = add(points[b]!, points[a]!, -1);
  const size = length(along);
  const c = farthest(points, (p) => length(cross(along, add(p, points[a]!, -1))));
  const normal = cross(along, add(points[c]!, points[a]!, -1));
  const d = farthest(points, (p) => Math.abs(dot(normal, add(p, points[a]!, -1))));
  const volume = Math.abs(dot(normal, add(points[d]!, points[a]!, -1)));
  return volume > FLAT * size ** 3 ? [a, b, c, d] : null;
}

function farthest(points: readonly Vector[], measure: (p: Vector) => number): number {
  let [best, most] = [0, -1];
  points.forEach((p, i) => {
    const m = measure(p);
    if (m > most) [best, most] = [i, m];
  });
  return best;
}
