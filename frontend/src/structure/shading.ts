/** How much of the light around them neighbors take from each ball: cheap, smooth, and right from every side. */

import { visitPairs } from "./neighbors";
import type { Balls } from "./primitives";

/** Å. Neighbors further away take little. */
const REACH = 6;
/** Above this it would take longer than drawing. */
const MANY = 120_000;

/**
 * A neighbor covers a share of the sky, in its direction. The sum over neighbors up to the first
 * spherical harmonics is four numbers: the mean, and where it comes from.
 */
export function shadeEachOther(balls: Balls): void {
  const { count, places, shades } = balls;
  if (count > MANY) return;
  const sums = new Float32Array(4 * count);
  const at = new Float32Array(3 * count);
  for (let i = 0; i < count; i++) at.set(places.subarray(4 * i, 4 * i + 3), 3 * i);
  visitPairs(at, null, REACH, (i, j, _a, _b, _c, squared) => {
    const distance = Math.sqrt(squared) || 1;
    for (const [one, other, sign] of [[i, j, 1], [j, i, -1]] as const) {
      const r = places[4 * other + 3]! + 0.35 * places[4 * one + 3]!;
      const covered = 0.5 * (1 - 1 / Math.sqrt(1 + (r * r) / squared));
      for (let axis = 0; axis < 3; axis++) sums[4 * one + axis]! += (sign * covered * (at[3 * j + axis]! - at[3 * i + axis]!)) / distance;
      sums[4 * one + 3]! += covered;
    }
  });
  // The clamped cosine's expansion gives weights of 1/4 and 1/2; the far sky is left a little light.
  for (let i = 0; i < count; i++) {
    for (let axis = 0; axis < 3; axis++) shades[4 * i + axis] = asByte(0.42 * sums[4 * i + axis]!);
    shades[4 * i + 3] = asByte(0.24 * sums[4 * i + 3]!);
  }
}

function asByte(x: number): number {
  return Math.round(127 * Math.max(-1, Math.min(1, x)));
}
