/** All that painters are told of the points. */

import type { Color } from "./palettes";

/** What becomes of a point. */
export const HIDDEN = 0;
export const GRAY = 1;
export const SHOWN = 2;
export const CHOSEN = 3;

export interface Cloud {
  readonly count: number;
  /** 0 … 1 along each axis; NaN for points that are not drawn. */
  readonly x: Float32Array;
  readonly y: Float32Array;
  /** Null in a plane. */
  readonly z: Float32Array | null;
  /** Index into the colors; null for the first one. */
  readonly steps: Uint8Array | null;
  readonly colors: readonly Color[];
  /** 0 … 253 from small to large; null where all are alike. */
  readonly sizes: Uint8Array | null;
  readonly symbols: Uint8Array | null;
  /** 0 … 255; null where all are alike. */
  readonly opacities: Uint8Array | null;
  /** HIDDEN, GRAY, SHOWN or CHOSEN; null where all are shown. */
  readonly states: Uint8Array | null;
  /** Whether any point is chosen; the others are dimmed then. */
  readonly anyChosen: boolean;
}

export interface Look {
  /** Pixels of the picture, not of the page. */
  readonly radius: number;
  /** Radius of the smallest and the largest step of sizes, as multiples of the radius. */
  readonly factors: readonly number[];
  /** 0 … 1. */
  readonly opacity: number;
  /** Pixels; 0 for none. */
  readonly outline: number;
  readonly outlineColor: Color;
  readonly gray: Color;
}

/** Pixels of the picture as linear functions of places: factors of x, y, z, and a constant. */
export type Row = readonly [x: number, y: number, z: number, constant: number];

export interface Placement {
  readonly across: Row;
  readonly down: Row;
  /** Toward the eye. */
  readonly depth: Row;
}

/** Radii of sizes are told in this many steps. */
export const SIZE_STEPS = 12;

export function sizeStep(size: number): number {
  return (size * SIZE_STEPS) >> 8;
}
