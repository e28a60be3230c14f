/** The hairlines of a chart whose data are painted: they must lie below. */

import type { Placed } from "./points";

export function paintGrid(canvas: CanvasRenderingContext2D, { x, y, plot, drawing }: Placed): void {
  canvas.strokeStyle = drawing.theme.grid;
  canvas.lineWidth = 1;
  canvas.globalAlpha = 1;
  canvas.beginPath();
  for (const tick of y.ticks) {
    if (tick.text === null) continue;
    const at = Math.round(y.scale(tick.value)) + 0.5;
    canvas.moveTo(plot.left, at);
    canvas.lineTo(plot.right, at);
  }
  for (const tick of x.ticks) {
    if (tick.text === null) continue;
    const at = Math.round(x.scale(tick.value)) + 0.5;
    canvas.moveTo(at, plot.top);
    canvas.lineTo(at, plot.bottom);
  }
  canvas.stroke();
}
