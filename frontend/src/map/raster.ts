/** Points painted by the processor, pixel by pixel, each pixel remembering whose it is. */

import { CHOSEN, type Cloud, GRAY, HIDDEN, type Look, type Placement, sizeStep } from "./cloud";
import { pixelOf } from "./palettes";
import { type Stamp, stampsOf } from "./stamps";

/** A picture with a margin about it, so that nothing needs to be cut off. */
export interface Raster {
  readonly width: number;
  readonly height: number;
  readonly margin: number;
  /** Red, green, blue, alpha from the lowest byte on. */
  readonly pixels: Uint32Array<ArrayBuffer>;
  /** The point that a pixel shows, counted from 1; 0 for none. */
  readonly ids: Uint32Array;
}

/** Widest margin: no point is larger than this many pixels to either side. */
export const MARGIN = 96;

export function createRaster(width: number, height: number): Raster {
  const size = (width + 2 * MARGIN) * (height + 2 * MARGIN);
  return { width, height, margin: MARGIN, pixels: new Uint32Array(size), ids: new Uint32Array(size) };
}

/** Fills a raster with a picture's background and forgets its points. */
export function clearRaster(raster: Raster, background: Uint32Array): void {
  const { width, height, margin, pixels, ids } = raster;
  const stride = width + 2 * margin;
  for (let row = 0; row < height; row++) {
    pixels.set(background.subarray(row * width, (row + 1) * width), (row + margin) * stride + margin);
  }
  ids.fill(0);
}

/** Paints all points, far ones first; in a plane, in their order. Gray ones lie lowest, chosen ones on top. */
export function paintPoints(raster: Raster, cloud: Cloud, placement: Placement, look: Look): void {
  const stamps = stampsOf(look, raster.width + 2 * raster.margin);
  const order = cloud.z === null ? null : depthOrder(cloud, placement);
  const passes = cloud.states === null ? [null] : [GRAY, 2, CHOSEN];
  for (const pass of passes) paintPass(raster, cloud, { placement, look, stamps, order, pass });
}

interface Pass {
  readonly placement: Placement;
  readonly look: Look;
  readonly stamps: readonly (readonly Stamp[])[];
  readonly order: Uint32Array | null;
  readonly pass: number | null;
}

function paintPass(raster: Raster, cloud: Cloud, { placement, look, stamps, order, pass }: Pass): void {
  const { x, y, z, steps, sizes, symbols, opacities, states, count } = cloud;
  const { pixels, ids, width, height, margin } = raster;
  const [[ax, ay, az, a0], [bx, by, bz, b0]] = [placement.across, placement.down];
  const stride = width + 2 * margin;
  const colors = Uint32Array.from(cloud.colors, (color) => pixelOf(color));
  const gray = pixelOf(look.gray);
  const edge = pixelOf(look.outlineColor);
  const plain = look.opacity >= 0.995 ? 256 : Math.round(look.opacity * 256);
  const dimmed = cloud.anyChosen && pass !== CHOSEN ? 0.35 : 1;
  for (let k = 0; k < count; k++) {
    const i = order === null ? k : order[k]!;
    if (pass !== null && states![i] !== pass) continue;
    const depth = z === null ? 0 : z[i]!;
    const px = ax * x[i]! + ay * y[i]! + az * depth + a0;
    const py = bx * x[i]! + by * y[i]! + bz * depth + b0;
    const stamp = stamps[pass === GRAY ? 0 : symbols === null ? 1 : symbols[i]! + 1]![sizes === null ? 0 : sizeStep(sizes[i]!)]!;
    const reach = stamp.reach;
    // Written so that a place that is NaN fails as well.
    if (!(px > -reach && px < width + reach && py > -reach && py < height + reach)) continue;
    const at = (Math.floor(py) + margin) * stride + Math.floor(px) + margin;
    const fill = pass === GRAY ? gray : colors[steps === null ? 0 : steps[i]!]!;
    const alpha = (opacities === null ? plain : opacities[i]! + 1) * dimmed;
    if (alpha >= 256) stampOpaque(pixels, ids, stamp, at, fill, edge, i + 1);
    else stampClear(pixels, ids, stamp, at, fill, edge, i + 1, alpha | 0);
  }
}

