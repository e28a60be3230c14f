/** Millions of points as shades: how many lie on each pixel, in the color of what lies there. */

import { type Cloud, GRAY, HIDDEN, type Look, type Placement } from "./cloud";
import { type Color, pixelOf } from "./palettes";
import { blend, type Raster } from "./raster";

/** How many points a placement brings into the picture. */
export function countVisible(cloud: Cloud, { across, down }: Placement, width: number, height: number): number {
  const { x, y, z, states, count } = cloud;
  let visible = 0;
  for (let i = 0; i < count; i++) {
    if (states !== null && states[i] === HIDDEN) continue;
    const depth = z === null ? 0 : z[i]!;
    const px = across[0] * x[i]! + across[1] * y[i]! + across[2] * depth + across[3];
    const py = down[0] * x[i]! + down[1] * y[i]! + down[2] * depth + down[3];
    if (px >= 0 && px < width && py >= 0 && py < height) visible++;
  }
  return visible;
}

export interface Shading {
  /** Colors from few to many where points have none of their own; null where they do. */
  readonly ramp: readonly Color[] | null;
  /** Whether colors are amounts, of which a pixel shows the mean; categories show the last. */
  readonly amounts: boolean;
}

/** Shades the picture by the number of points on each pixel, on a logarithmic scale. */
export function paintDensity(raster: Raster, cloud: Cloud, placement: Placement, look: Look, { ramp, amounts }: Shading): void {
  const { width, height, margin, pixels, ids } = raster;
  const size = width * height;
  const counts = new Uint32Array(size);
  const sums = new Float32Array(ramp === null ? size : 0);
  const most = tally({ counts, sums, raster, cloud, placement, amounts });
  const stride = width + 2 * margin;
  const colors = Uint32Array.from(ramp ?? cloud.colors, (color) => pixelOf(color));
  const gray = pixelOf(look.gray);
  const depth = Math.log1p(most);
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const from = row * width + column;
      const n = counts[from]!;
      if (n === 0) continue;
      const at = (row + margin) * stride + column + margin;
      const share = depth > 0 ? Math.log1p(n) / depth : 1;
      const isGray = cloud.states !== null && cloud.states[ids[at]! - 1] === GRAY;
      const step = ramp !== null ? (share * (colors.length - 1)) | 0 : amounts ? (sums[from]! / n) | 0 : sums[from]!;
      const fill = isGray ? gray : colors[step]!;
      pixels[at] = blend(fill, pixels[at]!, ramp === null ? Math.round(256 * (0.3 + 0.7 * share)) : 256);
    }
  }
}

interface Tally {
  readonly counts: Uint32Array;
  readonly sums: Float32Array;
  readonly raster: Raster;
  readonly cloud: Cloud;
  readonly placement: Placement;
  readonly amounts: boolean;
}

/** Counts points by pixel and adds up their colors; returns the greatest count. */
function tally({ counts, sums, raster, cloud, placement: { across, down }, amounts }: Tally): number {
  const { x, y, z, steps, states, count } = cloud;
  const { width, height, margin, ids } = raster;
  const stride = width + 2 * margin;
  const [[ax, ay, az, a0], [bx, by, bz, b0]] = [across, down];
  const colored = sums.length > 0 && steps !== null;
  let most = 0;
  for (let i = 0; i < count; i++) {
    if (states !== null && states[i] === HIDDEN) continue;
    const depth = z === null ? 0 : z[i]!;
    const px = ax * x[i]! + ay * y[i]! + az * depth + a0;
    const py = bx * x[i]! + by * y[i]! + bz * depth + b0;
    if (!(px >= 0 && px < width && py >= 0 && py < height)) continue;
    const [column, row] = [px | 0, py | 0];
    const at = row * width + column;
    const n = ++counts[at]!;
    if (n > most) most = n;
    if (colored) sums[at] = amounts ? sums[at]! + steps[i]! : steps[i]!;
    const id = (row + margin) * stride + column + margin;
    // A gray point never hides one that is meant.
    if (states === null || states[i] !== GRAY || ids[id] === 0) ids[id] = i + 1;
  }
  return most;
}
