/** Very many points while the picture moves: small squares without smoothing, and nothing to be picked. */

import { type Cloud, GRAY, HIDDEN, type Look, type Placement } from "./cloud";
import { pixelOf } from "./palettes";
import type { Raster } from "./raster";

/** Paints every point as two by two or three by three pixels; in space, near ones are not kept in front. */
export function paintFast(raster: Raster, cloud: Cloud, { across, down }: Placement, look: Look): void {
  const { x, y, z, steps, states, count } = cloud;
  const { pixels, width, height, margin } = raster;
  const [[ax, ay, az, a0], [bx, by, bz, b0]] = [across, down];
  const stride = width + 2 * margin;
  const colors = Uint32Array.from(cloud.colors, (color) => pixelOf(color));
  const gray = pixelOf(look.gray);
  const large = look.radius >= 1.5;
  for (let i = 0; i < count; i++) {
    const depth = z === null ? 0 : z[i]!;
    const px = ax * x[i]! + ay * y[i]! + az * depth + a0;
    const py = bx * x[i]! + by * y[i]! + bz * depth + b0;
    if (!(px >= 0 && px < width && py >= 0 && py < height)) continue;
    let color = steps === null ? colors[0]! : colors[steps[i]!]!;
    if (states !== null) {
      const state = states[i]!;
      if (state === HIDDEN) continue;
      if (state === GRAY) color = gray;
    }
    const at = ((py | 0) + margin) * stride + (px | 0) + margin;
    pixels[at] = color;
    pixels[at + 1] = color;
    pixels[at + stride] = color;
    pixels[at + stride + 1] = color;
    if (!large) continue;
    pixels[at - stride] = color;
    pixels[at - stride + 1] = color;
    pixels[at - 1] = color;
    pixels[at + stride - 1] = color;
    pixels[at - stride - 1] = color;
  }
}