function stampOpaque(
  pixels: Uint32Array, ids: Uint32Array, stamp: Stamp, at: number, fill: number, edge: number, id: number,
): void {
  const { offsets, covers, fills, solid } = stamp;
  for (let k = 0; k < solid; k++) {
    const p = at + offsets[k]!;
    pixels[p] = fill;
    ids[p] = id;
  }
  for (let k = solid; k < offsets.length; k++) {
    const p = at + offsets[k]!;
    const color = fills[k] === 256 ? fill : blend(fill, edge, fills[k]!);
    if (covers[k]! > 96) ids[p] = id;
    pixels[p] = covers[k] === 256 ? color : blend(color, pixels[p]!, covers[k]!);
  }
}

function stampClear(
  pixels: Uint32Array, ids: Uint32Array, stamp: Stamp, at: number, fill: number, edge: number, id: number, alpha: number,
): void {
  const { offsets, covers, fills } = stamp;
  for (let k = 0; k < offsets.length; k++) {
    const p = at + offsets[k]!;
    const color = fills[k] === 256 ? fill : blend(fill, edge, fills[k]!);
    if (covers[k]! > 96) ids[p] = id;
    pixels[p] = blend(color, pixels[p]!, (covers[k]! * alpha) >> 8);
  }
}

/** A share of 256 of one color over another; both are opaque. */
export function blend(over: number, under: number, share: number): number {
  const rest = 256 - share;
  const redBlue = (Math.imul(over & 0xff00ff, share) + Math.imul(under & 0xff00ff, rest)) >>> 8;
  const green = (Math.imul(over & 0x00ff00, share) + Math.imul(under & 0x00ff00, rest)) >>> 8;
  return (0xff000000 | (redBlue & 0xff00ff) | (green & 0x00ff00)) >>> 0;
}

/** Indices from far to near, sorted by counting; good to a 4096th of the depth. */
export function depthOrder({ x, y, z, count }: Cloud, { depth: [dx, dy, dz, d0] }: Placement): Uint32Array {
  const BINS = 4096;
  const keys = new Uint16Array(count);
  const starts = new Uint32Array(BINS + 2);
  const bounds = Math.abs(dx) + Math.abs(dy) + Math.abs(dz) || 1;
  const lowest = Math.min(0, dx) + Math.min(0, dy) + Math.min(0, dz) + d0;
  const scale = (BINS - 1) / bounds;
  for (let i = 0; i < count; i++) {
    const key = (dx * x[i]! + dy * y[i]! + dz * z![i]! + d0 - lowest) * scale;
    keys[i] = key >= 0 ? key : 0;
    starts[keys[i]! + 1]!++;
  }
  for (let bin = 0; bin <= BINS; bin++) starts[bin + 1]! += starts[bin]!;
  const order = new Uint32Array(count);
  for (let i = 0; i < count; i++) order[starts[keys[i]!]!++] = i;
  return order;
}

/** The point at or nearest to a pixel, within a few pixels; null where there is none. */
export function pointAt({ width, height, margin, ids }: Raster, x: number, y: number, reach: number): number | null {
  const stride = width + 2 * margin;
  let [found, least] = [0, Infinity];
  const [cx, cy] = [Math.floor(x), Math.floor(y)];
  for (let dy = -reach; dy <= reach; dy++) {
    for (let dx = -reach; dx <= reach; dx++) {
      const distance = dx * dx + dy * dy;
      if (distance >= least || distance > reach * reach) continue;
      const [px, py] = [cx + dx, cy + dy];
      if (px < 0 || py < 0 || px >= width || py >= height) continue;
      const id = ids[(py + margin) * stride + px + margin]!;
      if (id !== 0) [found, least] = [id, distance];
    }
  }
  return found === 0 ? null : found - 1;
}

/** Whether a point is drawn at all. */
export function isDrawn({ states, x, y, z }: Cloud, i: number): boolean {
  const placed = Number.isFinite(x[i]!) && Number.isFinite(y[i]!) && (z === null || Number.isFinite(z[i]!));
  return placed && (states === null || states[i] !== HIDDEN);
}
