/** How much of the light around them neighbors take from each ball: cheap, smooth, and right from every side. */

import { visitPairs } from "./neighbors";
import type { Balls } from "./primitives";

/** Å. Neighbors further away take little. */
const REACH = 6;
/** Above this it would take longer than drawing. */
const MANY = 120_000;
/** A ball under so much sky that is covered, from all sides alike, is out of sight; few are worth the search. */
const BURIED = 1.5;
const UNEVEN = 0.1;
const FEW = 3000;

/**
 * A neighbor covers a share of the sky, in its direction. The sum over neighbors up to the first
 * spherical harmonics is four numbers: where it comes from, and the mean.
 */
export function shadeEachOther(balls: Balls): void {
  const { count, shades } = balls;
  if (count > MANY) return;
  const sums = coverOf(balls);
  // The clamped cosine's expansion gives weights of 1/4 and 1/2; the far sky is left a little light.
  for (let i = 0; i < count; i++) {
    for (let axis = 0; axis < 3; axis++) shades[4 * i + axis] = asByte(0.42 * sums[4 * i + axis]!);
    shades[4 * i + 3] = asByte(0.24 * sums[4 * i + 3]!);
  }
  if (count < FEW) return;
  const buried = new Set<number>();
  for (let i = 0; i < count; i++) {
    const from = Math.hypot(sums[4 * i]!, sums[4 * i + 1]!, sums[4 * i + 2]!);
    if (sums[4 * i + 3]! > BURIED && from < UNEVEN * sums[4 * i + 3]!) buried.add(balls.images[i]!);
  }
  balls.bury((i) => buried.has(balls.images[i]!));
}

function coverOf({ count, places }: Balls): Float32Array {
  const sums = new Float32Array(4 * count);
  const at = new Float32Array(3 * count);
  for (let i = 0; i < count; i++) for (let axis = 0; axis < 3; axis++) at[3 * i + axis] = places[4 * i + axis]!;
  visitPairs(at, null, REACH, (i, j, _a, _b, _c, squared) => {
    if (squared === 0) return;
    const [one, other] = [places[4 * i + 3]!, places[4 * j + 3]!];
    const far = 1 / Math.sqrt(squared);
    const x = (at[3 * j]! - at[3 * i]!) * far;
    const y = (at[3 * j + 1]! - at[3 * i + 1]!) * far;
    const z = (at[3 * j + 2]! - at[3 * i + 2]!) * far;
    const first = covered(other + 0.35 * one, squared);
    const second = covered(one + 0.35 * other, squared);
    sums[4 * i]! += first * x;
    sums[4 * i + 1]! += first * y;
    sums[4 * i + 2]! += first * z;
    sums[4 * i + 3]! += first;
    sums[4 * j]! -= second * x;
    sums[4 * j + 1]! -= second * y;
    sums[4 * j + 2]! -= second * z;
    sums[4 * j + 3]! += second;
  });
  return sums;
}

/** The share of the sky behind a disk of this radius. */
function covered(radius: number, squared: number): number {
  return 0.5 * (1 - 1 / Math.sqrt(1 + (radius * radius) / squared));
}

function asByte(x: number): number {
  return Math.round(127 * Math.max(-1, Math.min(1, x)));
}
