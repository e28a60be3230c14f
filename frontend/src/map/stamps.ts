/** Symbols as pixels, made once for each size: where they lie, how much they cover. */

import { type Look, SIZE_STEPS } from "./cloud";
import { distanceTo, FARTHEST, SYMBOLS } from "./symbols";

export interface Stamp {
  /** Pixels to either side. */
  readonly reach: number;
  /** Places in the raster relative to the middle; those covered whole, in the fill's color, come first. */
  readonly offsets: Int32Array;
  /** How much of each pixel is covered, of 256. */
  readonly covers: Uint16Array;
  /** How much of that is fill rather than outline, of 256. */
  readonly fills: Uint16Array;
  /** How many are covered whole by fill. */
  readonly solid: number;
}

let made: { readonly key: string; readonly stamps: readonly (readonly Stamp[])[] } | null = null;

/** Stamps by symbol and size; the first symbol stands for gray points, which are small and plain. */
export function stampsOf(look: Look, stride: number): readonly (readonly Stamp[])[] {
  const key = JSON.stringify([look.radius, look.outline, look.factors, stride]);
  if (made?.key !== key) {
    const gray = Array.from({ length: SIZE_STEPS }, () => stampOf(0, Math.max(0.6, 0.7 * look.radius), 0, stride));
    const symbols = SYMBOLS.map((_, symbol) => look.factors.map((factor) => stampOf(symbol, look.radius * factor, look.outline, stride)));
    made = { key, stamps: [gray, ...symbols] };
  }
  return made.stamps;
}

interface Pixel {
  readonly offset: number;
  readonly cover: number;
  readonly fill: number;
}

export function stampOf(symbol: number, radius: number, outline: number, stride: number): Stamp {
  const reach = Math.ceil(radius * (symbol === 0 ? 1 : FARTHEST) + outline);
  const pixels: Pixel[] = [];
  for (let dy = -reach; dy <= reach; dy++) {
    for (let dx = -reach; dx <= reach; dx++) {
      const distance = radius * distanceTo(symbol, dx / radius, dy / radius);
      const cover = share(0.5 - distance + outline / 2);
      if (cover > 0) pixels.push({ offset: dy * stride + dx, cover, fill: outline > 0 ? share(0.5 - distance - outline / 2) : 256 });
    }
  }
  const whole = pixels.filter(({ cover, fill }) => cover === 256 && fill === 256);
  const sorted = [...whole, ...pixels.filter((pixel) => !whole.includes(pixel))];
  return {
    reach,
    offsets: Int32Array.from(sorted, ({ offset }) => offset),
    covers: Uint16Array.from(sorted, ({ cover }) => cover),
    fills: Uint16Array.from(sorted, ({ fill }) => fill),
    solid: whole.length,
  };
}

function share(amount: number): number {
  return Math.round(256 * Math.min(1, Math.max(0, amount)));
}
