/** What lies under the points: paper, grid, and the line that joins them. */

import type { Drawing } from "../chart/drawing";
import type { Cloud } from "./cloud";
import type { Frame } from "./frame";
import type { Color } from "./palettes";
import { isDrawn } from "./raster";

/** From few to many where points have one color: never quite the paper's. */
export const DENSITY_RAMP: Readonly<Record<"light" | "dark", readonly Color[]>> = {
  light: mixed([[196, 214, 230], [11, 98, 164], [8, 28, 66]]),
  dark: mixed([[34, 62, 88], [90, 174, 236], [232, 246, 255]]),
};

function mixed(anchors: readonly Color[]): readonly Color[] {
  return Array.from({ length: 256 }, (_, i) => {
    const at = (i / 255) * (anchors.length - 1);
    const low = Math.min(anchors.length - 2, Math.floor(at));
    const [a, b] = [anchors[low]!, anchors[low + 1]!];
    const channel = (c: 0 | 1 | 2) => Math.round(a[c] + (b[c] - a[c]) * (at - low));
    return [channel(0), channel(1), channel(2)] as const;
  });
}

interface Background {
  readonly frame: Frame;
  readonly drawing: Drawing;
  readonly joined: Cloud | null;
}

export function paintBackground(canvas: CanvasRenderingContext2D, { frame, drawing: { theme }, joined }: Background): void {
  const { area, grid } = frame;
  canvas.fillStyle = theme.paper;
  canvas.fillRect(0, 0, area.width + 1, area.height + 1);
  canvas.strokeStyle = theme.grid;
  canvas.lineWidth = 1;
  canvas.beginPath();
  for (const { from, to } of grid) {
    canvas.moveTo(Math.round(from[0]) + 0.5, Math.round(from[1]) + 0.5);
    canvas.lineTo(Math.round(to[0]) + 0.5, Math.round(to[1]) + 0.5);
  }
  canvas.stroke();
  if (joined === null) return;
  canvas.strokeStyle = theme.muted;
  canvas.lineWidth = 0.7;
  canvas.beginPath();
  for (const run of joinedRuns(joined, frame)) run.forEach(([x, y], i) => (i === 0 ? canvas.moveTo(x, y) : canvas.lineTo(x, y)));
  canvas.stroke();
}

/** Points in their order as unbroken lines, in pixels of the area. */
export function joinedRuns(cloud: Cloud, { placement: { across, down } }: Frame): readonly (readonly (readonly [number, number])[])[] {
  const runs: [number, number][][] = [[]];
  for (let i = 0; i < cloud.count; i++) {
    if (!isDrawn(cloud, i)) {
      if (runs[runs.length - 1]!.length > 0) runs.push([]);
      continue;
    }
    const [x, y, z] = [cloud.x[i]!, cloud.y[i]!, cloud.z === null ? 0 : cloud.z[i]!];
    runs[runs.length - 1]!.push([across[0] * x + across[1] * y + across[2] * z + across[3], down[0] * x + down[1] * y + down[2] * z + down[3]]);
  }
  return runs;
}
