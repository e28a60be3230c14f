/** Many dots on a canvas: shapes where they are few, pixels where they are many. */

import { rgb } from "../theme";

export interface Dots {
  /** As `#rrggbb`. */
  readonly color: string;
  readonly alpha: number;
  readonly radius: number;
  readonly hollow: boolean;
  readonly xs: number[];
  readonly ys: number[];
}

/** Pixels keep dots on whole places, which is seen only where dots are few. */
const FEW = 400;

export function paintDots(canvas: CanvasRenderingContext2D, dots: readonly Dots[]): void {
  if (dots.reduce((sum, { xs }) => sum + xs.length, 0) > FEW) return paintPixels(canvas, dots);
  canvas.lineWidth = 1.25;
  for (const { color, alpha, radius, hollow, xs, ys } of dots) {
    canvas.globalAlpha = alpha;
    canvas.fillStyle = canvas.strokeStyle = color;
    for (let i = 0; i < xs.length; i++) {
      canvas.beginPath();
      canvas.arc(xs[i]!, ys[i]!, radius, 0, 2 * Math.PI);
      if (hollow) canvas.stroke();
      else canvas.fill();
    }
  }
  canvas.globalAlpha = 1;
}

/** Tens of thousands in a few milliseconds, with or without a graphics card. */
function paintPixels(canvas: CanvasRenderingContext2D, dots: readonly Dots[]): void {
  const { width, height } = canvas.canvas;
  const ratio = canvas.getTransform().a;
  const picture = new ImageData(width, height);
  const pixels = picture.data;
  for (const dot of dots) {
    const [red, green, blue] = rgb(dot.color);
    const stamp = stampOf(dot.radius * ratio, dot.hollow, dot.alpha, width);
    for (let i = 0; i < dot.xs.length; i++) {
      const [x, y] = [Math.round(dot.xs[i]! * ratio), Math.round(dot.ys[i]! * ratio)];
      if (x < stamp.reach || y < stamp.reach || x >= width - stamp.reach || y >= height - stamp.reach) continue;
      const middle = y * width + x;
      for (let k = 0; k < stamp.steps.length; k++) {
        const at = 4 * (middle + stamp.steps[k]!);
        const over = stamp.covers[k]!;
        // What is below shows through; colors count by how much they cover.
        const under = pixels[at + 3]! * (1 - over);
        const whole = under + 255 * over;
        const [a, b] = [under / whole, (255 * over) / whole];
        pixels[at] = pixels[at]! * a + red * b;
        pixels[at + 1] = pixels[at + 1]! * a + green * b;
        pixels[at + 2] = pixels[at + 2]! * a + blue * b;
        pixels[at + 3] = whole;
      }
    }
  }
  const layer = document.createElement("canvas");
  layer.width = width;
  layer.height = height;
  layer.getContext("2d")!.putImageData(picture, 0, 0);
  canvas.save();
  canvas.setTransform(1, 0, 0, 1, 0, 0);
  canvas.drawImage(layer, 0, 0);
  canvas.restore();
}

interface Stamp {
  readonly reach: number;
  /** Places relative to the middle, and how much of each is covered, 0 … 1. */
  readonly steps: readonly number[];
  readonly covers: readonly number[];
}

function stampOf(radius: number, hollow: boolean, alpha: number, width: number): Stamp {
  const reach = Math.ceil(radius + 1);
  const [steps, covers]: [number[], number[]] = [[], []];
  for (let dy = -reach; dy <= reach; dy++) {
    for (let dx = -reach; dx <= reach; dx++) {
      const distance = Math.hypot(dx, dy);
      const inside = hollow ? 1.1 - Math.abs(distance - radius) : radius + 0.5 - distance;
      const cover = alpha * Math.min(1, Math.max(0, inside));
      if (cover <= 0) continue;
      steps.push(dy * width + dx);
      covers.push(cover);
    }
  }
  return { reach, steps, covers };
}
