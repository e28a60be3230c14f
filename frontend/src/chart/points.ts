/** Points in a plane, and where they lie in a drawing. */

import { type Axis, type Interval, linearAxis, type Plot, widthOfTicks } from "./axes";
import type { Drawing } from "./drawing";

export interface Points {
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly group: Uint8Array;
  readonly id: Int32Array;
}

export interface Domain {
  readonly x: Interval;
  readonly y: Interval;
}

export interface Placed {
  readonly plot: Plot;
  readonly x: Axis;
  readonly y: Axis;
  readonly drawing: Drawing;
}

export function place(domain: Domain, labels: readonly [string, string], drawing: Drawing): Placed {
  const { width, height, font } = drawing;
  const [top, bottom] = [font * 2, height - font * 3.2];
  const y = linearAxis(domain.y, [bottom, top], labels[1], font * 3.2);
  const left = Math.max(font * 3, widthOfTicks(y, font));
  const right = width - font * 0.8;
  const x = linearAxis(domain.x, [left, right], labels[0], font * 5);
  return { plot: { left, right, top, bottom }, x, y, drawing };
}

